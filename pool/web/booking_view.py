"""The page of a booking, shared by the firm's and the pool's seats: state, price with its steps, team, history."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from pool.bookings import queries
from pool.bookings.values import BookingFile, ProposalView
from pool.kernel.money import Money
from pool.kernel.refusals import Missing, Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import ngettext
from pool.web.booking_moves import BY_MOVE, Act, acts_for, values_of
from pool.web.display import day, money
from pool.web.parts import Action, Crumb, Event, Explanation, Fact
from pool.web.permissions import TABLE
from pool.web.requests import actor, page, perform, reading, with_values
from pool.web.states import office_word, state_word


def booking_page(ref: str, *, audience: str) -> Any:
    """Show one booking to a seat of ``audience`` (the blueprint's name)."""
    file = queries.booking(reading(), ref)
    acts = acts_for(file, actor().office)
    actions = [_action(act, file, audience) for act in acts]
    foremost = next((one for one in actions if one.style == "primary"), None)
    return page(
        "shared/booking.html",
        file=file,
        line=file.line,
        sentence=sentence_of(file),
        act=foremost,
        more=[one for one in actions if one is not foremost],
        must_act=_must_act(file) if not actions else None,
        facts=[*facts_of(file), *_audit_fact(file, audience)],
        days=_days(file),
        price=_price(file),
        proposal=file.standing,
        offer=_offer_words(file.standing),
        events=events_of(file),
        crumbs=[Crumb(label=_("Bookings"), url=url_for(f"{audience}.bookings")), Crumb(label=file.line.ref)],
        audience=audience,
    )


def act_page(ref: str, move: str, *, audience: str) -> Any:
    """Show the form of one act, or take it. Raises: Missing for no such act."""
    act = BY_MOVE.get(move)
    if act is None:
        raise Missing(_("There is no such page."), next_step=_("Go back to the booking."))
    file = queries.booking(reading(), ref)
    address = url_for(f"{audience}.booking", ref=file.line.ref)
    bound = act.form.fresh(_start_values(act, file)) if act.form else None
    if request.method == "POST":
        bound = act.form.bind(request.form, request.files) if act.form else None
        if bound is None or bound.valid:
            try:
                return _take(act, file, {} if bound is None else values_of(move, bound.cleaned), address)
            except Refusal as refusal:
                if bound is None:
                    raise
                bound.add_refusal(refusal)
    if bound is None:
        return page(
            "shared/confirm.html",
            confirm_title=str(act.title),
            confirm_text=str(act.lead) or sentence_of(file),
            confirm_action=request.path,
            confirm_label=str(act.label),
            back_url=address,
        )
    return page(
        "shared/form.html",
        422 if bound.is_bound else 200,
        form_title=str(act.title),
        form_lead=str(act.lead) or None,
        bound=bound,
        form_action=request.path,
        submit_label=str(act.label),
        cancel_url=address,
    )


def _start_values(act: Act, file: BookingFile) -> dict[str, Any]:
    names = {field.name for field in act.form.fields()} if act.form else set()
    start = {"window_from": file.line.window_from, "window_until": file.line.window_until}
    return {name: value for name, value in start.items() if name in names}


def _take(act: Act, file: BookingFile, values: dict[str, Any], address: str) -> WsgiResponse:
    return perform(with_values(act.journey, booking=file.line.ref, **values), then=lambda _done: address)


def _audit_fact(file: BookingFile, audience: str) -> list[Fact]:
    if not file.line.audit_ref:
        return []
    ref = file.line.audit_ref
    if audience == "firm":
        url = url_for("firm.audit", ref=ref)
    else:
        may_open = actor().office in TABLE["admin.audit_review"].read
        url = url_for("admin.audit_review", audit_ref=ref) if may_open else ""
    return [Fact(label=_("Audit"), value=ref, kind="ref", url=url)]


def _action(act: Act, file: BookingFile, audience: str) -> Action:
    return Action(
        label=str(act.label),
        url=url_for(f"{audience}.booking_act", ref=file.line.ref, move=act.move),
        style=act.style,
    )


_SENTENCES = {
    "draft": lambda: _("A draft. It counts from the moment you ask for the audit."),
    "submitted": lambda: _("Asked for. The planner looks at it next; the waiting-list instant is on record."),
    "returned": lambda: _("Sent back: something is missing. The waiting-list instant stays."),
    "screened": lambda: _("Screened. The administrator makes the estimate next."),
    "declined": lambda: _("Declined by the pool. This never counts against the firm."),
    "quoted": lambda: _("The estimate waits for the firm's word."),
    "accepted": lambda: _("Engaged. The planner looks for a team and dates."),
    "withdrawn": lambda: _("Withdrawn by the firm."),
    "expired": lambda: _("The estimate ran out without an answer."),
    "waitlisted": lambda: _("Engaged, waiting for the pool: no team fits yet. The firm counts as engaged."),
    "proposed": lambda: _("A team is asked. Once all have accepted, the firm sees team and dates."),
    "confirmed": lambda: _("Team and dates are confirmed."),
    "in_audit": lambda: _("The audit is under way."),
    "fulfilled": lambda: _("Done: the audit is decided."),
    "cancelled": lambda: _("Cancelled. Team and dates were given back."),
}


def sentence_of(file: BookingFile) -> str:
    """Return one sentence on where the booking stands."""
    proposal = file.standing
    if file.line.state == "proposed" and proposal is not None and proposal.all_accepted_at is not None:
        if proposal.objected_at and not proposal.objection_verdict:
            return _("The firm objected to the team; an independent person decides.")
        if proposal.waived_at:
            return _("The firm agreed to team and dates. The planner confirms next.")
        return _("All auditors accepted. The firm may agree, or object with a reason.")
    return _SENTENCES[file.line.state]()


def _must_act(file: BookingFile) -> str | None:
    offices = [office for office in file.line.acts if office != "system"]
    return ", ".join(office_word(office) for office in offices) or None


def facts_of(file: BookingFile) -> list[Fact]:
    """Return the facts of a booking; days and price open."""
    line = file.line
    facts = [
        Fact(label=_("Deployments"), value=tuple(name for _ref, name in line.deployments)),
        Fact(label=_("Kind of audit"), value=state_word(line.kind)),
        Fact(label=_("Window"), value=_("%(a)s to %(b)s", a=day(line.window_from), b=day(line.window_until))),
        Fact(label=_("On the waiting list since"), value=line.requested_at, kind="instant"),
    ]
    if line.exact_days:
        facts += [
            Fact(
                label=_("Auditor-days"),
                value=_exact_words(line.exact_days),
                explain=Explanation(
                    rule=_("Exact days by the edition's effort curve; the calendar holds half-days rounded up."),
                    inputs=[(one[0], one[1]) for one in _days(file)],
                    source="effort.yaml",
                    edition=str(file.brief.get("edition", "")),
                ),
            ),
            Fact(
                label=_("Team"),
                value=ngettext(
                    "%(n)s person, %(half)s half-days",
                    "%(n)s people, %(half)s half-days each",
                    line.people,
                    half=line.half_days,
                ),
            ),
        ]
    if line.estimate is not None:
        facts.append(
            Fact(
                label=_("Estimate"),
                value=line.estimate,
                kind="money",
                hint=_range_words(file),
                explain=Explanation(rule=file.estimate_key, inputs=[(one[0], one[1]) for one in _price(file)]),
            )
        )
    if line.starts_on:
        facts.append(Fact(label=_("Dates"), value=_("%(a)s to %(b)s", a=day(line.starts_on), b=day(line.ends_on))))
    if file.returned_items:
        facts.append(Fact(label=_("What is missing"), value=file.returned_items))
    if file.waitlist_reasons:
        words = ", ".join(f"{rule}: {left}" for rule, left in file.waitlist_reasons)
        facts.append(Fact(label=_("Why no team fits"), value=words, hint=_("Auditors left after each rule.")))
    if file.note:
        facts.append(Fact(label=_("Note"), value=file.note))
    return facts


def _exact_words(text: str) -> str:
    value = Fraction(text)
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def _days(file: BookingFile) -> list[tuple[str, Any]]:
    return [(str(one["label"]), _figure(str(one["figure"]), str(one["unit"]))) for one in file.effort_steps]


def _figure(text: str, unit: str) -> str:
    value = _exact_words(text)
    if unit == "days":
        return _("%(n)s days", n=value)
    return f"{value} %" if unit == "percent" else f"× {value}"


def _price(file: BookingFile) -> list[tuple[str, Any]]:
    currency = file.line.estimate.currency if file.line.estimate else "EUR"
    return [
        (str(one["label"]), f"{money(Money(int(one['amount_minor']), currency))} ({one['figure']})")
        for one in file.price_steps
    ]


def _range_words(file: BookingFile) -> str:
    if file.estimate_low is None or file.estimate_high is None:
        return ""
    return _("between %(a)s and %(b)s", a=money(file.estimate_low), b=money(file.estimate_high))


def _offer_words(proposal: ProposalView | None) -> str:
    if proposal is None:
        return ""
    if proposal.is_offer:
        return _("Offered: accepted by every auditor and shown to the firm.")
    if proposal.all_accepted_at is not None:
        return _("Accepted by every auditor; not opened by the firm yet.")
    return _("Asked; not everybody has answered yet.")


def events_of(file: BookingFile) -> list[Event]:
    """Return the steps of the booking, newest first."""
    return [
        Event(
            at=step.at,
            who=step.name or _("Audit Pool"),
            what=_("%(a)s → %(b)s", a=state_word(step.from_state), b=state_word(step.to_state))
            if step.from_state
            else state_word(step.to_state),
            seat=office_word(step.office) if step.office else "",
            why=step.reason,
        )
        for step in reversed(file.steps)
    ]
