"""What is noted of papers that could not be printed."""

from __future__ import annotations

from pool.kernel.storage import Work


def note_refused(work: Work, *, paper: str, why: str) -> None:
    """Note that a paper was asked for and not printed, so that the pool's office learns of it."""
    work.note("refuse_paper", subject_kind="paper", subject_ref=paper[:60], reason=why)
