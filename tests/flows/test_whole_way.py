"""The whole way, on both databases: a firm comes with a model file and leaves with a dated audit and a paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from auditors.casework import queries as casework
from pool.bookings import queries as bookings
from pool.costs import ledger_queries as ledger
from pool.costs import queries as costs
from pool.harbor.queries import record_faults, register_entry, standing_of
from pool.journeys import asking, audit, book, conclude, plan, remedy, settle, standing, submit
from pool.journeys.report import firm_report
from pool.kernel.clock import day_of, utc
from pool.kernel.roles import PUBLIC, SYSTEM, Actor
from pool.kernel.storage import Database
from pool.policy.loading import load_edition
from pool.registry import queries as registry
from pool.registry.inspection import inspect_path, merge
from pool.reports.firm_report import render_firm_report
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem_json import problem_to_json
from scheduling.verify import verify
from tests.support.people import Pool, seed

SAMPLES = Path(__file__).parent.parent / "samples" / "arztbrief"
START = utc(2026, 9, 1, 9)

#: A bounded medical inquiry model: medium tier. Source: worked case V02 of the edition.
CASE = "V02"


class Story:
    """A pool whose clock the test moves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START
        self.pool: Pool = seed(database, at=START)

    def wait(self, days: int = 0, hours: int = 1) -> datetime:
        self.now += timedelta(days=days, hours=hours)
        return self.now

    def do(self, who: Actor, journey: Any, **named: Any) -> Any:
        self.wait()
        return self.database.run_work(journey, actor=who, at=self.now, **named)

    def read(self, who: Actor, query: Any, *arguments: Any, **named: Any) -> Any:
        with self.database.reading(who, self.now) as reading:
            return query(reading, *arguments, **named)


def indicators(case: str) -> dict[str, Any]:
    cases = load_edition().documents["vignettes.yaml"]["vignettes"]
    return dict(next(one for one in cases if one["id"] == case)["indicators"])


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


def submitted(story: Story) -> str:
    """Step 1 and 2: catalogue, model from its files, deployment with its tier, attestation, ethics review."""
    pool = story.pool
    base = story.do(
        pool.rita,
        submit.add_foundation,
        provider="northlight",
        name="aurora-7b-instruct",
        version="1.2",
        aliases=["northlight/aurora-7b-instruct"],
    )
    story.do(
        pool.rita,
        submit.record_foundation_status,
        foundation=base.ref,
        market="EU",
        status="registered",
        valid_from=date(2026, 3, 1),
        evidence_note="extract of the register of 1 March 2026",
    )
    files = [inspect_path(path) for path in sorted(SAMPLES.iterdir())]
    merged = merge(files)
    assert merged.contradictions == ()
    assert merged.base_model == "northlight/aurora-7b-instruct"
    known = story.read(pool.mara, registry.foundation_named, [merged.base_model])
    model = story.do(
        pool.mara,
        submit.register_model,
        name=merged.name or "Ward helper",
        foundation=known.ref,
        method=merged.method or "",
        datasets=list(merged.datasets or ()),
        stated_base=merged.base_model,
        files=[submit.file_of(one, 100) for one in files],
    )
    deployment = story.do(
        pool.mara,
        submit.register_deployment,
        model=model.ref,
        name="Visit guide",
        purpose="Answers on visit preparation from a vetted bank.",
        context="health_information",
        markets=["EU"],
        indicators=indicators(CASE),
    )
    view = story.read(pool.mara, registry.deployment, deployment.ref)
    assert (view.tier, view.intensity) == ("medium", "0.6000")
    story.do(pool.mara, submit.attest, deployment=deployment.ref, signed_name="Mara Voss")
    ethics = story.do(pool.mara, submit.request_ethics, deployment=deployment.ref, answers={"harm": "wrong directions"})
    story.do(pool.edda, submit.decide_ethics, request=ethics.ref, outcome="approved", reasons="bounded and handed over")
    story.do(
        pool.mara,
        submit.add_monitoring,
        deployment=deployment.ref,
        period_from=date(2026, 8, 1),
        period_until=date(2026, 8, 31),
        level=2,
        sample_outputs=100,
        off_scope_outputs=1,
        complaints=0,
        summary="One answer out of scope, handed over.",
    )
    return str(deployment.ref)


