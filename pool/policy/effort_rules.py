"""Audit effort, competence, roles and separation: everything ``effort.yaml`` says that is computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.numbers import Curve
from pool.policy.predicates import Predicate, read_predicate
from pool.policy.reader import Node
from pool.policy.rulebook import TIERS

SECTOR = "sector"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An increase or reduction of audit time in percent; ``each`` may count several times up to ``most`` percent."""

    id: str
    when: str
    percent: Fraction
    each: bool
    most: Fraction
    derived: Predicate | None


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Sampling of sites: factor on the square root per audit type, and days per sampled site as a share of the base."""

    factors: Mapping[str, Fraction]
    share_on_site: Fraction
    share_remote: Fraction
    random_share: Fraction


@dataclass(frozen=True, slots=True)
class CompetenceRules:
    """What a team must know per tier, and at which level."""

    functions: Mapping[str, str]
    sectors: Mapping[str, str]
    sector_of_context: Mapping[str, str]
    required: Mapping[str, tuple[tuple[str, ...], ...]]
    lead_level: int
    function_level: int
    law_level: int
    sector_level: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LeadRotation:
    """How long one lead may lead at one firm. Source: decision 12 of the edition."""

    max_audits_in_a_row: int
    max_years_in_a_row: int
    cycles_off: int


@dataclass(frozen=True, slots=True)
class EffortRules:
    """All effort rules."""

    base: Curve
    load_constant: Fraction
    load_per_unit: Fraction
    split: Mapping[str, Fraction]
    desk_steps: tuple[str, ...]
    half_days_per_day: int
    type_factors: Mapping[str, Fraction]
    counts: Mapping[str, Fraction]
    sites: SiteRules
    increases: Mapping[str, Adjustment]
    reductions: Mapping[str, Adjustment]
    max_increase: Fraction
    max_reduction: Fraction
    max_site_reduction: Fraction
    floor_days: Fraction
    min_people: int
    max_people: int
    competence: CompetenceRules
    rotation: LeadRotation
    separation: tuple[str, ...]
    horizon_days: Mapping[str, int]

    @property
    def desk_share(self) -> Fraction:
        """Return the share of the time that is desk time (planning and report)."""
        return sum((self.split[step] for step in self.desk_steps), Fraction(0))


def read_effort(root: Node, contexts: Mapping[str, object]) -> EffortRules:
    """Read ``effort.yaml``."""
    base = root.curve("base_days_full_audit")
    if not base.is_rising():
        root.fault("must not fall", key="base_days_full_audit")
    caps, roles, calendar = root.mapping("caps"), root.mapping("roles"), root.mapping("calendar")
    deployments, load, separation = root.mapping("deployments"), root.mapping("load"), root.mapping("separation")
    split = _numbers(root.mapping("split"))
    desk_steps = calendar.texts("desk_steps")
    _check_split(root, split, desk_steps, calendar)
    people = roles.whole("min_people"), roles.whole("max_people")
    if not 1 <= people[0] <= people[1]:
        roles.fault("1 <= min_people <= max_people is needed", key="max_people")
    return EffortRules(
        base=base,
        load_constant=load.number("constant"),
        load_per_unit=load.number("per_unit"),
        split=split,
        desk_steps=desk_steps,
        half_days_per_day=calendar.whole("half_days_per_day"),
        type_factors=_numbers(root.mapping("type_factor"), skip=("source",)),
        counts=_numbers(deployments.mapping("counts")),
        sites=_read_sites(deployments.mapping("sites")),
        increases=root.by_id("increases", _read_adjustment),
        reductions=root.by_id("reductions", _read_adjustment),
        max_increase=caps.number("max_total_increase_percent"),
        max_reduction=caps.number("max_total_reduction_percent"),
        max_site_reduction=caps.number("per_sampled_site_max_reduction_percent"),
        floor_days=caps.number("floor_days"),
        min_people=people[0],
        max_people=people[1],
        competence=_read_competence(root.mapping("competence"), contexts),
        rotation=_read_rotation(separation.mapping("lead_rotation")),
        separation=separation.texts("rules"),
        horizon_days={
            key: root.mapping("planning_horizon").whole(key) for key in root.mapping("planning_horizon").value
        },
    )


def _numbers(node: Node, skip: tuple[str, ...] = ()) -> dict[str, Fraction]:
    numbers = {key: node.number(key) for key in node.value if key not in skip}
    for key, number in numbers.items():
        if number < 0:
            node.fault("is negative", key=key)
    return numbers


def _check_split(root: Node, split: Mapping[str, Fraction], desk: tuple[str, ...], calendar: Node) -> None:
    if sum(split.values()) != 1:
        root.fault(f"adds up to {float(sum(split.values()))}; the steps of an audit must add up to 1", key="split")
    if any(step not in split for step in desk):
        calendar.fault("names a step that split does not have", key="desk_steps")


def _read_sites(node: Node) -> SiteRules:
    return SiteRules(
        _numbers(node.mapping("factors")),
        node.number("share_on_site"),
        node.number("share_remote"),
        node.number("random_share"),
    )


def _read_adjustment(node: Node) -> Adjustment:
    percent = node.number("percent")
    if percent <= 0:
        node.fault("must be above 0", key="percent")
    each = node.flag("each", False)
    return Adjustment(
        id=node.text("id"),
        when=node.text("when"),
        percent=percent,
        each=each,
        most=node.number("max") if each else percent,
        derived=read_predicate(node.mapping("derived")) if "derived" in node.value else None,
    )


def _read_rotation(node: Node) -> LeadRotation:
    values = tuple(node.whole(key) for key in ("max_audits_in_a_row", "max_years_in_a_row", "cycles_off"))
    if min(values) < 1:
        node.fault("numbers of at least 1 are needed")
    return LeadRotation(*values)


def _read_competence(node: Node, contexts: Mapping[str, object]) -> CompetenceRules:
    functions = node.by_id("functions", lambda item: item.text("name"))
    sectors = node.by_id("sectors", lambda item: item.text("name"))
    levels, required = node.mapping("levels_required"), node.mapping("required_by_tier")
    return CompetenceRules(
        functions=functions,
        sectors=sectors,
        sector_of_context=_read_sector_contexts(node, contexts),
        required={tier: _read_needs(required, tier, functions) for tier in TIERS},
        lead_level=levels.whole("lead"),
        function_level=levels.whole("function"),
        law_level=levels.whole("law"),
        sector_level={tier: levels.mapping("sector").whole(tier) for tier in ("medium", "high")},
    )


def _read_sector_contexts(node: Node, contexts: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for sector in node.items("sectors"):
        for code in sector.texts("contexts"):
            if code not in contexts:
                sector.fault(f"{code} is not a context code", key="contexts")
            if code in found:
                sector.fault(f"{code} belongs to {found[code]} already", key="contexts")
            found[code] = sector.text("id")
    for code in contexts:
        if code not in found:
            node.fault(f"no sector holds the context {code}", key="sectors")
    return found


def _read_needs(node: Node, tier: str, functions: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    needs = node.value.get(tier)
    allowed = {*functions, SECTOR}
    shaped = isinstance(needs, tuple) and all(isinstance(need, tuple) and need for need in needs)
    if not shaped or any(name not in allowed for need in needs for name in need):
        node.fault("a list of lists of functions is needed", key=tier)
        return ()
    return tuple(needs)
