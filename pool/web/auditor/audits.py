"""The list of audits and the audit file: workbench, plan, history."""

from __future__ import annotations

from typing import Any

from flask import request

from auditors.casework import queries
from auditors.casework.values import AuditFile, EventView
from pool.decisions import queries as decisions
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import blueprint, vocabulary
from pool.web.auditor.bench import first_point
from pool.web.auditor.frame import days_words, frame_of
from pool.web.auditor.steps import next_words
from pool.web.auditor.workpapers import show_bench
from pool.web.display import day, exact_number
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Event, Explanation, Fact
from pool.web.requests import attachment, page, reading
from pool.web.states import STATES, state_word

SPEC = ListSpec(
    name="audits",
    columns=(
        Column("ref", _l("Audit"), "ref", sort=True, primary=True),
        Column("firms", _l("Firms")),
        Column("kind", _l("Kind"), hidden_on_phone=True),
        Column("tier", _l("Tier"), "tier", sort=True),
        Column("state", _l("State"), "state", sort=True),
        Column("next", _l("Next step"), attr="state"),
        Column("lead", _l("Lead")),
        Column("starts_on", _l("Visit from"), "date", sort=True),
    ),
    filters=(
        Filter(
            "state",
            _l("State"),
            tuple(
                (name, STATES[name][1])
                for name in (
                    "planned", "plan_sealed", "stage1", "stage1_reported", "stage2", "draft_report", "factual_check",
                    "submitted", "technical_review", "awaiting_action", "decision_pending", "decided", "closed",
                    "aborted",
                )
            ),
        ),
        Filter("tier", _l("Tier"), (("low", _l("Low")), ("medium", _l("Medium")), ("high", _l("High")))),
        Filter(
            "kind",
            _l("Kind"),
            tuple(vocabulary.KINDS.items()),
        ),
    ),
    search=_l("Reference"),
    default_sort="-created_at",
)  # fmt: skip


@blueprint.get("/audits")
def audits() -> Any:
    """List the audits that the auditor may see."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda wanted: queries.audits_of(reading(), wanted), asked)
        return attachment(csv_of(SPEC, rows, cell=_csv_cell), name="audits.csv", media_type="text/csv")
    found = queries.audits_of(reading(), asked)
    return page(
        "auditor/audits.html",
        view=list_view(SPEC, found, path=request.path),
        words=vocabulary,
        next_words=next_words,
    )


def _csv_cell(item: object, column: Column) -> object:
    value = column.value_of(item)
    if column.key == "firms":
        return ", ".join(value)
    return next_words(value, tier=getattr(item, "tier", "")) if column.key == "next" else value


@blueprint.get("/audits/<ref>")
def audit(ref: str) -> Any:
    """Show the workbench of an audit, opened at the first point without a rating."""
    file = queries.audit_file(reading(), ref)
    return show_bench(file, first_point(file))


# --------------------------------------------------------------------------------------------------
# Plan and history


@blueprint.get("/audits/<ref>/plan")
def audit_plan(ref: str) -> Any:
    """Show the brief, the sealed plan, the team and the participants."""
    file = queries.audit_file(reading(), ref)
    return page(
        "auditor/audit_plan.html",
        **frame_of(file, "auditor.audit_plan"),
        brief_facts=brief_facts(file),
        plan_facts=plan_facts(file),
    )


def brief_facts(file: AuditFile) -> list[Fact]:
    """Return what the audit is held against."""
    brief = file.brief
    days = Explanation(
        rule=_("Days from tier and exposure, shared by the people who come; planning and report are desk time."),
        inputs=[
            (_("Exact auditor-days"), days_words(str(brief.get("exact_days", "")), shown=exact_number)),
            (_("People"), brief.get("people")),
            (_("Half-days each"), brief.get("half_days")),
        ],
        source="effort.yaml",
        edition=file.edition,
    )
    return [
        Fact(label=_("Kind"), value=vocabulary.kind_word(file.kind)),
        Fact(label=_("Edition"), value=file.edition, hint=_("In force at booking; later ones change nothing here.")),
        Fact(label=_("Auditor-days"), value=days_words(str(brief.get("exact_days", ""))), explain=days),
        Fact(label=_("Visit"), value=_visit(file)),
        Fact(label=_("Outputs to sample"), value=brief.get("outputs_sampled"), kind="number"),
        Fact(label=_("Days to dispute a finding"), value=brief.get("dispute_days"), kind="number"),
        Fact(label=_("Days to comment on the facts"), value=brief.get("comment_days"), kind="number"),
        Fact(label=_("Seed of the draws"), value=file.seed, kind="digest"),
        Fact(label=_("Digest of the brief"), value=file.brief_digest, kind="digest"),
    ]  # fmt: skip


def _visit(file: AuditFile) -> str:
    return f"{day(file.starts_on)} – {day(file.ends_on)}" if file.starts_on and file.ends_on else ""


def plan_facts(file: AuditFile) -> list[Fact]:
    """Return the sealed plan; empty before it was sealed."""
    plan = file.sealed_plan
    if not plan:
        return []
    team = ", ".join(
        f"{one.get('name')} ({vocabulary.role_word(str(one.get('role')))})" for one in plan.get("team", [])
    )
    return [
        Fact(label=_("Criteria"), value=str(plan.get("criteria", ""))),
        Fact(label=_("Sample"), value=str(plan.get("sample", ""))),
        Fact(label=_("Thresholds"), value=str(plan.get("thresholds", ""))),
        Fact(
            label=_("Auditor-days planned"),
            value=days_words(str(plan.get("days", ""))),
            hint=str(plan.get("days_reason", "")),
        ),
        Fact(label=_("Team"), value=team),
        Fact(label=_("Sealed"), value=file.sealed_at, kind="instant"),
        Fact(label=_("Digest of the plan"), value=file.plan_digest, kind="digest"),
    ]


@blueprint.get("/audits/<ref>/history")
def audit_history(ref: str) -> Any:
    """Show the steps of an audit and its files."""
    file = queries.audit_file(reading(), ref)
    return page(
        "auditor/audit_history.html",
        **frame_of(file, "auditor.audit_history"),
        events=events_of(file.events),
        decided=decisions.decisions_of(reading(), file.id),
    )


def events_of(steps: tuple[EventView, ...]) -> list[Event]:
    """Return the steps of an audit as history, newest first."""
    return [
        Event(
            at=step.at,
            who=step.name or _("The pool"),
            what=state_word(step.to_state),
            why=step.reason,
            meaning="good" if step.to_state in ("decided", "closed") else "neutral",
        )
        for step in reversed(steps)
    ]
