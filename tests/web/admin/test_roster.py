"""The roster's pages: list, taking an auditor in with an invitation, competence on evidence, interests and verdicts."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from auditors.roster import queries
from auditors.roster.values import InterestView, Profile
from pool.journeys import roster
from pool.kernel.clock import day_of, now
from pool.kernel.listing import ListRequest
from pool.kernel.roles import Actor
from tests.support.people import PASSWORD, Pool
from tests.support.queries import counted
from tests.support.web import arrived, checked, get_page, post, proofs, same_for_all, send, sign_in

NEW = {
    "name": "Noor Haddad", "email": "noor@auditors.example", "languages": "en, ar", "region": "EU",
    "max_half_days": "24", "day_rate": "880.00", "time_zone": "Europe/Berlin",
}  # fmt: skip


def refs(pool: Pool) -> dict[str, str]:
    """Return the references of the auditors by first name."""
    with pool.database.reading(pool.pia, now()) as reading:
        known = queries.auditors_by_id(reading)
    return {name: known[key].ref for name, key in pool.auditor_ids.items()}


def profile(pool: Pool, name: str) -> Profile:
    """Return what is kept of an auditor."""
    with pool.database.reading(pool.pia, now()) as reading:
        return queries.profile_of(reading, pool.auditor_ids[name])


def declared(pool: Pool, *, who: Actor | None = None, firm: str = "Orchid Health") -> InterestView:
    """Let Ada declare an interest; return it."""
    made = pool.database.run_work(
        roster.declare_interest, firm_name=firm, kind="family", from_on=date(2025, 1, 1), note="a brother works there",
        actor=who or pool.ada, at=now(),
    )  # fmt: skip
    assert isinstance(made, InterestView)
    return made


# --------------------------------------------------------------------------------------------------
# The list


def test_list_shows_competence_and_load_and_narrows(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    text = get_page(client, "/pool/roster")
    assert all(name in text for name in ("Ada Lindqvist", "Bruno Keller", "Chen Yu")) and "X-HEA" in text
    assert "Take an auditor in" in text
    only = get_page(client, "/pool/roster?code=X-EDU")
    assert "Chen Yu" in only and "Ada Lindqvist" not in only
    assert "Bruno Keller" in get_page(client, "/pool/roster?q=bruno&language=de&state=active&region=EU")
    assert "Nothing fits" in get_page(client, "/pool/roster?ends=soon")
    assert "Nothing fits" in get_page(client, "/pool/roster?language=en&state=left")
    csv = client.get("/pool/roster?format=csv").get_data(as_text=True)
    assert "Ada Lindqvist" in csv and "X-HEA:3" in csv and "0/30" in csv


def test_competence_that_ends_soon_is_found_until_it_is_renewed(pool: Pool, client: FlaskClient) -> None:
    today = day_of(now())
    ends = today + timedelta(days=30)
    made = pool.database.run_work(
        roster.add_competence, auditor=refs(pool)["bruno"], code="F6", level=2, valid_from=today, valid_until=ends,
        evidence_note="examination", actor=pool.pia, at=now(),
    )  # fmt: skip
    sign_in(client, pool.pia)
    assert "Bruno Keller" in get_page(client, "/pool/roster?ends=soon")
    assert "Ends soon" in get_page(client, f"/pool/roster/{refs(pool)['bruno']}")
    pool.database.run_work(
        roster.renew_competence, competence=made.public_id, valid_until=ends + timedelta(days=700),
        evidence_note="examination again", actor=pool.pia, at=now(),
    )  # fmt: skip
    assert "Bruno Keller" not in get_page(client, "/pool/roster?ends=soon")


def test_list_costs_the_same_number_of_queries_for_one_and_for_many(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    counts = []
    for url in ("/pool/roster?q=Ada", "/pool/roster"):
        client.get(url)
        with counted(pool.database) as sent:
            client.get(url)
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["rita", "theo", "tess"])
def test_others_look_but_do_not_keep_the_roster(pool: Pool, client: FlaskClient, who: str) -> None:
    sign_in(client, pool.actors[who])
    ref = refs(pool)["ada"]
    text = get_page(client, f"/pool/roster/{ref}")
    assert "Confirm a competence" not in text and "Interests" not in text
    for url in ("/pool/roster/add", f"/pool/roster/{ref}/change", f"/pool/roster/{ref}/competence/add",
                "/pool/roster/interests"):  # fmt: skip
        assert client.get(url).status_code == 403


# --------------------------------------------------------------------------------------------------
# Taking in


def test_auditor_is_taken_in_and_takes_the_seat_by_the_link(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    form = {**proofs(get_page(client, "/pool/roster/add")), **NEW, "action": "submit"}
    text = checked(send(client, "/pool/roster/add", form))
    (link,) = re.findall(r"/invitation/([A-Za-z0-9_-]+)", text)
    again = send(client, "/pool/roster/add", form)
    assert again.status_code == 303 and link not in get_page(client, again.headers["Location"])
    assert "No competence is valid" in get_page(client, again.headers["Location"])
    visitor = client.application.test_client()
    taken = post(visitor, f"/invitation/{link}", {"name": "Noor Haddad", "password": PASSWORD})
    assert taken.status_code == 303
    assert "noor@auditors.example" in get_page(client, again.headers["Location"])


def test_account_that_exists_gets_the_seat_at_once_unless_another_seat_excludes_it(
    pool: Pool, client: FlaskClient
) -> None:
    sign_in(client, pool.amos)
    refused = post(client, "/pool/roster/add", {**NEW, "email": "pia@pool.example"})
    assert refused.status_code == 422 and 'value="Noor Haddad"' in refused.get_data(as_text=True)
    text = arrived(client, post(client, "/pool/roster/add", {**NEW, "email": "rita@pool.example"}))
    assert "rita@pool.example" in text and "Invite again" not in text


def test_slips_come_back_with_what_was_typed(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    answer = post(client, "/pool/roster/add", {**NEW, "languages": "english", "region": "europe", "day_rate": "many"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="Noor Haddad"' in text and 'value="many"' in text
    answer = post(client, "/pool/roster/add", {**NEW, "languages": "english", "region": "europe"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "en, de or zh" in text and "EU, CN or US-CA" in text


def test_auditor_with_a_seat_is_not_invited_again(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    url = f"/pool/roster/{refs(pool)['ada']}/invite"
    answer = post(client, url, {"name": "Somebody", "email": "somebody@else.example"})
    assert answer.status_code == 422 and "has an account and a seat" in answer.get_data(as_text=True)


def test_profile_is_changed(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    url = f"/pool/roster/{refs(pool)['ada']}/change"
    values = {"max_half_days": "12", "day_rate": "1000", "languages": "en fr", "region": "EU", "state": "paused"}
    assert post(client, url, {**values, "max_half_days": "900"}).status_code == 422
    text = arrived(client, post(client, url, values))
    assert "Paused" in text and "of 12" in text
    kept = profile(pool, "ada").auditor
    assert (kept.max_half_days, kept.day_rate_minor, kept.languages) == (12, 100_000, ("en", "fr"))


# --------------------------------------------------------------------------------------------------
# Competence


def test_competence_is_confirmed_renewed_and_ended_on_evidence(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    ref = refs(pool)["ada"]
    today = day_of(now())
    values = {
        "code": "F3", "level": "2", "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=40)).isoformat(), "evidence_note": "certificate 4711",
    }  # fmt: skip
    url = f"/pool/roster/{ref}/competence/add"
    backwards = post(client, url, {**values, "valid_until": "2020-01-01"}, files={"evidence": ("a.pdf", b"%PDF-1")})
    assert backwards.status_code == 422 and "certificate 4711" in backwards.get_data(as_text=True)
    text = arrived(client, post(client, url, values, files={"evidence": ("certificate.pdf", b"%PDF-1 evidence")}))
    assert "certificate 4711" in text and "Ends soon" in text
    held = next(one for one in profile(pool, "ada").competences if one.code == "F3")
    saved = client.get(f"/pool/roster/{ref}/competence/{held.public_id}/evidence")
    assert saved.data == b"%PDF-1 evidence" and saved.headers["Content-Disposition"].startswith("attachment")
    renew = f"/pool/roster/{ref}/competence/{held.public_id}/renew"
    until = (today + timedelta(days=900)).isoformat()
    assert post(client, renew, {"valid_until": until, "evidence_note": ""}).status_code == 422
    text = arrived(client, post(client, renew, {"valid_until": until, "evidence_note": "examined again"}))
    assert "Begins later" in text and "Ends soon" not in text
    end = f"/pool/roster/{ref}/competence/{held.public_id}/end"
    assert post(client, end, {"reason": ""}).status_code == 422
    assert "Ended" in arrived(client, post(client, end, {"reason": "withdrawn by the issuer"}))


def test_absent_auditor_and_absent_competence_are_the_same_for_everybody(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    ref = refs(pool)["ada"]
    other = profile(pool, "bruno").competences[0].public_id
    for url in ("/pool/roster/AUR-1999-0001", f"/pool/roster/{ref}/competence/{'0' * 32}/end"):
        get_page(client, url, status=404)
    foreign = get_page(client, f"/pool/roster/{ref}/competence/{other}/end", status=404)
    absent = get_page(client, f"/pool/roster/{ref}/competence/{'0' * 32}/end", status=404)
    assert same_for_all(foreign, other) == same_for_all(absent, "0" * 32)


# --------------------------------------------------------------------------------------------------
# Interests


def test_interest_waits_for_the_impartiality_officer_alone(pool: Pool, client: FlaskClient) -> None:
    made = declared(pool)
    url = f"/pool/roster/interests/{made.public_id}"
    sign_in(client, pool.pia)
    assert "Ada Lindqvist and Orchid Health" in get_page(client, "/pool/roster/interests")
    assert "Give the verdict" not in get_page(client, url)
    form = {**proofs(get_page(client, "/pool/roster/add")), "verdict": "none", "reason": "far cousin"}
    assert send(client, url, {**form, "cooling_off_months": "24"}).status_code == 403
    sign_in(client, pool.ivo)
    values = {"verdict": "prohibit", "cooling_off_months": "36", "reason": "close relative"}
    assert post(client, url, {**values, "reason": ""}).status_code == 422
    text = arrived(client, post(client, url, values))
    assert "Every interest has its verdict" in text and "May not audit" in text
    kept = profile(pool, "ada").interests[0]
    assert (kept.verdict, kept.cooling_off_months, kept.verdict_reason) == ("prohibit", 36, "close relative")
    assert "Nothing fits" in get_page(client, "/pool/roster/interests?verdict=unassessed")
    assert "close relative" in get_page(client, url)


def test_interest_that_was_found_out_is_entered(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.ivo)
    url = f"/pool/roster/{refs(pool)['bruno']}/interest"
    values = {"firm": "", "firm_name": "", "kind": "ownership", "from_on": "2025-05-01", "until_on": "",
              "note": "register of shareholders"}  # fmt: skip
    assert "Choose a member firm" in post(client, url, values).get_data(as_text=True)
    firm = pool.firm_refs["Birch Credit"]
    text = arrived(client, post(client, url, {**values, "firm": firm}))
    assert "Birch Credit" in text and "Not assessed yet" in text
    kept = profile(pool, "bruno").interests[0]
    assert kept.source == "detected" and kept.firm_id == pool.firm_ids["Birch Credit"]


def test_interests_are_listed_under_one_count_and_as_csv(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.ivo)
    counts = []
    for firm in ("Orchid Health", "Birch Credit", "Some Other Firm"):
        declared(pool, firm=firm)
        client.get("/pool/roster/interests")
        with counted(pool.database) as sent:
            client.get("/pool/roster/interests")
        counts.append(len(sent))
    assert len(set(counts)) == 1
    csv = client.get("/pool/roster/interests?format=csv&sort=auditor").get_data(as_text=True)
    assert csv.count("until it is assessed") == 3
    with pool.database.reading(pool.ivo, now()) as reading:
        assert len(queries.interests(reading, ListRequest(size=2, sort="declared")).items) == 2
