"""The report of an audit: written, checked for facts by the firm, submitted, reviewed and decided on."""

from __future__ import annotations

from auditors.casework.conduct import move_audit, require_lead
from auditors.casework.fields import Checks
from auditors.casework.lifecycle import WrongState
from auditors.casework.lookup import find_audit, key_of, participant_of, participants_of, report_of, workpapers_of
from auditors.casework.states import AuditState
from auditors.casework.tables import AuditReport
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Forbidden
from pool.kernel.roles import FIRM_OFFICES
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _


class NotFirm(Forbidden):
    """Only the audited firm comments on the facts."""


def write_report(work: Work, *, audit_ref: str, summary: str, version: int | None = None) -> None:
    """Write the report's summary. Raises: WrongState outside reporting, NotLead."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    words = checks.text("summary", summary, required=True)
    checks.done()
    if audit.state != AuditState.DRAFT_REPORT:
        raise WrongState(_("The report is not being written now."), next_step=_("Look at the present state."))
    require_lead(work, audit)
    report = report_of(work, key_of(audit))
    if report is None:
        work.add(AuditReport(audit_id=key_of(audit), words=words))
    else:
        report.words = words
    audit.version += 1
    work.flush()
    work.note("audit.report_written", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit),
              after={"digest": digest_of(words)})  # fmt: skip


def send_report(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """Send the draft report to the firms for comment on its facts; an earlier round of comments becomes history.

    The firms are shown the rating of each test point too; the papers behind it stay the team's until the audit closes.
    """
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    papers = workpapers_of(work, key_of(audit))
    for row in participants_of(work, key_of(audit)):
        if row.commented_at is not None:
            work.note(
                "audit.comment_round_over",
                subject_kind="audit",
                subject_ref=audit.ref,
                firm_id=row.firm_id,
                audit_id=key_of(audit),
                before={"comment": row.firm_comment, "answer": row.comment_answer},
            )
        row.firm_comment, row.commented_at, row.comment_answer = "", None, ""
        row.ratings = [
            {"point_id": paper.point_id, "question": str(paper.point.get("question", "")), "rating": paper.rating or ""}
            for paper in papers
            if paper.deployment_id == row.deployment_id
        ]
    return move_audit(work, audit, "send_report")


def comment_report(work: Work, *, audit_ref: str, comment: str) -> None:
    """Record the firm's comment on the facts; an empty one says that the facts are right.

    Raises: NotFirm, WrongState outside the factual check or after a comment.
    """
    audit = find_audit(work, audit_ref)
    checks = Checks()
    words = checks.text("comment", comment)
    checks.done()
    if work.actor.office not in FIRM_OFFICES:
        raise NotFirm(_("Only the audited firm comments on the facts."), next_step=_("Use your firm's seat."))
    own = [row for row in participants_of(work, key_of(audit)) if row.firm_id == work.actor.firm_id]
    if audit.state != AuditState.FACTUAL_CHECK or any(row.commented_at is not None for row in own):
        raise WrongState(_("The report does not wait for your comment."), next_step=_("Look at the present state."))
    for row in own:
        row.firm_comment, row.commented_at = words, work.at
    work.flush()
    work.note("audit.commented", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit),
              after={"comment": words})  # fmt: skip


def answer_comment(work: Work, *, audit_ref: str, answer: str, deployment: str | None = None) -> None:
    """Answer a firm's comment. Raises: NotLead, WrongState outside the factual check."""
    audit = find_audit(work, audit_ref)
    checks = Checks()
    words = checks.text("answer", answer, required=True)
    checks.done()
    require_lead(work, audit)
    if audit.state != AuditState.FACTUAL_CHECK:
        raise WrongState(
            _("Comments are answered during the factual check."), next_step=_("Look at the present state.")
        )
    row = participant_of(work, audit, deployment)
    # A firm with two deployments comments once; its comment is answered once.
    for other in participants_of(work, key_of(audit)):
        if other.firm_id == row.firm_id:
            other.comment_answer = words
    work.flush()
    work.note("audit.comment_answered", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit),
              firm_id=row.firm_id, after={"answer": words})  # fmt: skip


def submit_report(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """Submit the report for technical review, once comments are in and answered."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    state = move_audit(work, audit, "submit")
    audit.reported_at = work.at
    work.flush()
    return state


def take_review(work: Work, *, audit_ref: str) -> str:
    """Take a submitted audit into technical review."""
    return move_audit(work, find_audit(work, audit_ref), "take_review")


def apply_verdict(work: Work, *, audit_ref: str, verdict: str, recommendation: str = "") -> str:
    """Move a reviewed audit by the verdict of its review: clarify, await_action or recommend.

    The review itself is a row of the decisions room; its notes are the team's to read and stay out of the history.
    """
    return move_audit(work, find_audit(work, audit_ref), verdict, recommendation=recommendation)


def return_to_review(work: Work, *, audit_ref: str) -> str:
    """Hand the audit back to review after the critical and major findings were verified."""
    return move_audit(work, find_audit(work, audit_ref), "return_to_review")


def repeat_fieldwork(work: Work, *, audit_ref: str) -> str:
    """Go back to stage 2 after the time for action ran out."""
    return move_audit(work, find_audit(work, audit_ref), "repeat_fieldwork")


def mark_decided(work: Work, *, audit_ref: str) -> str:
    """Move an audit to decided, after the decision rows were written in the same work."""
    return move_audit(work, find_audit(work, audit_ref), "decide")
