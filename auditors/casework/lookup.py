"""How casework finds its rows and gathers the facts that its guards look at.

What is absent and what the seat may not see are told apart by nobody: both are the same refusal in the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists
from sqlmodel import col, or_, select

from auditors.casework.finding_rules import FindingFacts
from auditors.casework.lifecycle import WrongOffice
from auditors.casework.rules import COORDINATORS, GRAVE, REPLACEABLE, WORKING, AuditFacts, is_open
from auditors.casework.states import AuditState, FindingState, Grade, Rating
from auditors.casework.tables import (
    Audit,
    AuditEvent,
    AuditGrant,
    AuditMember,
    AuditParticipant,
    AuditReport,
    Finding,
    Remedy,
    Workpaper,
)
from pool.kernel.clock import day_of
from pool.kernel.refusals import Invalid, Missing
from pool.kernel.storage import Reading
from pool.kernel.traces import Approval
from pool.kernel.words import gettext as _

STOP_RULE = "stop_audit"


class AuditMissing(Missing):
    """There is no such audit, or the seat may not see it."""


class FindingMissing(Missing):
    """There is no such finding, or the seat may not see it."""


class PointMissing(Missing):
    """The audit has no such test point."""


class WhichDeployment(Invalid):
    """The audit has several deployments and none, or an unknown one, was named."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the acting person stands towards one audit."""

    is_lead: bool = False
    is_member: bool = False
    took_part: bool = False
    has_grant: bool = False


def key_of(row: Any) -> int:
    """Return the key of a row that was stored."""
    assert row.id is not None, "the row was not stored"
    return int(row.id)


def person_of(reading: Reading) -> int:
    """Return the person who acts. Raises: WrongOffice for the clock and the public, who sign nothing."""
    if reading.actor.person_id is None:
        raise WrongOffice(_("Only a person does this."), next_step=_("Sign in."))
    return reading.actor.person_id


def find_audit(reading: Reading, audit_ref: str) -> Audit:
    """Return the audit with this reference or public id. Raises: AuditMissing."""
    found = reading.session.exec(
        select(Audit).where(or_(col(Audit.ref) == audit_ref, col(Audit.public_id) == audit_ref))
    ).one_or_none()
    if found is None:
        raise AuditMissing(_("There is no such audit."), field="audit_ref", next_step=_("Look at the list of audits."))
    return found


def audit_by_id(reading: Reading, audit_id: int) -> Audit:
    """Return the audit with this key. Raises: AuditMissing."""
    found = reading.session.exec(select(Audit).where(col(Audit.id) == audit_id)).one_or_none()
    if found is None:
        raise AuditMissing(_("There is no such audit."), field="audit_id", next_step=_("Look at the list of audits."))
    return found


def find_finding(reading: Reading, finding_ref: str) -> Finding:
    """Return the finding with this reference or public id. Raises: FindingMissing."""
    found = reading.session.exec(
        select(Finding).where(or_(col(Finding.ref) == finding_ref, col(Finding.public_id) == finding_ref))
    ).one_or_none()
    if found is None:
        raise FindingMissing(
            _("There is no such finding."), field="finding_ref", next_step=_("Look at the list of findings.")
        )
    return found


def participants_of(reading: Reading, audit_id: int) -> list[AuditParticipant]:
    """Return the participants that the scope may see, in the order they joined."""
    return list(
        reading.session.exec(
            select(AuditParticipant)
            .where(col(AuditParticipant.audit_id) == audit_id)
            .order_by(col(AuditParticipant.id))
        )
    )


def participant_of(reading: Reading, audit: Audit, deployment: str | None) -> AuditParticipant:
    """Return one participant by its deployment's reference; ``None`` will do where there is only one.

    Raises: WhichDeployment.
    """
    found = participants_of(reading, key_of(audit))
    fitting = [row for row in found if not deployment or row.part.get("deployment_ref") == deployment]
    if len(fitting) != 1:
        raise WhichDeployment(
            _("This audit has no such deployment.") if deployment else _("This audit has several deployments."),
            field="deployment",
            next_step=_("Name one: %(refs)s.", refs=", ".join(str(row.part.get("deployment_ref")) for row in found)),
        )
    return fitting[0]


def workpapers_of(reading: Reading, audit_id: int) -> list[Workpaper]:
    """Return the workpapers in order."""
    return list(
        reading.session.exec(
            select(Workpaper)
            .where(col(Workpaper.audit_id) == audit_id)
            .order_by(col(Workpaper.deployment_id), col(Workpaper.position))
        )
    )


def findings_of(reading: Reading, audit_id: int) -> list[Finding]:
    """Return the findings in order."""
    return list(
        reading.session.exec(select(Finding).where(col(Finding.audit_id) == audit_id).order_by(col(Finding.id)))
    )


def live_remedy(reading: Reading, finding: Finding) -> Remedy | None:
    """Return the newest remedy of a finding; older ones are its history."""
    return reading.session.exec(
        select(Remedy).where(col(Remedy.finding_id) == key_of(finding)).order_by(col(Remedy.id).desc()).limit(1)
    ).one_or_none()


