"""The 34 duties of ``duties.yaml`` with their phased items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.predicates import Predicate, read_predicate
from pool.policy.reader import Node
from pool.policy.rulebook import TIERS


@dataclass(frozen=True, slots=True)
class RampClass:
    """How a class of duties grows after a growth crossing."""

    id: str
    name: str
    grace_days: int
    ramp_days_per_level: int
    gate_on_declared_change: bool
    note: str


@dataclass(frozen=True, slots=True)
class DutyItem:
    """One thing to do: due once the level of its duty reaches ``at``. ``hours`` are planning figures per year."""

    at: Fraction
    hours: Fraction
    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty with its level per tier (0 none, 1 simplified, 2 standard, 3 full)."""

    id: str
    name: str
    group: str
    ramp_class: str
    bearer: str
    tier_levels: Mapping[str, int]
    cadence_months: Mapping[int, int]
    sources: tuple[str, ...]
    items: tuple[DutyItem, ...]
    stagger_days: int
    applies_if: Predicate | None = None


@dataclass(frozen=True, slots=True)
class DutyCatalogue:
    """Everything ``duties.yaml`` says that is computed with."""

    duties: Mapping[str, Duty]
    groups: Mapping[str, str]
    ramp_classes: Mapping[str, RampClass]
    level_names: Mapping[int, str]


def read_duties(root: Node) -> DutyCatalogue:
    """Read ``duties.yaml``."""
    classes = root.mapping("ramp_classes")
    ramp_classes = {name: _read_class(name, classes.mapping(name)) for name in classes.value}
    groups = root.mapping("groups").value
    duties = root.by_id("duties", lambda node: _read_duty(node, ramp_classes, groups))
    return DutyCatalogue(duties, dict(groups), ramp_classes, dict(root.mapping("levels").value))


def _read_class(name: str, node: Node) -> RampClass:
    days = node.whole("ramp_days_per_level")
    if days < 1:
        node.fault("at least one day is needed", key="ramp_days_per_level")
    return RampClass(
        id=name,
        name=node.text("name"),
        grace_days=node.whole("grace_days"),
        ramp_days_per_level=days,
        gate_on_declared_change=node.flag("gate_on_declared_change"),
        note=node.text("note"),
    )


def _read_duty(node: Node, ramp_classes: Mapping[str, RampClass], groups: Mapping[str, str]) -> Duty:
    if not node.texts("sources"):
        node.fault("every duty names a source", key="sources")
    applies_if = read_predicate(node.mapping("applies_if")) if "applies_if" in node.value else None
    return Duty(
        id=node.text("id"),
        name=node.text("name"),
        group=node.one_of("group", tuple(groups)),
        ramp_class=node.one_of("ramp_class", tuple(ramp_classes)),
        bearer=node.one_of("bearer", ("fine-tuner", "deployer", "both")),
        tier_levels=_read_levels(node.mapping("tier_levels")),
        cadence_months=dict(node.mapping("cadence_months").value),
        sources=node.texts("sources"),
        items=_read_items(node),
        stagger_days=node.whole("stagger_days"),
        applies_if=applies_if,
    )


def _read_levels(node: Node) -> dict[str, int]:
    levels = {tier: node.whole(tier) for tier in TIERS}
    steps = list(levels.values())
    if steps != sorted(steps) or not all(0 <= level <= 3 for level in steps):
        node.fault("levels run from 0 to 3 and do not fall from tier to tier")
    return levels


def _read_items(node: Node) -> tuple[DutyItem, ...]:
    items = tuple(
        DutyItem(item.number("at"), item.number("hours"), item.text("text"), item.text("evidence"))
        for item in node.items("items")
    )
    places = [item.at for item in items]
    if places != sorted(places) or any(not 0 < at <= 3 for at in places):
        node.fault("items stand in the order of at, above 0 and up to 3", key="items")
    if any(item.hours < 0 for item in items):
        node.fault("hours are not negative", key="items")
    return items
