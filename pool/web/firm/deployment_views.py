"""The values that the views of a deployment show: indicators with dates, contributions, duties, record entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pool.harbor.queries import EntryView
from pool.harbor.standing import Standing
from pool.kernel.words import gettext as _
from pool.policy.assessment import Assessment
from pool.policy.duties import due_items
from pool.policy.indicators import CRITICALITY
from pool.policy.loading import Edition
from pool.policy.numbers import exact
from pool.policy.questions import questions
from pool.registry.queries import DatedValue, DeploymentView
from pool.web import display
from pool.web.charts import Chart, Span, standing_timeline
from pool.web.parts import Explanation, Fact
from pool.web.states import due_word
from pool.web.wording import indicator_words

#: How many days ahead a threat is drawn.
FURTHEST_AHEAD = 400


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator: the question, the present value in words, its dates, and every earlier value."""

    id: str
    question: str
    value: str
    anchor: str
    valid_from: date
    recorded_at: object
    source: str
    evidence_digest: str
    explanation: Explanation
    earlier: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty of a deployment; ``items`` are what is due at its level, with hours a year."""

    id: str
    name: str
    group: str
    level: float
    legal_floor: int
    raised: int
    required: float
    level_word: str
    floor_word: str
    required_word: str
    applies: bool
    refs: tuple[str, ...]
    items: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the record as its firm sees it."""

    seq: int
    recorded_at: object
    kind: str
    valid_from: date | None
    matches: bool | None
    leaf: str
    body: tuple[tuple[str, str], ...]


def identity_facts(edition: Edition, view: DeploymentView) -> list[Fact]:
    """Return what a deployment is, as labelled values."""
    context = edition.indicators.contexts.get(view.context)
    markets = [_(edition.overlays[code].name) if code in edition.overlays else code for code in view.markets]
    facts = [
        Fact(label=_("Purpose"), value=view.purpose),
        Fact(label=_("Kind of use"), value=_(context.name) if context else view.context),
        Fact(label=_("Markets"), value=markets),
        Fact(label=_("Languages"), value=view.languages),
        Fact(label=_("Sites with the same configuration"), value=view.sites, kind="number"),
        Fact(label=_("Live since, or from"), value=view.live_on, kind="date"),
        Fact(label=_("Signed first"), value=view.registered_at, kind="instant"),
        Fact(label=_("Name in the public log"), value=view.pseudonym, kind="digest"),
    ]
    if view.ended_on:
        facts.append(Fact(label=_("Ended"), value=view.ended_on, kind="date"))
    return [*facts, *law_facts(edition, view)]


def law_facts(edition: Edition, view: DeploymentView) -> list[Fact]:
    """Return the facts that law and triggers ask for, as they were given."""
    asked = edition.fact_questions
    return [Fact(label=_(asked[name].text), value=value) for name, value in view.facts.items() if name in asked]


def value_words(edition: Edition, indicator: str, value: str) -> tuple[str, str]:
    """Return an indicator's value as people read it, and the anchor of its level where it has levels."""
    found = edition.indicators.all[indicator]
    number = exact(value)
    if found.kind == "flag":
        return (_("Yes") if number else _("No")), ""
    if found.levels:
        level = found.levels[int(number)]
        return _("Level %(n)s", n=level.value), _(level.anchor)
    return indicator_words(indicator, number), ""


def indicator_rows(
    edition: Edition, present: Mapping[str, DatedValue], history: Iterable[DatedValue]
) -> list[IndicatorRow]:
    """Return the fifteen indicators in the order of the edition; those without a value are left out."""
    past: dict[str, list[DatedValue]] = {}
    for value in history:
        past.setdefault(value.indicator, []).append(value)
    rows = []
    for question in questions(edition):
        held = present.get(question.id)
        if held is None:
            continue
        words, anchor = value_words(edition, question.id, held.value)
        declared = edition.indicators.all[question.id]
        rows.append(
            IndicatorRow(
                id=question.id,
                question=question.label,
                value=words,
                anchor=anchor,
                valid_from=held.valid_from,
                recorded_at=held.recorded_at,
                source=_source_word(held.source),
                evidence_digest=held.evidence_digest,
                explanation=Explanation(
                    rule=question.help,
                    inputs=((_("Counted in"), question.unit), (_("Weight in the base load"), float(declared.weight))),
                    source=", ".join(declared.sources),
                    edition=edition.id,
                ),
                earlier=tuple(
                    (one.valid_from, value_words(edition, question.id, one.value)[0])
                    for one in reversed(past[question.id][:-1])
                ),
            )
        )
    return rows


def _source_word(source: str) -> str:
    words = {
        "declared": _("declared by the firm"),
        "metered": _("metered"),
        "observed": _("seen in an audit"),
        "corrected": _("corrected"),
    }
    return words.get(source, source)


