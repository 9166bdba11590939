"""Findings in the firm's pages: accepted, disputed, answered, carried out with a file, contained."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from auditors.casework import queries, service
from auditors.casework.values import FindingFile
from tests.support import casework
from tests.support.audit_pages import due_day, remedy, world
from tests.support.casework import World
from tests.support.queries import counted
from tests.support.web import arrived, checked, get_page, post, proofs, same_for_all, send, sign_in

__all__ = ["world"]


@pytest.fixture
def audit(world: World) -> str:
    """Give an audit of Orchid Health in stage 2."""
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    return ref


def _file(world: World, ref: str) -> FindingFile:
    found: FindingFile = world.ask("mara", queries.finding, ref)
    return found


def _remedy(world: World, **more: Any) -> dict[str, Any]:
    return {
        "correction": "Mended at once", "root_cause": "Nobody's task", "measure": "A named owner",
        "owner": "Milo Brandt", "due_on": due_day(world).isoformat(), **more,
    }  # fmt: skip


# --------------------------------------------------------------------------------------------------
# List


def test_empty_list_teaches_and_drafts_stay_with_the_team(world: World, audit: str, client: FlaskClient) -> None:
    draft = world.run(
        "bruno", service.draft_finding, audit_ref=audit, grade="minor", point_id="TP-06", **casework.WORDS
    )
    sign_in(client, world.mara)
    text = get_page(client, "/firm/findings")
    assert "No finding" in text and draft not in text
    assert client.get(f"/firm/findings/{draft}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_its_length(world: World, audit: str, client: FlaskClient, rows: int) -> None:
    refs = [casework.issue(world, audit) for _n in range(rows)]
    sign_in(client, world.milo)
    with counted(world.database) as sent:
        text = get_page(client, "/firm/findings")
    assert all(ref in text for ref in refs)
    assert len(sent) == 1


def test_list_is_narrowed_sorted_and_saved(world: World, audit: str, client: FlaskClient) -> None:
    minor, major = casework.issue(world, audit), casework.issue(world, audit, grade="major")
    sign_in(client, world.mara)
    assert minor not in get_page(client, "/firm/findings?grade=major")
    assert major in get_page(client, f"/firm/findings?q={major}")
    text = get_page(client, "/firm/findings?sort=close_by")
    assert text.index(major) < text.index(minor), "a major is due before a minor"
    saved = client.get("/firm/findings?format=csv").get_data(as_text=True).lstrip("\ufeff")
    assert [row["Finding"] for row in csv.DictReader(io.StringIO(saved))] == [major, minor]


# --------------------------------------------------------------------------------------------------
# Answers


def test_finding_is_accepted_once(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    sign_in(client, world.milo)
    page = get_page(client, f"/firm/findings/{ref}")
    assert "Accept it, or dispute it" in page and "Requirement" in page and "Propose a remedy by" in page
    form = proofs(page)
    answers = [send(client, f"/firm/findings/{ref}/acknowledge", form) for _click in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    text = arrived(client, answers[0])
    assert "Accepted." in text and "Acknowledged by the firm" in text
    assert [entry.verb for entry in _file(world, ref).thread].count("finding.acknowledge") == 1
    assert client.get(f"/firm/findings/{ref}/dispute").status_code == 409


def test_dispute_needs_a_reason_and_stops_the_clock(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    sign_in(client, world.mara)
    assert post(client, f"/firm/findings/{ref}/dispute", {"reason": ""}).status_code == 422
    text = arrived(client, post(client, f"/firm/findings/{ref}/dispute", {"reason": "The log shows another day"}))
    assert "the clock stands still" in text and "The log shows another day" in text
    assert "Must act: Technical reviewer" in text and "Accept the finding" not in text


def test_remedy_with_a_slip_comes_back_with_what_was_typed(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    sign_in(client, world.mara)
    address = f"/firm/findings/{ref}/answer"
    assert "Mara Voss" in get_page(client, address), "the owner is proposed"
    for slip in ({"root_cause": ""}, {"due_on": "2020-01-01"}, {"due_on": "soon"}):
        answer = post(client, address, _remedy(world, **slip))
        assert answer.status_code == 422 and "Mended at once" in answer.get_data(as_text=True)
    assert _file(world, ref).remedies == ()


def test_remedy_is_proposed_sent_back_and_mended(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    sign_in(client, world.mara)
    address = f"/firm/findings/{ref}/answer"
    form = {**proofs(get_page(client, address)), "action": "submit", **_remedy(world)}
    answers = [send(client, address, form) for _click in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert "Your remedy is with the auditor." in arrived(client, answers[0])
    assert len(_file(world, ref).remedies) == 1, "answering an issued finding accepts it, and once"
    assert client.get(address).status_code == 409
    world.run("ada", service.send_back_remedy, finding_ref=ref, answer="The cause lies deeper")
    again = get_page(client, address)
    assert "Mended at once" in again and "The cause lies deeper" in again, "nothing is typed twice"
    assert post(client, address, _remedy(world, root_cause="No review at all")).status_code == 303
    assert [one.root_cause for one in _file(world, ref).remedies] == ["Nobody's task", "No review at all"]


def test_stale_page_does_not_answer_what_it_did_not_show(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    sign_in(client, world.mara)
    address = f"/firm/findings/{ref}/answer"
    page = get_page(client, address)
    seen = page.partition('name="version" value="')[2].partition('"')[0]
    world.run("milo", service.acknowledge_finding, finding_ref=ref)
    answer = send(client, address, {**proofs(page), "action": "submit", **_remedy(world), "version": seen})
    assert answer.status_code == 422
    fresh = answer.get_data(as_text=True).partition('name="version" value="')[2].partition('"')[0]
    assert seen and fresh != seen
    assert post(client, address, _remedy(world, version=fresh)).status_code == 303


def test_remedy_is_reported_done_with_a_file(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit, grade="major")
    world.run("mara", service.propose_remedy, finding_ref=ref, **remedy(world))
    world.run("ada", service.accept_remedy, finding_ref=ref, answer="Good.")
    sign_in(client, world.mara)
    address = f"/firm/findings/{ref}/done"
    file = ("Prüfblatt <1>.html", b"<script>alert(1)</script>")
    slip = post(client, address, {"evidence_note": ""}, files={"file": file})
    assert slip.status_code == 422 and _file(world, ref).evidence == ()
    form = {**proofs(get_page(client, address)), "action": "submit", "evidence_note": "Two releases under it"}
    answers = [send(client, address, form, files={"file": file}) for _click in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    text = arrived(client, answers[0])
    assert "Waiting for the auditor to verify" in text and "Two releases under it" in text
    (kept,) = _file(world, ref).evidence
    got = client.get(f"/firm/findings/{ref}/files/{kept.sha256}")
    assert got.data == file[1] and got.mimetype == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment") and "sandbox" in str(got.headers)
    for wrong in ("0" * 64, "..", kept.sha256[:-1]):
        assert client.get(f"/firm/findings/{ref}/files/{wrong}").status_code == 404
    world.run("bruno", service.verify_remedy, finding_ref=ref, answer="Seen in both releases.")
    text = get_page(client, f"/firm/findings/{ref}")
    assert "Verified and closed." in text and "verified by Bruno Keller" in text and "Must act" not in text


def test_remedy_is_reported_done_without_a_file(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    world.run("mara", service.propose_remedy, finding_ref=ref, **remedy(world))
    world.run("ada", service.accept_remedy, finding_ref=ref, answer="Good.")
    sign_in(client, world.milo)
    assert post(client, f"/firm/findings/{ref}/done", {"evidence_note": "Seen on site"}).status_code == 303
    assert _file(world, ref).finding.state == "evidence_submitted"


def test_critical_is_contained_first(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit, grade="critical")
    sign_in(client, world.mara)
    page = get_page(client, f"/firm/findings/{ref}")
    assert "contain the harm at once" in page
    assert page.index("Say what contains the harm") < page.index("Accept the finding")
    address = f"/firm/findings/{ref}/contain"
    assert post(client, address, {"note": ""}).status_code == 422
    text = arrived(client, post(client, address, {"note": "The service is switched off"}))
    assert "The service is switched off" in text and "Contained by the firm" in text
    assert _file(world, ref).finding.contained_at is not None
    assert client.get(address).status_code == 409


def test_remark_asks_nothing(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit, grade="observation")
    sign_in(client, world.mara)
    text = get_page(client, f"/firm/findings/{ref}")
    assert "Nothing is asked of you" in text and "Must act" not in text and "Close by" not in text
    for tail in ("answer", "dispute", "done", "contain"):
        assert client.get(f"/firm/findings/{ref}/{tail}").status_code == 409


def test_minor_closed_on_its_plan_may_be_shown_early(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    world.run("mara", service.propose_remedy, finding_ref=ref, **remedy(world))
    world.run("ada", service.accept_remedy, finding_ref=ref, answer="Good.", on_plan=True)
    sign_in(client, world.mara)
    text = get_page(client, f"/firm/findings/{ref}")
    assert "Closed on its plan" in text and "Report it done" in text


# --------------------------------------------------------------------------------------------------
# Doors that stay shut


def test_foreign_and_absent_findings_look_the_same(world: World, client: FlaskClient) -> None:
    theirs = casework.open_audit(world, firms=("Birch Credit",))
    casework.to_stage2(world, theirs)
    foreign, absent = casework.issue(world, theirs), "FIN-2026-0999"
    mine = casework.open_audit(world)
    casework.to_stage2(world, mine)
    own = casework.issue(world, mine)
    sign_in(client, world.mara)
    for tail in ("", "/answer", "/dispute", "/done", "/contain", "/files/" + "a" * 64):
        seen = [client.get(f"/firm/findings/{ref}{tail}") for ref in (foreign, absent)]
        assert [one.status_code for one in seen] == [404, 404]
        assert len({same_for_all(one.get_data(as_text=True), foreign, absent) for one in seen}) == 1, tail
    key = {**proofs(get_page(client, f"/firm/findings/{own}")), "action": "submit", "reason": "no"}
    for tail in ("acknowledge", "dispute"):
        answers = [client.post(f"/firm/findings/{ref}/{tail}", data=key) for ref in (foreign, absent)]
        assert [one.status_code for one in answers] == [404, 404]
        assert len({same_for_all(one.get_data(as_text=True), foreign, absent) for one in answers}) == 1


def test_accepting_again_says_that_it_is_not_open(world: World, audit: str, client: FlaskClient) -> None:
    ref = casework.issue(world, audit)
    sign_in(client, world.mara)
    form = proofs(get_page(client, f"/firm/findings/{ref}"))
    world.run("milo", service.acknowledge_finding, finding_ref=ref)
    answer = client.post(f"/firm/findings/{ref}/acknowledge", data=form)
    assert answer.status_code == 409
    checked(answer)
