"""A fine-tuned model with its tuner as a party, for tests that need no more of it."""

from __future__ import annotations

from typing import Any

from pool.kernel.storage import Work
from pool.members.queries import firm_by_id
from pool.registry.models import add_party
from pool.registry.tables import TunedModel


def tuned_model(work: Work, firm_id: int, name: str, **values: Any) -> TunedModel:
    """Add a model of a firm and name the firm as its tuner."""
    values.setdefault("ref", work.next_reference("MOD"))
    row = work.add(TunedModel(firm_id=firm_id, name=name, **values))
    with work.as_pool():
        firm = firm_by_id(work, firm_id)
        add_party(work, model=row, firm_id=firm.id, firm_ref=firm.ref, firm_name=firm.name, role="tuner")
    return row