def contributions_of(edition: Edition, found: Assessment) -> list[tuple[str, Explanation, float]]:
    """Return the three largest contributions to the base load: words, how they came about, amount."""
    labels = {one.id: one.label for one in questions(edition)}
    listed = []
    for one in found.exposure.largest_contributions(3):
        label = (
            _("Worst consequence by part in the decision") if one.indicator == CRITICALITY else labels[one.indicator]
        )
        explanation = Explanation(
            rule=_("Weight times the place of the value on its curve, from 0 to 1."),
            inputs=(
                (_("Weight"), _figure(one.weight)),
                (_("Place on the curve"), _figure(one.u)),
                (_("Product"), _figure(one.amount)),
            ),
            source="indicators.yaml",
            edition=found.edition,
        )
        listed.append((label, explanation, float(one.amount)))
    return listed


def _figure(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".") or "0"


def duty_rows(edition: Edition, found: Assessment) -> list[DutyRow]:
    """Return the duties in the order of the edition."""
    catalogue = edition.duty_catalogue
    return [
        DutyRow(
            id=duty.id,
            name=_(duty.name),
            group=_(catalogue.groups[duty.group]),
            level=float(duty.level),
            legal_floor=duty.legal_floor,
            raised=duty.secondary_raise,
            required=float(duty.required),
            level_word=level_words(edition, duty.level),
            floor_word=level_words(edition, duty.legal_floor) if duty.legal_floor else "",
            required_word=level_words(edition, duty.required),
            applies=duty.applies,
            refs=duty.refs,
            items=tuple(
                (_(item.text), float(item.hours), _(item.evidence))
                for item in due_items(catalogue.duties[duty.id], duty.required)
            ),
        )
        for duty in found.duties
    ]


def level_words(edition: Edition, level: Fraction | int) -> str:
    """Return the level of a duty in words: a whole one by its name, one in between as partly the next."""
    names = edition.duty_catalogue.level_names
    whole = int(level)
    if level == whole:
        return _(names[whole]).capitalize()
    following = _(names[whole + 1])
    if not whole:
        return _("Partly %(next)s", next=following)
    return _("%(level)s, partly %(next)s", level=_(names[whole]).capitalize(), next=following)


def chart_of(standing: Standing, *, today: date) -> Chart:
    """Draw the states of a record from its first day until ``today``, and the first day that threatens it as a mark."""
    turns = list(standing.turns)
    ends = [*(turn.on for turn in turns[1:]), today + timedelta(days=1)]
    names = [str(turn.state) for turn in turns]
    if standing.deemed and names[-1] == "good_standing":
        names[-1] = "deemed"
    spans = [Span(turn.on, end, name) for turn, end, name in zip(turns, ends, names, strict=True)]
    marks = [(today, _("today"))]
    ahead = next((threat for threat in standing.threats if (threat.on - today).days <= FURTHEST_AHEAD), None)
    if ahead is not None:
        marks.append((ahead.on, due_word(ahead.state)))
    return standing_timeline(
        "standing-through-time",
        title=_("Where did the record stand, and when?"),
        lines=[(_("As known on %(day)s", day=display.day(today)), spans)],
        start=min(turns[0].on, today - timedelta(days=60)),
        end=max(today + timedelta(days=30), ahead.on + timedelta(days=10) if ahead else today),
        marks=marks,
    )


def entry_rows(entries: Iterable[EntryView]) -> list[EntryRow]:
    """Return the entries of a record, newest first."""
    words = {
        "registration": _("Registration"),
        "ethics-review": _("Ethics review"),
        "engagement": _("Engagement with an audit"),
        "assessment": _("Assessment"),
        "remediation": _("Remediation"),
        "incident": _("Incident"),
        "standing": _("Standing"),
        "decision": _("Decision"),
        "enrolment": _("Enrolment"),
        "correction": _("Correction"),
    }
    return [
        EntryRow(
            seq=one.seq,
            recorded_at=one.recorded_at,
            kind=words.get(one.kind or "", (one.kind or "").replace("-", " ").capitalize())
            + _told_apart(one.body or {}),
            valid_from=one.valid_from,
            matches=one.digest_matches,
            leaf=one.leaf_hash.hex(),
            body=tuple((str(name), _short(value)) for name, value in (one.body or {}).items()),
        )
        for one in reversed(list(entries))
    ]


def _told_apart(body: Mapping[str, Any]) -> str:
    """Return the step and the reference by which entries of one kind are told apart."""
    named = ("finding", "audit", "booking", "decision", "proposal", "request", "incident")
    parts = [body.get("step"), next((body[name] for name in named if body.get(name)), None)]
    told = ", ".join(str(part) for part in parts if part)
    return f": {told}" if told else ""


def _short(value: object) -> str:
    text = display.plain(value) if not isinstance(value, dict) else ", ".join(f"{k}: {v}" for k, v in value.items())
    return text if len(text) <= 200 else f"{text[:199]}…"
