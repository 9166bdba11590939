"""Findings: writing, changing, discarding, issuing; the remedy's verdicts; both sides' story; files."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from auditors.casework import queries, service
from auditors.casework.values import FindingFile
from pool.kernel.clock import now
from tests.support import casework
from tests.support.audit_pages import answered, implemented
from tests.support.casework import WORDS, World
from tests.support.web import arrived, get_page, post, proofs, same_for_all, sign_in

GRADED = {"grade": "minor", "repeats": ""}


@pytest.fixture
def ref(world: World) -> str:
    """Give an audit in fieldwork."""
    made = casework.open_audit(world)
    casework.to_stage2(world, made)
    return made


def found(world: World, finding: str, name: str = "ada") -> FindingFile:
    """Return a finding as somebody sees it now."""
    file: FindingFile = world.ask(name, queries.finding, finding, at=now())
    return file


def draft(world: World, ref: str, grade: str = "minor", **changed: str) -> str:
    """Let Bruno draft a finding; return its reference."""
    words = {**WORDS, **changed}
    return str(world.run("bruno", service.draft_finding, audit_ref=ref, grade=grade, point_id="TP-06", **words))


def test_form_is_filled_from_the_workpaper(world: World, client: FlaskClient, ref: str) -> None:
    world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-06", rating="major", **casework.RATED)
    sign_in(client, world.bruno)
    text = get_page(client, f"/auditor/audits/{ref}/findings/new?point=DEP-2026-0001/TP-06")
    assert "D10, D13: What does TP-06 ask?" in text and casework.RATED["result"] in text
    assert re.search(r'value="major" checked', text)


def test_draft_is_written_changed_and_issued(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.ada)
    url = f"/auditor/audits/{ref}/findings/new?point=DEP-2026-0001/TP-06"
    bad = post(client, url, {**WORDS, "point": "DEP-2026-0001/TP-06", "duty": "D13", "repeats": ""})
    assert bad.status_code == 422 and WORDS["statement"] in bad.get_data(as_text=True)
    answer = post(client, url, {**WORDS, **GRADED, "point": "DEP-2026-0001/TP-06", "duty": "D13", "evidence": ""})
    text = arrived(client, answer)
    finding = answer.headers["Location"].rpartition("/")[2]
    assert "Before it can be issued" in text and "duty D13" in text and "Issue to the firm" not in text
    edit = f"/auditor/findings/{finding}/edit"
    words = {**WORDS, "grade": "major", "version": str(found(world, finding).finding.version)}
    assert "Issue to the firm" in arrived(client, post(client, edit, words))
    # Somebody else's change in between is not written over.
    late = post(client, edit, {**words, "statement": "Late words"})
    assert late.status_code == 422 and "Late words" in late.get_data(as_text=True)
    issue = f"/auditor/audits/{ref}/findings/issue?finding={finding}"
    assert "remedy proposed within 21 days, closed within 90 days" in get_page(client, issue)
    issued = post(client, issue)
    text = arrived(client, issued)
    assert "Must act: Orchid Health" in text and "Remedy proposed by" in text
    assert found(world, finding, "mara").finding.grade == "major"
    assert client.get(edit).status_code == 409


def test_draft_is_saved_as_typed(world: World, client: FlaskClient, ref: str) -> None:
    finding = draft(world, ref)
    sign_in(client, world.bruno)
    url = f"/auditor/findings/{finding}/edit"
    form = {**proofs(client.get(url).get_data(as_text=True)), "action": "autosave", **WORDS, "grade": "minor"}
    version = found(world, finding).finding.version
    told = client.post(url, data={**form, "statement": "Half a sen", "version": str(version)})
    assert told.get_json() == {"saved": True, "version": version + 1}
    assert found(world, finding).finding.statement == "Half a sen"


def test_draft_is_discarded_and_the_firm_never_sees_it(world: World, client: FlaskClient, ref: str) -> None:
    finding = draft(world, ref)
    sign_in(client, world.bruno)
    assert "The firm never sees it" in get_page(client, f"/auditor/findings/{finding}/discard")
    assert post(client, f"/auditor/findings/{finding}/discard", {"reason": "A slip."}).status_code == 303
    text = get_page(client, f"/auditor/findings/{finding}")
    assert "Discarded" in text and "A slip." in text
    with pytest.raises(Exception, match="no such finding"):
        found(world, finding, "mara")


def test_all_drafts_are_issued_at_once(world: World, client: FlaskClient, ref: str) -> None:
    names = [draft(world, ref), draft(world, ref, "observation")]
    sign_in(client, world.ada)
    assert "Issue 2 drafts to the firm" in get_page(client, f"/auditor/audits/{ref}")
    text = get_page(client, f"/auditor/audits/{ref}/findings/issue")
    assert "Issue 2 findings to the firm" in text and "It asks no answer." in text
    assert post(client, f"/auditor/audits/{ref}/findings/issue").status_code == 303
    assert [found(world, name).finding.state for name in names] == ["issued", "noted"]


def test_lead_sends_a_remedy_back_with_words_and_then_accepts_another(
    world: World, client: FlaskClient, ref: str
) -> None:
    finding = answered(world, ref)
    sign_in(client, world.ada)
    url, page = f"/auditor/findings/{finding}/remedy", f"/auditor/findings/{finding}"
    text = get_page(client, page)
    assert (
        "Accept the remedy" in text and "Close this minor on its plan" in text and casework.REMEDY["root_cause"] in text
    )
    data = {"answer": "", "version": str(found(world, finding).finding.version)}
    assert post(client, url, data, on=page, action="send_back").status_code == 422
    data["answer"] = "The root cause names a person, not a cause."
    text = arrived(client, post(client, url, data, on=page, action="send_back"))
    assert "Response sent back" in text and "names a person" in text
    from tests.support.audit_pages import remedy

    world.run("mara", service.propose_remedy, finding_ref=finding, **remedy(world))
    data = {"answer": "", "on_plan": "1", "version": str(found(world, finding).finding.version)}
    assert "Closed on plan" in arrived(client, post(client, url, data, on=page, action="accept"))


def test_auditor_verifies_or_finds_the_evidence_insufficient(world: World, client: FlaskClient, ref: str) -> None:
    finding = implemented(world, ref)
    sign_in(client, world.bruno)
    url, page = f"/auditor/findings/{finding}/remedy", f"/auditor/findings/{finding}"
    assert "Verify and close" in get_page(client, page)
    data = {"answer": "Line 4 is still empty.", "version": str(found(world, finding).finding.version)}
    text = arrived(client, post(client, url, data, on=page, action="insufficient"))
    assert "The evidence was not enough" in text
    world.run("mara", service.implement_remedy, finding_ref=finding, evidence_note="Now it is filled.")
    data = {"answer": "Seen in the sheet.", "version": str(found(world, finding).finding.version)}
    text = arrived(client, post(client, url, data, on=page, action="verify"))
    assert "Verified and closed" in text and "verified by Bruno Keller" in text
    assert post(client, url, data, on="/auditor/interests/new", action="verify").status_code == 422


def test_member_who_does_not_lead_reads_why_not(world: World, client: FlaskClient, ref: str) -> None:
    finding = answered(world, ref, grade="major")
    sign_in(client, world.bruno)
    text = get_page(client, f"/auditor/findings/{finding}")
    assert "Only the lead auditor of this audit may do this." in text and "Accept the remedy" not in text


def test_foreign_and_absent_finding_get_the_same_answer(world: World, client: FlaskClient, ref: str) -> None:
    finding = answered(world, ref)
    sign_in(client, world.chen)
    for path in ("", "/edit", "/discard"):
        foreign, absent = client.get(f"/auditor/findings/{finding}{path}"), client.get(f"/auditor/findings/FIN-1{path}")
        assert foreign.status_code == absent.status_code == 404
        one, other = (same_for_all(a.get_data(as_text=True), finding, "FIN-1") for a in (foreign, absent))
        assert one == other


def test_file_is_attached_to_a_finding(world: World, client: FlaskClient, ref: str) -> None:
    finding = answered(world, ref)
    sign_in(client, world.ada)
    page = f"/auditor/findings/{finding}"
    answer = post(client, f"{page}/files", {"purpose": ""}, on=page, files={"file": ("log.txt", b"112")})
    assert "log.txt" in arrived(client, answer)


def test_findings_are_listed_searched_and_exported(world: World, client: FlaskClient, ref: str) -> None:
    finding = answered(world, ref)
    sign_in(client, world.bruno)
    assert finding in get_page(client, "/auditor/findings?grade=minor&q=source&sort=close_by")
    assert "Nothing fits these filters" in get_page(client, "/auditor/findings?grade=critical")
    assert finding in client.get("/auditor/findings?format=csv").get_data(as_text=True)
    sign_in(client, world.chen)
    assert "No finding yet" in get_page(client, "/auditor/findings")
