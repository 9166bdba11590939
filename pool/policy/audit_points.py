"""The test points and sector modules of ``audit_templates/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.reader import Node
from pool.policy.rulebook import TIERS


@dataclass(frozen=True, slots=True)
class TestPoint:
    """One thing an auditor tests. ``sector`` names the module it comes from, or is empty."""

    __test__ = False

    id: str
    first_tier: str
    group: str
    duties: tuple[str, ...]
    question: str
    objective: str
    evidence: tuple[str, ...]
    sampling: str
    major_if: str
    sources: tuple[str, ...]
    sector: str = ""


@dataclass(frozen=True, slots=True)
class AuditTemplate:
    """How an audit of one tier is held."""

    tier: str
    mode: str
    nominal_points: int
    outputs_sampled: int
    points: tuple[str, ...]
    report_sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestCatalogue:
    """All test points in catalogue order, the sector modules and the templates."""

    __test__ = False

    points: Mapping[str, TestPoint]
    modules: Mapping[str, tuple[TestPoint, ...]]
    templates: Mapping[str, AuditTemplate]
    ratings: Mapping[str, str]
    record_factors: Mapping[str, Fraction]
    outputs: Mapping[str, int]
    random_share: Fraction


# Source: the line sampling.records of test_points.yaml; the loader checks that the line still says so.
RECORDS_RULE = "n = min(N, max(5, ceil(k * sqrt(N)))) with k = 0.6 low, 1.0 medium, 1.4 high"
RECORD_FACTORS = {"low": Fraction(3, 5), "medium": Fraction(1), "high": Fraction(7, 5)}
LEAST_RECORDS = 5


def read_tests(
    points: Node, modules: Node, templates: Mapping[str, Node], duties: Mapping[str, object]
) -> TestCatalogue:
    """Read the five files of ``audit_templates/``."""
    group_of = _groups(templates["high"])
    catalogue = points.by_id("points", lambda node: _read_point(node, group_of, duties))
    sampling = points.mapping("sampling")
    if sampling.text("records") != RECORDS_RULE:
        sampling.fault("is another rule than the product computes", key="records")
    outputs = sampling.mapping("outputs")
    return TestCatalogue(
        points=catalogue,
        modules=modules.by_id("modules", lambda node: _read_module(node, duties)),
        templates={tier: _read_template(tier, templates[tier], catalogue) for tier in TIERS},
        ratings={node.text("id"): node.text("text") for node in points.items("rating_scale")},
        record_factors=RECORD_FACTORS,
        outputs={tier: outputs.whole(tier) for tier in TIERS},
        random_share=Fraction(1, 4),
    )


def _groups(template: Node) -> dict[str, str]:
    return {point: node.text("group") for node in template.items("groups") for point in node.texts("points")}


def _read_point(node: Node, group_of: Mapping[str, str], duties: Mapping[str, object]) -> TestPoint:
    name = node.text("id")
    if name not in group_of:
        node.fault("stands in no group of audit_templates/high.yaml", key="id")
    return TestPoint(
        id=name,
        first_tier=node.one_of("first_tier", TIERS),
        group=group_of.get(name, ""),
        duties=_read_duties(node, duties),
        question=node.text("question"),
        objective=node.text("objective"),
        evidence=node.texts("evidence"),
        sampling=node.text("sampling"),
        major_if=node.text("major_if"),
        sources=node.texts("sources"),
    )


def _read_duties(node: Node, duties: Mapping[str, object]) -> tuple[str, ...]:
    named = node.texts("duties")
    for duty in named:
        if duty not in duties:
            node.fault(f"{duty} is not a duty", key="duties")
    if not named:
        node.fault("every test point tests a duty", key="duties")
    return named


def _read_module(node: Node, duties: Mapping[str, object]) -> tuple[TestPoint, ...]:
    sector, name = node.text("id"), node.text("name")
    points = tuple(
        TestPoint(
            id=point.text("id"),
            first_tier="medium" if number < 2 else "high",
            group=name,
            duties=_read_duties(point, duties),
            question=point.text("question"),
            objective=point.text("objective"),
            evidence=(point.text("evidence"),),
            sampling=point.text("sampling"),
            major_if=point.text("major_if"),
            sources=point.texts("sources"),
            sector=sector,
        )
        for number, point in enumerate(node.items("points"))
    )
    if len(points) != 4:
        node.fault(f"has {len(points)} points; four are needed", key="points")
    return points


def _read_template(tier: str, node: Node, catalogue: Mapping[str, TestPoint]) -> AuditTemplate:
    template = AuditTemplate(
        tier=node.one_of("tier", (tier,)),
        mode=node.text("mode"),
        nominal_points=node.whole("nominal_points"),
        outputs_sampled=node.whole("outputs_sampled"),
        points=node.texts("points"),
        report_sections=node.texts("report_sections"),
    )
    if template.points != tuple(catalogue)[: template.nominal_points]:
        node.fault("must be the first nominal_points of the catalogue, in its order", key="points")
    grouped = {point for group in node.items("groups") for point in group.texts("points")}
    if grouped != set(template.points):
        node.fault("groups and points must name the same test points", key="groups")
    return template
