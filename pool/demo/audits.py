"""The demo's audits: answered, confirmed, held, remedied, decided; some still under way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from auditors.casework import queries as casework
from auditors.casework.states import AuditState
from pool.bookings import queries as bookings
from pool.demo import cast
from pool.demo.teller import MAIL, Teller
from pool.journeys import audit, book, conclude, plan, remedy, submit
from pool.kernel.storage import Work
from pool.members.queries import people_of_auditors

FINDINGS: dict[str, tuple[str, str, str, str]] = {
    "D02": (
        "minor",
        "Every channel tells people that they deal with an AI system.",
        "The text-message channel shows the notice only in the first message of a day.",
        "Screens of all channels, 40 conversations of the past month.",
    ),
    "D07": (
        "major",
        "Affected people get the main reasons of a refusal.",
        "In 7 of 10 sampled refusals the letter named no reason linked to the case.",
        "Ten refusal letters with their case files.",
    ),
    "D08": (
        "minor",
        "Overseers are tested on staged failures.",
        "Two of nine overseers joined after the last exercise and were not tested.",
        "Training register, roster of the past quarter.",
    ),
    "D12": (
        "minor",
        "Label error in the tuning data is known.",
        "The error rate of one of three data sets was not measured.",
        "Data sheets of the three sets.",
    ),
    "D04": (
        "observation",
        "Complaints reach a named person.",
        "The address works; its deputy is not written down.",
        "Test message of the first day.",
    ),
    "D09": (
        "major",
        "Refusal of harmful requests does not fall through tuning.",
        "Refusals fell by 14 points on the shared set against the base model.",
        "Runs of both models on 600 prompts.",
    ),
    "D14": (
        "major",
        "People in distress are handed to a person every time.",
        "In 3 of 40 scripted conversations about self-harm no hand-over was offered.",
        "Transcripts of 40 scripted conversations.",
    ),
    "D18": (
        "minor",
        "Stop and rollback are tested.",
        "The rollback was last tried eleven months ago.",
        "Exercise log.",
    ),
}
#: The test point a finding is made at; the first of them that the audit holds.
FOUND_AT = {
    "D02": ("TP-09",),
    "D07": ("X-FIN-1", "TP-25"),
    "D08": ("TP-26",),
    "D12": ("TP-18",),
    "D04": ("TP-11",),
    "D09": ("TP-08",),
    "D14": ("X-CON-1", "TP-27"),
    "D18": ("TP-10",),
}
OUTCOMES = {
    "D01": "conforming",
    "D02": "conforming_with_minors",
    "D04": "conforming",
    "D07": "conforming",
    "D08": "conforming_with_minors",
    "D12": "conforming_with_minors",
    "D17": "conforming",
}


def _auditor_keys(teller: Teller) -> dict[int, str]:
    seats = teller.read("pia", people_of_auditors)
    return {auditor: seat.person_email.removesuffix(f"@{MAIL}") for auditor, seat in seats.items()}


def answer_all(teller: Teller, booking: str) -> None:
    """Let every asked auditor of a booking accept; a booking on the waiting list has none."""
    standing = teller.read("pia", bookings.booking, booking).standing
    if standing is None:
        return
    keys = _auditor_keys(teller)
    for member in standing.members:
        teller.do(keys[member.auditor_id], plan.answer_proposal, proposal=standing.ref, answer="accepted")


def _firm_of(teller: Teller, booking: str) -> str:
    firm_id = teller.read("pia", bookings.booking, booking).line.firm_id
    for firm in cast.FIRMS:
        if teller.actor(firm.people[0][0]).firm_id == firm_id:
            return firm.people[0][0]
    raise LookupError(booking)


def confirm(teller: Teller, booking: str) -> None:
    """Let the firm see its offer and give up the objection window, and confirm."""
    who = _firm_of(teller, booking)
    teller.do(who, book.show_offer, booking=booking)
    teller.do(who, book.waive_objection, booking=booking)
    teller.do("pia", book.confirm, booking=booking)


def hold(teller: Teller, booked: Mapping[str, str]) -> list[str]:
    """Hold the audits in the order of their days, remedy their findings and decide; return their references."""
    done = []
    for key, booking in sorted(booked.items(), key=lambda item: _starts_on(teller, item[1])):
        ref = begin(teller, booking)
        fieldwork(teller, key, ref)
        remedied(teller, key, ref)
        decided(teller, key, ref)
        done.append(ref)
    return done


def _starts_on(teller: Teller, booking: str) -> Any:
    return teller.read("pia", bookings.booking, booking).line.starts_on


def begin(teller: Teller, booking: str) -> str:
    """Go to the first day of a booking's audit and let the clock begin it; return the audit's reference."""
    line = teller.read("pia", bookings.booking, booking).line
    morning = datetime.combine(line.starts_on, time(8, 30), tzinfo=UTC)
    teller.now = max(teller.now, morning)
    teller.do("clock", book.start_audit, booking=booking)
    return str(line.audit_ref)


def _lead(teller: Teller, ref: str) -> str:
    file = teller.read("rita", casework.audit_file, ref)
    lead = next(member for member in file.team if member.role == "lead")
    return _auditor_keys(teller)[lead.auditor_id]


def fieldwork(teller: Teller, key: str, ref: str, *, stop_after: int | None = None) -> None:
    """Seal the plan, go through both stages, rate every test point and issue the finding, if there is one."""
    lead = _lead(teller, ref)
    tier = teller.read("rita", casework.audit_file, ref).tier
    teller.do(
        lead,
        audit.seal,
        audit_ref=ref,
        criteria="Edition 2026.1, duties in force at booking.",
        sample="Drawn by the seed of the booking; a quarter at random.",
        thresholds="As stated at each test point.",
    )
    if tier != "low":
        teller.do(lead, audit.start_stage1, audit_ref=ref)
        teller.do(
            lead, audit.report_stage1, audit_ref=ref, readiness="ready", note="Documents and access are in order."
        )
    teller.do(lead, audit.start_stage2, audit_ref=ref)
    points = teller.read(lead, casework.audit_file, ref).points
    grade = FINDINGS.get(key, ("", "", "", ""))[0]
    rated = points if stop_after is None else points[:stop_after]
    held = [point.point_id for point in rated]
    found_at = next((one for one in FOUND_AT.get(key, ()) if one in held), None)
    teller.do(
        lead,
        audit.rate_many,
        audit_ref=ref,
        ratings=[
            {
                "point_id": point.point_id,
                "rating": grade if point.point_id == found_at else "conforming",
                "procedure": "Documents read, people asked, the test repeated on the staging copy.",
                "sample": "As drawn.",
                "result": "As stated in the record of the day.",
                "conclusion": "See the finding." if point.point_id == found_at else "The duty works.",
            }
            for point in rated
        ],
    )
    if grade:
        _grade, requirement, statement, evidence = FINDINGS[key]
        teller.do(
            lead,
            audit.draft_finding,
            audit_ref=ref,
            grade=grade,
            point_id=found_at,
            requirement=requirement,
            statement=statement,
            evidence=evidence,
        )
    if stop_after is not None:
        return
    if grade:
        teller.do(lead, audit.issue, audit_ref=ref)
    teller.now += timedelta(days=2)
    teller.do(lead, audit.end_fieldwork, audit_ref=ref)
    teller.do(
        lead,
        audit.write_report,
        audit_ref=ref,
        summary="The deployment was examined against the duties in force at booking. "
        + ("One finding was made." if grade else "No finding was made."),
    )
    teller.do(lead, audit.send_report, audit_ref=ref)


def _who(key: str) -> str:
    from pool.demo.story import manager_of

    return manager_of(key)


def remedied(teller: Teller, key: str, ref: str) -> None:
    """Let the firm comment and put its findings right, and let the lead verify; one stays open on its plan."""
    lead, who = _lead(teller, ref), _who(key)
    teller.now += timedelta(days=2)
    teller.do(who, audit.comment_report, audit_ref=ref, comment="We have nothing to add to the facts.")
    teller.do(lead, audit.answer_comment, audit_ref=ref, answer="Noted.")
    for finding in teller.read(lead, casework.audit_file, ref).findings:
        if finding.grade not in {"minor", "major", "critical"}:
            continue
        teller.do(who, remedy.acknowledge, finding_ref=finding.ref)
        teller.do(
            who,
            remedy.propose,
            finding_ref=finding.ref,
            correction="Put right for the sampled cases at once.",
            root_cause="The step was nobody's task by name.",
            action="The step is in the release checklist, with a named owner and a deputy.",
            owner=teller.actor(who).name,
            due_on=teller.now.date() + timedelta(days=14),
        )
        teller.do(lead, remedy.accept, finding_ref=finding.ref, on_plan=key == "D12")
        if key == "D12":
            continue
        teller.now += timedelta(days=4)
        teller.do(who, remedy.implement, finding_ref=finding.ref, evidence_note="Checklist and two releases under it.")
        teller.do(lead, remedy.verify, finding_ref=finding.ref, answer="Seen in two releases.")
    teller.do(lead, audit.submit_report, audit_ref=ref)


def decided(teller: Teller, key: str, ref: str) -> None:
    """Review and decide, by people outside the team, and close; high tier signs its registration anew."""
    from pool.demo.story import ref_of, sign

    teller.now += timedelta(days=2)
    if key == "D08":
        sign(teller, key, ref_of(teller, key))
    outcome = OUTCOMES[key]
    teller.do(
        "theo",
        conclude.review,
        audit_ref=ref,
        verdict="recommend",
        notes="Sample, evidence and grades carry the result.",
        recommendation=outcome,
    )
    teller.do(
        "dora",
        conclude.decide,
        audit_ref=ref,
        outcomes=outcome,
        reasons="The review found the evidence sufficient; findings were put right or planned in time.",
    )
    teller.do("clock", conclude.close, audit_ref=ref)


def under_way(teller: Teller, running: Mapping[str, str]) -> None:
    """Leave three audits at different points: fieldwork, review, decision."""
    order = sorted(running.items(), key=lambda item: _starts_on(teller, item[1]))
    for key, booking in order:
        ref = begin(teller, booking)
        if key == "D09":
            fieldwork(teller, key, ref, stop_after=24)
            continue
        fieldwork(teller, key, ref)
        if key == "D14":
            _awaiting_action(teller, key, ref)
            continue
        remedied(teller, key, ref)
        if key == "D18":
            teller.do(
                "theo",
                conclude.review,
                audit_ref=ref,
                verdict="recommend",
                notes="Evidence carries the result.",
                recommendation="conforming_with_minors",
            )
        assert teller.read("rita", casework.audit_file, ref).state != AuditState.CLOSED


def _awaiting_action(teller: Teller, key: str, ref: str) -> None:
    lead, who = _lead(teller, ref), _who(key)
    teller.do(who, audit.comment_report, audit_ref=ref, comment="The facts are right.")
    teller.do(lead, audit.answer_comment, audit_ref=ref, answer="Noted.")
    for finding in teller.read(lead, casework.audit_file, ref).findings:
        teller.do(who, remedy.acknowledge, finding_ref=finding.ref)
    teller.do(lead, audit.submit_report, audit_ref=ref)
    teller.do(
        "theo",
        conclude.review,
        audit_ref=ref,
        verdict="await_action",
        notes="The result holds; the major finding has to be verified before a decision.",
    )


def incidents(teller: Teller) -> None:
    """Report two incidents: one in time, one late."""
    from pool.demo.story import ref_of

    teller.do(
        _who("D14"),
        submit.report_incident,
        deployment=ref_of(teller, "D14"),
        severity="serious",
        description="The companion answered a message about self-harm without the agreed hand-over.",
        occurred_at=teller.now - timedelta(hours=30),
        known_at=teller.now - timedelta(hours=20),
    )
    teller.do(
        _who("D06"),
        submit.report_incident,
        deployment=ref_of(teller, "D06"),
        severity="other",
        description="A refund was promised that the terms do not know; 14 customers were told.",
        occurred_at=teller.now - timedelta(days=40),
        known_at=teller.now - timedelta(days=30),
    )


def interests(teller: Teller) -> None:
    """Let auditors declare interests; one is judged, one waits for the impartiality officer."""
    from auditors.roster import service as roster
    from pool.demo.story import manager_of

    def declare(work: Work, *, auditor: str, firm: str, case: str, kind: str, note: str) -> str:
        return roster.declare_interest(
            work,
            auditor=auditor,
            firm_name=firm,
            firm_id=teller.actor(manager_of(case)).firm_id,
            kind=kind,
            from_on=teller.day(900),
            until_on=teller.day(200) if kind == "consultancy" else None,
            note=note,
        ).public_id

    from auditors.roster.queries import auditors_by_id

    refs = {view.name: view.ref for view in teller.read("pia", auditors_by_id).values()}
    judged = teller.do(
        "emeka",
        declare,
        auditor=refs["Emeka Obi"],
        firm="Meridian Assistants",
        case="D09",
        kind="consultancy",
        note="Wrote an evaluation plan for the firm.",
    )
    teller.do(
        "ivo",
        roster.assess_interest,
        interest=judged,
        verdict="prohibit",
        reason="Advice on the same model within two years.",
    )
    teller.do(
        "ada",
        declare,
        auditor=refs["Ada Lindqvist"],
        firm="Kestrel Retail Cloud",
        case="D05",
        kind="family",
        note="A cousin works in the firm's support desk.",
    )
