"""Putting a fact on the participation record and deriving the standing anew, in one transaction with the fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pool.harbor import service as harbor
from pool.journeys import standing
from pool.kernel.storage import Work
from pool.registry import queries as registry


def record_fact(
    work: Work, *, deployment_id: int, kind: str, body: Mapping[str, Any], valid_from: date, refresh: bool = True
) -> None:
    """Append a fact about a deployment and refresh its standing. The pool itself does this, whoever acts.

    Pass ``refresh=False`` for all but the last of several facts about one deployment.
    """
    with work.as_pool():
        view = registry.deployment_by_id(work, deployment_id)
        harbor.append_entry(
            work,
            deployment_id=view.id,
            firm_id=view.firm_id,
            pseudonym=view.pseudonym,
            kind=kind,
            body=dict(body),
            valid_from=valid_from,
        )
        if refresh:
            standing.refresh(work, deployment_id=view.id)
