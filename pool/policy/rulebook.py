"""The eighteen rules, the thresholds and the band of ``tiers.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.indicators import CRITICALITY, Indicators
from pool.policy.numbers import log10
from pool.policy.reader import Node

TIERS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Ramp:
    """A condition that grows from 0 at ``start`` to 1 at ``full`` of one indicator."""

    indicator: str
    start: Fraction
    full: Fraction
    scale: str

    def at(self, values: Mapping[str, Fraction]) -> Fraction:
        """Return the degree of membership, 0..1."""
        position = self.position(values)
        if position <= self.start:
            return Fraction(0)
        if position >= self.full:
            return Fraction(1)
        return (position - self.start) / (self.full - self.start)

    def position(self, values: Mapping[str, Fraction]) -> Fraction:
        """Return where the indicator stands on the axis of the ramp."""
        x = values[self.indicator]
        return log10(x) if self.scale == "log10" else x

    def position_for(self, degree: Fraction) -> Fraction:
        """Return the place on the axis (logarithm where scaled so) at which the ramp reaches ``degree``."""
        return self.start + degree * (self.full - self.start)

    def ramps(self) -> Iterator[Ramp]:
        """Yield this ramp."""
        yield self


@dataclass(frozen=True, slots=True)
class Either:
    """A condition that is as strong as the strongest of its ramps."""

    members: tuple[Ramp, ...]

    def at(self, values: Mapping[str, Fraction]) -> Fraction:
        """Return the degree of membership, 0..1."""
        return max(member.at(values) for member in self.members)

    def ramps(self) -> Iterator[Ramp]:
        """Yield the ramps inside."""
        yield from self.members


Condition = Ramp | Either


@dataclass(frozen=True, slots=True)
class Rule:
    """A floor under the intensity: ``cap`` times the weakest of its conditions."""

    id: str
    name: str
    target_tier: str
    cap: Fraction
    reason: str
    sources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def floor(self, values: Mapping[str, Fraction]) -> Fraction:
        """Return the exact floor this rule sets."""
        weakest = Fraction(1)
        for condition in self.conditions:
            weakest = min(weakest, condition.at(values))
            if not weakest:
                break
        return self.cap * weakest


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything ``tiers.yaml`` says that is computed with."""

    rules: Mapping[str, Rule]
    medium: Fraction
    high: Fraction
    band: Fraction
    criticality_weight: Fraction
    summaries: Mapping[str, str]

    def threshold(self, tier: str) -> Fraction:
        """Return the intensity at which ``tier`` begins."""
        return {"low": Fraction(0), "medium": self.medium, "high": self.high}[tier]

    def tier_of(self, intensity: Fraction) -> str:
        """Return the tier at a rounded intensity."""
        if intensity >= self.high:
            return "high"
        return "medium" if intensity >= self.medium else "low"


def read_rulebook(root: Node, indicators: Indicators) -> Rulebook:
    """Read ``tiers.yaml``."""
    thresholds = root.mapping("thresholds")
    medium, high = thresholds.number("medium"), thresholds.number("high")
    band = root.number("band_width")
    if not 0 < medium < high < 1:
        thresholds.fault("0 < medium < high < 1 is needed")
    elif not (band > 0 and medium + band <= high and high + band <= 1):
        root.fault("each band must end before the next tier begins and before 1", key="band_width")
    _compare_tiers(root, medium, high)
    return Rulebook(
        rules=root.by_id("rules", lambda node: _read_rule(node, indicators)),
        medium=medium,
        high=high,
        band=band,
        criticality_weight=root.mapping("weights_derived").number(CRITICALITY),
        summaries={node.text("id"): node.text("summary") for node in root.items("tiers")},
    )


def _compare_tiers(root: Node, medium: Fraction, high: Fraction) -> None:
    starts = {node.text("id"): node.number("from") for node in root.items("tiers")}
    if starts != {"low": Fraction(0), "medium": medium, "high": high}:
        root.fault("must be low from 0, medium and high from the thresholds", key="tiers")


def _read_rule(node: Node, indicators: Indicators) -> Rule:
    cap = node.number("cap")
    if not 0 < cap <= 1:
        node.fault("a number above 0 and up to 1 is needed", key="cap")
    conditions = tuple(_read_condition(part, indicators) for part in node.items("all"))
    if not conditions:
        node.fault("at least one condition is needed", key="all")
    rule = Rule(
        id=node.text("id"),
        name=node.text("name"),
        target_tier=node.one_of("target_tier", ("medium", "high")),
        cap=cap,
        reason=node.text("reason"),
        sources=node.texts("sources"),
        conditions=conditions,
    )
    _check_reason(node, rule, indicators)
    return rule


def _check_reason(node: Node, rule: Rule, indicators: Indicators) -> None:
    known = dict.fromkeys((*indicators.all, CRITICALITY), "0")
    try:
        rule.reason.format(**known)
    except (KeyError, IndexError, ValueError) as fault:
        node.fault(f"names a value that is not an indicator ({fault})", key="reason")


def _read_condition(node: Node, indicators: Indicators) -> Condition:
    if "any" in node.value:
        members = tuple(_read_ramp(part, indicators) for part in node.items("any"))
        if not members:
            node.fault("at least one ramp is needed", key="any")
            return Ramp(CRITICALITY, Fraction(0), Fraction(1), "linear")
        return Either(members)
    return _read_ramp(node, indicators)


def _read_ramp(node: Node, indicators: Indicators) -> Ramp:
    name = node.text("ind")
    if name != CRITICALITY and name not in indicators.all:
        node.fault(f"{name} is not an indicator", key="ind")
        name = CRITICALITY
    start, full = node.number("from"), node.number("to")
    if not start < full:
        node.fault("to must be above from, or the rule would fall", key="to")
        full = start + 1
    return Ramp(name, start, full, node.one_of("scale", ("linear", "log10"), "linear"))