def booked(story: Story, deployment: str) -> tuple[str, str]:
    """Step 3 and 4: request, screening, estimate, engagement, plan, answers, confirmation; return booking and audit."""
    pool = story.pool
    today = day_of(story.now)
    request = story.do(
        pool.mara,
        book.request_booking,
        deployments=[deployment],
        window_from=today + timedelta(days=20),
        window_until=today + timedelta(days=75),
    )
    ref = request.ref
    story.do(pool.mara, book.submit, booking=ref)
    story.do(pool.pia, book.screen, booking=ref)
    line = story.read(pool.mara, bookings.booking, ref).line
    assert line.state == "screened"
    story.do(pool.amos, book.quote, booking=ref)
    engaged = story.do(pool.mara, book.accept, booking=ref, signed_name="Mara Voss")
    problem = story.read(pool.pia, plan.export_problem)
    solved = solve(problem)
    document, answer = problem_to_json(problem), plan_to_json(solved)
    assert verify(document, answer)["valid"] is True
    assert answer["unplaced"] == []
    kept = story.do(pool.pia, plan.keep_plan, problem=document, plan=answer)
    published = story.do(pool.pia, plan.publish_plan, plan=kept.ref)
    (proposal,) = published.proposals
    team = [one["auditor"] for one in answer["assignments"][0]["team"]]
    for key in pool.auditor_ids:
        if story.read(pool.actors[key], asking.waiting_for_answer):
            story.do(pool.actors[key], plan.answer_proposal, proposal=proposal, answer="accepted")
            team.append(key)
    story.do(pool.mara, book.show_offer, booking=ref)
    story.do(pool.mara, book.waive_objection, booking=ref)
    story.do(pool.pia, book.confirm, booking=ref)
    return str(ref), str(engaged.audit_ref)


def test_whole_way_from_a_model_file_to_a_paper(story: Story) -> None:
    pool = story.pool
    deployment = submitted(story)
    assert story.read(pool.mara, _state, deployment) == "pending"

    booking, audit_ref = booked(story, deployment)
    assert story.read(pool.mara, _state, deployment) == "good_standing"
    file = story.read(pool.rita, casework.audit_file, audit_ref)
    lead = next(member for member in file.team if member.role == "lead")
    lead_actor = next(actor for actor in pool.actors.values() if actor.person_id == lead.person_id)

    story.now = utc(*_parts(story.read(pool.pia, bookings.booking, booking).line.starts_on), 6)
    story.do(SYSTEM, book.start_audit, booking=booking)
    found = audited(story, audit_ref, lead_actor)
    remedied(story, found, lead_actor)
    decided(story, audit_ref)

    assert story.read(pool.mara, _state, deployment) == "good_standing"
    assert story.read(pool.mara, bookings.booking, booking).line.state == "fulfilled"
    shown = story.read(PUBLIC, register_entry, deployment)
    assert (shown.state, shown.tier, shown.firm_name) == ("good_standing", "medium", "Orchid Health")

    statement = shared(story)
    paper(story, deployment, audit_ref, statement)
    assert story.read(SYSTEM, record_faults) == ()


