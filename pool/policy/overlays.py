"""What statutes ask of a deployment: classes that fire, and least duty levels on a day.

Overlays only add: they never change intensity or tier, and never lower a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pool.policy.loading import Edition
from pool.policy.overlay_catalogue import Obligation

GENERATIVE = "generative"
TRIGGERS = "triggers"


@dataclass(frozen=True, slots=True)
class FiredClass:
    """A class of a statute that the deployment belongs to."""

    id: str
    name: str
    overlay: str


@dataclass(frozen=True, slots=True)
class LegalFloor:
    """The least level of one duty on a day, with the obligations that set it."""

    level: int
    obligations: tuple[Obligation, ...]


def gathered_facts(
    values: Mapping[str, Fraction], *, context: str | None, markets: Iterable[str], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Put indicators, context, markets and given facts together; facts not given are unknown, generative is true."""
    gathered = {GENERATIVE: True, **facts, **values, "markets": tuple(markets)}
    return gathered if context is None else {**gathered, "context": context}


def active_triggers(edition: Edition, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the development-side triggers that are stated or follow from the facts, in catalogue order."""
    stated = facts.get(TRIGGERS, ())
    return tuple(
        trigger.id
        for trigger in edition.indicators.triggers.values()
        if trigger.id in stated or trigger.when.holds(facts)
    )


def fired_classes(edition: Edition, facts: Mapping[str, Any]) -> tuple[FiredClass, ...]:
    """Return the classes that fire, ordered by id; whether their duties already apply is a matter of dates."""
    fired = [
        FiredClass(found.id, found.name, overlay.id)
        for overlay in edition.overlays.values()
        for found in overlay.classes.values()
        if found.when.holds(facts)
    ]
    return tuple(sorted(fired, key=lambda found: found.id))


def obligations_of(edition: Edition, fired: Iterable[FiredClass]) -> tuple[Obligation, ...]:
    """Return the obligations of the classes that fired, whatever their date."""
    wanted = {(found.overlay, found.id) for found in fired}
    return tuple(
        obligation
        for overlay in edition.overlays.values()
        for obligation in overlay.obligations
        if (overlay.id, obligation.statute_class) in wanted
    )


def legal_floors(edition: Edition, fired: Iterable[FiredClass], on: date) -> dict[str, LegalFloor]:
    """Return the floor of each duty that law asks for on the day ``on``."""
    in_force: dict[str, list[Obligation]] = {}
    for obligation in obligations_of(edition, fired):
        if obligation.applies_from <= on:
            in_force.setdefault(obligation.duty, []).append(obligation)
    return {
        duty: LegalFloor(max(one.min_level for one in found), tuple(found)) for duty, found in sorted(in_force.items())
    }


def obligations_ahead(edition: Edition, fired: Iterable[FiredClass], on: date) -> tuple[Obligation, ...]:
    """Return the obligations that begin after ``on``, soonest first, so that no date comes as a surprise."""
    ahead = (obligation for obligation in obligations_of(edition, fired) if obligation.applies_from > on)
    return tuple(sorted(ahead, key=lambda one: (one.applies_from, one.duty, one.ref)))
