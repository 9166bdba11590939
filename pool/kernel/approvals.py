"""The words of a two-person rule: who gave the first and the second over exactly which content."""

from __future__ import annotations

from sqlmodel import select

from pool.kernel.storage import Work
from pool.kernel.traces import Approval


def give_word(
    work: Work,
    *,
    rule: str,
    subject_ref: str,
    content_digest: str,
    position: int,
    firm_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Give the acting person's word, first or second, for this content; the database keeps one person from both."""
    work.add(
        Approval(
            rule=rule,
            subject_ref=subject_ref,
            content_digest=content_digest,
            position=position,
            firm_id=firm_id,
            person_id=work.actor.person_id or 0,
            seat_id=work.actor.seat_id or 0,
            office=str(work.actor.office),
            at=work.at,
            reason=work.reason if reason is None else reason,
        )
    )


def who_gave_words(work: Work, *, rule: str, subject_ref: str, content_digest: str) -> frozenset[int]:
    """Return the persons who gave a word for exactly this content."""
    statement = select(Approval.person_id).where(
        Approval.rule == rule, Approval.subject_ref == subject_ref, Approval.content_digest == content_digest
    )
    return frozenset(work.session.exec(statement))
