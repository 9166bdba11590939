"""Reviews, decisions, disputes and closing as pages: queues, the whole file, forms, independence."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from auditors.casework import queries, service
from auditors.casework.tables import AuditMember
from pool.decisions import queries as decisions
from pool.journeys import conclude
from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from tests.support import casework
from tests.support.audit_pages import implemented, world
from tests.support.casework import World
from tests.support.web import arrived, get_page, post, same_for_all, sign_in

__all__ = ["world"]

NOTES = {"notes": "The file carries the ratings."}


def submitted(world: World, *, firms: tuple[str, ...] = ("Orchid Health",)) -> str:
    """Bring an audit without findings to its submitted report."""
    ref = casework.open_audit(world, firms=firms)
    casework.to_stage2(world, ref)
    for firm in firms:
        number = ("Orchid Health", "Birch Credit").index(firm) + 1
        casework.rate_all(world, ref, deployment=f"DEP-2026-{number:04d}")
        if len(firms) > 1 and number == 1:
            world.run("bruno", service.rate_point, audit_ref=ref, point_id="X-HEA-1", deployment="DEP-2026-0001",
                      rating="conforming", **casework.RATED)  # fmt: skip
    casework.to_submitted(world, ref)
    return ref


def recommended(world: World, ref: str, outcome: str = "conforming") -> str:
    """Let Theo recommend a decision."""
    world.run("theo", conclude.review, audit_ref=ref, verdict="recommend", notes="Fine.", recommendation=outcome)
    return ref


def joined(world: World, ref: str, name: str) -> None:
    """Write down that somebody took part in an audit once, before they had their present seat."""

    def join(work: Work) -> None:
        work.add(
            AuditMember(
                audit_id=queries.audit_file(work, ref).id,
                auditor_id=world.pool.auditor_ids["chen"],
                person_id=world.pool.actors[name].person_id or 0,
                name=name,
                role="expert",
                joined_at=work.at,
                left_at=work.at,
            )
        )

    world.run(SYSTEM, join)


def state_of(world: World, ref: str) -> str:
    """Return where the audit stands."""
    return str(world.ask("pia", queries.audit_file, ref, at=now()).state)


def test_empty_queues_teach(world: World, client: FlaskClient) -> None:
    for name in ("theo", "dora", "amos"):
        sign_in(client, world.pool.actors[name])
        text = get_page(client, "/pool/decisions")
        assert "No report waits for a review." in text and "Nothing is decided yet" in text


def test_every_seat_finds_its_own_queue_first(world: World, client: FlaskClient) -> None:
    waiting, pending = submitted(world), recommended(world, submitted(world, firms=("Birch Credit",)))
    for name, first in (("theo", "To review"), ("dora", "To decide"), ("amos", "To close")):
        sign_in(client, world.pool.actors[name])
        text = get_page(client, "/pool/decisions")
        assert waiting in text and pending in text
        assert re.findall(r"<h2>([^<]+)", text)[0].strip() == first


def test_reviewer_reads_the_file_and_recommends(world: World, client: FlaskClient) -> None:
    ref = submitted(world)
    sign_in(client, world.theo)
    url = f"/pool/decisions/{ref}"
    text = get_page(client, url)
    assert "To your review" in text and casework.RATED["conclusion"] in text and "Ada Lindqvist" in text
    bad = post(client, f"{url}/review", {"verdict": "recommend", "recommendation": "", **NOTES}, on=url)
    assert bad.status_code == 422 and NOTES["notes"] in bad.get_data(as_text=True)
    bad = post(client, f"{url}/review", {"verdict": "await_action", "recommendation": "", **NOTES}, on=url)
    assert bad.status_code == 422 and "No critical or major finding is open." in bad.get_data(as_text=True)
    assert state_of(world, ref) == "submitted"
    data = {"verdict": "recommend", "recommendation": "conforming", **NOTES}
    text = arrived(client, post(client, f"{url}/review", data, on=url))
    assert "Recommended for decision: Conforming" in text and state_of(world, ref) == "decision_pending"


def test_clarification_goes_back_to_the_team_with_the_notes(world: World, client: FlaskClient) -> None:
    ref = submitted(world)
    sign_in(client, world.theo)
    url = f"/pool/decisions/{ref}"
    data = {"verdict": "clarify", "recommendation": "", "notes": "Which draw was used at TP-02?"}
    assert post(client, f"{url}/review", data, on=url).status_code == 303
    sign_in(client, world.ada)
    assert "Which draw was used at TP-02?" in get_page(client, f"/auditor/audits/{ref}/report")


def test_decision_maker_decides_with_reasons(world: World, client: FlaskClient) -> None:
    ref = recommended(world, submitted(world))
    sign_in(client, world.dora)
    url = f"/pool/decisions/{ref}"
    assert "The review recommends: Conforming" in get_page(client, url)
    data = {"outcome_DEP-2026-0001": "conforming", "reasons_DEP-2026-0001": ""}
    assert post(client, f"{url}/decide", data, on=url).status_code == 422
    data["reasons_DEP-2026-0001"] = "Nothing is open."
    text = arrived(client, post(client, f"{url}/decide", data, on=url))
    assert "Nothing is open." in text and state_of(world, ref) == "decided"
    listed = get_page(client, "/pool/decisions?outcome=conforming")
    assert "DEC-" in listed and "Dora Haddad" in listed
    assert "Nothing is open." not in client.get("/pool/decisions?format=csv").get_data(as_text=True)
    assert ref in client.get("/pool/decisions?format=csv").get_data(as_text=True)


def test_outcome_that_says_something_else_than_the_findings_comes_back(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    implemented(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    recommended(world, ref, "not_conforming")
    sign_in(client, world.dora)
    url = f"/pool/decisions/{ref}"
    data = {"outcome_DEP-2026-0001": "conforming", "reasons_DEP-2026-0001": "All good."}
    answer = post(client, f"{url}/decide", data, on=url)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Findings are open" in text and "All good." in text
    assert 'href="#decide-outcome_DEP-2026-0001-1"' in text


def test_joint_audit_is_decided_for_each_deployment(world: World, client: FlaskClient) -> None:
    ref = recommended(world, submitted(world, firms=("Orchid Health", "Birch Credit")))
    sign_in(client, world.dora)
    url = f"/pool/decisions/{ref}"
    data = {
        "outcome_DEP-2026-0001": "conforming",
        "reasons_DEP-2026-0001": "One.",
        "outcome_DEP-2026-0002": "restricted",
        "reasons_DEP-2026-0002": "Two.",
    }
    assert post(client, f"{url}/decide", data, on=url).status_code == 303
    audit_id = world.ask("pia", queries.audit_file, ref, at=now()).id
    rows = world.ask("pia", decisions.decisions_of, audit_id, at=now())
    assert [(row.outcome, row.reasons) for row in rows] == [("conforming", "One."), ("restricted", "Two.")]


@pytest.mark.parametrize(("name", "state"), [("theo", "submitted"), ("dora", "decision_pending")])
def test_who_took_part_reads_why_they_may_not_judge(world: World, client: FlaskClient, name: str, state: str) -> None:
    ref = submitted(world)
    if state == "decision_pending":
        recommended(world, ref)
    joined(world, ref, name)
    sign_in(client, world.pool.actors[name])
    url = f"/pool/decisions/{ref}"
    text = get_page(client, url)
    assert "You took part in this audit, so you may not judge it." in text and 'id="judge"' not in text
    assert "you took part" in get_page(client, "/pool/decisions")
    data: dict[str, str] = {"verdict": "clarify", "recommendation": "", **NOTES}
    if name == "dora":
        data = {"outcome_DEP-2026-0001": "conforming", "reasons_DEP-2026-0001": "Fine."}
    answer = post(client, f"{url}/{'review' if name == 'theo' else 'decide'}", data, on="/account")
    assert answer.status_code == 422 and state_of(world, ref) == state


def test_other_offices_read_or_see_nothing(world: World, client: FlaskClient) -> None:
    ref = submitted(world)
    sign_in(client, world.amos)
    text = get_page(client, f"/pool/decisions/{ref}")
    assert "Must act: Technical reviewer" in text and 'id="judge"' not in text
    for name in ("mara", "ada", "pia", "tess"):
        sign_in(client, world.pool.actors[name])
        for path in ("", f"/{ref}"):
            assert client.get(f"/pool/decisions{path}").status_code == 403
    sign_in(client, world.dora)
    assert post(client, f"/pool/decisions/{ref}/review", {}, on="/account").status_code == 403
    absent = [client.get(f"/pool/decisions/{key}") for key in ("AUD-1", "AUD-2")]
    assert [a.status_code for a in absent] == [404, 404]
    one, other = (same_for_all(a.get_data(as_text=True), "AUD-1", "AUD-2") for a in absent)
    assert one == other


def test_administrator_closes_a_decided_audit(world: World, client: FlaskClient) -> None:
    ref = recommended(world, submitted(world))
    world.run("dora", conclude.decide, audit_ref=ref, outcomes="conforming", reasons="Fine.")
    sign_in(client, world.amos)
    url = f"/pool/decisions/{ref}"
    assert "Close the audit" in get_page(client, url)
    assert "Closed" in arrived(client, post(client, f"{url}/close", on=url))
    assert state_of(world, ref) == "closed"


def test_evidence_is_sent_to_the_reviewer_as_an_attachment(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    sign_in(client, world.bruno)
    point = f"/auditor/audits/{ref}/points/DEP-2026-0001/TP-01"
    sent = post(client, f"{point}/files", {"purpose": "Log"}, on=point, files={"file": ("log.txt", b"112")})
    assert sent.status_code == 303
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    sign_in(client, world.theo)
    link = re.search(r'href="(/pool/decisions/files/[0-9a-f]+)"', get_page(client, f"/pool/decisions/{ref}"))
    assert link is not None
    answer = client.get(link[1])
    assert answer.data == b"112" and answer.headers["Content-Disposition"].startswith("attachment")


# --------------------------------------------------------------------------------------------------
# Disputes


@pytest.fixture
def disputed(world: World) -> str:
    """Give a major finding that Mara disputes; return its reference."""
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref, grade="major")

    def dispute(work: Work) -> None:
        service.dispute_finding(work, finding_ref=finding, reason="The sets were never used.")

    world.run("mara", dispute)
    return finding


def test_reviewer_settles_a_dispute_by_another_grade(world: World, client: FlaskClient, disputed: str) -> None:
    sign_in(client, world.theo)
    assert disputed in get_page(client, "/pool/decisions")
    url = f"/pool/disputes/{disputed}"
    assert "The sets were never used." in get_page(client, url)
    for grade in ("", "major"):
        bad = post(client, url, {"verdict": "regraded", "grade": grade, "reason": "One lapse only."})
        assert bad.status_code == 422 and "One lapse only." in bad.get_data(as_text=True)
    assert post(client, url, {"verdict": "upheld", "grade": "", "reason": ""}).status_code == 422
    data = {"verdict": "regraded", "grade": "minor", "reason": "One lapse only."}
    text = arrived(client, post(client, url, data))
    assert "the grade changed" in text and "One lapse only." in text and "Settle the dispute" not in text
    assert world.ask("mara", queries.finding, disputed, at=now()).finding.grade == "minor"


@pytest.mark.parametrize(("verdict", "state"), [("upheld", "acknowledged"), ("withdrawn", "withdrawn")])
def test_dispute_is_upheld_or_the_finding_withdrawn(
    world: World, client: FlaskClient, disputed: str, verdict: str, state: str
) -> None:
    sign_in(client, world.theo)
    data = {"verdict": verdict, "grade": "", "reason": "Seen both."}
    assert post(client, f"/pool/disputes/{disputed}", data).status_code == 303
    assert world.ask("mara", queries.finding, disputed, at=now()).finding.state == state


def test_who_took_part_does_not_settle_disputes(world: World, client: FlaskClient, disputed: str) -> None:
    joined(world, world.ask("pia", queries.finding, disputed).finding.audit_ref, "theo")
    sign_in(client, world.theo)
    url = f"/pool/disputes/{disputed}"
    text = get_page(client, url)
    assert "so you may not settle its disputes" in text and 'id="judge"' not in text
    data = {"verdict": "withdrawn", "grade": "", "reason": "I was there."}
    assert post(client, url, data, on="/account").status_code == 422
    assert world.ask("mara", queries.finding, disputed, at=now()).finding.state == "disputed"
