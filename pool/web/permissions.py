"""Permissions: which seats may use which route by which method, all on one screen.

A route that is not here is refused, and a test fails for it. The rules of the process (life-cycles, independence, two
persons) stand in the services: passing this table is necessary, never sufficient.
"""

from __future__ import annotations

from dataclasses import dataclass

from pool.kernel.roles import FIRM_OFFICES, POOL_OFFICES, SEATABLE_OFFICES, Office

FIRM = FIRM_OFFICES
MANAGER = frozenset({Office.FIRM_MANAGER})
AUDITOR = frozenset({Office.AUDITOR})
POOL = POOL_OFFICES
ANY_SEAT = SEATABLE_OFFICES
REGISTRAR = frozenset({Office.REGISTRAR})
PLANNER = frozenset({Office.PLANNER})
TREASURER = frozenset({Office.TREASURER})
ADMINISTRATOR = frozenset({Office.ADMINISTRATOR})
REVIEWER = frozenset({Office.TECHNICAL_REVIEWER})
DECIDER = frozenset({Office.DECISION_MAKER})
ETHICS = frozenset({Office.ETHICS_REVIEWER})
IMPARTIALITY = frozenset({Office.IMPARTIALITY_OFFICER})
REGULATOR = frozenset({Office.REGULATOR})
NOBODY: frozenset[Office] = frozenset()


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may read (GET, HEAD) and write (POST). ``anyone`` needs no account; ``person`` needs one but no seat."""

    read: frozenset[Office] = NOBODY
    write: frozenset[Office] = NOBODY
    anyone: bool = False
    person: bool = False


def reads(offices: frozenset[Office]) -> Permission:
    """Return a permission to look."""
    return Permission(read=offices)


def writes(offices: frozenset[Office], *, read: frozenset[Office] | None = None) -> Permission:
    """Return a permission to act; whoever acts may open the form, ``read`` adds others who may look."""
    return Permission(read=offices | (read or NOBODY), write=offices)


ANYONE = Permission(anyone=True)
PERSON = Permission(person=True)

#: endpoint -> permission
TABLE: dict[str, Permission] = {
    "static": ANYONE,
    # --- signing in, seats, own account (pool/web/signin) ---
    "signin.sign_in": ANYONE,
    "signin.demo": ANYONE,
    "signin.second_factor": PERSON,
    "signin.enrol_second_factor": PERSON,
    "signin.sign_out": PERSON,
    "signin.seats": PERSON,
    "signin.take_seat": PERSON,
    "signin.account": PERSON,
    "signin.change_password": PERSON,
    "signin.end_session": PERSON,
    "signin.invitation": ANYONE,
    "signin.reset": ANYONE,
    "signin.home": ANYONE,
    # --- public (pool/web/registry) ---
    "registry.register": ANYONE,
    "registry.entry": ANYONE,
    "registry.standing_on": ANYONE,
    "registry.verify": ANYONE,
    # --- firm (pool/web/firm) ---
    "firm.home": reads(FIRM),
    "firm.models": reads(FIRM),
    "firm.model": reads(FIRM),
    "firm.model_file": reads(FIRM),
    "firm.new_model": writes(FIRM),
    "firm.link_foundation": writes(FIRM),
    "firm.name_party": writes(MANAGER),
    "firm.deployments": reads(FIRM),
    "firm.deployment": reads(FIRM),
    "firm.new_deployment": writes(FIRM),
    "firm.draft_deployment": writes(FIRM),
    "firm.preview_tier": writes(FIRM),
    "firm.attest": writes(FIRM),
    "firm.change_indicators": writes(FIRM),
    "firm.request_ethics": writes(FIRM),
    "firm.report_incident": writes(FIRM),
    "firm.complete_incident": writes(FIRM),
    "firm.add_monitoring": writes(FIRM),
    "firm.end_deployment": writes(MANAGER),
    "firm.bookings": reads(FIRM),
    "firm.new_booking": writes(FIRM),
    "firm.booking": reads(FIRM),
    "firm.open_offer": writes(FIRM),
    "firm.booking_act": writes(FIRM),
    "firm.findings": reads(FIRM),
    "firm.finding": reads(FIRM),
    "firm.acknowledge_finding": writes(FIRM),
    "firm.dispute_finding": writes(FIRM),
    "firm.answer_finding": writes(FIRM),
    "firm.implement_remedy": writes(FIRM),
    "firm.contain_finding": writes(FIRM),
    "firm.finding_file": reads(FIRM),
    "firm.audit": reads(FIRM),
    "firm.comment_report": writes(FIRM),
    "firm.record": reads(FIRM),
    "firm.report": reads(FIRM),
    "firm.statements": reads(FIRM),
    "firm.statement": reads(FIRM),
    "firm.statement_paper": reads(FIRM),
    "firm.people": reads(FIRM),
    "firm.invite": writes(MANAGER),
    "firm.end_seat": writes(MANAGER),
    # --- auditor (pool/web/auditor) ---
    "auditor.desk": reads(AUDITOR),
    "auditor.proposal": reads(AUDITOR),
    "auditor.accept_proposal": writes(AUDITOR),
    "auditor.decline_proposal": writes(AUDITOR),
    "auditor.calendar": reads(AUDITOR),
    "auditor.add_leave": writes(AUDITOR),
    "auditor.cancel_leave": writes(AUDITOR),
    "auditor.audits": reads(AUDITOR),
    "auditor.audit": reads(AUDITOR),
    "auditor.point": writes(AUDITOR),
    "auditor.add_point_file": writes(AUDITOR),
    "auditor.audit_plan": reads(AUDITOR),
    "auditor.audit_report": writes(AUDITOR),
    "auditor.audit_history": reads(AUDITOR),
    "auditor.seal_plan": writes(AUDITOR),
    "auditor.report_stage1": writes(AUDITOR),
    "auditor.start_fieldwork": writes(AUDITOR),
    "auditor.audit_step": writes(AUDITOR),
    "auditor.answer_comment": writes(AUDITOR),
    "auditor.ask_to_stop": writes(AUDITOR),
    "auditor.findings": reads(AUDITOR),
    "auditor.new_finding": writes(AUDITOR),
    "auditor.issue_findings": writes(AUDITOR),
    "auditor.finding": reads(AUDITOR),
    "auditor.edit_finding": writes(AUDITOR),
    "auditor.discard_finding": writes(AUDITOR),
    "auditor.answer_remedy": writes(AUDITOR),
    "auditor.add_finding_file": writes(AUDITOR),
    "auditor.file": reads(AUDITOR),
    "auditor.interests": reads(AUDITOR),
    "auditor.declare_interest": writes(AUDITOR),
    "auditor.end_interest": writes(AUDITOR),
    "auditor.competence": reads(AUDITOR),
    # --- pool offices (pool/web/admin) ---
    "admin.granted": reads(REGULATOR),
    "admin.granted_audit": reads(REGULATOR),
    "admin.bookings": reads(POOL),
    "admin.booking": reads(POOL),
    "admin.booking_act": writes(PLANNER | ADMINISTRATOR | IMPARTIALITY),
    "admin.home": reads(POOL),
    "admin.members": reads(POOL),
    "admin.member": reads(POOL),
    "admin.admit_firm": writes(REGISTRAR | ADMINISTRATOR),
    "admin.people": reads(ADMINISTRATOR | REGISTRAR | IMPARTIALITY),
    "admin.invite_person": writes(ADMINISTRATOR),
    "admin.end_seat": writes(ADMINISTRATOR),
    "admin.ask_reset": writes(ADMINISTRATOR),
    "admin.reset": reads(ADMINISTRATOR),
    "admin.confirm_reset": writes(ADMINISTRATOR),
    "admin.withdraw_reset": writes(ADMINISTRATOR),
    "admin.foundation_models": reads(POOL),
    "admin.foundation_model": reads(POOL),
    "admin.add_foundation_model": writes(REGISTRAR),
    "admin.record_foundation_status": writes(REGISTRAR),
    "admin.ethics": reads(ETHICS | REGISTRAR | REVIEWER | DECIDER | IMPARTIALITY | ADMINISTRATOR),
    "admin.ethics_request": reads(ETHICS | REGISTRAR | REVIEWER | DECIDER | IMPARTIALITY | ADMINISTRATOR),
    "admin.decide_ethics": writes(ETHICS),
    "admin.meet_conditions": writes(ETHICS),
    "admin.record": reads(POOL),
    "admin.record_entries": reads(POOL),
    "admin.record_entry": reads(POOL),
    "admin.deployment": reads(POOL),
    "admin.close_incident": writes(REGISTRAR),
    "admin.activity": reads(ADMINISTRATOR | REGISTRAR | IMPARTIALITY),
    "admin.activity_entry": reads(ADMINISTRATOR | REGISTRAR | IMPARTIALITY),
    "admin.jobs": reads(ADMINISTRATOR | REGISTRAR),
    # reviews and decisions (pool/web/admin/decisions.py)
    "admin.decisions": reads(REVIEWER | DECIDER | ADMINISTRATOR),
    "admin.audit_review": reads(REVIEWER | DECIDER | ADMINISTRATOR),
    "admin.audit_file": reads(REVIEWER | DECIDER | ADMINISTRATOR),
    "admin.review_audit": writes(REVIEWER),
    "admin.repeat_fieldwork": writes(REVIEWER),
    "admin.decide_audit": writes(DECIDER),
    "admin.close_audit": writes(ADMINISTRATOR),
    "admin.dispute": reads(REVIEWER | DECIDER | ADMINISTRATOR),
    "admin.decide_dispute": writes(REVIEWER),
    # roster and plan (pool/web/admin/roster.py, interests.py, plan.py)
    "admin.roster": reads(POOL),
    "admin.auditor": reads(POOL),
    "admin.add_auditor": writes(PLANNER | ADMINISTRATOR),
    "admin.invite_auditor": writes(PLANNER | ADMINISTRATOR),
    "admin.change_auditor": writes(PLANNER | ADMINISTRATOR),
    "admin.add_competence": writes(PLANNER | ADMINISTRATOR),
    "admin.renew_competence": writes(PLANNER | ADMINISTRATOR),
    "admin.end_competence": writes(PLANNER | ADMINISTRATOR),
    "admin.competence_file": reads(PLANNER | ADMINISTRATOR),
    "admin.interests": reads(PLANNER | ADMINISTRATOR | IMPARTIALITY),
    "admin.assess_interest": writes(IMPARTIALITY, read=PLANNER | ADMINISTRATOR),
    "admin.detect_interest": writes(PLANNER | IMPARTIALITY),
    "admin.plan": reads(PLANNER | ADMINISTRATOR | IMPARTIALITY | REGISTRAR),
    "admin.plan_review": reads(PLANNER | ADMINISTRATOR | IMPARTIALITY | REGISTRAR),
    "admin.plan_document": reads(PLANNER | ADMINISTRATOR | IMPARTIALITY),
    "admin.plan_now": writes(PLANNER),
    "admin.planning": reads(PLANNER),
    "admin.publish_plan": writes(PLANNER),
    "admin.discard_plan": writes(PLANNER),
    # costs (pool/web/admin/costs.py, period_steps.py, ledger.py)
    "admin.costs": reads(TREASURER | ADMINISTRATOR | IMPARTIALITY),
    "admin.period": reads(TREASURER | ADMINISTRATOR | IMPARTIALITY),
    "admin.open_period": writes(TREASURER),
    "admin.add_cost": writes(TREASURER),
    "admin.allocate_period": writes(TREASURER),
    "admin.review_period": writes(TREASURER | ADMINISTRATOR),
    "admin.send_back_period": writes(TREASURER | ADMINISTRATOR),
    "admin.close_period": writes(TREASURER),
    "admin.ledger": reads(TREASURER | ADMINISTRATOR | IMPARTIALITY),
    "admin.pool_statement": reads(TREASURER | ADMINISTRATOR | IMPARTIALITY),
    "admin.pool_statement_paper": reads(TREASURER | ADMINISTRATOR | IMPARTIALITY),
}
