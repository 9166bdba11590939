"""Files of evidence, sent as attachments: saved by the browser, never shown inside a page."""

from __future__ import annotations

from flask import Response

from auditors.casework.evidence import FileStore, evidence
from pool.web.auditor import blueprint
from pool.web.requests import attachment, reading, settings


@blueprint.get("/files/<public_id>")
def file(public_id: str) -> Response:
    """Send a file of an audit that the auditor may see."""
    return send_file(public_id)


def send_file(public_id: str) -> Response:
    """Send a file within the active seat's sight. Raises: EvidenceMissing, BytesMissing."""
    found = evidence(reading(), public_id)
    with FileStore(settings().files_dir).open(found.sha256) as stream:
        return attachment(stream.read(), name=found.name, media_type=found.media_type)
