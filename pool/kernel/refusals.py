"""Refusals: how a rule says no, with the field, the reason and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar


class Refusal(Exception):
    """Say no to a request, naming the field, the reason and what to do next.

    ``field`` is a path such as ``indicators.autonomy`` or ``None`` when the request as a whole is refused.
    ``facts`` carries values a page may want to show. ``others`` holds further refusals of the same request.
    """

    kind: ClassVar[str] = "refused"

    def __init__(
        self,
        reason: str,
        *,
        field: str | None = None,
        next_step: str = "",
        facts: Mapping[str, Any] | None = None,
        others: Sequence[Refusal] = (),
    ) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.next_step = next_step
        self.facts: Mapping[str, Any] = dict(facts or {})
        self.others: tuple[Refusal, ...] = tuple(others)

    def all(self) -> Iterator[Refusal]:
        """Yield this refusal and then every other one of the same request."""
        yield self
        for other in self.others:
            yield from other.all()

    def as_json(self) -> dict[str, dict[str, str | None]]:
        """Return the one shape in which programs receive a refusal."""
        return {"error": {"field": self.field, "reason": self.reason, "next_step": self.next_step}}


class Missing(Refusal):
    """What was asked for is not there, or is not the asker's to see."""

    kind = "missing"


class Forbidden(Refusal):
    """The seat in use may not do this."""

    kind = "forbidden"


class Invalid(Refusal):
    """The input breaks a stated rule."""

    kind = "invalid"


class Conflict(Refusal):
    """The state of things does not allow this now."""

    kind = "conflict"


def first_of(refusals: Sequence[Invalid]) -> Invalid:
    """Return one refusal that carries all the given ones; ``refusals`` must not be empty."""
    head, *rest = refusals
    head.others = (*head.others, *rest)
    return head
