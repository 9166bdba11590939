"""The assessment of one deployment on one day: tier, reasons, nearest next rule, duties with legal floors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pool.policy.duties import DutyTarget, hours_per_year, required_level, secondary_raises, target_level
from pool.policy.exposure import Exposure, exposure_of
from pool.policy.inputs import Statement, check_document, check_statement
from pool.policy.loading import Edition, load_edition
from pool.policy.numbers import shown
from pool.policy.overlay_catalogue import Obligation
from pool.policy.overlays import (
    TRIGGERS,
    FiredClass,
    LegalFloor,
    active_triggers,
    fired_classes,
    gathered_facts,
    legal_floors,
    obligations_ahead,
)
from pool.policy.tiers import NextRule, Reason, next_rules, reasons_for


@dataclass(frozen=True)
class Assessment:
    """What the edition says about one deployment, with everything that was read.

    ``intensity`` has four decimals, ``exposure.load`` six; both are exact fractions. ``facts`` holds what was given,
    ``classes`` the statutory classes that fire, ``ahead`` the obligations that begin after ``on``.
    """

    edition: str
    edition_digest: str
    on: date
    values: Mapping[str, Fraction]
    context: str | None
    markets: tuple[str, ...]
    facts: Mapping[str, Any]
    triggers: tuple[str, ...]
    exposure: Exposure
    tier: str
    reasons: tuple[Reason, ...]
    next_rules: tuple[NextRule, ...]
    classes: tuple[FiredClass, ...]
    ahead: tuple[Obligation, ...]
    duties: tuple[DutyTarget, ...]
    hours_per_year: Fraction

    @property
    def intensity(self) -> Fraction:
        """Return the intensity at four decimals."""
        return self.exposure.intensity

    @property
    def load(self) -> Fraction:
        """Return the base load at six decimals; it scales audit effort and orders deployments inside a tier."""
        return self.exposure.load

    @property
    def criticality(self) -> Fraction:
        """Return the criticality, 0..1."""
        return self.exposure.criticality

    @property
    def nearest(self) -> NextRule | None:
        """Return the nearest rule of the next tier with what would fire it; ``None`` at high."""
        return self.next_rules[0] if self.next_rules else None

    def as_json(self) -> dict[str, Any]:
        """Return the answer of ``audit-pool policy assess``."""
        return {
            "tier": self.tier,
            "intensity": shown(self.intensity, 4),
            "reasons": [{"id": one.id, "value": shown(one.value, 4), "text": one.text} for one in self.reasons],
            "duties": [
                {
                    "id": duty.id,
                    "level": shown(duty.level, 4),
                    "legal_floor": duty.legal_floor,
                    "required": shown(duty.required, 4),
                }
                for duty in self.duties
            ],
            "edition": self.edition,
            "edition_digest": self.edition_digest,
        }


def assess(
    edition: Edition,
    indicators: Mapping[str, Any],
    *,
    context: str | None = None,
    markets: Iterable[str] = (),
    facts: Mapping[str, Any] | None = None,
    on: date,
) -> Assessment:
    """Assess a deployment from its fifteen indicators.

    Raises:
        InputRefused: a value is missing, unknown, of the wrong kind or off its scale.
    """
    return _assess(edition, check_statement(edition, indicators, context=context, markets=markets, facts=facts, on=on))


def assess_document(document: object, *, today: date, edition: Edition | None = None) -> Assessment:
    """Assess the document of ``audit-pool policy assess``: ``indicators`` and optionally ``context,
    markets, facts, on``.

    Raises:
        InputRefused: as in ``assess``, also for an unknown key.
    """
    chosen = edition or load_edition()
    return _assess(chosen, check_document(chosen, document, today=today))


def _assess(edition: Edition, stated: Statement) -> Assessment:
    exposure = exposure_of(edition, stated.values)
    facts = gathered_facts(stated.values, context=stated.context, markets=stated.markets, facts=stated.facts)
    triggers = active_triggers(edition, facts)
    facts[TRIGGERS] = triggers
    classes = fired_classes(edition, facts)
    floors = legal_floors(edition, classes, stated.on)
    duties = _duties(edition, exposure.intensity, floors, triggers, facts)
    return Assessment(
        edition=edition.id,
        edition_digest=edition.digest,
        on=stated.on,
        values=stated.values,
        context=stated.context,
        markets=stated.markets,
        facts=stated.facts,
        triggers=triggers,
        exposure=exposure,
        tier=edition.rulebook.tier_of(exposure.intensity),
        reasons=reasons_for(edition, exposure, stated.values),
        next_rules=next_rules(edition, exposure, stated.values),
        classes=classes,
        ahead=obligations_ahead(edition, classes, stated.on),
        duties=duties,
        hours_per_year=hours_per_year(edition, {duty.id: duty.level for duty in duties}),
    )


def _duties(
    edition: Edition,
    intensity: Fraction,
    floors: Mapping[str, LegalFloor],
    triggers: tuple[str, ...],
    facts: Mapping[str, Any],
) -> tuple[DutyTarget, ...]:
    raises = secondary_raises(edition, triggers)
    targets = []
    for duty in edition.duty_catalogue.duties.values():
        level = target_level(edition, duty, intensity)
        floor = floors.get(duty.id)
        least, step = (floor.level if floor else 0), raises.get(duty.id, 0)
        targets.append(
            DutyTarget(
                id=duty.id,
                name=duty.name,
                group=duty.group,
                level=level,
                legal_floor=least,
                secondary_raise=step,
                required=required_level(level, least, step),
                applies=duty.applies_if is None or duty.applies_if.holds(facts),
                refs=tuple(dict.fromkeys(one.ref for one in floor.obligations)) if floor else (),
            )
        )
    return tuple(targets)