def place_of(reading: Reading, audit_id: int) -> Place:
    """Return where the acting person stands towards an audit; only an auditor's seat leads or works."""
    person = reading.actor.person_id
    if person is None:
        return Place()
    member = reading.session.exec(
        select(AuditMember).where(col(AuditMember.audit_id) == audit_id, col(AuditMember.person_id) == person)
    ).one_or_none()
    grant = reading.session.exec(
        select(AuditGrant.id)
        .where(
            col(AuditGrant.audit_id) == audit_id,
            col(AuditGrant.person_id) == person,
            col(AuditGrant.from_at) <= reading.at,
            or_(col(AuditGrant.until_at).is_(None), col(AuditGrant.until_at) > reading.at),
        )
        .limit(1)
    ).first()
    present = member is not None and member.left_at is None and reading.actor.auditor_id is not None
    return Place(
        is_lead=present and member is not None and member.role == "lead",
        is_member=present,
        took_part=member is not None,
        has_grant=grant is not None and reading.actor.auditor_id is not None,
    )


def persons_with_sight(reading: Reading, audit_id: int) -> frozenset[int]:
    """Return who holds a running grant of an audit: one query. An auditor's seat finds its own only."""
    return frozenset(
        reading.session.exec(
            select(AuditGrant.person_id).where(
                col(AuditGrant.audit_id) == audit_id,
                col(AuditGrant.from_at) <= reading.at,
                or_(col(AuditGrant.until_at).is_(None), col(AuditGrant.until_at) > reading.at),
            )
        )
    )


def last_event_at(reading: Reading, audit_id: int, state: AuditState) -> datetime | None:
    """Return when the audit last came into ``state``."""
    return reading.session.exec(
        select(AuditEvent.at)
        .where(col(AuditEvent.audit_id) == audit_id, col(AuditEvent.to_state) == state)
        .order_by(col(AuditEvent.id).desc())
        .limit(1)
    ).first()


def report_of(reading: Reading, audit_id: int) -> AuditReport | None:
    """Return the summary of an audit's report, where it is written and within sight."""
    return reading.session.exec(select(AuditReport).where(col(AuditReport.audit_id) == audit_id)).one_or_none()


def audit_facts(
    reading: Reading, audit: Audit, *, note: str = "", recommendation: str = "", has_report: bool | None = None
) -> AuditFacts:
    """Gather what the guards of an audit's steps look at. ``note`` is what the person wrote with the step.

    Whoever has read the report already passes ``has_report``; otherwise it is looked up.
    """
    audit_id = key_of(audit)
    place = place_of(reading, audit_id)
    papers = workpapers_of(reading, audit_id)
    findings = findings_of(reading, audit_id)
    awaited, unanswered = _comments(reading, audit)
    members = reading.session.exec(select(AuditMember).where(col(AuditMember.audit_id) == audit_id)).all()
    stage1 = last_event_at(reading, audit_id, AuditState.STAGE1_REPORTED)
    return AuditFacts(
        tier=audit.tier,
        today=day_of(reading.at),
        is_lead=place.is_lead,
        took_part=place.took_part,
        has_lead=any(row.role == "lead" and row.left_at is None for row in members),
        readiness=audit.readiness,
        concerns_settled=bool(note.strip()),
        stage1_reported_on=day_of(stage1) if stage1 is not None else None,
        points=len(papers),
        unrated=tuple(paper.point_id for paper in papers if not paper.rating),
        without_finding=_without_finding(papers, findings),
        drafts=_refs(findings, lambda row: row.state == FindingState.DRAFT),
        disputed=_refs(findings, lambda row: row.state == FindingState.DISPUTED),
        open_grave=_refs(findings, lambda row: row.grade in GRAVE and is_open(row.grade, row.state)),
        open_demanding=_refs(findings, lambda row: is_open(row.grade, row.state)),
        has_report=report_of(reading, audit_id) is not None if has_report is None else has_report,
        comments_awaited=awaited,
        comments_unanswered=unanswered,
        fieldwork_ended_on=audit.fieldwork_ended_on,
        recommendation=recommendation,
        **stop_facts(reading, audit),
    )


def stop_facts(reading: Reading, audit: Audit) -> dict[str, Any]:
    """Return what the guard of stopping looks at, by name: three queries at most."""
    asked, office = stop_word(reading, audit.ref), reading.actor.office
    return {
        "stop_asked_by": asked.person_id if asked is not None else None,
        "stop_asked_at": asked.at if asked is not None else None,
        "stop_asked_office": asked.office if asked is not None else "",
        # Why only they: a granted seat sees its own grants alone, and nobody else stops an audit.
        "lead_at_work": office not in COORDINATORS or not is_without_lead(reading, key_of(audit)),
        "office": str(office),
        "person_id": reading.actor.person_id,
    }


