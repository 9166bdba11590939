"""An audit as the firm sees it: team, days, duties held against, report to comment on, findings, decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile, EventView, ShownRating
from pool.bookings.queries import booking_ref_of_audit
from pool.decisions import queries as decisions
from pool.journeys import audit as journeys
from pool.kernel.refusals import Conflict
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import vocabulary
from pool.web.display import day, short_digest
from pool.web.fields import LongText
from pool.web.firm import blueprint
from pool.web.forms import Form, Section
from pool.web.parts import Action, Crumb, Event, Fact
from pool.web.requests import actor, attempt, form_of, page, perform, reading
from pool.web.states import office_word, state_word

COMMENT = Form(
    name="comment",
    sections=(
        Section(
            title="",
            fields=(
                LongText(
                    name="comment",
                    label=_l("Comment on the facts"),
                    help=_l("What is stated wrongly? Silence means that you have no comment."),
                ),
            ),
        ),
    ),
)


class NotAsked(Conflict):
    """The audit does not wait for a word of the firm."""


@blueprint.get("/audits/<ref>")
def audit(ref: str) -> Any:
    """Show one audit that the firm takes part in."""
    file = queries.audit_file(reading(), ref)
    booking = booking_ref_of_audit(reading(), file.id)
    act = None
    if _may_comment(file):
        act = Action(label=_("Comment on the facts"), url=url_for("firm.comment_report", ref=file.ref))
    ratings = file.ratings_shown_to(actor().firm_id)
    crumbs = [Crumb(label=_("Bookings"), url=url_for("firm.bookings"))]
    if booking:
        crumbs.append(Crumb(label=booking, url=url_for("firm.booking", ref=booking)))
    return page(
        "firm/audit.html",
        file=file,
        sentence=_sentence(file),
        act=act,
        must_act=None if act else _who(file),
        facts=_facts(file),
        comments=[one for one in file.participants if one.commented_at is not None],
        decisions=decisions.decisions_of(reading(), file.id),
        ratings=ratings,
        counts=_counts(ratings),
        several=len(file.participants) > 1,
        words=vocabulary,
        events=[_event(one) for one in reversed(file.events)],
        crumbs=[*crumbs, Crumb(label=file.ref)],
    )


def _may_comment(file: AuditFile) -> bool:
    own = [one for one in file.participants if one.firm_id == actor().firm_id]
    return file.state == AuditState.FACTUAL_CHECK and all(one.commented_at is None for one in own)


def _who(file: AuditFile) -> str | None:
    """Return who must make the next step, in words; nobody once the audit has ended."""
    if file.state in (AuditState.AWAITING_ACTION,):
        return _("you: the open findings, then the team")
    offices = [one for one in file.acts if one not in ("system", "planner", "administrator")]
    return ", ".join(office_word(one) for one in offices) or None


def _counts(ratings: Sequence[ShownRating]) -> str:
    """Return how many test points have which result, in the order of the scale."""
    found = Counter(one.rating for one in ratings)
    return ", ".join(
        f"{found[rating]} {vocabulary.rating_word(rating).lower()}" for rating in vocabulary.RATINGS if found[rating]
    )


def _event(one: EventView) -> Event:
    # Why: the reason of a sealed plan is its digest, which nobody reads as a sentence.
    why = _("content %(digest)s", digest=short_digest(one.reason)) if one.reason.startswith("sha256:") else one.reason
    return Event(at=one.at, who=one.name or _("Audit Pool"), what=state_word(one.to_state), why=why)


_SENTENCES = {
    "planned": lambda: _("Team and dates are being settled, or the audit has not begun."),
    "plan_sealed": lambda: _("The plan is sealed. Prepare what it lists."),
    "stage1": lambda: _("Documents and readiness are examined."),
    "stage1_reported": lambda: _("Readiness is reported; fieldwork follows."),
    "stage2": lambda: _("Fieldwork is under way."),
    "draft_report": lambda: _("The lead auditor writes the report."),
    "factual_check": lambda: _("Read the report's facts and comment on what is wrong."),
    "submitted": lambda: _("The report is with the technical review."),
    "technical_review": lambda: _("The report is in technical review."),
    "awaiting_action": lambda: _("Open findings have to be verified before a decision."),
    "decision_pending": lambda: _("The decision is pending, by somebody outside team and review."),
    "decided": lambda: _("Decided."),
    "closed": lambda: _("Decided and closed."),
    "aborted": lambda: _("Broken off; what was seen so far is reported."),
}


def _sentence(file: AuditFile) -> str:
    if file.state == AuditState.FACTUAL_CHECK and not _may_comment(file):
        return _("You commented on the facts. The lead auditor answers and sends the report on.")
    return _SENTENCES[file.state]()


def _facts(file: AuditFile) -> list[Fact]:
    facts = [
        Fact(
            label=_("Deployment"),
            value=part.deployment_name,
            hint=part.firm_name if part.firm_id != actor().firm_id else part.deployment_ref,
            url=url_for("firm.deployment", ref=part.deployment_ref) if part.firm_id == actor().firm_id else "",
        )
        for part in file.participants
    ]
    facts += [
        Fact(label=_("Kind of audit"), value=vocabulary.kind_word(file.kind)),
        Fact(
            label=_("Dates"),
            value=_("%(a)s to %(b)s", a=day(file.starts_on), b=day(file.ends_on)) if file.starts_on else "",
        ),
        Fact(
            label=_("Team"),
            value=tuple(f"{one.name} ({vocabulary.role_word(one.role)})" for one in file.team if one.left_at is None),
        ),
        Fact(label=_("Held against"), value=_("edition %(edition)s, as in force at booking", edition=file.edition)),
        Fact(label=_("Seed of the sample"), value=file.seed, kind="digest"),
    ]
    if file.readiness:
        facts.append(Fact(label=_("Readiness"), value=vocabulary.readiness_word(file.readiness)))
    if file.summary:
        facts.append(Fact(label=_("Summary of the report"), value=file.summary))
    return facts


@blueprint.route("/audits/<ref>/comment", methods=["GET", "POST"])
def comment_report(ref: str) -> Any:
    """Comment on the facts of a report, while it waits for that."""
    file = queries.audit_file(reading(), ref)
    if request.method == "GET" and not _may_comment(file):
        raise NotAsked(_sentence(file), next_step=_("Look at the audit; it says who must act next."))
    bound = form_of(COMMENT)
    answer = attempt(
        bound,
        lambda: perform(
            journeys.comment_report,
            audit_ref=file.ref,
            comment=bound["comment"],
            then=lambda _none: url_for("firm.audit", ref=file.ref),
        ),
    )
    if answer is not None:
        return answer
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Comment on the facts"),
        form_lead=file.summary or None,
        bound=bound,
        form_action=request.path,
        submit_label=_("Send the comment"),
        cancel_url=url_for("firm.audit", ref=file.ref),
    )
