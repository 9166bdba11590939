"""The fifteen indicators of an edition: scales, weights, context codes and development-side triggers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.numbers import Curve, exact, log10
from pool.policy.predicates import Predicate, read_predicate
from pool.policy.reader import Node

KINDS = ("continuous", "ordinal", "flag")
FACT_KINDS = ("flag", "number", "share", "trigger_ids")
CRITICALITY = "criticality"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an ordinal indicator: its anchor in words and its share ``u`` of the weight."""

    value: int
    anchor: str
    u: Fraction


@dataclass(frozen=True, slots=True)
class Indicator:
    """One input of the classification.

    ``curve`` maps a continuous value (its decimal logarithm where ``scale`` is ``log10``) to ``u`` in 0..1.
    """

    id: str
    name: str
    kind: str
    group: str
    weight: Fraction
    unit: str
    growth: bool
    measure: str
    evidence: tuple[str, ...]
    sources: tuple[str, ...]
    scale: str = "linear"
    curve: Curve | None = None
    levels: tuple[Level, ...] = ()

    @property
    def is_share(self) -> bool:
        """Say whether values run from 0 to 1."""
        return self.kind == "continuous" and self.scale == "linear"

    def scaled(self, value: Fraction) -> Fraction:
        """Return ``value`` on the axis of the curve."""
        return log10(value) if self.scale == "log10" else value

    def u(self, value: Fraction) -> Fraction:
        """Return the share of the weight at ``value``, 0..1."""
        if self.curve is not None:
            return self.curve.at(self.scaled(value))
        if self.levels:
            return self.levels[int(value)].u
        return value


@dataclass(frozen=True, slots=True)
class ContextCode:
    """A kind of use. It presumes a level of consequence for forms and opens overlays; it never decides a tier."""

    code: str
    name: str
    presumed_domain: int
    notes: str


@dataclass(frozen=True, slots=True)
class FactQuestion:
    """A fact that an overlay or a trigger asks for beside the indicators."""

    id: str
    kind: str
    text: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A development-side event that raises named duties by one level, never intensity or tier."""

    id: str
    name: str
    when: Predicate
    raises: Mapping[str, int]
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Indicators:
    """Everything ``indicators.yaml`` says."""

    never_inputs: tuple[str, ...]
    all: Mapping[str, Indicator]
    matrix: tuple[tuple[Fraction, ...], ...]
    contexts: Mapping[str, ContextCode]
    triggers: Mapping[str, Trigger]
    trigger_facts: tuple[FactQuestion, ...]
    max_raise: int
    material_change_days: int


def read_indicators(root: Node) -> Indicators:
    """Read ``indicators.yaml``."""
    declared = root.by_id("indicators", _read_indicator)
    secondary = root.mapping("secondary_triggers")
    return Indicators(
        never_inputs=root.texts("never_inputs"),
        all=declared,
        matrix=_read_matrix(root.mapping("derived").mapping(CRITICALITY)),
        contexts=_read_contexts(root),
        triggers=secondary.by_id("triggers", _read_trigger),
        trigger_facts=read_questions(secondary, asked_by="triggers"),
        max_raise=secondary.whole("max_total_raise_per_duty"),
        material_change_days=root.mapping("declaration").whole("material_change_days"),
    )


def read_questions(node: Node, *, asked_by: str) -> tuple[FactQuestion, ...]:
    """Read the list ``facts_asked`` at ``node``."""
    return tuple(
        FactQuestion(item.text("id"), item.one_of("kind", FACT_KINDS), item.text("text"), asked_by)
        for item in node.items("facts_asked")
    )


def _read_indicator(node: Node) -> Indicator:
    kind = node.one_of("kind", KINDS)
    scale = node.one_of("scale", ("linear", "log10")) if kind == "continuous" else "linear"
    curve = _read_curve(node, scale) if kind == "continuous" else None
    weight = node.number("weight")
    if not 0 <= weight <= 1:
        node.fault(f"is {float(weight)}; a number from 0 to 1 is needed", key="weight")
    return Indicator(
        id=node.text("id"),
        name=node.text("name"),
        kind=kind,
        group=node.text("group"),
        weight=weight,
        unit=node.text("unit"),
        growth=node.flag("growth"),
        measure=node.text("measure"),
        evidence=node.texts("evidence"),
        sources=node.texts("sources"),
        scale=scale,
        curve=curve,
        levels=_read_levels(node) if kind == "ordinal" else (),
    )


def _read_curve(node: Node, scale: str) -> Curve:
    curve = node.curve("curve")
    if not curve.is_rising():
        node.fault("must not fall", key="curve")
    if any(not 0 <= height <= 1 for _, height in curve.points):
        node.fault("must stay between 0 and 1", key="curve")
    if scale == "log10":
        return Curve(tuple((log10(x), y) for x, y in curve.points))
    return curve


def _read_levels(node: Node) -> tuple[Level, ...]:
    levels = tuple(
        Level(level.whole("value"), level.text("anchor"), level.number("u", 0)) for level in node.items("levels")
    )
    if [level.value for level in levels] != list(range(len(levels))) or not levels:
        node.fault("must count 0, 1, 2 ... without a gap", key="levels")
    shares = [level.u for level in levels]
    if shares != sorted(shares) or any(not 0 <= u <= 1 for u in shares):
        node.fault("u must not fall and must stay between 0 and 1", key="levels")
    return levels


def _read_matrix(node: Node) -> tuple[tuple[Fraction, ...], ...]:
    rows = node.value.get("matrix") if node.value else None
    if not isinstance(rows, tuple) or len(rows) != 5 or any(not isinstance(r, tuple) or len(r) != 5 for r in rows):
        node.fault("five rows of five numbers are needed", key="matrix")
        return ((Fraction(0),) * 5,) * 5
    if any(type(cell) not in (int, float) for row in rows for cell in row):
        node.fault("holds something that is not a number", key="matrix")
        return ((Fraction(0),) * 5,) * 5
    matrix = tuple(tuple(exact(cell) for cell in row) for row in rows)
    lines = [*matrix, *zip(*matrix, strict=True)]
    if any(list(line) != sorted(line) for line in lines):
        node.fault("must not fall along a row or a column", key="matrix")
    if any(not 0 <= cell <= 1 for row in matrix for cell in row):
        node.fault("must stay between 0 and 1", key="matrix")
    return matrix


def _read_contexts(root: Node) -> dict[str, ContextCode]:
    found: dict[str, ContextCode] = {}
    for node in root.items("context_codes"):
        code = node.text("code")
        if code in found:
            node.fault(f"code {code} is used twice", key="code")
        presumed = node.whole("presumed_domain")
        if not 0 <= presumed <= 4:
            node.fault("a level from 0 to 4 is needed", key="presumed_domain")
        found[code] = ContextCode(code, node.text("name"), presumed, node.text("notes", ""))
    return found


def _read_trigger(node: Node) -> Trigger:
    raises = node.mapping("raises").value
    if any(type(step) is not int or step < 0 for step in raises.values()):
        node.fault("raises are whole numbers of at least 0", key="raises")
        raises = {}
    return Trigger(
        id=node.text("id"),
        name=node.text("name"),
        when=read_predicate(node.mapping("when")),
        raises=raises,
        sources=node.texts("sources"),
        note=node.text("note", ""),
    )
