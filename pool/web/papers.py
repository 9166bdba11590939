"""Papers handed out: printed within limits, and what was refused stands in the activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g

from pool.journeys.papers import note_refused
from pool.reports.printing import TooManyAtOnce, TooMuch, print_within
from pool.reports.values import Rendered
from pool.web.requests import actor, at, attachment, close_reading, database


def paper(render: Callable[[Any], Rendered], facts: Any, *, name: str) -> Response:
    """Print ``facts`` and hand the paper out under ``name``. Raises: TooMuch, TooManyAtOnce, after noting it."""
    # Why first: printing may take a minute, and a transaction that reads so long is in everybody's way.
    close_reading()
    try:
        pdf = print_within(render, facts)
    except (TooMuch, TooManyAtOnce) as refusal:
        database().run_work(
            note_refused,
            paper=name,
            why=refusal.reason,
            actor=actor(),
            at=at(),
            request_id=str(g.get("request_id", "")),
        )
        raise
    return attachment(pdf, name=name, media_type="application/pdf")
