"""Rows of the registry by the names people know them by, and the refusals and values that every subject shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import col, select

from pool.kernel.refusals import Conflict, Missing
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.registry.tables import Deployment, EthicsRequest, FoundationModel, Incident, TunedModel

R = TypeVar("R", FoundationModel, TunedModel, Deployment, EthicsRequest, Incident)


class NoSuchModel(Missing):
    """No fine-tuned model of that name is within sight."""


class NoSuchDeployment(Missing):
    """No deployment of that name is within sight."""


class NoSuchFoundation(Missing):
    """The catalogue has no such foundation model."""


class NoSuchRequest(Missing):
    """No ethics request of that name is within sight."""


class NoSuchIncident(Missing):
    """No incident of that name is within sight."""


class WrongState(Conflict):
    """The present state does not allow this."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a submission answers: the new object's reference and public id."""

    ref: str
    public_id: str


def _row(reading: Reading, table: type[R], key: str, *, named: str, kind: type[Missing]) -> R:
    found = reading.session.exec(
        select(table).where((col(table.ref) == key) | (col(table.public_id) == key))
    ).one_or_none()
    if found is None:
        raise kind(
            _("There is no %(what)s %(key)s.", what=named, key=key), field=named, next_step=_("Check the reference.")
        )
    return found


def model_row(reading: Reading, key: str) -> TunedModel:
    """Return the row of a fine-tuned model by reference or public id. Raises: NoSuchModel."""
    return _row(reading, TunedModel, key, named=_("model"), kind=NoSuchModel)


def deployment_row(reading: Reading, key: str) -> Deployment:
    """Return the row of a deployment by reference or public id. Raises: NoSuchDeployment."""
    return _row(reading, Deployment, key, named=_("deployment"), kind=NoSuchDeployment)


def foundation_row(reading: Reading, key: str) -> FoundationModel:
    """Return the row of a foundation model by reference or public id. Raises: NoSuchFoundation."""
    return _row(reading, FoundationModel, key, named=_("foundation model"), kind=NoSuchFoundation)


def request_row(reading: Reading, key: str) -> EthicsRequest:
    """Return the row of an ethics request by reference or public id. Raises: NoSuchRequest."""
    return _row(reading, EthicsRequest, key, named=_("ethics request"), kind=NoSuchRequest)


def incident_row(reading: Reading, key: str) -> Incident:
    """Return the row of an incident by reference or public id. Raises: NoSuchIncident."""
    return _row(reading, Incident, key, named=_("incident"), kind=NoSuchIncident)


def running_row(reading: Reading, key: str) -> Deployment:
    """Return the row of a deployment that has not ended. Raises: NoSuchDeployment, WrongState."""
    row = deployment_row(reading, key)
    if row.state == "ended":
        raise WrongState(
            _("This deployment has ended: nothing about it changes any more."),
            field="deployment",
            next_step=_("Register a new deployment of the model."),
        )
    return row
