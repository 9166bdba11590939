"""Application review: exact effort with every step, roles, needs, and the brief that the audit will be held against.

Pure: everything comes from the facts that the booking froze when it was submitted, the edition and the roster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

from auditors.casework.brief import AuditBrief, BriefDuty, BriefPart, BriefPoint, Deadlines
from auditors.roster.values import PlannableAuditor
from pool.kernel.words import gettext as _
from pool.policy.assessment import Assessment, assess
from pool.policy.audit_points import TestPoint
from pool.policy.checklist import outputs_to_sample, point_count, test_points_for
from pool.policy.deadlines import finding_deadlines
from pool.policy.duties import DutyTarget
from pool.policy.effort import (
    Effort,
    Family,
    adjustments_seen,
    audit_effort,
    breadth_of,
    calendar_half_days,
    sites_to_sample,
)
from pool.policy.loading import Edition
from pool.policy.rulebook import TIERS
from pool.policy.team import Need, Profile, RolePlan, competence_needs, fix_roles

#: Kinds of a booking by the types of audit that effort.yaml knows.
AUDIT_TYPES = {
    "initial": "initial",
    "surveillance": "surveillance",
    "renewal": "renewal",
    "special": "special",
    "follow_up": "follow_up_of_major",
}
GRADES = ("critical", "major", "minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the planner states about the scope beside the frozen facts. ``reductions`` maps ids to counts."""

    releases: int = 0
    logs_incomplete: bool = False
    tools_with_write_access: bool = False
    remote_sites: bool = False
    reductions: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the effort: ``figure`` is the exact number as text, ``unit`` says what it counts."""

    id: str
    label: str
    figure: str
    unit: str
    source: str

    def as_json(self) -> dict[str, str]:
        """Return the step as it is kept."""
        return {
            "id": self.id,
            "label": self.label,
            "figure": self.figure,
            "unit": self.unit,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The outcome of an application review. ``is_covered`` is false where the roster lacks somebody at present."""

    tier: str
    intensity: Fraction
    effort: Effort
    steps: tuple[Step, ...]
    needs: tuple[Mapping[str, Any], ...]
    people: int
    half_days: int
    is_covered: bool
    brief: AuditBrief


def assessed_parts(edition: Edition, snapshot: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Assessment]]:
    """Return each frozen deployment with its assessment on the day it was frozen.

    The duties are those in force on that day: an audit is held against the duties in force when it was booked.
    """
    on = date.fromisoformat(str(snapshot["taken_on"]))
    return [
        (
            part,
            assess(
                edition,
                {name: Fraction(value) for name, value in part["indicators"].items()},
                context=part["context"] or None,
                markets=part["markets"],
                facts=part["facts"],
                on=on,
            ),
        )
        for part in snapshot["deployments"]
    ]


def screen_request(
    edition: Edition,
    *,
    booking_ref: str,
    kind: str,
    firm_id: int,
    snapshot: Mapping[str, Any],
    scope: Scope,
    profiles: Sequence[Profile],
) -> Screening:
    """Work out effort, roles, calendar and brief of a request from its frozen facts.

    ``profiles`` are the competence levels of the auditors who could take part. Raises: EffortRefused, InputRefused.
    """
    parts = assessed_parts(edition, snapshot)
    found = [assessment for _part, assessment in parts]
    tier = max((one.tier for one in found), key=TIERS.index)
    effort = effort_of(edition, kind=kind, parts=parts, scope=scope)
    needs = needs_of(edition, parts, tier=tier)
    roles, chosen = fewest_roles(edition, needs, profiles)
    half_days = calendar_half_days(effort.days, roles.people, half_days_per_day=edition.effort.half_days_per_day)
    brief = brief_of(
        edition,
        booking_ref=booking_ref,
        kind=kind,
        tier=tier,
        firm_id=firm_id,
        snapshot=snapshot,
        parts=parts,
        effort=effort,
        people=roles.people,
        half_days=half_days,
    )
    return Screening(
        tier=tier,
        intensity=max(one.intensity for one in found),
        effort=effort,
        steps=(
            *steps_of(effort, base_load=_heaviest(found).load),
            *calendar_steps(people=roles.people, half_days=half_days),
        ),
        needs=tuple(needs_json(needs, chosen)),
        people=roles.people,
        half_days=half_days,
        is_covered=roles.covered,
        brief=brief,
    )


# --------------------------------------------------------------------------------------------------
# Effort


