"""Which test sends which form in a browser that runs no script: every route that takes one stands in exactly one flow.

A form is an endpoint; the one address of the steps of a booking serves as many forms as there are steps.
"""

from __future__ import annotations

from flask import Flask

from pool.web.booking_moves import ACTS


def _named(words: str) -> frozenset[str]:
    return frozenset(words.split())


FLOWS: dict[str, frozenset[str]] = {
    "test_whole_way_by_pages": _named(
        """
        signin.demo admin.add_foundation_model admin.record_foundation_status firm.new_model firm.new_deployment
        firm.attest firm.request_ethics admin.decide_ethics firm.new_booking admin.plan_now admin.publish_plan
        auditor.accept_proposal firm.open_offer auditor.seal_plan auditor.audit_step auditor.report_stage1
        auditor.start_fieldwork auditor.point auditor.new_finding auditor.issue_findings auditor.audit_report
        firm.acknowledge_finding firm.answer_finding firm.comment_report auditor.answer_comment auditor.answer_remedy
        firm.implement_remedy admin.review_audit admin.decide_audit admin.close_audit admin.open_period admin.add_cost
        admin.allocate_period admin.review_period admin.close_period
        """
    ),
    "test_forms_of_a_firm": _named(
        """
        firm.link_foundation firm.name_party firm.change_indicators firm.report_incident firm.add_monitoring
        booking:window booking:submit booking:withdraw firm.end_deployment
        """
    ),
    "test_accounts_and_seats": _named(
        """
        firm.invite firm.end_seat signin.invitation signin.enrol_second_factor signin.sign_out signin.sign_in
        signin.second_factor admin.invite_person signin.take_seat registry.verify admin.end_seat signin.end_session
        signin.change_password admin.ask_reset admin.withdraw_reset admin.confirm_reset signin.reset
        """
    ),
    "test_forms_of_an_auditor": _named(
        """
        auditor.add_leave auditor.cancel_leave auditor.declare_interest auditor.end_interest auditor.add_point_file
        auditor.discard_finding auditor.edit_finding auditor.add_finding_file auditor.ask_to_stop booking:stop
        booking:replace_member booking:ask_stop
        """
    ),
    "test_forms_of_the_offices": _named(
        """
        admin.admit_firm firm.complete_incident admin.close_incident admin.add_auditor admin.invite_auditor
        admin.change_auditor admin.add_competence admin.renew_competence admin.end_competence admin.detect_interest
        admin.assess_interest admin.meet_conditions admin.send_back_period
        """
    ),
    "test_disputes": _named("firm.contain_finding firm.dispute_finding admin.decide_dispute admin.repeat_fieldwork"),
    "test_bookings": _named(
        """
        booking:return booking:screen booking:decline booking:quote booking:accept admin.discard_plan
        auditor.decline_proposal booking:object booking:decide_objection booking:take_back booking:replan
        booking:deliver booking:waive booking:confirm booking:reschedule booking:cancel
        """
    ),
}
#: What only a script sends: a draft kept while one types, and the panel that follows what is typed. Without scripts
#: the form of the page asks for the same panel by its button, and keeps what was typed by coming back.
BY_SCRIPT = frozenset({"firm.draft_deployment", "firm.preview_tier"})


def forms(app: Flask) -> set[str]:
    """Return every form that the application takes."""
    found = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())} - BY_SCRIPT
    return {one for one in found if not one.endswith(".booking_act")} | {f"booking:{act.move}" for act in ACTS}
