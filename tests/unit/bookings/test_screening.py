"""Screening: exact effort with every step, roles, calendar, needs and brief; the edition's golden numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from auditors.casework.brief import brief_from_json
from pool.bookings.screening import Scope, fewest_roles, screen_request, steps_of
from pool.journeys import book, roster
from pool.policy.checklist import test_points_for as points_for
from pool.policy.effort import EffortRefused, adjustments_seen, audit_effort
from pool.policy.effort import calendar_half_days as half_days_of
from pool.policy.team import Need
from tests.unit.bookings.story import Story
from tests.unit.policy.cases import CASES, EDITION, GOLDEN, assessed

Open = Callable[[str], Story]
EFFORT_CASES = EDITION.documents["golden.yaml"]["effort"]
ALL_COMPETENCES = dict.fromkeys((*EDITION.effort.competence.functions, *EDITION.effort.competence.sectors), 3)


def snapshot(*cases: str, **changed: Any) -> dict[str, Any]:
    """Return frozen facts of worked cases, as a booking keeps them."""
    return {
        "taken_on": "2026-07-15",
        "firm": {"ref": "FIRM-1", "name": "Orchid Health"},
        "deployments": [
            {
                "id": number,
                "ref": f"DEP-{number}",
                "name": case,
                "model_ref": f"MOD-{number}",
                "foundation_model_id": 1,
                "context": CASES[case]["context"],
                "markets": list(CASES[case]["markets"]),
                "languages": ["en"],
                "sites": 1,
                "facts": {},
                "indicators": {name: str(value) for name, value in CASES[case]["indicators"].items()},
                **changed,
            }
            for number, case in enumerate(cases, start=1)
        ],
    }


def screened(*cases: str, kind: str = "initial", profiles: Any = None, scope: Any = None, **changed: Any) -> Any:
    return screen_request(
        EDITION,
        booking_ref="BKG-1",
        kind=kind,
        firm_id=1,
        snapshot=snapshot(*cases, **changed),
        scope=scope or Scope(reductions={}),
        profiles=[ALL_COMPETENCES] if profiles is None else profiles,
    )


def figures(steps: Any) -> dict[str, Fraction]:
    return {step.id: Fraction(step.figure) for step in steps}


def recomputed(found: dict[str, Fraction]) -> Fraction:
    """Multiply and add the steps as a reader of the page would."""
    work = found["base"] * found["load"] * found["type"] * found["breadth"]
    return work * (1 + found["increase"] / 100) * (1 + found["reduction"] / 100) + found["sites"]


@pytest.mark.parametrize("case", EFFORT_CASES, ids=lambda case: case["id"])
def test_steps_of_the_golden_cases_lead_to_their_days(case: Any) -> None:
    effort = audit_effort(
        EDITION,
        intensity=case["held"],
        load=case["b"],
        audit_type=case["type"],
        breadth=case["breadth"],
        increases=dict(case["increases"]),
        reductions=dict(case["reductions"]),
        sampled_sites=case["sampled_sites"],
    )
    found = figures(steps_of(effort, base_load=Fraction(str(case["b"]))))
    assert float(found["days"]) == pytest.approx(case["days"], abs=1e-4)
    assert found["days"] == max(recomputed(found), Fraction(1, 2))


@pytest.mark.parametrize("case", GOLDEN)
def test_screening_of_the_worked_cases_starts_from_their_golden_days(case: str) -> None:
    """Hold that base days times load is the golden number, and that only what the scope adds comes on top."""
    found = figures(screened(case).steps)
    assert float(found["base"] * found["load"]) == pytest.approx(GOLDEN[case]["audit_days_initial"], abs=1e-4)
    seen = adjustments_seen(EDITION, values=assessed(case).values, triggers=assessed(case).triggers,
                            markets=len(CASES[case]["markets"]))  # fmt: skip
    assert {name for name in found if name.startswith("I")} == set(seen)
    assert found["days"] == max(recomputed(found), Fraction(1, 2))


def test_every_step_names_what_it_counts_and_its_source() -> None:
    for step in screened("V13").steps:
        assert step.label and step.unit in {"days", "factor", "percent", "people", "half-days"}
        assert step.source.startswith("effort.yaml: ")


@pytest.mark.parametrize(
    ("kind", "factor"),
    [("initial", "1"), ("surveillance", "0.34"), ("renewal", "0.67"), ("special", "0.25"), ("follow_up", "0.15")],
)
def test_kind_of_the_booking_is_the_type_of_the_audit(kind: str, factor: str) -> None:
    assert figures(screened("V02", kind=kind).steps)["type"] == Fraction(factor)


def test_planners_statements_about_the_scope_count() -> None:
    plain = figures(screened("V02").steps)
    stated = figures(
        screened(
            "V02",
            scope=Scope(releases=13, logs_incomplete=True, tools_with_write_access=True, reductions={"R2": 1}),
        ).steps
    )
    added = set(stated) - set(plain)
    assert added == {"I4", "I7", "I9", "R2"}
    assert stated["R2"] == -10


def test_reduction_the_edition_does_not_know_is_refused() -> None:
    with pytest.raises(EffortRefused):
        screened("V02", scope=Scope(reductions={"R3": 1}))


def test_sites_of_a_deployment_are_sampled_by_their_root() -> None:
    on_site, remote = screened("V02", sites=9), screened("V02", sites=9, scope=Scope(remote_sites=True, reductions={}))
    base = figures(on_site.steps)["base"]
    assert figures(on_site.steps)["sites"] == 3 * base / 4
    assert figures(remote.steps)["sites"] == 3 * base * Fraction(15, 100)


def test_several_deployments_add_breadth_not_whole_audits() -> None:
    one, two = screened("V02"), screened("V02", "V02")
    assert figures(two.steps)["breadth"] == Fraction("1.35")
    assert two.effort.days == one.effort.days * Fraction("1.35")
    assert len(two.brief.parts) == 2


def test_the_most_exposed_deployment_gives_tier_and_base() -> None:
    found = screened("V02", "V03")
    assert found.tier == "high"
    assert figures(found.steps)["base"] == figures(screened("V03").steps)["base"]


def test_no_size_or_means_of_the_firm_changes_anything() -> None:
    named = screen_request(
        EDITION,
        booking_ref="BKG-1",
        kind="initial",
        firm_id=1,
        snapshot={**snapshot("V02"), "firm": {"ref": "FIRM-1", "name": "Orchid Health", "headcount": 90_000}},
        scope=Scope(reductions={}),
        profiles=[ALL_COMPETENCES],
    )
    assert named == screened("V02")


# --------------------------------------------------------------------------------------------------
# Roles and calendar


def test_one_person_who_knows_everything_is_enough() -> None:
    found = screened("V03")
    assert (found.people, found.is_covered) == (1, True)


def test_fewest_people_cover_all_needs() -> None:
    lead = {"F1": 3, "F2": 3, "F5": 2, "X-HEA": 2}
    rest = {"F3": 2, "F4": 2, "F6": 2}
    found = screened("V03", profiles=[lead, rest, {"F3": 2}, {"F4": 2}, {"F6": 2}])
    assert (found.people, found.is_covered) == (2, True)
    scattered = screened("V03", profiles=[lead, {"F3": 2}, {"F4": 2}, {"F6": 2}])
    assert (scattered.people, scattered.is_covered) == (4, True)


def test_roster_that_lacks_a_competence_leaves_the_roles_a_draft() -> None:
    found = screened("V03", profiles=[{"F1": 3, "F2": 3}])
    assert (found.people, found.is_covered) == (4, False)


@pytest.mark.parametrize("people", [1, 2, 3, 4])
def test_calendar_is_exact_days_by_people_rounded_up_to_half_days(people: int) -> None:
    codes = [need["code"] for need in screened("V03").needs]
    shared = [codes[number::people] for number in range(people)]
    profiles = [dict.fromkeys(held, 3) for held in shared]
    found = screened("V03", profiles=profiles)
    assert found.people == people
    exact = found.effort.days
    assert found.half_days == half_days_of(exact, people)
    assert (found.half_days - 1) * people < exact * 2 <= found.half_days * people


def test_need_that_several_competences_meet_is_fixed_to_the_one_most_people_hold() -> None:
    needs = [Need((("F1", 3), ("F2", 2)), lead=True)]
    _roles, chosen = fewest_roles(EDITION, needs, [{"F1": 3}, {"F2": 2}, {"F2": 3}])
    assert chosen == (("F2", 2),)


def test_needs_at_medium_tier_are_lead_evaluation_and_sector() -> None:
    found = screened("V02")
    assert [(need["code"], need["min_level"], need["lead"]) for need in found.needs][:1] == [("F1", 3, True)]
    assert {need["code"] for need in found.needs} >= {"F1", "F2", "X-HEA"}


# --------------------------------------------------------------------------------------------------
# Brief


@pytest.mark.parametrize("case", ["V02", "V03", "V04"])
def test_brief_holds_duties_points_and_deadlines_of_the_tier(case: str) -> None:
    brief = screened(case).brief
    assessment = assessed(case)
    assert brief.tier == assessment.tier
    assert {duty.id: duty.level for duty in brief.duties} == {
        duty.id: str(duty.required) for duty in assessment.duties if duty.applies
    }
    expected = points_for(EDITION, assessment.intensity, context=CASES[case]["context"])
    assert [point.id for point in brief.points_of(1)] == [point.id for point in expected]
    assert set(brief.deadlines) == {"critical", "major", "minor"}
    assert brief.exact_days == str(screened(case).effort.days)


def test_brief_survives_being_kept_and_read() -> None:
    brief = screened("V03", "V02").brief
    assert brief_from_json(brief.as_json()).digest == brief.digest


def test_brief_of_several_tests_common_points_once_and_further_ones_in_their_part() -> None:
    brief = screened("V02", "V03").brief
    common = {point.id for point in brief.points}
    for part, case in zip(brief.parts, ("V02", "V03"), strict=True):
        expected = points_for(EDITION, assessed(case).intensity, context=CASES[case]["context"])
        assert {point.id for point in brief.points_of(part.deployment_id)} == {point.id for point in expected}
        assert not common & {point.id for point in part.points}


# --------------------------------------------------------------------------------------------------
# The journey


def test_screen_keeps_steps_roles_needs_and_brief(at_state: Open) -> None:
    story = at_state("submitted")
    story.do("pia", book.screen, booking=story.booking)
    file = story.file
    assert (file.line.state, file.line.tier) == ("screened", "medium")
    found = {step["id"]: Fraction(step["figure"]) for step in file.effort_steps}
    assert file.line.exact_days == str(found["days"])
    assert (file.line.people, file.line.half_days) == (int(found["people"]), int(found["half_days"]))
    assert brief_from_json(file.brief).digest == file.brief_digest
    assert file.brief["booking_ref"] == story.booking


def test_screen_leaves_out_whom_an_interest_keeps_away(at_state: Open) -> None:
    story = at_state("submitted")
    for name in ("ada", "bruno"):
        story.do(name, roster.declare_interest, firm_name="Orchid Health", kind="consultancy", from_on=date(2026, 1, 1))
    story.do("pia", book.screen, booking=story.booking)
    assert "uncovered" in {step["id"] for step in story.file.effort_steps}


def test_declined_request_says_why_and_keeps_the_firm_engaged(at_state: Open) -> None:
    story = at_state("screened")
    story.do("pia", book.decline, booking=story.booking, reason="Nobody without an interest.")
    file = story.file
    assert (file.line.state, file.ended_by_pool, file.steps[-1].reason) == (
        "declined",
        True,
        "Nobody without an interest.",
    )
