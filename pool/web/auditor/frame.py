"""The frame of an audit file: head with its next step, the views it has, the way it goes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import url_for

from auditors.casework.values import AuditFile
from pool.kernel.words import gettext as _
from pool.web.auditor import vocabulary
from pool.web.auditor.steps import next_step, way
from pool.web.parts import Crumb, Tab


def tabs_of(file: AuditFile, current: str) -> list[Tab]:
    """Return the views of an audit file."""
    views = (
        ("auditor.audit", _("Work"), len(file.points)),
        ("auditor.audit_plan", _("Plan and brief"), None),
        ("auditor.audit_report", _("Report"), None),
        ("auditor.audit_history", _("History and files"), None),
    )
    return [
        Tab(label=label, url=url_for(endpoint, ref=file.ref), current=endpoint == current, count=count)
        for endpoint, label, count in views
    ]


def frame_of(file: AuditFile, current: str) -> dict[str, Any]:
    """Return what the head of every view of an audit file needs."""
    return {
        "file": file,
        "step": next_step(file),
        "way": way(file),
        "tabs": tabs_of(file, current),
        "firms": list(dict.fromkeys(part.firm_name for part in file.participants)),
        "intensity": exact_number(str(file.brief.get("intensity", ""))),
        "words": vocabulary,
        "crumbs": [Crumb(label=_("Audits"), url=url_for("auditor.audits")), Crumb(label=file.ref)],
    }


def exact_number(text: str) -> Decimal | None:
    """Return exact text such as ``17/12`` as a number to show, or ``None`` where there is none."""
    try:
        exact = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return Decimal(exact.numerator) / Decimal(exact.denominator)
