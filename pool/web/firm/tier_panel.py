"""The live panel beside the fifteen questions: tier, reasons, nearest rule, duties, audit days, legal floors."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import grouped
from pool.policy.assessment import Assessment, assess
from pool.policy.contradictions import Contradiction, contradictions_of
from pool.policy.duties import hours_at
from pool.policy.effort import adjustments_seen, audit_effort, estimate_inputs, sites_to_sample
from pool.policy.loading import Edition
from pool.policy.overlays import obligations_of
from pool.policy.questions import questions
from pool.policy.tiers import NextRule
from pool.web.charts import Chart, intensity_gauge
from pool.web.display import auditor_days, exact_number
from pool.web.firm.deployment_form import QUESTION, facts_of, indicators_of, languages_of
from pool.web.firm.deployment_views import level_words
from pool.web.parts import Explanation

#: What a rule's reason says about one deployment: "(level {autonomy})".
_FILLED = re.compile(r" \([^)]*\{[^)]*\)")


@dataclass(frozen=True, slots=True)
class MarketFloor:
    """What law asks for in one market: the classes that fire, the floors in force, and what begins later."""

    code: str
    name: str
    classes: tuple[str, ...]
    floors: tuple[tuple[str, str, str], ...]
    ahead: tuple[tuple[date, str, str], ...]
    legal_effect: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A contradiction between two answers in words: what it is, what was answered, what to check."""

    title: str
    said: str
    check: str


@dataclass(frozen=True, slots=True)
class TierPanel:
    """Everything the panel shows; ``assessment`` is none while answers are missing."""

    answered: int
    wanted: int
    unread: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    assessment: Assessment | None = None
    gauge: Chart | None = None
    duties: int = 0
    full_duties: int = 0
    audit_days: str = ""
    hours: int = 0
    days_explained: Explanation | None = None
    hours_explained: Explanation | None = None
    markets: tuple[MarketFloor, ...] = ()
    nearest: str = ""

    @property
    def missing(self) -> int:
        """Return how many of the questions have no answer yet; one that cannot be read has one."""
        return self.wanted - self.answered - len(self.unread)


def panel_of(edition: Edition, cleaned: Mapping[str, Any], *, on: date, wrong: Collection[str] = ()) -> TierPanel:
    """Work out the panel from what was answered so far. ``wrong`` names the fields that were answered and not read."""
    values = indicators_of(cleaned)
    wanted = len(edition.indicators.all)
    hints = hints_of(edition, values, context=cleaned.get("context") or None)
    if len(values) < wanted:
        unread = tuple(one.label for one in questions(edition) if QUESTION + one.id in wrong)
        return TierPanel(answered=len(values), wanted=wanted, unread=unread, hints=hints)
    markets: Sequence[str] = cleaned.get("markets") or ()
    try:
        found = assess(
            edition, values, context=cleaned.get("context") or None, markets=markets, facts=facts_of(cleaned), on=on
        )
    except Refusal as refusal:
        return TierPanel(wanted, wanted, problems=tuple(one.reason for one in refusal.all()), hints=hints)
    languages = languages_of(cleaned.get("languages") or "en")
    return full_panel(edition, found, sites=int(cleaned.get("sites") or 1), languages=len(languages))


def full_panel(edition: Edition, found: Assessment, *, sites: int = 1, languages: int = 1) -> TierPanel:
    """Return the panel of a deployment that is assessed."""
    applying = [duty for duty in found.duties if duty.applies and duty.required > 0]
    increases = adjustments_seen(
        edition, values=found.values, triggers=found.triggers, markets=len(found.markets), languages=languages
    )
    effort = audit_effort(
        edition,
        intensity=found.intensity,
        load=found.load,
        increases=increases,
        sampled_sites=sites_to_sample(edition, sites=sites),
    )
    inputs = estimate_inputs(effort, people=edition.effort.min_people)
    return TierPanel(
        answered=len(found.values),
        wanted=len(found.values),
        hints=hints_of(edition, found.values, context=found.context),
        assessment=found,
        gauge=gauge_of(edition, found),
        duties=len(applying),
        full_duties=sum(1 for duty in applying if duty.required >= 3),
        audit_days=auditor_days(effort.days),
        hours=planning_hours(found.hours_per_year),
        days_explained=Explanation(
            rule=_(
                "Auditor-days of eight hours: %(days)s. They follow the intensity and the scope, never the firm and "
                "never the result of an earlier audit. A booking shows the team and the dates, in whole half-days.",
                days=exact_number(effort.days),
            ),
            inputs=inputs.key,
            source="effort.yaml",
            edition=found.edition,
        ),
        hours_explained=Explanation(
            rule=_(
                "Planning figures: the hours of all duty items that are due at this intensity, over a year. "
                "From a hundred on they are shown in tens; reckoned %(hours)s.",
                hours=number_text(found.hours_per_year, 1),
            ),
            inputs=_hours_by_group(edition, found),
            source="duties.yaml",
            edition=found.edition,
        ),
        markets=floors_by_market(edition, found),
        nearest=next_words(edition, found.nearest) if found.nearest else "",
    )


