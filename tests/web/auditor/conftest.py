"""What tests of auditors' pages share: the world of audits."""

from __future__ import annotations

from tests.support.audit_pages import world

__all__ = ["world"]
