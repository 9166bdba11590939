"""The pages of a firm: what is due, models, deployments and the facts they rest on, people."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("firm", __name__, url_prefix="/firm")
blueprint.before_request(guard)

from pool.web.firm import (  # noqa: E402, F401  (pages register themselves)
    audits,
    bookings,
    deployment,
    deployments,
    ethics,
    findings,
    home,
    incidents,
    model_intake,
    models,
    new_deployment,
    people,
    record,
    registration,
    statements,
)
