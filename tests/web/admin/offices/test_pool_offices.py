"""Pages of the pool's offices: each opens for its seats, is sound, and does what its form says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from pool.kernel.clock import day_of, now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from pool.kernel.traces import Activity
from pool.members.queries import firms, pool_seats
from pool.registry.queries import ethics_request, foundation
from scheduling.tables import Job
from tests.support.queries import counted
from tests.support.web import arrived, get_page, post, proofs, same_for_all, send, sign_in
from tests.support.world import World

POOL = ("pia", "rita", "tess", "amos", "theo", "dora", "edda", "ivo")


@pytest.mark.parametrize("who", POOL)
def test_home_says_what_waits_for_the_seat(client: FlaskClient, built: World, who: str) -> None:
    text = get_page(sign_in(client, built.pool.actors[who]), "/pool")
    assert "for you" in text and "Records of the pool today" in text


def test_home_of_the_ethics_reviewer_holds_the_request(client: FlaskClient, built: World) -> None:
    text = get_page(sign_in(client, built.pool.edda), "/pool")
    assert built.made["Orchid Health"]["ethics"] in text and "Conditions to be seen met" in text


def test_home_of_the_registrar_holds_open_incidents(client: FlaskClient, built: World) -> None:
    text = get_page(sign_in(client, built.pool.rita), "/pool")
    assert built.made["Orchid Health"]["incident"] in text


@pytest.mark.parametrize(
    "path",
    [
        "/pool/members", "/pool/admit", "/pool/people", "/pool/people/invite", "/pool/foundation-models",
        "/pool/foundation-models/new", "/pool/ethics", "/pool/record", "/pool/record/entries", "/pool/activity",
        "/pool/jobs",
    ],
)  # fmt: skip
def test_page_is_sound_or_refused(client: FlaskClient, built: World, path: str) -> None:
    opened = 0
    for who in POOL:
        answer = sign_in(client, built.pool.actors[who]).get(path)
        assert answer.status_code in (200, 403)
        if answer.status_code == 200:
            opened += 1
            get_page(client, path)
    assert opened


@pytest.mark.parametrize("who", ["mara", "milo", "ada"])
def test_pool_pages_are_closed_to_firms_and_auditors(client: FlaskClient, built: World, who: str) -> None:
    sign_in(client, built.pool.actors[who])
    for path in ("/pool", "/pool/members", "/pool/record", "/pool/activity", "/pool/deployments/DEP-2026-0001"):
        assert client.get(path).status_code == 403, path


# --- members and people ------------------------------------------------------------------------------------------


FIRM = {
    "name": "Cedar Works",
    "country": "FR",
    "contact_email": "office@cedar.example",
    "manager_name": "Cleo Arnaud",
    "manager_email": "cleo@cedar.example",
}


def test_admitting_a_firm_shows_the_link_once(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.rita)
    form = {**proofs(client.get("/pool/admit").text), **FIRM, "action": "submit"}
    first = send(client, "/pool/admit", form)
    assert first.status_code == 200
    (link,) = set(re.findall(r"http://localhost(/invitation/[\w-]+)", first.text))
    again = send(client, "/pool/admit", form)
    assert again.status_code == 303, "the second click finds the first one's firm"
    page = arrived(client, again)
    assert "Cedar Works" in page and link not in page
    assert [one.name for one in built.read(SYSTEM, firms)].count("Cedar Works") == 1
    visitor = client.application.test_client()
    assert "Cedar Works" in get_page(visitor, link)
    with built.database.reading(SYSTEM, now()) as reading:
        assert not [one for one in reading.session.exec(select(Activity)) if link.rpartition("/")[2] in str(one)]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "Orchid Health", "already a member"),
        ("name", "Оrchid Health", "different alphabets"),
        ("country", "de", "two-letter code"),
        ("contact_email", "nobody", "e-mail"),
        ("manager_email", "", "Fill in"),
    ],
)
def test_firm_that_cannot_be_admitted_comes_back(
    client: FlaskClient, built: World, field: str, value: str, words: str
) -> None:
    sign_in(client, built.pool.rita)
    answer = post(client, "/pool/admit", {**FIRM, field: value})
    assert answer.status_code == 422 and words in answer.text
    assert "Cleo Arnaud" in answer.text, "nothing typed is lost"


def test_member_page_shows_people_and_deployments(client: FlaskClient, built: World) -> None:
    text = get_page(sign_in(client, built.pool.pia), f"/pool/members/{built.pool.firm_refs['Orchid Health']}")
    assert "Mara Voss" in text and "Orchid guide" in text and "Firm admitted" in text


def test_inviting_and_ending_a_seat(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.amos)
    invited = post(
        client, "/pool/people/invite", {"name": "Paul Two", "email": "paul@pool.example", "office": "planner"}
    )
    assert invited.status_code == 200 and "/invitation/" in invited.text
    assert "Paul Two" in get_page(client, "/pool/people")
    wrong = post(client, "/pool/people/invite", {"name": "X Y", "email": "x@pool.example", "office": "firm_manager"})
    assert wrong.status_code == 422
    seat = next(one for one in built.read(SYSTEM, pool_seats) if one.person_name == "Pia Duarte")
    sitting = sign_in(client.application.test_client(), built.pool.pia)
    assert sitting.get("/pool").status_code == 200
    address = f"/pool/people/{seat.public_id}/end"
    assert post(client, address, {"reason": ""}).status_code == 422
    assert "Pia Duarte" in arrived(client, post(client, address, {"reason": "moved to another office"}))
    assert sitting.get("/pool").headers["Location"] == "/seats"
    assert client.get(address).status_code == 404


def test_seat_of_a_firm_is_not_the_administrators_to_end_here(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.amos)
    with built.database.reading(SYSTEM, now()) as reading:
        from pool.members.queries import seats_of_firm

        theirs = seats_of_firm(reading, built.pool.firm_ids["Orchid Health"])[0].public_id
    one, other = client.get(f"/pool/people/{theirs}/end"), client.get(f"/pool/people/{'0' * 32}/end")
    assert one.status_code == other.status_code == 404
    assert same_for_all(one.text, theirs) == same_for_all(other.text)


# --- foundation models --------------------------------------------------------------------------------------------


def test_adding_a_foundation_model_and_a_status(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.rita)
    form = {
        "provider": "Meadow",
        "name": "Alder",
        "version": "2.1",
        "aliases": "meadow/alder\nalder-2",
        "licence": "",
        "digest": "",
    }
    page = arrived(client, post(client, "/pool/foundation-models/new", form))
    assert "meadow/alder, alder-2" in page and "No status recorded yet" in page
    again = post(client, "/pool/foundation-models/new", form)
    assert again.status_code == 422 and "in the catalogue already" in again.text
    with built.database.reading(SYSTEM, now()) as reading:
        from pool.registry.queries import foundations

        ref = next(one.ref for one in foundations(reading).items if one.name == "Alder")
    status = {
        "market": "EU",
        "status": "registered",
        "valid_from": "2026-10-01",
        "evidence_note": "entry 12, read today",
    }
    address = f"/pool/foundation-models/{ref}/status"
    page = arrived(client, post(client, address, status, files={"evidence": ("register.txt", b"entry 12")}))
    assert "European Union" in page and "entry 12, read today" in page
    _found, facts = built.read(SYSTEM, foundation, ref)
    assert [(one.market, one.status) for one in facts] == [("EU", "registered")]
    for field, value in (("market", "XX"), ("valid_from", "2999-01-01"), ("evidence_note", ""), ("status", "maybe")):
        assert post(client, address, {**status, field: value}, files={}).status_code == 422, field


def test_status_reaches_the_record_of_what_is_built_on_it(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.rita)
    ref = built.made[""]["foundation_model"]
    form = {"market": "EU", "status": "deregistered", "valid_from": str(day_of(now())), "evidence_note": "struck off"}
    arrived(client, post(client, f"/pool/foundation-models/{ref}/status", form))
    text = get_page(client, f"/pool/deployments/{built.made['Orchid Health']['deployment']}")
    assert "Lawfully registered foundation model" in text


# --- ethics ----------------------------------------------------------------------------------------------------------


def test_deciding_an_ethics_request_and_seeing_its_conditions_met(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.edda)
    ref = built.made["Orchid Health"]["ethics"]
    assert "Give the outcome" in get_page(client, f"/pool/ethics/{ref}")
    address = f"/pool/ethics/{ref}/outcome"
    due = str(day_of(now()) + timedelta(days=20))
    form = {
        "outcome": "approved_with_conditions",
        "reasons": "A nurse must read every answer.",
        "conditions": "A nurse reads each answer\nLogs are kept",
        "conditions_due_on": due,
    }
    for change in ({"outcome": ""}, {"reasons": ""}, {"conditions": ""}, {"conditions_due_on": ""}):
        answer = post(client, address, {**form, **change})
        assert answer.status_code == 422, change
    page = arrived(client, post(client, address, form))
    assert "A nurse reads each answer" in page and "Confirm the conditions" in page
    assert built.read(SYSTEM, ethics_request, ref).conditions == ("A nurse reads each answer", "Logs are kept")
    assert post(client, address, form).status_code == 422, "an outcome is given once"
    page = arrived(client, post(client, f"/pool/ethics/{ref}/conditions", {"note": "Saw the roster."}))
    assert "seen on" in page
    assert built.read(SYSTEM, ethics_request, ref).conditions_met_on is not None


def test_only_the_ethics_reviewer_sees_the_act(client: FlaskClient, built: World) -> None:
    ref = built.made["Orchid Health"]["ethics"]
    text = get_page(sign_in(client, built.pool.rita), f"/pool/ethics/{ref}")
    assert "Give the outcome" not in text and "Must act: Ethics reviewer" in text
    assert client.get(f"/pool/ethics/{ref}/outcome").status_code == 403


# --- record, deployment, incident -------------------------------------------------------------------------------


def test_record_shows_standings_and_its_own_check(client: FlaskClient, built: World) -> None:
    text = get_page(sign_in(client, built.pool.rita), "/pool/record")
    assert "Orchid guide" in text and "No gap, every hash matches" in text
    assert "Orchid guide" not in get_page(client, "/pool/record?state=revoked")
    assert client.get("/pool/record?format=csv").mimetype == "text/csv"


def test_record_entry_shows_bytes_and_document(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.rita)
    assert "Digest matches the document" in get_page(client, "/pool/record/entries/0")
    assert client.get("/pool/record/entries/99999").status_code == 404
    assert client.get("/pool/record/entries/99999999999999999999999").status_code == 404
    listed = get_page(client, "/pool/record/entries?kind=ethics-review&size=2")
    assert "Ethics review" in listed and 'rel="next"' in listed


def test_deployment_page_opens_every_number(client: FlaskClient, built: World) -> None:
    text = get_page(sign_in(client, built.pool.rita), f"/pool/deployments/{built.made['Orchid Health']['deployment']}")
    for words in ("Conditions of the record", "Why this tier?", "The indicators, each with its day", "C1", "C8"):
        assert words in text
    get_page(client, f"/pool/deployments/{built.made['Orchid Health']['deployment_unsigned']}")


def test_registrar_closes_an_incident(client: FlaskClient, built: World) -> None:
    sign_in(client, built.pool.rita)
    ref = built.made["Orchid Health"]["incident"]
    assert "Close incident" in get_page(client, f"/pool/incidents/{ref}/close")
    assert post(client, f"/pool/incidents/{ref}/close", {"reason": ""}).status_code == 422


# --- activity, jobs ---------------------------------------------------------------------------------------------------


def test_journal_is_narrowed_and_opened(client: FlaskClient, built: World) -> None:
    text = get_page(sign_in(client, built.pool.amos), "/pool/activity?verb=attest")
    assert "Registration signed" in text and "Tier worked out" not in text.partition("<tbody")[2]
    entry = re.findall(r"/pool/activity/([0-9a-f]{32})", text)[0]
    assert "Mara Voss" in get_page(client, f"/pool/activity/{entry}") or "Ben Osei" in get_page(
        client, f"/pool/activity/{entry}"
    )
    assert client.get(f"/pool/activity/{'0' * 32}").status_code == 404
    assert client.get("/pool/activity?format=csv&office=ethics_reviewer").mimetype == "text/csv"
    assert "Edda" in get_page(client, "/pool/activity?q=edda")


def test_jobs_show_the_last_error(client: FlaskClient, built: World) -> None:
    def fill(work: Work) -> None:
        for n, state in enumerate(("due", "dead", "done")):
            work.add(
                Job(
                    kind="standing.refresh_all",
                    dedupe_key=f"job-{state}",
                    due_at=now(),
                    state=state,
                    attempts=n,
                    last_error="it broke",
                )
            )

    built.do(SYSTEM, fill)
    text = get_page(sign_in(client, built.pool.amos), "/pool/jobs")
    assert "job-dead" in text and "job-due" in text and "job-done" not in text and "it broke" in text
    assert "job-done" in get_page(client, "/pool/jobs?state=done")
    assert "Jobs that were given up" in get_page(client, "/pool")


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "narrow"),
    [
        ("/pool/members", "q=orchid"),
        ("/pool/people", "q=amos"),
        ("/pool/ethics", "size=1"),
        ("/pool/record", "q=orchid"),
        ("/pool/record/entries", "size=1"),
        ("/pool/activity", "size=1"),
        ("/pool/jobs", "q=nothing"),
        ("/pool/foundation-models", "size=1"),
    ],
)
def test_list_has_one_query_count_whatever_its_length(
    app: Flask, client: FlaskClient, built: World, path: str, narrow: str
) -> None:
    sign_in(client, built.pool.amos)
    client.get(path)
    with counted(built.database) as many:
        assert client.get(path).status_code == 200
    with counted(built.database) as few:
        assert client.get(f"{path}?{narrow}").status_code == 200
    assert len(many) == len(few)
