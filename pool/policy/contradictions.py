"""Answers that do not sit well together. A contradiction is told, it never moves a tier: only answers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pool.policy.loading import Edition
from pool.policy.numbers import exact

#: The indicator that a kind of use presumes a level of.
PRESUMED = "domain_consequence"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An answer below the level that its kind of use presumes.

    ``may_be_evidence`` tells whether evidence before the ethics service could carry it: one level below, no more.
    """

    indicator: str
    context: str
    stated: int
    presumed: int

    @property
    def may_be_evidence(self) -> bool:
        """Tell whether the ethics service may follow the answer on evidence."""
        return self.presumed - self.stated <= 1


def contradictions_of(
    edition: Edition, indicators: Mapping[str, Any], *, context: str | None
) -> tuple[Contradiction, ...]:
    """Return where the answers contradict the kind of use; answers still open contradict nothing.

    Source: ``indicators.yaml``, ``domain_consequence.measure`` and ``context_codes``.
    """
    known = edition.indicators.contexts.get(context or "")
    value = indicators.get(PRESUMED)
    if known is None or value is None:
        return ()
    stated = int(exact(value))
    if stated >= known.presumed_domain:
        return ()
    return (Contradiction(PRESUMED, known.code, stated, known.presumed_domain),)