def planning_hours(hours: Fraction) -> int:
    """Return planned hours to the precision they have: in tens from a hundred on."""
    return int(round(hours, -1 if hours >= 100 else 0))


def hints_of(edition: Edition, values: Mapping[str, Any], *, context: str | None) -> tuple[Hint, ...]:
    """Return what contradicts the kind of use, in words."""
    return tuple(_hint(edition, one) for one in contradictions_of(edition, values, context=context))


def _hint(edition: Edition, found: Contradiction) -> Hint:
    question = next(one.label for one in questions(edition) if one.id == found.indicator)
    anchors = {level.value: _(level.anchor) for level in edition.indicators.all[found.indicator].levels}
    kind = _(edition.indicators.contexts[found.context].name)
    if found.may_be_evidence:
        evidence = _("A level one below is held only with evidence that the ethics service has reviewed.")
    else:
        evidence = _("The ethics service can follow evidence one level down, not further.")
    return Hint(
        title=_("Two of your answers contradict each other"),
        said=_(
            "Kind of use “%(kind)s” presumes level %(presumed)s: %(worst)s. To “%(question)s” you answered level "
            "%(stated)s: %(answer)s.",
            kind=kind,
            presumed=found.presumed,
            worst=anchors[found.presumed],
            question=question,
            stated=found.stated,
            answer=anchors[found.stated],
        ),
        check=_(
            "Check the worst credible consequence of a wrong output in what it really does, and whether another kind "
            "of use is nearer. %(evidence)s The tier follows your answer as it stands; an audit compares it with what "
            "the system does.",
            evidence=evidence,
        ),
    )


def gauge_of(edition: Edition, found: Assessment) -> Chart:
    """Draw where the intensity stands among the tiers."""
    return intensity_gauge(
        "tier-gauge",
        title=_("Where does this deployment stand?"),
        value=float(found.intensity),
        medium_from=float(edition.rulebook.medium),
        high_from=float(edition.rulebook.high),
        load=float(found.load),
    )


def _hours_by_group(edition: Edition, found: Assessment) -> list[tuple[str, str]]:
    sums: dict[str, Fraction] = {}
    for duty in found.duties:
        sums[duty.group] = sums.get(duty.group, Fraction(0)) + hours_at(
            edition.duty_catalogue.duties[duty.id], duty.level
        )
    return [(_(edition.duty_catalogue.groups[group]), number_text(hours)) for group, hours in sums.items()]


def next_words(edition: Edition, rule: NextRule) -> str:
    """Return what would lift it into the next tier, with what the rule says instead of its id."""
    said = _FILLED.sub("", _(edition.rulebook.rules[rule.rule].reason))
    return _("It %(sentence)s.", sentence=rule.text.replace(f" {rule.rule} ", f" “{said}” "))


def number_text(value: Fraction, places: int = 2) -> str:
    """Return an exact number with at most ``places`` decimals."""
    text = grouped(float(value), places).rstrip("0").rstrip(".") if places else grouped(round(value))
    return text or "0"


def floors_by_market(edition: Edition, found: Assessment) -> tuple[MarketFloor, ...]:
    """Return what law asks for in each of the deployment's markets, and in frameworks that reach further."""
    names = {duty.id: _(duty.name) for duty in found.duties}
    codes = [*found.markets, *_further(found)]
    floors = []
    for code in dict.fromkeys(codes):
        overlay = edition.overlays[code]
        fired = [one for one in found.classes if one.overlay == code]
        obligations = obligations_of(edition, fired)
        present: dict[str, tuple[int, str]] = {}
        for one in obligations:
            if one.applies_from <= found.on and one.min_level >= present.get(one.duty, (0, ""))[0]:
                present[one.duty] = (one.min_level, one.ref)
        later = sorted(
            (one.applies_from, names[one.duty], level_words(edition, one.min_level))
            for one in obligations
            if one.applies_from > found.on
        )
        floors.append(
            MarketFloor(
                code=code,
                name=_(overlay.name),
                classes=tuple(_(one.name) for one in fired),
                floors=tuple(
                    (names[duty], level_words(edition, level), ref) for duty, (level, ref) in sorted(present.items())
                ),
                ahead=tuple(dict.fromkeys(later)),
                legal_effect=str(overlay.legal_effect.get("wording") or overlay.legal_effect["shown"]),
            )
        )
    return tuple(floors)


def _further(found: Assessment) -> Iterable[str]:
    return (one.overlay for one in found.classes if one.overlay not in found.markets)
