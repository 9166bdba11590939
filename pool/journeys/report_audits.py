"""The audits of a firm in the words of a paper: who looked when, what was found, what was done about it and decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from auditors.casework import queries as casework
from auditors.casework.states import DEMANDING, AuditState
from auditors.casework.values import AuditFile, FindingView, RemedyView, ThreadEntry
from pool.decisions import queries as decisions
from pool.decisions.queries import DecisionView
from pool.kernel.clock import day_of
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.reports.values import AuditSection, Deadline, FindingSection, RatedPoint, Remedy

#: States in which nothing of a finding is the firm's to read.
_UNSEEN = frozenset({"draft", "discarded"})


def audit_sections(
    reading: Reading, *, firm_id: int, deployment_ids: Sequence[int], as_of: datetime
) -> tuple[AuditSection, ...]:
    """Return the audits of a firm whose plan was sealed by ``as_of``, by reference, each with its issued findings."""
    refs = {
        one.audit_ref
        for deployment_id in deployment_ids
        for one in casework.audit_progress_facts(reading, deployment_id)
    }
    files = [casework.audit_file(reading, ref) for ref in sorted(refs)]
    return tuple(
        _section(reading, file, firm_id=firm_id, as_of=as_of)
        for file in files
        if file.sealed_at is not None and file.sealed_at <= as_of
    )


def _section(reading: Reading, file: AuditFile, *, firm_id: int, as_of: datetime) -> AuditSection:
    own = {part.deployment_id: part for part in file.participants if part.firm_id == firm_id}
    decided = _standing_decisions(decisions.decisions_of(reading, file.id), own, as_of)
    names = {key: part.deployment_ref for key, part in own.items()}
    return AuditSection(
        ref=file.ref,
        kind=kind_words(file.kind, file.tier),
        team=tuple(_member(one.name, one.role) for one in file.team if one.left_at is None or one.left_at > as_of),
        starts_on=file.starts_on,
        ends_on=file.ends_on,
        deployments=tuple(f"{part.deployment_ref} {part.deployment_name}".strip() for part in own.values()),
        outcome=_outcome(decided, names),
        decided_on=max((one.decided_on for one in decided), default=None),
        decided_by=", ".join(dict.fromkeys(one.decider_name for one in decided)),
        findings=tuple(_findings(reading, file, own=set(own), as_of=as_of)),
        points=tuple(_points(file, firm_id=firm_id, several=len(own) > 1, as_of=as_of)),
    )


def kind_words(kind: str, tier: str) -> str:
    """Return the words of a kind of audit; a low-tier audit is a desk audit."""
    words = {
        "initial": _("Initial audit"),
        "surveillance": _("Surveillance audit"),
        "renewal": _("Renewal audit"),
        "special": _("Special audit"),
        "follow_up": _("Follow-up audit"),
    }.get(kind, kind)
    return _("%(kind)s, at the desk", kind=words) if tier == "low" else words


def outcome_words(outcome: str) -> str:
    """Return the words of an outcome of an audit."""
    return {
        "conforming": _("Conforming, nothing open"),
        "conforming_with_minors": _("Conforming, with minor findings open"),
        "restricted": _("Conforming for a restricted scope"),
        "not_conforming": _("Not conforming"),
        "special_audit": _("A special audit is needed first"),
    }.get(outcome, outcome)


def _member(name: str, role: str) -> str:
    return _("%(name)s (lead)", name=name) if role == "lead" else name


def _standing_decisions(rows: Sequence[DecisionView], own: Collection[int], as_of: datetime) -> list[DecisionView]:
    """Return the firm's decisions that stood at ``as_of``, those that were superseded by then left out."""
    known = [one for one in rows if one.deployment_id in own and one.recorded_at <= as_of]
    superseded = {one.supersedes for one in known if one.supersedes}
    return [one for one in known if one.id not in superseded]


