"""Reviews and decisions: what they hold, what they refuse, who sees them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditors.casework import service as casework_service
from auditors.casework.fields import BadField
from pool.decisions import queries, service
from pool.decisions.queries import DecisionMissing
from pool.decisions.rules import OutcomeDoesNotFit, refuse_outcome
from pool.decisions.service import NotDecidable, Outcome
from pool.decisions.tables import OUTCOMES, StandingDecision
from pool.kernel.digest import digest_of
from pool.kernel.listing import ListRequest
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from tests.support import casework
from tests.support.casework import World


def submitted(world: World, *, grade: str = "", firms: tuple[str, ...] = ("Orchid Health",)) -> str:
    ref = casework.open_audit(world, firms=firms)
    casework.to_stage2(world, ref)
    for number, _firm in enumerate(firms, 1):
        casework.rate_all(world, ref, deployment=f"DEP-2026-{number:04d}")
    if len(firms) > 1:
        world.run(
            "bruno", casework_service.rate_point, audit_ref=ref, point_id="X-HEA-1", deployment="DEP-2026-0001",
            rating="conforming", **casework.RATED,
        )  # fmt: skip
    if grade:
        casework.issue(world, ref, grade=grade, deployment="DEP-2026-0001")
    casework.to_submitted(world, ref)
    world.run("theo", casework_service.take_review, audit_ref=ref)
    return ref


def recommend(world: World, ref: str, outcome: str) -> None:
    def both(work: Work) -> None:
        service.record_review(work, audit_ref=ref, verdict="recommend", recommendation=outcome, notes="canary-review")
        casework_service.apply_verdict(work, audit_ref=ref, verdict="recommend", recommendation=outcome)

    world.run("theo", both)


def one(world: World, outcome: str = "conforming", reasons: str = "All points conform.") -> list[Outcome]:
    return [Outcome(deployment_id=world.deployments["Orchid Health"], outcome=outcome, reasons=reasons)]


def test_decision_freezes_what_was_decided_on(world: World) -> None:
    ref = submitted(world, grade="minor")
    recommend(world, ref, "conforming_with_minors")
    world.later(days=3)
    (decided,) = world.run("dora", service.decide, audit_ref=ref, outcomes=one(world, "conforming_with_minors"))
    view = world.ask("mara", queries.decision, decided.ref)
    assert (view.outcome, view.audited_on, view.decided_on) == (
        "conforming_with_minors",
        date(2026, 9, 7),
        date(2026, 9, 10),
    )
    assert view.content_digest == digest_of(dict(view.content))
    assert view.content["ratings"] == {"TP-01": "conforming", "TP-02": "conforming", "TP-06": "conforming"}
    assert view.content["findings"] == [{"ref": "FIN-2026-0001", "grade": "minor", "state": "issued", "point": "TP-06"}]
    assert view.decider_name == "Dora Haddad"


def test_review_notes_are_not_the_firms_to_read(any_world: World) -> None:
    world = any_world
    ref = submitted(world)
    recommend(world, ref, "conforming")
    (decided,) = world.run("dora", service.decide, audit_ref=ref, outcomes=one(world))
    audit_id = world.ask("mara", queries.decision, decided.ref).audit_id
    assert world.ask("mara", queries.reviews_of, audit_id) == ()
    assert [review.notes for review in world.ask("ada", queries.reviews_of, audit_id)] == ["canary-review"]
    with pytest.raises(DecisionMissing) as foreign:
        world.ask("ben", queries.decision, decided.ref)
    with pytest.raises(DecisionMissing) as absent:
        world.ask("ben", queries.decision, "DEC-2026-9999")
    assert foreign.value.as_json() == absent.value.as_json()


def test_joint_audit_is_decided_for_each_firm_apart(any_world: World) -> None:
    world = any_world
    ref = submitted(world, grade="minor", firms=("Orchid Health", "Birch Credit"))
    recommend(world, ref, "conforming_with_minors")
    orchid, birch = world.deployments["Orchid Health"], world.deployments["Birch Credit"]
    with pytest.raises(BadField):
        world.run("dora", service.decide, audit_ref=ref, outcomes=one(world, "conforming_with_minors"))
    decided = world.run(
        "dora",
        service.decide,
        audit_ref=ref,
        outcomes=[
            Outcome(deployment_id=orchid, outcome="conforming_with_minors", reasons="One minor is open."),
            Outcome(deployment_id=birch, outcome="conforming", reasons="Nothing was found."),
        ],
    )
    assert [decision.outcome for decision in decided] == ["conforming_with_minors", "conforming"]
    assert [row.outcome for row in world.ask("ben", queries.decisions_listed, ListRequest()).items] == ["conforming"]
    assert [fact.outcome for fact in world.ask(SYSTEM, queries.audit_facts, orchid)] == ["conforming_with_minors"]


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize(
    ("grave", "demanding"), [((), ()), ((), ("FIN-1",)), (("FIN-1",), ("FIN-1",))], ids=["clean", "minor", "major"]
)
def test_outcome_never_says_more_than_the_findings(
    outcome: str, grave: tuple[str, ...], demanding: tuple[str, ...]
) -> None:
    refused = refuse_outcome(outcome, open_grave=grave, open_demanding=demanding)
    says_clean = outcome == "conforming" and bool(demanding)
    says_minor = outcome in ("conforming", "conforming_with_minors") and bool(grave)
    assert isinstance(refused, OutcomeDoesNotFit) == (says_clean or says_minor)


def test_decision_that_says_more_than_the_findings_is_refused(world: World) -> None:
    ref = submitted(world, grade="major")
    recommend(world, ref, "not_conforming")
    for outcome in ("conforming", "conforming_with_minors"):
        with pytest.raises(OutcomeDoesNotFit):
            world.run("dora", service.decide, audit_ref=ref, outcomes=one(world, outcome))
    assert world.run("dora", service.decide, audit_ref=ref, outcomes=one(world, "not_conforming"))


@pytest.mark.parametrize(
    ("outcome", "reasons", "field"), [("splendid", "Why not.", "outcome"), ("conforming", "  ", "reasons")]
)
def test_decision_needs_a_known_outcome_and_reasons(world: World, outcome: str, reasons: str, field: str) -> None:
    ref = submitted(world)
    recommend(world, ref, "conforming")
    with pytest.raises(BadField) as refused:
        world.run("dora", service.decide, audit_ref=ref, outcomes=one(world, outcome, reasons))
    assert refused.value.field == field


def test_review_names_an_outcome_only_when_it_recommends(world: World) -> None:
    ref = submitted(world)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"verdict": "recommend", "notes": "x"}, "recommendation"),
        ({"verdict": "clarify", "recommendation": "conforming", "notes": "x"}, "recommendation"),
        ({"verdict": "clarify", "notes": ""}, "notes"),
        ({"verdict": "maybe", "notes": "x"}, "verdict"),
    )
    for named, field in wrong:
        with pytest.raises(BadField) as refused:
            world.run("theo", service.record_review, audit_ref=ref, **named)
        assert refused.value.field == field


def test_nothing_is_reviewed_or_decided_out_of_turn(world: World) -> None:
    ref = casework.open_audit(world)
    with pytest.raises(NotDecidable):
        world.run("theo", service.record_review, audit_ref=ref, verdict="clarify", notes="Early.")
    with pytest.raises(NotDecidable):
        world.run("dora", service.decide, audit_ref=ref, outcomes=one(world))


def test_standing_decisions_carry_both_persons(world: World) -> None:
    deployment_id = world.deployments["Orchid Health"]

    def write(work: Work) -> None:
        work.add(
            StandingDecision(
                ref=work.next_reference("SDC"),
                firm_id=world.pool.firm_ids["Orchid Health"],
                deployment_id=deployment_id,
                to_state="suspended",
                effective_on=date(2026, 9, 7),
                reasons="The cure period passed.",
                first_person_id=world.dora.person_id or 0,
                second_person_id=world.theo.person_id or 0,
                content_digest="sha256:" + "0" * 64,
                recorded_at=work.at,
            )
        )

    world.run("dora", write)
    (fact,) = world.ask("mara", queries.standing_decisions, deployment_id)
    assert (fact.to_state, fact.decided_by) == ("suspended", (str(world.dora.person_id), str(world.theo.person_id)))
    assert world.ask("ben", queries.standing_decisions, deployment_id) == ()
