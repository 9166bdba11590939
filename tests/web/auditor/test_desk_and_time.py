"""Desk, calendar with leave, interests and competence of an auditor."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask.testing import FlaskClient

from auditors.roster import queries as roster
from auditors.roster import service as roster_service
from auditors.roster.tables import Competence
from pool.kernel.clock import day_of, now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Reading, Work
from scheduling.interval import HalfDay
from scheduling.tables import HalfDay as HalfDayRow
from tests.support import casework
from tests.support.audit_pages import answered, implemented
from tests.support.casework import World
from tests.support.web import arrived, get_page, post, same_for_all, sign_in


def _due(text: str) -> list[str]:
    """Return the words of the list of what is due, in order."""
    part = text[text.index('class="due-list"') :]
    return re.findall(r'<a href="[^"]+">([^<]+)</a>', part[: part.index("</ul>")])


def test_empty_desk_teaches(world: World, client: FlaskClient) -> None:
    sign_in(client, world.chen)
    text = get_page(client, "/auditor/")
    assert "Nothing waits for you" in text and "No audit in work" in text and "Nobody asks you" in text


def test_desk_is_ordered_by_the_harm_of_missing_it(world: World, client: FlaskClient) -> None:
    first = casework.open_audit(world)
    casework.to_stage2(world, first)
    minor, critical = answered(world, first), implemented(world, first, grade="critical")
    casework.open_audit(world)
    sign_in(client, world.ada)
    text = get_page(client, "/auditor/")
    due = _due(text)
    assert due[0] == f"Verify the remedy of {critical}" and due[1] == f"Answer the remedy of {minor}"
    assert due[2:] == ["Seal the plan: AUD-2026-0002", "Rate the test points: AUD-2026-0001"]
    assert "their clock waits for you" in text and "you lead" in text
    # Bruno does not lead: the steps of the lead are not his.
    sign_in(client, world.bruno)
    assert not any(one.startswith(("Seal", "Rate")) for one in _due(get_page(client, "/auditor/")))


def test_desk_names_competence_that_ends_soon(world: World, client: FlaskClient) -> None:
    def give(work: Work) -> None:
        auditor, today = world.pool.auditor_ids["ada"], day_of(now())
        work.add(Competence(auditor_id=auditor, code="F6", level=2, valid_from=date(2024, 1, 1),
                            valid_until=today + timedelta(days=20), evidence_note="Course"))  # fmt: skip
        work.add(Competence(auditor_id=auditor, code="F4", level=1, valid_from=date(2020, 1, 1),
                            valid_until=date(2021, 1, 1), evidence_note="Old course"))  # fmt: skip

    world.run(SYSTEM, give)
    sign_in(client, world.ada)
    assert "Renew the competence F6" in _due(get_page(client, "/auditor/"))
    text = get_page(client, "/auditor/competence")
    assert "Human factors and oversight" in text and "Ends soon" in text and "Expired" in text and "Old course" in text


def test_calendar_shows_audits_and_held_half_days(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", _audit_id, ref, at=now())

    def book(work: Work) -> None:
        first = HalfDay.morning(day_of(now()) + timedelta(days=3)).ordinal
        for number, state in enumerate(("booked", "booked", "held")):
            work.session.add(HalfDayRow(auditor_id=world.pool.auditor_ids["ada"], half_day=first + number,
                                        audit_id=audit_id, audit_ref=ref, state=state, booked_at=work.at))  # fmt: skip

    world.run(SYSTEM, book)
    sign_in(client, world.ada)
    text = get_page(client, "/auditor/calendar")
    assert f"{ref}, booked" in text and f"{ref}, held for you" in text
    assert re.search(r"<strong[^>]*>3</strong>", text) and "of 30 half-days" in text
    for address in ("?since=1999-01-01", "?since=9999-12-31", "?since=nonsense"):
        get_page(client, f"/auditor/calendar{address}")


def _audit_id(reading: Reading, ref: str) -> int:
    from auditors.casework.queries import audit_file

    return audit_file(reading, ref).id


def test_leave_is_added_refused_over_audits_and_taken_back(world: World, client: FlaskClient) -> None:
    sign_in(client, world.ada)
    first = day_of(now()) + timedelta(days=10)
    data = {"first": first.isoformat(), "first_half": "pm", "last": first.isoformat(), "last_half": "am",
            "kind": "training", "note": "Sampling course"}  # fmt: skip
    bad = post(client, "/auditor/calendar/leave", data, on="/auditor/calendar")
    assert bad.status_code == 422 and "Sampling course" in bad.get_data(as_text=True)
    data["last_half"] = "pm"
    text = arrived(client, post(client, "/auditor/calendar/leave", data, on="/auditor/calendar"))
    assert "Sampling course" in text and "Training" in text
    cancel = re.search(r'action="(/auditor/calendar/leave/[0-9a-f]+/cancel)"', text)
    assert cancel is not None
    text = arrived(client, post(client, cancel[1], on="/auditor/calendar"))
    assert "Sampling course" not in text
    sign_in(client, world.bruno)
    answers = [post(client, url, on="/auditor/calendar") for url in (cancel[1], "/auditor/calendar/leave/0/cancel")]
    one, other = (same_for_all(answer.get_data(as_text=True)) for answer in answers)
    assert one == other and answers[0].status_code == 404


def test_interest_is_declared_blocks_and_cools_off(world: World, client: FlaskClient) -> None:
    sign_in(client, world.ada)
    assert "No interest declared" in get_page(client, "/auditor/interests")
    data = {"firm_name": "orchid health", "kind": "consultancy", "from_on": "2024-01-01", "until_on": "2023-01-01",
            "note": "Advised on the data pipeline."}  # fmt: skip
    bad = post(client, "/auditor/interests/new", data)
    assert bad.status_code == 422 and "data pipeline" in bad.get_data(as_text=True)
    data["until_on"] = ""
    text = arrived(client, post(client, "/auditor/interests/new", data))
    assert "until it is assessed" in text and "Not assessed yet" in text
    tie = world.ask("ada", roster.profile_of, world.pool.auditor_ids["ada"], at=now()).interests[0]
    assert tie.firm_id == world.pool.firm_ids["Orchid Health"], "only a matched tie blocks"
    ended = f"/auditor/interests/{tie.public_id}/end"
    assert post(client, ended, {"until_on": "2020-01-01"}).status_code == 422
    assert post(client, ended, {"until_on": "2025-03-01"}).status_code == 303

    def assess(work: Work) -> None:
        roster_service.assess_interest(work, interest=tie.public_id, verdict="prohibit", reason="Advice on it.")

    world.run("ivo", assess)
    text = get_page(client, "/auditor/interests?verdict=prohibit")
    assert "1 Mar 2027" in text and "May not audit" in text and "Advice on it." in text
    assert "Nothing fits these filters" in get_page(client, "/auditor/interests?kind=family")
    assert "1 Mar 2027" in client.get("/auditor/interests?format=csv").get_data(as_text=True)


def test_interests_of_others_are_not_seen(world: World, client: FlaskClient) -> None:
    tie = world.run("ada", roster_service.declare_interest, auditor="AUR-2026-0001", firm_name="Fjord", kind="family",
                    from_on=date(2024, 1, 1))  # fmt: skip
    sign_in(client, world.bruno)
    assert "Fjord" not in get_page(client, "/auditor/interests")
    foreign, absent = (client.get(f"/auditor/interests/{key}/end") for key in (tie.public_id, "0" * 32))
    assert foreign.status_code == absent.status_code == 404
    assert same_for_all(foreign.get_data(as_text=True)) == same_for_all(absent.get_data(as_text=True))


def test_other_seats_find_no_auditors_pages(world: World, client: FlaskClient) -> None:
    for name in ("mara", "pia", "theo"):
        sign_in(client, world.pool.actors[name])
        for path in ("", "calendar", "audits", "interests", "competence", "findings"):
            assert client.get(f"/auditor/{path}").status_code == 403
