"""Audit effort in exact auditor-days, the calendar made from it, and what an estimate is worked out with.

Effort follows exposure and scope. It reads no verdict of an earlier audit and nothing about the firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _
from pool.policy.effort_rules import Adjustment, EffortRules
from pool.policy.loading import Edition
from pool.policy.numbers import ceil_scaled_root, exact
from pool.policy.overlays import TRIGGERS

Number = int | float | Fraction


class EffortRefused(Invalid):
    """An audit type, adjustment or count that the edition does not know."""


@dataclass(frozen=True, slots=True)
class Line:
    """An increase or reduction that applies: its id, words, how often, and percent before the cap."""

    id: str
    when: str
    count: int
    percent: Fraction


@dataclass(frozen=True, slots=True)
class Effort:
    """The effort of one audit, in auditor-days of 8 hours, exact.

    ``days`` is what cost shares use. ``desk_days`` (planning and report) and ``contact_days`` add up to it.
    """

    audit_type: str
    base_days: Fraction
    load_factor: Fraction
    type_factor: Fraction
    breadth: Fraction
    increases: tuple[Line, ...]
    reductions: tuple[Line, ...]
    increase_percent: Fraction
    reduction_percent: Fraction
    site_days: Fraction
    days: Fraction
    desk_days: Fraction

    @property
    def contact_days(self) -> Fraction:
        """Return the days that are not desk time."""
        return self.days - self.desk_days


@dataclass(frozen=True, slots=True)
class Family:
    """Where a deployment of a booking belongs: the lineage of its base model and its function."""

    lineage: str
    function: str


@dataclass(frozen=True, slots=True)
class EstimateInputs:
    """What the price before the work is worked out with: days, people, half-days and the key of each figure."""

    effort: Effort
    people: int
    half_days: int
    key: tuple[tuple[str, str], ...]


def audit_effort(
    edition: Edition,
    *,
    intensity: Number,
    load: Number,
    audit_type: str = "initial",
    breadth: Number = 1,
    increases: Mapping[str, int] | None = None,
    reductions: Mapping[str, int] | None = None,
    sampled_sites: int = 0,
    remote_sites: bool = False,
    site_reduction_percent: Number = 0,
) -> Effort:
    """Return the exact effort of an audit.

    ``intensity`` is the held intensity (four decimals), ``load`` the base load (six). ``increases`` and ``reductions``
    map ids of effort.yaml to how often they count.

    Raises:
        EffortRefused: unknown audit type or adjustment, or a count out of range.
    Source: the line ``formula`` of effort.yaml; caps as in IAF MD 5 and MD 1.
    """
    rules = edition.effort
    if audit_type not in rules.type_factors:
        raise EffortRefused(
            _("%(value)s is not a type of audit.", value=audit_type),
            field="audit_type",
            next_step=_("Use one of %(known)s.", known=", ".join(rules.type_factors)),
        )
    added = _lines(rules.increases, increases or {}, "increases")
    taken = _lines(rules.reductions, reductions or {}, "reductions")
    up, down = _total(added, rules.max_increase), _total(taken, rules.max_reduction)
    base = rules.base.at(exact(intensity))
    load_factor = rules.load_constant + rules.load_per_unit * exact(load)
    work = base * load_factor * rules.type_factors[audit_type] * exact(breadth) * (1 + up / 100) * (1 - down / 100)
    sites = _site_days(rules, base, sampled_sites, remote_sites, exact(site_reduction_percent))
    days = max(rules.floor_days, work + sites)
    return Effort(
        audit_type=audit_type,
        base_days=base,
        load_factor=load_factor,
        type_factor=rules.type_factors[audit_type],
        breadth=exact(breadth),
        increases=added,
        reductions=taken,
        increase_percent=up,
        reduction_percent=down,
        site_days=sites,
        days=days,
        desk_days=days * rules.desk_share,
    )


def _lines(known: Mapping[str, Adjustment], wanted: Mapping[str, int], field: str) -> tuple[Line, ...]:
    for name, count in wanted.items():
        if name not in known or isinstance(count, bool) or count < 0:
            raise EffortRefused(
                _("%(name)s is not an adjustment of this edition, or its count is below 0.", name=name),
                field=f"{field}.{name}",
                next_step=_("Use some of %(known)s.", known=", ".join(known)),
            )
    lines = []
    for name, rule in known.items():
        count = wanted.get(name, 0)
        if count:
            counted = count if rule.each else 1
            lines.append(Line(name, rule.when, counted, min(rule.percent * counted, rule.most)))
    return tuple(lines)


def _total(lines: tuple[Line, ...], cap: Fraction) -> Fraction:
    return min(cap, sum((line.percent for line in lines), Fraction(0)))


def _site_days(rules: EffortRules, base: Fraction, sites: int, remote: bool, reduction: Fraction) -> Fraction:
    share = rules.sites.share_remote if remote else rules.sites.share_on_site
    taken = min(rules.max_site_reduction, max(Fraction(0), reduction))
    return max(0, sites) * share * base * (1 - taken / 100)


def adjustments_seen(
    edition: Edition,
    *,
    values: Mapping[str, Fraction],
    triggers: Iterable[str] = (),
    markets: int = 1,
    languages: int = 1,
    releases: int = 0,
    logs_incomplete: bool = False,
    tools_with_write_access: bool = False,
) -> dict[str, int]:
    """Return the increases that follow from the assessment and the scope, as ``{id: count}``."""
    facts: dict[str, Any] = {**values, TRIGGERS: tuple(triggers)}
    seen = {
        rule.id: int(rule.derived.holds(facts))
        for rule in edition.effort.increases.values()
        if rule.derived is not None
    }
    stated = {
        "I2": max(0, markets - 1),
        "I3": max(0, languages - 1),
        "I4": max(seen.get("I4", 0), int(tools_with_write_access)),
        "I7": int(releases > 12),
        "I9": int(logs_incomplete),
    }
    counted = {**seen, **{name: count for name, count in stated.items() if name in edition.effort.increases}}
    return {name: count for name, count in counted.items() if count}


def breadth_of(edition: Edition, deployments: Iterable[Family]) -> Fraction:
    """Return the sum of deployment counts of a booking; the order of the deployments does not matter."""
    counts, total = edition.effort.counts, Fraction(0)
    lineages: dict[str, set[str]] = {}
    for deployment in deployments:
        functions = lineages.setdefault(deployment.lineage, set())
        if not functions:
            total += counts["first_of_family"]
        elif deployment.function in functions:
            total += counts["same_lineage_same_function"]
        else:
            total += counts["same_lineage_other_function"]
        functions.add(deployment.function)
    return total


def sites_to_sample(edition: Edition, *, sites: int, audit_type: str = "initial") -> int:
    """Return how many of ``sites`` with one configuration are visited; none beyond the base where there is one site.

    Source: IAF MD 1, square-root sampling.
    """
    factor = edition.effort.sites.factors.get(audit_type)
    if sites < 2 or factor is None:
        return 0
    return min(sites, ceil_scaled_root(factor, sites))


def calendar_half_days(exact_days: Number, people: int, *, half_days_per_day: int = 2) -> int:
    """Return the consecutive half-days that a team of ``people`` works together, rounded up.

    Source: decision 11 of the edition.
    """
    if people < 1:
        raise EffortRefused(
            _("A team needs at least one person."), field="people", next_step=_("Give a number of at least 1.")
        )
    return -((-exact(exact_days) * half_days_per_day / people) // 1)


def may_lead_again(edition: Edition, *, led_in_a_row: Iterable[date], on: date) -> bool:
    """Say whether a lead may lead on the day ``on`` at a firm whose last audits without a break they led.

    ``led_in_a_row`` holds the days of those audits; empty once another lead took a cycle.
    Source: decision 12 of the edition: three audits or four years in a row, then one cycle off.
    """
    run, rotation = sorted(led_in_a_row), edition.effort.rotation
    if not run:
        return True
    first = run[0]
    return len(run) < rotation.max_audits_in_a_row and on < _years_after(first, rotation.max_years_in_a_row)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


def estimate_inputs(effort: Effort, *, people: int) -> EstimateInputs:
    """Return what an estimate is worked out with, each figure with its words; no price is in it."""
    key = (
        (_("days at this intensity"), _fraction(effort.base_days)),
        (_("factor for the base load"), _fraction(effort.load_factor)),
        (_("factor for the type of audit"), _fraction(effort.type_factor)),
        (_("breadth"), _fraction(effort.breadth)),
        *((f"{line.id}: {line.when}", f"+{_fraction(line.percent)} %") for line in effort.increases),
        *((f"{line.id}: {line.when}", f"-{_fraction(line.percent)} %") for line in effort.reductions),
        (_("days for sites"), _fraction(effort.site_days)),
        (_("days in all"), _fraction(effort.days)),
    )
    return EstimateInputs(effort, people, calendar_half_days(effort.days, people), key)


def _fraction(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
