"""The check of an edition at program start: references exist, numbers fit together, golden values come out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pool.kernel.refusals import Refusal
from pool.policy.assessment import Assessment, assess
from pool.policy.checklist import records_to_sample
from pool.policy.duties import FULL, hours_per_year
from pool.policy.effort import audit_effort, calendar_half_days, sites_to_sample
from pool.policy.loading import Edition
from pool.policy.numbers import exact
from pool.policy.rulebook import TIERS

INDICATORS, DUTIES, RULES = 15, 34, 18
GOLDEN_DAY = date(2026, 7, 15)
_REFERENCE = re.compile(r"[A-Z][A-Z0-9-]*:\S.*\Z")
_TEXT_FIELDS_FREE = frozenset({"words.yaml"})


def check_edition(edition: Edition) -> list[str]:
    """Return what is wrong with an edition, each line naming the file; an empty list means it may be used.

    The form of the files was checked when they were read; this looks at what only the whole can show.
    """
    checks: tuple[Callable[[Edition], Iterator[str]], ...] = (
        _counts,
        _weights,
        _levels,
        _invariants,
        _references,
        _crossings,
        _words,
        _facts,
        _golden_cases,
        _golden_floors,
        _golden_effort,
        _golden_samples,
    )
    return [problem for check in checks for problem in check(edition)]


def _counts(edition: Edition) -> Iterator[str]:
    for file, name, have, want in (
        ("indicators.yaml", "indicators", len(edition.indicators.all), INDICATORS),
        ("duties.yaml", "duties", len(edition.duty_catalogue.duties), DUTIES),
        ("tiers.yaml", "rules", len(edition.rulebook.rules), RULES),
    ):
        if have != want:
            yield f"{file}: {name}: {have} are there, {want} are needed"


def _weights(edition: Edition) -> Iterator[str]:
    weights = [indicator.weight for indicator in edition.indicators.all.values()]
    total = sum(weights, edition.rulebook.criticality_weight)
    if total != 1:
        yield f"indicators.yaml: weight: the weights and that of criticality add up to {float(total)}, not to 1"


def _levels(edition: Edition) -> Iterator[str]:
    for duty in edition.duty_catalogue.duties.values():
        if duty.items and duty.items[-1].at > FULL:
            yield f"duties.yaml: {duty.id}.items: an item lies above the full level"
    tested = {
        tier: {duty for name in template.points for duty in edition.tests.points[name].duties}
        for tier, template in edition.tests.templates.items()
    }
    for tier in TIERS[1:]:
        for name in edition.duty_catalogue.duties:
            if name not in tested[tier]:
                yield f"audit_templates/{tier}.yaml: points: no test point looks at {name}"


def _invariants(edition: Edition) -> Iterator[str]:
    named = {*edition.indicators.all}
    for banned in edition.indicators.never_inputs:
        if banned in named or banned in edition.fact_questions:
            yield f"indicators.yaml: never_inputs: {banned} is an input all the same"
    for sector in edition.effort.competence.sectors:
        if sector not in edition.tests.modules:
            yield f"audit_templates/sector_modules.yaml: modules: none for {sector}"
    harbor = edition.safe_harbor
    if any(condition.get("enabled") is not False for condition in harbor["conditions"] if condition["id"] == "C9"):
        yield "safe_harbor.yaml: conditions[C9]: must stay off; arrears decide nothing"
    for curve, file, name in (
        (edition.effort.base, "effort.yaml", "base_days_full_audit"),
        (edition.schedule.test_points, "transitions.yaml", "audit_quantities.test_points"),
    ):
        if not curve.is_rising():
            yield f"{file}: {name}: falls"


def _references(edition: Edition) -> Iterator[str]:
    keys = {entry["key"] for entry in edition.documents["sources.yaml"]["sources"]}
    for file, document in edition.documents.items():
        if file == "sources.yaml":
            continue
        for path, reference in _quoted(document):
            if reference.split(":")[0] not in keys:
                yield f"{file}: {path}: {reference} names no source of sources.yaml"
    duties = edition.duty_catalogue.duties
    for file in (name for name in edition.documents if name.startswith("compliance_templates/")):
        for section in edition.documents[file]["sections"]:
            for field in section["fields"]:
                for duty in field.get("duties", ()):
                    if duty not in duties:
                        yield f"{file}: {field['id']}.duties: {duty} is not a duty"
    for instrument in edition.documents["credits.yaml"]["instruments"]:
        for duty in instrument["pays_for"]:
            if duty not in duties:
                yield f"credits.yaml: {instrument['id']}.pays_for: {duty} is not a duty"
    for trigger in edition.indicators.triggers.values():
        for duty in trigger.raises:
            if duty not in duties:
                yield f"indicators.yaml: {trigger.id}.raises: {duty} is not a duty"


def _quoted(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every reference of the form KEY:locator under ``sources``, ``source`` or ``ref``."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            if key in ("sources", "source", "ref"):
                listed = item if isinstance(item, tuple) else (item,)
                yield from (
                    (where, one)
                    for one in listed
                    if isinstance(one, str) and _REFERENCE.fullmatch(one) and " " not in one
                )
            yield from _quoted(item, where)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            name = item.get("id", number) if isinstance(item, Mapping) else number
            yield from _quoted(item, f"{path}[{name}]")


def _crossings(edition: Edition) -> Iterator[str]:
    growing = {indicator.id for indicator in edition.indicators.all.values() if indicator.growth}
    listed = set(edition.documents["transitions.yaml"]["crossing_kinds"]["growth"]["indicators"])
    if growing != listed:
        yield "transitions.yaml: crossing_kinds.growth.indicators: differs from the growth of indicators.yaml"
    parameters = edition.documents["transitions.yaml"]["effective_level"]["parameters"]
    for name, ramp in edition.duty_catalogue.ramp_classes.items():
        same = (ramp.grace_days, ramp.ramp_days_per_level, ramp.gate_on_declared_change)
        there = parameters.get(name, {})
        keys = ("grace_days", "ramp_days_per_level", "gate_on_declared_change")
        if same != tuple(there.get(key) for key in keys):
            yield f"transitions.yaml: effective_level.parameters.{name}: differs from duties.yaml"
    totals = edition.documents["transitions.yaml"]["no_cliff"]["constants"]["total_hours"]
    for tier in TIERS:
        levels = {duty.id: Fraction(duty.tier_levels[tier]) for duty in edition.duty_catalogue.duties.values()}
        if hours_per_year(edition, levels) != exact(totals[tier]):
            yield f"transitions.yaml: no_cliff.constants.total_hours.{tier}: differs from the hours of duties.yaml"


def _words(edition: Edition) -> Iterator[str]:
    never = edition.words["never"]
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in never), re.IGNORECASE)
    for file, document in edition.documents.items():
        if file in _TEXT_FIELDS_FREE:
            continue
        for path, text in _texts(document):
            found = pattern.search(text)
            if found:
                yield f"{file}: {path}: uses the word {found.group(0)!r}, which words.yaml rules out"


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}[{number}]")


def _facts(edition: Edition) -> Iterator[str]:
    known = {*edition.indicators.all, *edition.fact_questions, "context", "markets"}
    kinds: dict[str, str] = {}
    for overlay in edition.overlays.values():
        for question in overlay.facts_asked:
            if kinds.setdefault(question.id, question.kind) != question.kind:
                yield f"jurisdictions: {overlay.id}: {question.id} has another kind elsewhere"
        for found in overlay.classes.values():
            for name in found.when.facts():
                if name not in known:
                    yield f"jurisdictions: {overlay.id}: class {found.id} reads {name}, which nobody asks for"
    for trigger in edition.indicators.triggers.values():
        for name in trigger.when.facts():
            if name not in known:
                yield f"indicators.yaml: {trigger.id}: reads {name}, which nobody asks for"


def _cases(edition: Edition) -> dict[str, Mapping[str, Any]]:
    return {case["id"]: case for case in edition.documents["vignettes.yaml"]["vignettes"]}


def _assessed(edition: Edition, case: Mapping[str, Any], on: date) -> Assessment:
    return assess(edition, case["indicators"], context=case["context"], markets=case["markets"], on=on)


def _golden_cases(edition: Edition) -> Iterator[str]:
    cases, tolerance = _cases(edition), exact(edition.documents["golden.yaml"]["tolerance"])
    for golden in edition.documents["golden.yaml"]["vignettes"]:
        name = golden["id"]
        try:
            result = _assessed(edition, cases[name], GOLDEN_DAY)
        except (Refusal, KeyError) as fault:
            yield f"golden.yaml: {name}: cannot be assessed ({fault})"
            continue
        days = audit_effort(edition, intensity=result.intensity, load=result.load).days
        for key, have in (
            ("s", result.intensity),
            ("b", result.load),
            ("criticality", result.criticality),
            ("audit_days_initial", days),
            ("hours_per_year", result.hours_per_year),
        ):
            if abs(have - exact(golden[key])) > tolerance:
                yield f"golden.yaml: {name}.{key}: {float(have)} comes out, {golden[key]} is written"
        if result.tier != golden["tier"] or cases[name]["expected"]["tier"] != result.tier:
            yield f"golden.yaml: {name}.tier: {result.tier} comes out"
        if [reason.id for reason in result.reasons] != list(golden["reasons"]):
            yield f"golden.yaml: {name}.reasons: {[reason.id for reason in result.reasons]} come out"
        for rule, floor in result.exposure.floors.items():
            if abs(floor - exact(golden["floors"].get(rule, 0))) > tolerance:
                yield f"golden.yaml: {name}.floors.{rule}: {float(floor)} comes out"


def _golden_floors(edition: Edition) -> Iterator[str]:
    cases = _cases(edition)
    for golden in edition.documents["golden.yaml"]["overlays"]:
        for at in golden["at"]:
            result = _assessed(edition, cases[golden["id"]], date.fromisoformat(at["on"]))
            floors = {duty.id: duty.legal_floor for duty in result.duties if duty.legal_floor}
            if [found.id for found in result.classes] != list(at["classes"]):
                yield f"golden.yaml: {golden['id']} on {at['on']}: other classes fire"
            if floors != at["floors"]:
                yield f"golden.yaml: {golden['id']} on {at['on']}: other floors come out"


def _golden_effort(edition: Edition) -> Iterator[str]:
    tolerance = exact(edition.documents["golden.yaml"]["tolerance"])
    for case in edition.documents["golden.yaml"]["effort"]:
        try:
            days = audit_effort(
                edition,
                intensity=case["held"],
                load=case["b"],
                audit_type=case["type"],
                breadth=case["breadth"],
                increases=case["increases"],
                reductions=case["reductions"],
                sampled_sites=case["sampled_sites"],
            ).days
        except Refusal as fault:
            yield f"golden.yaml: {case['id']}: {fault}"
            continue
        if abs(days - exact(case["days"])) > tolerance:
            yield f"golden.yaml: {case['id']}.days: {float(days)} comes out, {case['days']} is written"
    for row in edition.documents["golden.yaml"]["calendar"]:
        if calendar_half_days(row["days"], row["people"]) != row["half_days"]:
            yield f"golden.yaml: calendar: {row['days']} days with {row['people']} people come out otherwise"


def _golden_samples(edition: Edition) -> Iterator[str]:
    golden = edition.documents["golden.yaml"]
    for row in golden["sampling"]:
        if records_to_sample(edition, records=row["N"], tier=row["tier"]) != row["n"]:
            yield f"golden.yaml: sampling: N = {row['N']} at {row['tier']} comes out otherwise"
    for row in golden["sites"]:
        for audit_type in ("initial", "surveillance", "renewal"):
            if sites_to_sample(edition, sites=row["n"], audit_type=audit_type) != row[audit_type]:
                yield f"golden.yaml: sites: n = {row['n']}, {audit_type} comes out otherwise"
    for curve in (edition.schedule.interval_months,):
        if any(low[1] < high[1] for low, high in pairwise(curve.points)):
            yield "transitions.yaml: audit_quantities.interval_months: rises"
