"""Bookings in the pool's pages: the list, and every step of planner, administrator and impartiality officer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from auditors.roster.queries import auditors_by_id
from auditors.roster.tables import Competence
from pool.journeys import audit, book, people
from pool.kernel.clock import now
from pool.kernel.roles import Actor
from pool.kernel.storage import Work
from pool.members.queries import pool_seats
from tests.support import booking_way as way
from tests.support.firm_stage import GRAVE, Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import arrived, get_page, post, same_for_all, sign_in


@pytest.fixture
def stage(pool: Pool) -> Stage:
    return Stage(pool)


def _act(client: FlaskClient, who: Actor, booking: str, move: str, **values: Any) -> str:
    sign_in(client, who)
    address = f"/pool/bookings/{booking}/{move}"
    assert address in get_page(client, f"/pool/bookings/{booking}"), f"{move} is not offered"
    return arrived(client, post(client, address, values))


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_its_length(pool: Pool, client: FlaskClient, stage: Stage, rows: int) -> None:
    for _n in range(rows):
        way.submitted(stage)
    sign_in(client, pool.pia)
    with counted(pool.database) as sent:
        assert get_page(client, "/pool/bookings").count("Ward desk") == rows
    assert len(sent) == 1
    saved = client.get("/pool/bookings?format=csv").get_data(as_text=True)
    assert saved.count("Orchid Health") == rows


def test_screen_quote_and_the_words_of_each(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.submitted(stage, deployment=stage.signed(indicators=GRAVE))
    slip_at = f"/pool/bookings/{booking}/screen"
    sign_in(client, pool.pia)
    slip = post(client, slip_at, {"releases": "many"})
    assert slip.status_code == 422 and 'value="many"' in slip.get_data(as_text=True)
    text = _act(client, pool.pia, booking, "screen", releases="14", logs_incomplete="1")
    assert "Screened." in text and "Must act" in text and "Increase: more than 12 model releases" in text
    sign_in(client, pool.pia)
    assert client.get(f"/pool/bookings/{booking}/quote").status_code == 409
    sign_in(client, pool.amos)
    assert post(client, f"/pool/bookings/{booking}/quote", {"overhead_percent": "20"}).status_code == 422
    text = _act(client, pool.amos, booking, "quote", overhead_percent="20", valid_days="30")
    assert "waits for the firm" in text and "EUR" in text
    assert way.state_of(stage, booking) == "quoted"


def test_reductions_of_the_edition_are_ticked_on_the_page_and_count(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    reduced = way.submitted(stage, deployment=stage.signed(indicators=GRAVE))
    sign_in(client, pool.pia)
    form = get_page(client, f"/pool/bookings/{reduced}/screen")
    for words in ("Base model already examined", "All templates complete", "Cohort session", "Evidence fully"):
        assert words in form
    unproved = post(client, f"/pool/bookings/{reduced}/screen", {"releases": "0", "reductions": ["R2", "R7"]})
    assert unproved.status_code == 422 and "A reduction needs evidence" in unproved.text
    assert way.state_of(stage, reduced) == "submitted"
    seen = "All templates read on 2 March; the evidence room is complete."
    text = _act(client, pool.pia, reduced, "screen", releases="0", reductions=["R2", "R7"], reason=seen)
    assert seen in text
    assert "Reduction: all templates complete" in text
    steps = {one["id"]: one["figure"] for one in way.file_of(stage, reduced).effort_steps}
    assert (steps["R2"], steps["R7"], steps["reduction"]) == ("-10", "-5", "-15")
    assert not {"R1", "R6"} & set(steps)


def test_second_person_stops_an_audit_only_after_the_lead_asked(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.confirmed(stage)
    line = way.file_of(stage, booking).line
    sign_in(client, pool.pia)
    address = f"/pool/bookings/{booking}/stop"
    assert address not in get_page(client, f"/pool/bookings/{booking}")
    assert client.get(address).status_code == 409
    standing = way.file_of(stage, booking).standing
    assert standing is not None
    lead = next(one for one in pool.actors.values() if one.person_id == standing.members[0].person_id)
    stage.act(audit.ask_to_stop, lead, audit_ref=line.audit_ref, reason="The system was switched off.")
    assert "The system was switched off." in get_page(client, address)
    assert post(client, address, {}).status_code == 422
    _act(client, pool.pia, booking, "stop", by_pool="no")
    file = way.file_of(stage, booking)
    assert (file.line.state, file.ended_by_pool) == ("cancelled", False)


def test_send_back_and_decline_need_words(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.submitted(stage)
    sign_in(client, pool.pia)
    assert post(client, f"/pool/bookings/{booking}/return", {"items": ""}).status_code == 422
    assert "Sent back" in _act(client, pool.pia, booking, "return", items="The list of sites")
    stage.act(book.submit, pool.mara, booking=booking)
    stage.act(book.screen, pool.pia, booking=booking)
    assert post(client, f"/pool/bookings/{booking}/decline", {"reason": ""}).status_code == 422
    text = _act(client, pool.pia, booking, "decline", reason="Nobody knows rail signalling")
    assert "never counts against the firm" in text and "Nobody knows rail signalling" in text


def test_replan_asks_a_team_and_take_back_lets_it_go(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.accepted(stage)
    text = _act(client, pool.pia, booking, "replan")
    assert "due by" in text and "Must act" in text
    proposal = way.file_of(stage, booking).standing
    assert proposal is not None and proposal.members[0].name in text
    sign_in(client, pool.pia)
    assert "/confirm" not in get_page(client, f"/pool/bookings/{booking}")
    assert post(client, f"/pool/bookings/{booking}/take_back", {"reason": ""}).status_code == 422
    text = _act(client, pool.pia, booking, "take_back", reason="A better team is free")
    assert "A better team is free" in text
    assert way.file_of(stage, booking).standing is None


def test_offer_that_is_not_opened_is_delivered_and_confirmed_after_agreement(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    booking = way.offered(stage)
    sign_in(client, pool.pia)
    page = get_page(client, f"/pool/bookings/{booking}")
    assert "has not opened the offer" in page and "/confirm" not in page
    assert post(client, f"/pool/bookings/{booking}/deliver", {"note": ""}).status_code == 422
    text = _act(client, pool.pia, booking, "deliver", note="By letter of today to Mara Voss")
    assert "silence counts as yes" in text and "/confirm" not in text
    assert client.get(f"/pool/bookings/{booking}/confirm").status_code == 409
    stage.act(book.waive_objection, pool.mara, booking=booking)
    text = _act(client, pool.pia, booking, "confirm")
    assert "Team and dates are confirmed." in text
    assert way.file_of(stage, booking).line.starts_on is not None


def test_objection_is_decided_by_the_impartiality_officer(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.shown(stage)
    sign_in(client, pool.ivo)
    assert client.get(f"/pool/bookings/{booking}/decide_objection").status_code == 409
    stage.act(book.object_to, pool.mara, booking=booking, reason="She advised our rival")
    form = get_page(client, f"/pool/bookings/{booking}/decide_objection")
    proposal = way.file_of(stage, booking).standing
    assert proposal is not None
    member = proposal.members[0]
    assert "She advised our rival" in form and member.name in form
    slip = post(client, f"/pool/bookings/{booking}/decide_objection", {"reason": "Why not"})
    assert slip.status_code == 422 and "Why not" in slip.get_data(as_text=True)
    text = _act(
        client,
        pool.ivo,
        booking,
        "decide_objection",
        upheld="yes",
        auditors=[str(member.auditor_id)],
        reason="It is so",
    )
    assert "It is so" in text
    assert way.state_of(stage, booking) == "accepted"
    told = way.file_of(stage, booking).proposals[-1]
    assert [one.objected for one in told.members if one.auditor_id == member.auditor_id] == [True]
    assert told.objection_verdict == "upheld"


def test_administrator_cancels_and_the_firm_stays_engaged(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.accepted(stage)
    text = _act(client, pool.amos, booking, "cancel", reason="The auditor fell ill")
    assert "Cancelled" in text
    sign_in(client, pool.mara)
    assert "You stay engaged in your record" in get_page(client, f"/firm/bookings/{booking}")


def test_other_offices_read_and_do_nothing(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.submitted(stage)
    for who in (pool.rita, pool.tess, pool.dora, pool.ivo, pool.amos):
        sign_in(client, who)
        assert "/screen" not in get_page(client, f"/pool/bookings/{booking}")
    sign_in(client, pool.ada)
    assert client.get(f"/pool/bookings/{booking}").status_code == 403
    sign_in(client, pool.pia)
    absent = [client.get(f"/pool/bookings/{ref}") for ref in ("BKG-2026-0998", "BKG-2026-0999")]
    assert {one.status_code for one in absent} == {404}
    texts = {same_for_all(one.get_data(as_text=True), "BKG-2026-0998", "BKG-2026-0999") for one in absent}
    assert len(texts) == 1


def _lead_and_stand_in(pool: Pool, stage: Stage, booking: str) -> tuple[Actor, Actor]:
    standing = way.file_of(stage, booking).standing
    assert standing is not None
    lead, *_others = standing.members
    by_person = {one.person_id: one for one in (pool.ada, pool.bruno)}
    return by_person.pop(lead.person_id), next(iter(by_person.values()))


def _ref_of(pool: Pool, who: Actor) -> str:
    with pool.database.reading(pool.pia, now()) as reading:
        return auditors_by_id(reading)[who.auditor_id or 0].ref


def _knows_the_law(work: Work, who: Actor) -> None:
    held: dict[str, Any] = {"code": "F5", "level": 3, "valid_from": date(2025, 1, 1), "valid_until": date(2028, 12, 31)}
    work.add(Competence(auditor_id=who.auditor_id or 0, evidence_note="seeded for tests", **held))


def test_planner_replaces_the_lead_and_the_firm_reads_it(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.confirmed(stage)
    lead, other = _lead_and_stand_in(pool, stage, booking)
    pool.database.run_work(_knows_the_law, other, actor=pool.pia, at=now())
    sign_in(client, pool.pia)
    address = f"/pool/bookings/{booking}/replace_member"
    form = get_page(client, address)
    assert lead.name in form and other.name in form
    named = {"leaves": _ref_of(pool, lead), "comes": _ref_of(pool, other)}
    assert post(client, address, {**named, "reason": ""}).status_code == 422
    slip = post(client, address, {**named, "comes": named["leaves"], "reason": "Ill."})
    assert slip.status_code == 422 and "nobody is to be replaced" in slip.get_data(as_text=True)
    text = _act(client, pool.pia, booking, "replace_member", **named, reason="Ill for long.")
    assert "A member of the team was replaced" in text
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/bookings/{booking}")
    assert f"{lead.name} leaves, {other.name} comes: Ill for long." in text
    assert f"/firm/bookings/{booking}/replace_member" not in text
    sign_in(client, pool.amos)
    assert client.get(address).status_code == 409


def test_audit_that_nobody_leads_is_stopped_by_two_of_the_pool(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.confirmed(stage)
    lead, _other = _lead_and_stand_in(pool, stage, booking)
    sign_in(client, pool.pia)
    asks, stops = (f"/pool/bookings/{booking}/{move}" for move in ("ask_stop", "stop"))
    assert client.get(asks).status_code == 409
    with pool.database.reading(pool.amos, now()) as reading:
        seat = next(one.public_id for one in pool_seats(reading) if one.id == lead.seat_id)
    stage.act(people.end_seat, pool.amos, seat=seat, reason="left the pool")
    assert stops not in get_page(client, f"/pool/bookings/{booking}")
    _act(client, pool.pia, booking, "ask_stop", reason="Nobody can come.")
    for address in (asks, stops):
        assert client.get(address).status_code == 409
    sign_in(client, pool.amos)
    assert "Nobody can come." in get_page(client, stops)
    _act(client, pool.amos, booking, "stop", by_pool="yes")
    file = way.file_of(stage, booking)
    assert (file.line.state, file.ended_by_pool) == ("cancelled", True)


def test_end_of_an_auditors_seat_names_the_audits_and_the_planner_is_told(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    booking = way.confirmed(stage)
    lead, _other = _lead_and_stand_in(pool, stage, booking)
    audit = way.file_of(stage, booking).line.audit_ref
    sign_in(client, pool.pia)
    assert "Everybody in a team at work sees their audit." in get_page(client, "/pool")
    with pool.database.reading(pool.amos, now()) as reading:
        seat = next(one.public_id for one in pool_seats(reading) if one.id == lead.seat_id)
    sign_in(client, pool.amos)
    asked = get_page(client, f"/pool/people/{seat}/end")
    assert audit in asked and "Replace a member of the team" in asked
    assert post(client, f"/pool/people/{seat}/end", {"reason": "left the pool"}).status_code == 303
    sign_in(client, pool.pia)
    text = get_page(client, "/pool")
    assert f"{booking} · Orchid Health" in text and f"{lead.name}: the seat ended." in text