def effort_of(
    edition: Edition, *, kind: str, parts: Sequence[tuple[Mapping[str, Any], Assessment]], scope: Scope
) -> Effort:
    """Return the exact effort of an audit of all parts together.

    The part with the highest intensity gives base days and load; the others add breadth, markets, languages and sites.
    """
    audit_type = AUDIT_TYPES[kind]
    found = [assessment for _part, assessment in parts]
    lead = _heaviest(found)
    families = [Family(_lineage(part), str(part["context"])) for part, _assessment in parts]
    sites = (sites_to_sample(edition, sites=int(part["sites"]), audit_type=audit_type) for part, _one in parts)
    increases = adjustments_seen(
        edition,
        values={name: max(one.values[name] for one in found) for name in lead.values},
        triggers=sorted({trigger for one in found for trigger in one.triggers}),
        markets=len({market for part, _one in parts for market in part["markets"]}),
        languages=len({language for part, _one in parts for language in part["languages"]}),
        releases=scope.releases,
        logs_incomplete=scope.logs_incomplete,
        tools_with_write_access=scope.tools_with_write_access,
    )
    return audit_effort(
        edition,
        intensity=lead.intensity,
        load=lead.load,
        audit_type=audit_type,
        breadth=breadth_of(edition, families),
        increases=increases,
        reductions=scope.reductions,
        sampled_sites=sum(sites),
        remote_sites=scope.remote_sites,
    )


def _heaviest(found: Iterable[Assessment]) -> Assessment:
    return max(found, key=lambda one: (one.intensity, one.load))


def _lineage(part: Mapping[str, Any]) -> str:
    base = part["foundation_model_id"]
    return f"base {base}" if base is not None else f"model {part['model_ref']}"


def steps_of(effort: Effort, *, base_load: Fraction) -> tuple[Step, ...]:
    """Return every step from base days to days in all; multiplied and added up they give the last one."""
    kind = effort.audit_type.replace("_", " ")
    return (
        _step("base", _("Days at this intensity"), effort.base_days, "days", "base_days_full_audit"),
        _step(
            "load", _("Factor for the base load of %(b)s", b=_short(base_load)), effort.load_factor, "factor", "load"
        ),
        _step(
            "type", _("Factor for the type of audit: %(kind)s", kind=kind), effort.type_factor, "factor", "type_factor"
        ),
        _step("breadth", _("Deployments, counted by family"), effort.breadth, "factor", "deployments.counts"),
        *(
            _step(line.id, _("Increase: %(when)s", when=_(line.when)), line.percent, "percent", f"increases.{line.id}")
            for line in effort.increases
        ),
        _step("increase", _("Increases together, capped"), effort.increase_percent, "percent", "caps"),
        *(
            _step(
                line.id, _("Reduction: %(when)s", when=_(line.when)), -line.percent, "percent", f"reductions.{line.id}"
            )
            for line in effort.reductions
        ),
        _step("reduction", _("Reductions together, capped"), -effort.reduction_percent, "percent", "caps"),
        _step("sites", _("Days for sampled sites"), effort.site_days, "days", "deployments.sites"),
        _step("days", _("Auditor-days in all, exact; never below the floor"), effort.days, "days", "formula"),
        _step("desk", _("Of these at the desk: planning and report"), effort.desk_days, "days", "calendar.desk_steps"),
    )


def calendar_steps(*, people: int, half_days: int) -> tuple[Step, ...]:
    """Return the steps from exact days to who comes for how long."""
    return (
        _step("people", _("People: the fewest who cover all needs"), Fraction(people), "people", "roles"),
        _step(
            "half_days",
            _("Half-days each: exact days / people, rounded up to half-days"),
            Fraction(half_days),
            "half-days",
            "calendar",
        ),
    )


def _step(name: str, label: str, figure: Fraction, unit: str, source: str) -> Step:
    return Step(id=name, label=label, figure=str(figure), unit=unit, source=f"effort.yaml: {source}")