def is_without_lead(reading: Reading, audit_id: int) -> bool:
    """Tell whether nobody leads an audit with sight of it, as after the end of the lead's seat. For the pool's offices.

    Two queries.
    """
    leads = reading.session.exec(
        select(AuditMember.person_id).where(
            col(AuditMember.audit_id) == audit_id,
            col(AuditMember.role) == "lead",
            col(AuditMember.left_at).is_(None),
        )
    ).all()
    return persons_with_sight(reading, audit_id).isdisjoint(leads)


def members_without_sight(reading: Reading) -> dict[int, tuple[str, ...]]:
    """Return who stands in the team of an audit at work and sees nothing of it, by the audit's key: one query.

    Their seat ended. The planner replaces them, or has them take the place again with a new seat. For pool offices.
    """
    sees = exists().where(
        col(AuditGrant.audit_id) == col(AuditMember.audit_id),
        col(AuditGrant.person_id) == col(AuditMember.person_id),
        or_(col(AuditGrant.until_at).is_(None), col(AuditGrant.until_at) > reading.at),
    )
    rows = reading.session.exec(
        select(AuditMember.audit_id, AuditMember.name)
        .join(Audit, col(Audit.id) == col(AuditMember.audit_id))
        .where(col(AuditMember.left_at).is_(None), col(Audit.state).in_(REPLACEABLE), ~sees)
        .order_by(col(AuditMember.audit_id), col(AuditMember.id))
    )
    found: dict[int, tuple[str, ...]] = {}
    for audit_id, name in rows:
        found[audit_id] = (*found.get(audit_id, ()), name)
    return found


def audits_at_work_of(reading: Reading, person_id: int) -> tuple[str, ...]:
    """Return the references of the audits at work in whose team a person stands: one query. For pool offices."""
    return tuple(
        reading.session.exec(
            select(Audit.ref)
            .join(AuditMember, col(AuditMember.audit_id) == col(Audit.id))
            .where(
                col(AuditMember.person_id) == person_id,
                col(AuditMember.left_at).is_(None),
                col(Audit.state).in_(REPLACEABLE),
            )
            .order_by(col(Audit.id))
        )
    )


def stop_word(reading: Reading, audit_ref: str) -> Approval | None:
    """Return the last word with which a lead auditor asked to stop an audit, or ``None``: one query."""
    return reading.session.exec(
        select(Approval)
        .where(col(Approval.rule) == STOP_RULE, col(Approval.subject_ref) == audit_ref, col(Approval.position) == 1)
        .order_by(col(Approval.id).desc())
        .limit(1)
    ).first()


def _refs(findings: Iterable[Finding], wanted: Any) -> tuple[str, ...]:
    return tuple(finding.ref for finding in findings if wanted(finding))


def _without_finding(papers: Sequence[Workpaper], findings: Sequence[Finding]) -> tuple[str, ...]:
    # A finding that was withdrawn after a dispute counts: the rating stood when it was written.
    answered = {
        (row.deployment_id, row.point_id)
        for row in findings
        if row.state != FindingState.DISCARDED and row.grade in _BAD
    }
    return tuple(
        paper.point_id
        for paper in papers
        if paper.rating in (Rating.MINOR, Rating.MAJOR) and (paper.deployment_id, paper.point_id) not in answered
    )


_BAD = frozenset({Grade.CRITICAL, Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION})


def _comments(reading: Reading, audit: Audit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if audit.state != AuditState.FACTUAL_CHECK:
        return (), ()
    sent = last_event_at(reading, key_of(audit), AuditState.FACTUAL_CHECK)
    days = int(audit.brief.get("comment_days", 0))
    is_over = sent is not None and reading.at > sent + timedelta(days=days)
    rows = participants_of(reading, key_of(audit))
    awaited = [] if is_over else [row for row in rows if row.commented_at is None]
    unanswered = [row for row in rows if row.firm_comment and not row.comment_answer]
    return _firms(awaited), _firms(unanswered)


def _firms(rows: Iterable[AuditParticipant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row.part.get("firm_name") or row.firm_id) for row in rows))


def finding_facts(
    reading: Reading, finding: Finding, *, remedy: Remedy | None = None, new_grade: str = ""
) -> FindingFacts:
    """Gather what the guards of a finding's and its remedy's steps look at.

    The firm's seat may see the audit but nothing of its team's work; guards of its steps need none of it.
    """
    place = place_of(reading, finding.audit_id)
    audit = audit_by_id(reading, finding.audit_id)
    return FindingFacts(
        grade=finding.grade,
        now=reading.at,
        is_lead=place.is_lead,
        is_auditor_of_audit=place.is_member or place.has_grant,
        took_part=place.took_part,
        is_author=finding.author_id == reading.actor.person_id,
        is_complete=all((finding.requirement, finding.statement, finding.evidence)),
        audit_is_working=audit.state in WORKING,
        issued_at=finding.issued_at,
        dispute_days=int(audit.brief.get("dispute_days", 0)),
        is_proposer=remedy is not None and remedy.proposed_by == reading.actor.person_id,
        new_grade=new_grade,
    )
