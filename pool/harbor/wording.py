"""The words of the record's facts: names in the edition and in rows, words on pages and papers."""

from __future__ import annotations

from pool.kernel.words import gettext as _


def fact_word(name: str) -> str:
    """Return a fact of the record in words."""
    words = {
        "base_model_status": _("Status of the base model"),
        "base_model_fault_of_firm": _("Lost by fault of the firm"),
        "base_model_deregistered_days": _("Days since it lost its status"),
        "registration_status": _("Registration"),
        "attestation_age_days": _("Age of the signature, days"),
        "attestation_limit_days": _("Signature valid for, days"),
        "unreported_change_days": _("Longest unreported change, days"),
        "ethics_level_done": _("Level of ethics review done"),
        "ethics_level_required": _("Level of ethics review asked for"),
        "ethics_outcome": _("Outcome of the ethics review"),
        "ethics_age_days": _("Age of the ethics review, days"),
        "ethics_limit_days": _("Ethics review valid for, days"),
        "ethics_conditions_overdue": _("Conditions of it overdue"),
        "ethics_requested_on_time": _("Ethics review asked for in time"),
        "ethics_service_overdue": _("The pool is late with it"),
        "audit_refusals": _("Audits refused"),
        "audit_age_days": _("Age of the last audit, days"),
        "audit_limit_days": _("Audit valid for, days"),
        "audit_requested_on_time": _("Audit asked for in time"),
        "audit_offer_made": _("Dates offered by the pool"),
        "audit_offer_age_days": _("Days since they were offered"),
        "audit_booked": _("Audit booked"),
        "audit_booked_within_days": _("Days until the booked audit"),
        "critical_overdue": _("Critical findings overdue"),
        "major_overdue": _("Major findings overdue"),
        "minor_overdue": _("Minor findings overdue"),
        "repeated_major": _("Major findings found again"),
        "containment_overdue": _("Critical findings and incidents not contained in time"),
        "harm_measures_overdue": _("Measures after harm overdue"),
        "incidents_late_open": _("Incidents reported late"),
        "incidents_concealed": _("Incidents concealed"),
        "authority_order_breached": _("Order of an authority breached"),
        "misstatement": _("Misstatement"),
        "monitoring_level": _("Level of monitoring"),
        "monitoring_required": _("Level of monitoring asked for"),
        "monitoring_interval_days": _("Reports of monitoring due every, days"),
        "contribution_overdue_days": _("Contribution overdue, days"),
        "hardship_pending": _("Request for easier payment open"),
        "tier": _("Tier"),
    }
    return words.get(name, name.replace("_", " ").capitalize())