def _short(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


# --------------------------------------------------------------------------------------------------
# Needs and roles


def needs_of(edition: Edition, parts: Sequence[tuple[Mapping[str, Any], Assessment]], *, tier: str) -> tuple[Need, ...]:
    """Return what the team must know for all parts, the lead's need first, each need once."""
    needs: list[Need] = []
    for part, assessment in parts:
        for need in competence_needs(
            edition, tier=tier, context=part["context"] or None, classes=assessment.classes, on=assessment.on
        ):
            same = next((n for n, known in enumerate(needs) if known.options == need.options), None)
            if same is None:
                needs.append(need)
            else:
                classes = tuple(sorted({*needs[same].for_classes, *need.for_classes}))
                needs[same] = Need(need.options, needs[same].lead or need.lead, classes)
    return tuple(sorted(needs, key=lambda need: not need.lead))


def fewest_roles(
    edition: Edition, needs: Sequence[Need], profiles: Sequence[Profile]
) -> tuple[RolePlan, tuple[tuple[str, int], ...]]:
    """Return the roles with the fewest people, and which option of each need was fixed.

    A need that any of several competences meets is fixed to one of them, since a plan names one: the option with which
    fewest people suffice, then the one most people hold. Source: policy/DECISIONS.md 11.
    """
    best: tuple[tuple[bool, int, int], RolePlan, tuple[tuple[str, int], ...]] | None = None
    for options in product(*(need.options for need in needs)):
        fixed = [Need((option,), need.lead, need.for_classes) for option, need in zip(options, needs, strict=True)]
        roles = fix_roles(edition, fixed, profiles)
        holders = sum(need.is_met_by(profile) for need in fixed for profile in profiles)
        rank = (not roles.covered, roles.people, -holders)
        if best is None or rank < best[0]:
            best = (rank, roles, options)
    assert best is not None, "every tier needs somebody"
    return best[1], best[2]


def needs_json(needs: Sequence[Need], chosen: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return the needs as they are kept: what was fixed, and every option there was."""
    return [
        {
            "code": code,
            "min_level": level,
            "lead": need.lead,
            "options": [list(option) for option in need.options],
            "for_classes": list(need.for_classes),
        }
        for need, (code, level) in zip(needs, chosen, strict=True)
    ]


def profiles_for(
    auditors: Iterable[PlannableAuditor], *, firm_id: int, language: str, first: date, last: date
) -> list[dict[str, int]]:
    """Return the profiles of those who speak the language and whom no interest keeps from the firm in the window."""
    return [
        one.profile_on(first)
        for one in auditors
        if language in one.auditor.languages and not one.is_kept_from(firm_id, first, last)
    ]


# --------------------------------------------------------------------------------------------------
# Brief


def brief_of(
    edition: Edition,
    *,
    booking_ref: str,
    kind: str,
    tier: str,
    firm_id: int,
    snapshot: Mapping[str, Any],
    parts: Sequence[tuple[Mapping[str, Any], Assessment]],
    effort: Effort,
    people: int,
    half_days: int,
) -> AuditBrief:
    """Return the brief: duties in force, test points, deadlines and samples, frozen with the facts of each part.

    The points of the least exposed part are common to all; the further ones of the others stand in their parts.
    """
    found = [assessment for _part, assessment in parts]
    least = min(one.intensity for one in found)
    common = tuple(edition.tests.points.values())[: point_count(edition, least)]
    known = {point.id for point in common}
    firm = snapshot["firm"]
    harbor = edition.safe_harbor
    return AuditBrief(
        booking_ref=booking_ref,
        edition=edition.id,
        edition_digest=edition.digest,
        kind=kind,
        tier=tier,
        intensity=str(max(one.intensity for one in found)),
        exact_days=str(effort.days),
        people=people,
        half_days=half_days,
        duties=tuple(_duty(one) for one in heaviest_duties(found)),
        points=tuple(_point(point) for point in common),
        deadlines={grade: _deadlines(edition, grade, tier) for grade in GRADES},
        sampling_factor=str(edition.tests.record_factors[tier]),
        outputs_sampled=outputs_to_sample(edition, tier),
        common={"facts_taken_on": snapshot["taken_on"]},
        parts=tuple(
            BriefPart(
                firm_id=firm_id,
                firm_ref=firm["ref"],
                firm_name=firm["name"],
                deployment_id=int(part["id"]),
                deployment_ref=part["ref"],
                deployment_name=part["name"],
                tier=assessment.tier,
                intensity=str(assessment.intensity),
                facts=part,
                points=tuple(
                    _point(point)
                    for point in test_points_for(edition, assessment.intensity, context=part["context"] or None)
                    if point.id not in known
                ),
            )
            for part, assessment in parts
        ),
        dispute_days=int(harbor["appeals"]["file_within_days"]),
    )


def heaviest_duties(found: Sequence[Assessment]) -> list[DutyTarget]:
    """Return each duty that applies to any part at the highest level that any part needs, in catalogue order."""
    heaviest: dict[str, DutyTarget] = {}
    for assessment in found:
        for duty in assessment.duties:
            if duty.applies and (duty.id not in heaviest or duty.required > heaviest[duty.id].required):
                heaviest[duty.id] = duty
    order = [duty.id for duty in found[0].duties]
    return [heaviest[name] for name in order if name in heaviest]


def _duty(duty: DutyTarget) -> BriefDuty:
    # Items of a duty stand at whole levels: what is required at 2.4 are the items of level 2.
    return BriefDuty(
        id=duty.id,
        name=duty.name,
        level=str(duty.required),
        required=int(duty.required),
        legal_floor=duty.legal_floor,
    )


def _point(point: TestPoint) -> BriefPoint:
    return BriefPoint(
        id=point.id,
        group=point.group,
        duties=tuple(point.duties),
        question=point.question,
        objective=point.objective,
        evidence=tuple(point.evidence),
        sampling=point.sampling,
        major_if=point.major_if,
        sources=tuple(point.sources),
    )


def _deadlines(edition: Edition, grade: str, tier: str) -> Deadlines:
    found = finding_deadlines(edition, severity=grade, tier=tier)
    return Deadlines(contain_hours=found.contain_hours, plan_days=found.plan_days, close_days=found.close_days)