def _parts(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _state(reading: Any, deployment: str) -> str:
    view = registry.deployment(reading, deployment)
    kept = standing_of(reading, view.id)
    today = day_of(reading.at)
    derived = standing.standing_on(reading, deployment_id=view.id, on=today, known=today)
    assert kept is not None
    assert kept.state == derived.state, "the projection differs from what its sources give"
    return str(derived.state)


def audited(story: Story, audit_ref: str, lead: Actor) -> str:
    """Step 5: sealed plan, fieldwork, a rating for every test point, one minor finding; return its reference."""
    story.do(lead, audit.seal, audit_ref=audit_ref, criteria="edition 2026.1", sample="drawn", thresholds="as stated")
    story.do(lead, audit.start_stage1, audit_ref=audit_ref)
    story.do(lead, audit.report_stage1, audit_ref=audit_ref, readiness="ready", note="documents are in order")
    story.do(lead, audit.start_stage2, audit_ref=audit_ref)
    file = story.read(lead, casework.audit_file, audit_ref)
    assert len(file.points) >= 30
    for point in file.points:
        story.do(
            lead,
            audit.rate,
            audit_ref=audit_ref,
            point_id=point.point_id,
            rating="minor" if point is file.points[0] else "conforming",
            procedure="read and repeated",
            sample="as drawn",
            result="seen",
            conclusion="works",
        )
    finding = story.do(
        lead,
        audit.draft_finding,
        audit_ref=audit_ref,
        grade="minor",
        point_id=file.points[0].point_id,
        requirement="Declared indicator values match the system.",
        statement="The query volume of July was declared a tenth too low.",
        evidence="Gateway metering of July 2026.",
    )
    story.do(lead, audit.issue, audit_ref=audit_ref)
    story.do(lead, audit.end_fieldwork, audit_ref=audit_ref)
    story.do(lead, audit.write_report, audit_ref=audit_ref, summary="One lapse; the duties work.")
    story.do(lead, audit.send_report, audit_ref=audit_ref)
    story.do(story.pool.mara, audit.comment_report, audit_ref=audit_ref, comment="The figure was mended the same day.")
    story.do(lead, audit.answer_comment, audit_ref=audit_ref, answer="Noted.")
    story.do(lead, audit.submit_report, audit_ref=audit_ref)
    return str(finding)


def remedied(story: Story, finding: str, lead: Actor) -> None:
    """Step 6, first half: correction, root cause and action by the firm; verified by somebody else."""
    mara = story.pool.mara
    story.do(mara, remedy.acknowledge, finding_ref=finding)
    story.do(
        mara,
        remedy.propose,
        finding_ref=finding,
        correction="July is declared anew.",
        root_cause="Batch jobs were not metered.",
        action="The gateway meters batch jobs.",
        owner="Milo Brandt",
        due_on=day_of(story.now) + timedelta(days=20),
    )
    story.do(lead, remedy.accept, finding_ref=finding)
    story.do(mara, remedy.implement, finding_ref=finding, evidence_note="Metering of August attached.")
    story.do(lead, remedy.verify, finding_ref=finding, answer="Seen in the metering of August.")


def decided(story: Story, audit_ref: str) -> None:
    """Step 6, second half: technical review, then a decision, by people outside the team."""
    pool = story.pool
    story.do(
        pool.theo,
        conclude.review,
        audit_ref=audit_ref,
        verdict="recommend",
        notes="Evidence carries the result.",
        recommendation="conforming_with_minors",
    )
    story.do(
        pool.dora,
        conclude.decide,
        audit_ref=audit_ref,
        outcomes="conforming_with_minors",
        reasons="One minor lapse, verified closed.",
    )
    story.do(SYSTEM, conclude.close, audit_ref=audit_ref)
    assert story.read(pool.mara, casework.audit_file, audit_ref).state == "closed"


def shared(story: Story) -> str:
    """Step 8: a period with costs, allocated, reviewed by a second person, closed; return the firm's statement."""
    pool = story.pool
    period = story.do(pool.tess, settle.open_period, from_on=date(2026, 7, 1), until_on=date(2026, 12, 31))
    view = story.read(pool.tess, costs.period, period.ref)
    for facility, amount in (("administration", 120_001), ("methodology", 50_000), ("X-HEA", 300_007)):
        assert facility in {one.code for one in view.facilities}
        story.do(
            pool.tess,
            settle.add_cost,
            period=period.ref,
            facility=facility,
            amount_minor=amount,
            document=f"invoice {facility}",
            incurred_on=date(2026, 10, 1),
        )
    story.now = utc(2027, 1, 8)
    story.do(pool.tess, settle.allocate, period=period.ref)
    story.do(pool.amos, settle.review, period=period.ref)
    statements = story.do(pool.tess, settle.close, period=period.ref)
    assert len(statements) == 1, "only a firm that used a facility gets a statement"
    mine = story.read(pool.mara, costs.statements_of, pool.firm_ids["Orchid Health"])
    theirs = story.read(pool.ben, costs.statements_of, pool.firm_ids["Birch Credit"])
    assert sum(one.total_minor for one in (*mine, *theirs)) == 120_001 + 50_000 + 300_007
    assert story.read(pool.tess, ledger.ledger_faults) == ()
    return str(mine[0].ref)


def paper(story: Story, deployment: str, audit_ref: str, statement: str) -> None:
    """Step 9: the firm's report says all of it, the same bytes twice, and another firm gets nothing of it."""
    mara = story.pool.mara
    facts = story.read(mara, firm_report, story.pool.firm_refs["Orchid Health"])
    first, second = render_firm_report(facts), render_firm_report(facts)
    assert first.pdf == second.pdf
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(first.pdf)).pages)
    for word in ("Orchid Health", deployment, audit_ref, "Visit guide", "Batch jobs were not metered"):
        assert word in text, word
    assert "certified" not in text.lower()
    assert statement