def _outcome(decided: Sequence[DecisionView], names: dict[int, str]) -> str:
    if len({one.outcome for one in decided}) == 1:
        return outcome_words(decided[0].outcome)
    return "; ".join(f"{names[one.deployment_id]}: {outcome_words(one.outcome)}" for one in decided)


def _points(file: AuditFile, *, firm_id: int, several: bool, as_of: datetime) -> Iterator[RatedPoint]:
    """Yield the ratings that the firm had been sent by ``as_of``; those of an earlier round are not kept."""
    sent = max((event.at for event in file.events if event.to_state == AuditState.FACTUAL_CHECK), default=None)
    if sent is None or sent > as_of:
        return
    for one in file.ratings_shown_to(firm_id):
        yield RatedPoint(
            point=one.point_id,
            question=one.question,
            rating=one.rating,
            deployment=one.deployment_ref if several else "",
        )


def _findings(reading: Reading, file: AuditFile, *, own: set[int], as_of: datetime) -> Iterator[FindingSection]:
    for one in file.findings:
        if one.deployment_id not in own or not one.released or one.issued_at is None or one.issued_at > as_of:
            continue
        state, grade = _as_it_was(reading, one, as_of)
        if state not in _UNSEEN:
            yield _finding(one, file.remedies.get(one.ref, ()), state=state, grade=grade, as_of=as_of)


def _as_it_was(reading: Reading, one: FindingView, as_of: datetime) -> tuple[str, str]:
    """Return state and grade of a finding at ``as_of``: those of now, or of the last step of its story until then."""
    if as_of >= reading.at:
        return one.state, one.grade
    steps: list[ThreadEntry] = [
        step
        for step in casework.finding(reading, one.ref).thread
        if step.verb.startswith("finding.") and "state" in step.after
    ]
    until = [step for step in steps if step.at <= as_of]
    if until:
        return str(until[-1].after["state"]), str(until[-1].after["grade"])
    later = [step for step in steps if step.at > as_of and "state" in step.before]
    return (str(later[0].before["state"]), str(later[0].before["grade"])) if later else (one.state, one.grade)


def _finding(
    one: FindingView, remedies: Sequence[RemedyView], *, state: str, grade: str, as_of: datetime
) -> FindingSection:
    proposed = [remedy for remedy in remedies if remedy.proposed_at <= as_of]
    remedy = proposed[-1] if proposed else None
    verified = remedy.verified_at if remedy is not None and _by(remedy.verified_at, as_of) else None
    return FindingSection(
        ref=one.ref,
        grade=grade,
        requirement=one.requirement,
        statement=one.statement,
        state=state,
        evidence=one.evidence,
        deadlines=tuple(_deadlines(one, remedy, grade=grade, as_of=as_of)),
        remedy=Remedy(correction=remedy.correction, root_cause=remedy.root_cause, action=remedy.action)
        if remedy is not None
        else None,
        verified_by=remedy.verified_name if remedy is not None and verified is not None else "",
        verified_on=day_of(verified) if verified is not None else None,
    )


def _deadlines(one: FindingView, remedy: RemedyView | None, *, grade: str, as_of: datetime) -> Iterator[Deadline]:
    if grade not in DEMANDING:
        return
    if one.contain_by is not None:
        yield Deadline(what=_("Containment"), due_on=day_of(one.contain_by), done_on=_day(one.contained_at, as_of))
    if one.plan_by is not None:
        yield Deadline(
            what=_("Answer"), due_on=one.plan_by, done_on=_day(remedy.proposed_at if remedy else None, as_of)
        )
    if one.close_by is not None:
        yield Deadline(what=_("Remedy"), due_on=one.close_by, done_on=_day(one.closed_at, as_of))


def _by(instant: datetime | None, as_of: datetime) -> bool:
    return instant is not None and instant <= as_of


def _day(instant: datetime | None, as_of: datetime) -> date | None:
    return day_of(instant) if instant is not None and instant <= as_of else None
