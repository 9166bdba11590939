"""The frame of an audit file: head with its next step, the views it has, the way it goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import url_for

from auditors.casework.rules import BEFORE_DECISION
from auditors.casework.values import AuditFile
from pool.kernel.words import gettext as _
from pool.web import display
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
        "stop_asked": stop_words(file),
        "crumbs": [Crumb(label=_("Audits"), url=url_for("auditor.audits")), Crumb(label=file.ref)],
    }


def stop_words(file: AuditFile) -> str:
    """Return that a stop was asked for, when, and who must act; empty where nobody asked or nothing is left to stop."""
    if file.stop_asked_at is None or file.state not in BEFORE_DECISION:
        return ""
    return _(
        "A stop was asked for on %(at)s. The pool decides next: a planner or an administrator. Until then the audit "
        "goes on.",
        at=display.instant(file.stop_asked_at),
    )


def exact_number(text: str) -> Decimal | None:
    """Return exact text such as ``17/12`` as a number to show, or ``None`` where there is none."""
    try:
        exact = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def days_words(kept: str, *, shown: Callable[[str], str] = display.auditor_days) -> str:
    """Return days kept as an exact fraction in words; what somebody wrote stays as it is."""
    return shown(kept) if re.fullmatch(r"\d+(/[1-9]\d*)?", kept) else kept
