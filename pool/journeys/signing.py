"""Signing exactly what was shown: the content is compared in the transaction that signs it."""

from __future__ import annotations

from pool.journeys import submit
from pool.journeys.submit import Reference
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Conflict
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.kernel.words import gettext as _


class ContentChanged(Conflict):
    """What would be signed is not what the person was shown."""


def content_digest(reading: Reading, deployment: str) -> str:
    """Return the digest of what an attestation of the deployment would sign now."""
    return digest_of(submit.attestation_content(reading, deployment))


@takes_numbers
def sign(work: Work, *, deployment: str, signed_name: str, seen: str) -> Reference:
    """Sign the registration of one's own deployment if it is still what the person read (``seen`` is its digest).

    Raises: ContentChanged; as ``submit.attest``.
    """
    if content_digest(work, deployment) != seen:
        raise ContentChanged(
            _("Something changed after you opened this page."), next_step=_("Read it again, then sign.")
        )
    return submit.attest(work, deployment=deployment, signed_name=signed_name)
