"""Files that a firm hands in: received, kept as evidence, and joined with what is registered from them.

Bytes are stored before a journey begins and are known here by their digest; the rows that name them are written in the
transaction of what they belong to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditors.casework import evidence
from auditors.casework.evidence import StoredBytes
from pool.journeys import submit
from pool.journeys.submit import Reference
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.registry import queries
from pool.registry.inspection import Inspection
from pool.registry.service import own_firm


@dataclass(frozen=True, slots=True)
class Handed:
    """A file handed in: its name, its stored bytes and, where it describes a model, what was understood of it."""

    name: str
    stored: StoredBytes
    inspection: Inspection | None = None

    @property
    def digest(self) -> str:
        """Return the digest in the form that facts carry."""
        return f"sha256:{self.stored.sha256}"


def receive_files(work: Work, *, files: Sequence[Handed]) -> int:
    """Leave a trace of files that arrived and belong to nothing yet; return how many. Raises: NotYourFirm."""
    own_firm(work.actor)
    for file in files:
        work.note(
            "receive_file",
            subject_kind="upload",
            subject_ref=file.stored.sha256[:40],
            after={"name": file.name, "sha256": file.stored.sha256, "size": file.stored.size},
        )
    return len(files)


@takes_numbers
def register_model(work: Work, *, files: Sequence[Handed] = (), **model: Any) -> Reference:
    """Register a fine-tuned model and keep the files that described it as its evidence.

    Raises: as ``submit.register_model``.
    """
    described = [file for file in files if file.inspection is not None]
    reference = submit.register_model(
        work,
        files=[submit.file_of(file.inspection, file.stored.size) for file in described if file.inspection],
        **model,
    )
    for file in described:
        _keep(work, file, kind="model", ref=reference.ref, purpose=_("describes the model"))
    return reference


@takes_numbers
def change_indicators(
    work: Work, *, deployment: str, file: Handed | None, indicators: dict[str, Any], changed_on: date, what: str
) -> Reference:
    """Report a change of indicators with the file that shows it. Raises: as ``submit.change_indicators``."""
    reference = submit.change_indicators(
        work,
        deployment=deployment,
        indicators=indicators,
        changed_on=changed_on,
        what=what,
        evidence_digest=file.digest if file else "",
    )
    _keep_for_deployment(work, file, deployment, purpose=_("shows the change of indicators"))
    return reference


@takes_numbers
def add_monitoring(work: Work, *, deployment: str, file: Handed | None, **report: Any) -> Reference:
    """Hand in a monitoring report with its data. Raises: as ``submit.add_monitoring``."""
    reference = submit.add_monitoring(
        work, deployment=deployment, evidence_digest=file.digest if file else "", **report
    )
    _keep_for_deployment(work, file, deployment, purpose=_("data of a monitoring report"))
    return reference


def _keep_for_deployment(work: Work, file: Handed | None, deployment: str, *, purpose: str) -> None:
    if file is not None:
        view = queries.deployment(work, deployment)
        _keep(work, file, kind="deployment", ref=view.ref, purpose=purpose, deployment_id=view.id)


def _keep(work: Work, file: Handed, *, kind: str, ref: str, purpose: str, deployment_id: int | None = None) -> None:
    evidence.attach(
        work,
        file.stored,
        name=file.name,
        firm_id=own_firm(work.actor),
        subject_kind=kind,
        subject_ref=ref,
        purpose=purpose,
        deployment_id=deployment_id,
    )
