"""The audit file: list, workbench, saving as typed, rating, versions, steps of the lead, report."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from auditors.casework import queries, service
from auditors.casework.values import AuditFile, PointView
from pool.web.display import instant
from tests.support import casework
from tests.support.casework import PLAN, POINTS, RATED, World
from tests.support.web import arrived, get_page, post, proofs, same_for_all, send, sign_in

POINT = "/auditor/audits/{ref}/points/DEP-2026-0001/TP-01"


def file_of(world: World, ref: str) -> AuditFile:
    """Return the audit as Ada sees it now."""
    from pool.kernel.clock import now

    file: AuditFile = world.ask("ada", queries.audit_file, ref, at=now())
    return file


def paper(world: World, ref: str, name: str = "TP-01") -> PointView:
    """Return one workpaper."""
    return next(point for point in file_of(world, ref).points if point.point_id == name)


def typed(world: World, ref: str, **changed: Any) -> dict[str, Any]:
    """Return a filled workpaper as the form sends it."""
    return {**RATED, "rating": "conforming", "rating_reason": "", "version": str(paper(world, ref).version), **changed}


@pytest.fixture
def ref(world: World) -> str:
    """Give an audit in fieldwork."""
    made = casework.open_audit(world)
    casework.to_stage2(world, made)
    return made


@pytest.mark.parametrize("view", ["", "/plan", "/report", "/history", "/points/DEP-2026-0001/TP-02", "?show=open"])
def test_every_view_of_an_audit_is_a_sound_page_for_the_team(
    world: World, client: FlaskClient, ref: str, view: str
) -> None:
    for name in ("ada", "bruno"):
        sign_in(client, world.pool.actors[name])
        assert ref in get_page(client, f"/auditor/audits/{ref}{view}")


def test_audits_are_listed_with_their_next_step_and_as_csv(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.ada)
    text = get_page(client, "/auditor/audits?state=stage2&q=AUD")
    assert ref in text and "Rate the test points" in text and "Orchid Health" in text
    assert "Nothing fits these filters" in get_page(client, "/auditor/audits?state=closed")
    answer = client.get("/auditor/audits?format=csv")
    assert answer.mimetype == "text/csv" and "Rate the test points" in answer.get_data(as_text=True)


def test_auditor_outside_the_team_and_absent_audit_get_the_same_answer(
    world: World, client: FlaskClient, ref: str
) -> None:
    sign_in(client, world.chen)
    assert "No audit yet" in get_page(client, "/auditor/audits")
    for path in ("", "/plan", "/report", "/history", "/points/DEP-2026-0001/TP-01", "/findings/new", "/plan/seal"):
        foreign = client.get(f"/auditor/audits/{ref}{path}")
        absent = client.get(f"/auditor/audits/AUD-1999-0001{path}")
        assert foreign.status_code == absent.status_code == 404, path
        one, other = (same_for_all(a.get_data(as_text=True), ref, "AUD-1999-0001") for a in (foreign, absent))
        assert one == other, path


# --------------------------------------------------------------------------------------------------
# Workpaper


def test_workbench_opens_at_the_first_point_without_a_rating(world: World, client: FlaskClient, ref: str) -> None:
    world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", rating="conforming", **RATED)
    sign_in(client, world.ada)
    text = get_page(client, f"/auditor/audits/{ref}")
    assert "What does TP-02 ask?" in text and re.search(r"<strong[^>]*>1</strong> of 3 rated", text)


def test_rating_is_saved_and_leads_to_the_next_point(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.bruno)
    url = POINT.format(ref=ref)
    answer = post(client, url, typed(world, ref, rating="minor"), action="next")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/TP-02")
    saved = paper(world, ref)
    assert (saved.rating, saved.conclusion, saved.preparer_name) == ("minor", RATED["conclusion"], "Bruno Keller")
    # A lapse without a finding is said beside the point.
    assert "fieldwork ends only with a finding here" in get_page(client, url)


def test_bad_rating_comes_back_with_everything_that_was_typed(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.bruno)
    answer = post(client, POINT.format(ref=ref), typed(world, ref, sample="", procedure="I asked <b>Mara</b>."))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "I asked &lt;b&gt;Mara&lt;/b&gt;." in text and "This is empty." in text
    assert 'value="conforming" data-key="1" checked' in text and paper(world, ref).rating is None


def test_words_are_kept_without_a_rating(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.bruno)
    answer = post(client, POINT.format(ref=ref), typed(world, ref, sample="", rating="major"), action="words")
    assert answer.status_code == 303
    saved = paper(world, ref)
    assert (saved.rating, saved.procedure) == (None, RATED["procedure"])


def test_untested_point_needs_its_reason(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.bruno)
    url, empty = POINT.format(ref=ref), {"procedure": "", "sample": "", "result": "", "conclusion": ""}
    assert post(client, url, typed(world, ref, rating="not_tested", **empty)).status_code == 422
    reason = {"rating_reason": "No access on the day."}
    assert post(client, url, typed(world, ref, rating="not_tested", **empty, **reason)).status_code == 303
    assert paper(world, ref).rating == "not_tested"


def test_typing_is_saved_and_each_saving_tells_the_next_version(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.bruno)
    url = POINT.format(ref=ref)
    form = {**proofs(client.get(url).get_data(as_text=True)), "action": "autosave"}
    first = client.post(url, data={**form, **typed(world, ref, sample="")}, headers={"Accept": "application/json"})
    told = first.get_json()
    assert first.status_code == 200 and told["rating"] is None and "sample" in told["note"]
    second = {**form, **RATED, "rating": "conforming", "rating_reason": "", "version": str(told["version"])}
    again = client.post(url, data={**second, "request_key": "k" * 24}, headers={"Accept": "application/json"})
    assert again.get_json()["rating"] == "conforming" and paper(world, ref).rating == "conforming"
    # The same saving twice has one effect and one answer.
    twice = client.post(url, data={**second, "request_key": "k" * 24}, headers={"Accept": "application/json"})
    assert twice.get_json() == again.get_json()
    # An old version is refused in words that a program can show.
    late = client.post(url, data={**second, "request_key": "l" * 24}, headers={"Accept": "application/json"})
    assert late.status_code == 409 and "meanwhile" in late.get_json()["title"]


def test_two_people_at_one_point_lose_nothing(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.ada)
    url, seen = POINT.format(ref=ref), typed(world, ref, result="Ada's words")
    world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", rating="minor", **RATED)
    answer = post(client, url, seen)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Bruno Keller saved this point meanwhile" in text
    assert "Ada&#39;s words" in text and RATED["result"] in text
    version = re.findall(r'name="version" value="(\d+)"', text)[-1]
    assert post(client, url, {**seen, "version": version}).status_code == 303
    assert paper(world, ref).result == "Ada's words"


def test_how_many_records_to_look_at_is_worked_out_with_its_rule(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.ada)
    assert "look at 16" in get_page(client, POINT.format(ref=ref) + "?records=240")
    assert "Write a whole number" in get_page(client, POINT.format(ref=ref) + "?records=many")


def test_workpaper_is_read_only_outside_fieldwork(world: World, client: FlaskClient, ref: str) -> None:
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    sign_in(client, world.ada)
    text = get_page(client, POINT.format(ref=ref))
    assert "read only" in text and "<textarea" not in text
    answer = send(client, POINT.format(ref=ref), {**proofs(text), "action": "submit", **typed(world, ref)})
    assert answer.status_code == 422 and "not in fieldwork" in answer.get_data(as_text=True)


# --------------------------------------------------------------------------------------------------
# Files


def test_file_of_a_point_goes_up_and_comes_back_as_an_attachment(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.bruno)
    url = POINT.format(ref=ref)
    sent = {"file": ("sheet <1>.html", b"<script>alert(1)</script>")}
    answer = post(client, f"{url}/files", {"purpose": "The data sheet"}, on=url, files=sent)
    text = arrived(client, answer)
    assert "The data sheet" in text
    link = re.search(r'href="(/auditor/files/[0-9a-f]{32})" download', text)
    assert link is not None
    got = client.get(link[1])
    assert got.data == b"<script>alert(1)</script>" and got.mimetype == "text/plain"
    assert (
        got.headers["Content-Disposition"].startswith("attachment")
        and "sandbox" in got.headers["Content-Security-Policy"]
    )
    sign_in(client, world.chen)
    foreign, absent = client.get(link[1]), client.get("/auditor/files/" + "0" * 32)
    assert foreign.status_code == absent.status_code == 404
    assert same_for_all(foreign.get_data(as_text=True)) == same_for_all(absent.get_data(as_text=True))
    sign_in(client, world.bruno)
    assert post(client, f"{url}/files", {}, on=url, files={"file": ("", b"")}).status_code == 422


# --------------------------------------------------------------------------------------------------
# Steps


def test_lead_seals_the_plan_and_walks_to_fieldwork(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world)
    sign_in(client, world.ada)
    assert "Seal the plan" in get_page(client, f"/auditor/audits/{ref}")
    form = get_page(client, f"/auditor/audits/{ref}/plan/seal")
    assert "edition 2026.1" in form and "The brief says 2.5 auditor-days" in form
    url = f"/auditor/audits/{ref}/plan/seal"
    version = {"version": str(file_of(world, ref).version)}
    short = post(client, url, {**PLAN, "days": "1", "days_reason": "", **version})
    assert short.status_code == 422 and "fewer days than the 5/2" in short.get_data(as_text=True)
    text = arrived(client, post(client, url, {**PLAN, "days": "", "days_reason": "", **version}))
    assert "The brief." in text and "sha256:" in text
    _step(client, world, ref, "stage1")
    bad = post(client, f"/auditor/audits/{ref}/stage-1", {"readiness": "ready", "note": "", "version": "1"})
    assert bad.status_code == 422
    told = {"readiness": "ready_with_concerns", "note": "Logs are short.", "version": str(file_of(world, ref).version)}
    assert post(client, f"/auditor/audits/{ref}/stage-1", told).status_code == 303
    page = get_page(client, f"/auditor/audits/{ref}/fieldwork")
    assert "Logs are short." in page
    settled = {"note": "Longer logs came.", "version": str(file_of(world, ref).version)}
    assert post(client, f"/auditor/audits/{ref}/fieldwork", settled).status_code == 303
    assert file_of(world, ref).state == "stage2"


def _step(client: FlaskClient, world: World, ref: str, to: str) -> str:
    answer = post(
        client,
        f"/auditor/audits/{ref}/step",
        {"to": to, "version": str(file_of(world, ref).version)},
        on=f"/auditor/audits/{ref}",
    )
    return arrived(client, answer)


def test_only_the_lead_finds_the_button_of_the_next_step(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world)
    sign_in(client, world.bruno)
    text = get_page(client, f"/auditor/audits/{ref}")
    assert f"/auditor/audits/{ref}/plan/seal" not in text and "Must act: Ada Lindqvist" in text
    answer = post(client, f"/auditor/audits/{ref}/step", {"to": "stage1"}, on="/auditor/interests/new")
    assert answer.status_code in (403, 409)


def test_what_stands_in_the_way_is_said_and_no_step_passes_it(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.ada)
    text = get_page(client, f"/auditor/audits/{ref}")
    assert "Some test points have no rating" in text and "End fieldwork" not in text
    answer = post(
        client, f"/auditor/audits/{ref}/step", {"to": "draft_report", "version": ""}, on="/auditor/interests/new"
    )
    assert answer.status_code == 409 and file_of(world, ref).state == "stage2"


def test_report_is_written_sent_answered_and_submitted(world: World, client: FlaskClient, ref: str) -> None:
    casework.rate_all(world, ref)
    sign_in(client, world.ada)
    assert "End fieldwork" in get_page(client, f"/auditor/audits/{ref}")
    _step(client, world, ref, "draft_report")
    url = f"/auditor/audits/{ref}/report"
    version = str(file_of(world, ref).version)
    assert post(client, url, {"summary": "", "version": version}).status_code == 422
    form = {**proofs(client.get(url).get_data(as_text=True)), "action": "autosave"}
    told = client.post(
        url, data={**form, "summary": "What we", "version": version}, headers={"Accept": "application/json"}
    )
    assert told.status_code == 200
    latest = str(told.get_json()["version"])
    assert post(client, url, {"summary": "What we saw.", "version": latest}).status_code == 303
    assert "Wait for the comment" not in _step(client, world, ref, "factual_check")
    world.run("mara", service.comment_report, audit_ref=ref, comment="The third item is of June.")
    assert "The third item is of June." in get_page(client, url)
    data = {"deployment": "DEP-2026-0001", "answer": ""}
    assert post(client, f"/auditor/audits/{ref}/answer", data, on=url).status_code == 422
    data["answer"] = "Corrected."
    assert "Corrected." in arrived(client, post(client, f"/auditor/audits/{ref}/answer", data, on=url))
    text = _step(client, world, ref, "submitted")
    assert "waits for a technical reviewer" in text and file_of(world, ref).state == "submitted"


def test_lead_asks_to_stop_and_the_reason_is_kept(world: World, client: FlaskClient, ref: str) -> None:
    sign_in(client, world.ada)
    url = f"/auditor/audits/{ref}/stop"
    assert post(client, url, {"reason": ""}).status_code == 422
    assert url in get_page(client, f"/auditor/audits/{ref}/history")
    shown = arrived(client, post(client, url, {"reason": "The firm closed its doors."}))
    asked_at = file_of(world, ref).stop_asked_at
    assert url not in shown
    for text in (shown, get_page(client, f"/auditor/audits/{ref}")):
        assert f"A stop was asked for on {instant(asked_at)}. The pool decides next" in text
    world.run("pia", service.stop_audit, audit_ref=ref)
    stopped = world.ask("pia", queries.audit_file, ref)
    assert stopped.state == "aborted" and stopped.events[-1].reason == "The firm closed its doors."
    # Sight ends with the audit.
    assert client.get(f"/auditor/audits/{ref}/history").status_code == 404


def test_low_tier_begins_as_a_desk_audit(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world, tier="low")
    casework.seal(world, ref)
    sign_in(client, world.ada)
    assert "Begin the desk audit" in get_page(client, f"/auditor/audits/{ref}")
    assert "Stage 1" not in get_page(client, f"/auditor/audits/{ref}/plan").split("steps")[1][:1500]


def test_joint_audit_shows_both_deployments(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world, firms=("Orchid Health", "Birch Credit"))
    sign_in(client, world.ada)
    text = get_page(client, f"/auditor/audits/{ref}")
    assert "canary-Orchid Health" in text and "canary-Birch Credit" in text
    assert text.count("point-id") == 2 * len(POINTS) + 1
