"""A firm with something to show: a foundation model in the catalogue, a model, deployments of every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pool.journeys import submit
from pool.kernel.clock import now
from pool.kernel.roles import Actor
from tests.support.people import Pool

#: Fifteen answers that give the low tier.
MILD: dict[str, Any] = {
    "affected_persons": 200, "query_volume": 900, "domain_consequence": 1, "output_role": 1, "profiling": 0,
    "revenue_dependence": 0.1, "population_indeterminacy": 0, "vulnerable_access": 0, "data_sensitivity": 1,
    "autonomy": 1, "irreversibility": 1, "oversight_gap": 1, "boundary_openness": 1, "observed_offscope_share": 0,
    "harm_history": 0,
}  # fmt: skip
#: Fifteen answers that give the high tier.
GRAVE: dict[str, Any] = {
    **MILD, "affected_persons": 40_000, "query_volume": 900_000, "domain_consequence": 4, "output_role": 4,
    "profiling": 1, "autonomy": 3, "irreversibility": 3, "vulnerable_access": 3, "data_sensitivity": 3,
}  # fmt: skip


@dataclass
class Stage:
    """Journeys in the seats of the named people, as terse calls."""

    pool: Pool

    def act(self, journey: Callable[..., Any], actor: Actor, **values: Any) -> Any:
        """Run a journey as somebody now."""
        return self.pool.database.run_work(journey, **values, actor=actor, at=now())

    def foundation(self) -> str:
        """Put a foundation model with its status in the EU into the catalogue; return its reference."""
        made = self.act(
            submit.add_foundation,
            self.pool.rita,
            provider="northwind",
            name="Sextant-8B",
            version="1.0",
            aliases=["northwind/sextant-8b"],
            is_demo=True,
        )
        self.act(
            submit.record_foundation_status,
            self.pool.rita,
            foundation=made.ref,
            market="EU",
            status="registered",
            valid_from=date(2026, 1, 1),
            evidence_note="entry in the register",
        )
        return str(made.ref)

    def model(self, *, who: Actor | None = None, foundation: str | None = None, name: str = "triage-notes") -> str:
        """Register a model; return its reference."""
        return str(self.act(submit.register_model, who or self.pool.mara, name=name, foundation=foundation).ref)

    def deployment(
        self,
        model: str,
        *,
        who: Actor | None = None,
        name: str = "Ward desk",
        indicators: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """Register a deployment; return its reference."""
        values: dict[str, Any] = {
            "purpose": "Sorts notes for the ward.", "context": "internal_documents", "markets": ["EU"], **more,
        }  # fmt: skip
        made = self.act(
            submit.register_deployment,
            who or self.pool.mara,
            model=model,
            name=name,
            indicators=indicators or MILD,
            **values,
        )
        return str(made.ref)

    def signed(
        self, *, who: Actor | None = None, indicators: dict[str, Any] | None = None, name: str = "Ward desk"
    ) -> str:
        """Register and sign a deployment on a registered base; return its reference."""
        actor = who or self.pool.mara
        model = self.model(who=actor, foundation=self.foundation())
        ref = self.deployment(model, who=actor, indicators=indicators, name=name)
        self.act(submit.attest, actor, deployment=ref, signed_name=actor.name)
        return ref


def answers(indicators: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the inputs of the deployment form for these indicators."""
    shown = {f"q_{name}": str(value) for name, value in indicators.items()}
    return {
        "name": "Ward desk", "purpose": "Sorts notes for the ward.", "context": "internal_documents", "markets": ["EU"],
        "languages": "en", "sites": "1", "live_on": "", "fact_generative": "yes", **shown, **more,
    }  # fmt: skip
