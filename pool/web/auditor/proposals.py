"""Being asked to take part in an audit: what is proposed, and the auditor's answer."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.roster import queries as roster
from pool.bookings.values import AskedView
from pool.journeys import plan
from pool.journeys.asking import asked as asked_of
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web import display
from pool.web.auditor import blueprint, vocabulary
from pool.web.booking_view import LANGUAGES
from pool.web.fields import LongText
from pool.web.forms import Form, Section
from pool.web.parts import Action, Crumb, Fact
from pool.web.requests import actor, attempt, page, perform, reading, with_values
from pool.web.wording import market_word

DECLINE = Form(
    "decline",
    [
        Section(
            "",
            [
                LongText(
                    name="reason",
                    label=_l("Reason"),
                    rows=4,
                    most=2000,
                    help=_l(
                        "The planner reads it and asks somebody else. A tie to the firm belongs to your interests too."
                    ),
                )
            ],
        )
    ],
)


@blueprint.get("/proposals/<ref>")
def proposal(ref: str) -> Any:
    """Show what an auditor is asked to take part in."""
    asked = asked_of(reading(), ref)
    waits = asked.answer == "asked" and asked.state == "published"
    accept = Action(label=_("Accept"), url=url_for("auditor.accept_proposal", ref=asked.proposal_ref), method="post")
    return page(
        "auditor/proposal.html",
        asked=asked,
        accept=accept if waits else None,
        decline=_decline(asked) if waits else None,
        sentence=_sentence(asked, waits=waits),
        facts=_facts(asked),
        around=_around(asked),
        words=vocabulary,
        crumbs=[Crumb(label=_("Desk"), url=url_for("auditor.desk")), Crumb(label=asked.proposal_ref)],
    )


def _decline(asked: AskedView) -> Action:
    return Action(label=_("Decline"), url=url_for("auditor.decline_proposal", ref=asked.proposal_ref), style="quiet")


def _sentence(asked: AskedView, *, waits: bool) -> str:
    if waits and day_of(reading().at) > asked.answers_due_on:
        return _("You are asked. The day to answer was %(day)s; the half-days are still held, and your answer counts "
                 "until the pool asks somebody else.", day=display.day(asked.answers_due_on))  # fmt: skip
    if waits:
        return _("You are asked. Answer by %(day)s; the half-days are held for you until then.",
                 day=display.day(asked.answers_due_on))  # fmt: skip
    if asked.answer == "declined":
        return _("You declined.")
    if asked.answer == "accepted":
        words = {
            "published": _("You accepted. Others of the team have not answered yet."),
            "accepted": _("All accepted. The firm is shown the team and may object in time."),
            "objected": _("The firm objected; the objection is being looked at."),
            "confirmed": _("Confirmed: the half-days are booked."),
        }
        return words.get(asked.state, _("This proposal no longer stands; the half-days are free again."))
    return _("This proposal no longer stands; the half-days are free again.")


def _facts(asked: AskedView) -> list[Fact]:
    return [
        Fact(label=_("Firm"), value=asked.firm_name),
        Fact(label=_("Domain"), value=", ".join(_(name) for name in asked.domains)),
        Fact(label=_("Place"), value=_("%(markets)s; the audit is held in %(language)s",
                                       markets=", ".join(market_word(code) for code in asked.markets),
                                       language=str(LANGUAGES.get(asked.language, asked.language)))),
        Fact(label=_("Kind"), value=vocabulary.kind_word(asked.kind)),
        Fact(label=_("Your role"), value=vocabulary.role_word(asked.role)),
        Fact(label=_("From"), value=asked.starts_on, kind="date"),
        Fact(label=_("To"), value=asked.ends_on, kind="date"),
        Fact(label=_("Half-days"), value=asked.half_days, kind="number",
             hint=_("The same for everybody in the team. Planning and report are desk time on top.")),
        Fact(label=_("Audit"), value=asked.audit_ref, kind="ref"),
        Fact(label=_("Asked"), value=asked.published_at, kind="instant"),
    ]  # fmt: skip


def _around(asked: AskedView) -> list[tuple[str, Any, Any, str]]:
    """Return what else stands in the auditor's calendar in these days: kind, first, last, reference or note."""
    own = actor().auditor_id
    spans = roster.calendar(
        reading(), first_day=asked.starts_on, last_day=asked.ends_on, auditor_ids=[own] if own is not None else []
    )
    return [
        (span.kind, span.first.day, span.last.day, span.audit_ref or span.note)
        for span in spans
        if span.audit_ref != asked.audit_ref
    ]


@blueprint.post("/proposals/<ref>/accept")
def accept_proposal(ref: str) -> Any:
    """Accept to take part."""
    return perform(
        plan.answer_proposal,
        proposal=ref,
        answer="accepted",
        then=lambda _answered: url_for("auditor.proposal", ref=ref),
    )


@blueprint.route("/proposals/<ref>/decline", methods=["GET", "POST"])
def decline_proposal(ref: str) -> Any:
    """Decline with the reason."""
    asked = asked_of(reading(), ref)
    status, bound = 200, DECLINE.fresh()
    if request.method == "POST":
        bound, status = DECLINE.bind(request.form), 422
        if bound.valid:
            answer = attempt(
                bound,
                lambda: perform(
                    with_values(plan.answer_proposal, proposal=ref, answer="declined", reason=bound["reason"]),
                    then=lambda _answered: url_for("auditor.desk"),
                ),
            )
            if answer is not None:
                return answer
    return page(
        "shared/confirm.html",
        status,
        confirm_title=_("Decline %(ref)s", ref=asked.proposal_ref),
        confirm_text=_("The half-days become free again and planning looks for somebody else. The firm's place in the "
                       "waiting list is not touched."),
        confirm_facts=_facts(asked)[:6],
        confirm_action=request.path,
        confirm_label=_("Decline"),
        back_url=url_for("auditor.proposal", ref=asked.proposal_ref),
        bound=bound,
        crumbs=[
            Crumb(label=_("Desk"), url=url_for("auditor.desk")),
            Crumb(label=asked.proposal_ref, url=url_for("auditor.proposal", ref=asked.proposal_ref)),
            Crumb(label=_("Decline")),
        ],
    )  # fmt: skip
