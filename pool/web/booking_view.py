"""The page of a booking and of each act on it, shared by the firm's and the pool's seats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import request, url_for

from auditors.casework.queries import stop_asked, stop_moves
from auditors.roster.queries import auditors_by_id
from pool.bookings import queries
from pool.bookings.values import BookingFile, ProposalView
from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict, Missing, Refusal
from pool.kernel.roles import FIRM_OFFICES
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.queries import people_of_auditors
from pool.web.auditor.vocabulary import kind_word, role_word
from pool.web.booking_moves import BY_MOVE, Act, acts_for, offer_is_hidden, values_of
from pool.web.booking_numbers import funnel_of, needs_of, range_words, reduction_words, workings_of
from pool.web.booking_words import events_of, now_of
from pool.web.display import day
from pool.web.fields import Option
from pool.web.forms import Bound, Form
from pool.web.links import url_if_open
from pool.web.parts import Action, Crumb, Fact
from pool.web.requests import actor, at, page, perform, reading, with_values

LANGUAGES = {"en": _l("English"), "de": _l("German"), "fr": _l("French"), "el": _l("Greek"), "zh": _l("Chinese")}


class NotNow(Conflict):
    """This step is not open to this seat in the booking's present state."""


def booking_page(ref: str, *, audience: str) -> Any:
    """Show one booking to a seat of ``audience`` (the blueprint's name)."""
    file = queries.booking(reading(), ref)
    today, is_firm = day_of(at()), actor().office in FIRM_OFFICES
    actions = [_action(act, file, audience) for act in _acts(file)]
    hidden = is_firm and offer_is_hidden(file, today=today)
    to_open = hidden and file.standing is not None
    if to_open:
        url = url_for("firm.open_offer", ref=file.line.ref)
        actions.insert(0, Action(label=_("Open the offer"), url=url, method="post"))
    act = actions[0] if actions and actions[0].style == "primary" else None
    now = now_of(file, is_firm=is_firm, today=today)
    return page(
        "shared/booking.html",
        file=file,
        line=file.line,
        sentence=now.sentence,
        act=act,
        more=actions[1:] if act else actions,
        must_act=None if act else now.who or None,
        facts=[*_facts(file, is_firm=is_firm), *_audit_fact(file, audience)],
        workings=workings_of(file),
        needs=needs_of(file),
        funnel=funnel_of(file),
        proposal=None if hidden else file.standing,
        offer=_offer_words(file.standing, today=today),
        to_open=to_open,
        role_word=role_word,
        events=events_of(file, is_firm=is_firm),
        crumbs=[Crumb(label=_("Bookings"), url=url_for(f"{audience}.bookings")), Crumb(label=file.line.ref)],
        audience=audience,
    )


def _acts(file: BookingFile) -> list[Act]:
    """Return what the seat may do now; whether a stop was asked for is looked up only where the seat could stop."""
    may_stop = any(one.move == "stop" for one in file.moves)
    stopping = stop_moves(reading(), file.line.audit_ref) if may_stop else ()
    return acts_for(file, actor().office, today=day_of(at()), stopping=stopping)


def act_page(ref: str, move: str, *, audience: str) -> Any:
    """Show the form of one act, or take it. Raises: Missing for no such act, NotNow for one that is not open."""
    act = BY_MOVE.get(move)
    if act is None:
        raise Missing(_("There is no such page."), next_step=_("Go back to the booking."))
    file = queries.booking(reading(), ref)
    address = url_for(f"{audience}.booking", ref=file.line.ref)
    form = _form_of(act, file)
    if request.method == "GET":
        _require_open(act, file)
        return _form_page(act, file, form.fresh(_start_values(act, file)), address)
    bound = form.bind(request.form, request.files)
    if bound.valid:
        try:
            return _take(act, file, values_of(move, bound.cleaned), address)
        except Refusal as refusal:
            bound.add_refusal(refusal)
            # Why: what is shown above the form is read anew, so the next try is about what is shown now.
            file = queries.booking(reading(), ref)
            bound.values["version"] = str(file.line.version)
    return _form_page(act, file, bound, address)


def _require_open(act: Act, file: BookingFile) -> None:
    if act in _acts(file):
        return
    raise NotNow(
        _("“%(act)s” is not open to you now: %(why)s", act=str(act.label), why=_sentence(file)),
        next_step=_("Look at the booking; it says who must act next."),
    )


def _sentence(file: BookingFile) -> str:
    return now_of(file, is_firm=actor().office in FIRM_OFFICES, today=day_of(at())).sentence


def _form_of(act: Act, file: BookingFile) -> Form:
    if act.move == "screen":
        return act.form.with_choices("reductions", [Option(*one) for one in reduction_words()])
    members = file.standing.members if file.standing is not None else ()
    if act.move == "replace_member":
        return _with_auditors(act.form, [one.auditor_id for one in members])
    if act.move != "decide_objection":
        return act.form
    return act.form.with_choices("auditors", [Option(str(one.auditor_id), one.name) for one in members])


def _with_auditors(form: Form, team: Sequence[int]) -> Form:
    """Return the form with the team to leave, and every active auditor with a running seat to come."""
    known, seated = auditors_by_id(reading()), people_of_auditors(reading())
    leaves = [Option(known[key].ref, known[key].name) for key in team if key in known]
    comes = [Option(one.ref, one.name) for key, one in known.items() if key in seated and one.state == "active"]
    return form.with_choices("leaves", leaves).with_choices("comes", sorted(comes, key=lambda one: str(one.label)))


def _form_page(act: Act, file: BookingFile, bound: Bound, address: str) -> Any:
    return page(
        "shared/booking_act.html",
        422 if bound.is_bound else 200,
        act=act,
        line=file.line,
        bound=bound,
        facts=_agreed(act, file),
        sentence=_sentence(file),
        form_action=request.path,
        back_url=address,
        crumbs=[
            Crumb(label=_("Bookings"), url=address.rpartition("/")[0]),
            Crumb(label=file.line.ref, url=address),
            Crumb(label=str(act.label)),
        ],
    )


def _start_values(act: Act, file: BookingFile) -> dict[str, Any]:
    names = {field.name for field in act.form.fields()}
    start = {
        "window_from": file.line.window_from,
        "window_until": file.line.window_until,
        "version": str(file.line.version),
    }
    return {name: value for name, value in start.items() if name in names}


def _take(act: Act, file: BookingFile, values: dict[str, Any], address: str) -> Any:
    return perform(with_values(act.journey, booking=file.line.ref, **values), then=lambda _done: address)


def _agreed(act: Act, file: BookingFile) -> list[Fact]:
    """Return what stands above the form because it is agreed to, so that nobody signs for what they did not see."""
    line, proposal = file.line, file.standing
    facts = [Fact(label=_("Deployment"), value=", ".join(name for _ref, name in line.deployments))]
    if act.shows == "price":
        facts += [
            Fact(label=_("Estimate"), value=line.estimate, kind="money", hint=range_words(file)),
            Fact(label=_("Auditor-days"), value=_days_words(file)),
            Fact(label=_("Window"), value=_span(line.window_from, line.window_until)),
            Fact(label=_("Valid until"), value=line.quote_valid_until, kind="date"),
        ]
    if act.shows in ("team", "objection") and proposal is not None:
        facts += [
            Fact(label=_("Team"), value=tuple(f"{one.name} ({role_word(one.role)})" for one in proposal.members)),
            Fact(label=_("Dates"), value=_span(proposal.starts_on, proposal.ends_on)),
        ]
    if act.shows == "stop":
        facts.append(Fact(label=_("Why it is to stop"), value=stop_asked(reading(), line.audit_ref)))
    if act.shows == "objection" and proposal is not None:
        facts.append(Fact(label=_("Objection"), value=proposal.objection))
    return facts


def _days_words(file: BookingFile) -> str:
    first = workings_of(file)[:1]
    return f"{first[0].value} ({first[0].hint})" if first else ""


def _span(first: Any, last: Any) -> str:
    return day(first) if first == last else _("%(a)s to %(b)s", a=day(first), b=day(last))


def _audit_fact(file: BookingFile, audience: str) -> list[Fact]:
    if not file.line.audit_ref:
        return []
    ref = file.line.audit_ref
    url = url_for("firm.audit", ref=ref) if audience == "firm" else url_if_open("admin.audit_review", audit_ref=ref)
    return [Fact(label=_("Audit"), value=ref, kind="ref", url=url)]


def _action(act: Act, file: BookingFile, audience: str) -> Action:
    return Action(
        label=str(act.label),
        url=url_for(f"{audience}.booking_act", ref=file.line.ref, move=act.move),
        style="primary" if act.style == "primary" else "quiet",
    )


def _facts(file: BookingFile, *, is_firm: bool) -> list[Fact]:
    """Return the facts of a booking; its numbers stand apart, with their steps."""
    line = file.line
    facts = [
        Fact(label=_("Deployment"), value=name, hint=ref,
             url=url_for("firm.deployment", ref=ref) if is_firm else "")
        for ref, name in line.deployments
    ]  # fmt: skip
    facts += [
        Fact(label=_("Kind of audit"), value=kind_word(line.kind)),
        Fact(label=_("Language"), value=str(LANGUAGES.get(line.language, line.language))),
        Fact(label=_("Window"), value=_span(line.window_from, line.window_until)),
        Fact(label=_("On the waiting list since"), value=line.requested_at, kind="instant"),
    ]
    if line.starts_on:
        facts.append(Fact(label=_("Dates"), value=_span(line.starts_on, line.ends_on)))
    if file.returned_items and line.state == "returned":
        facts.append(Fact(label=_("What is missing"), value=file.returned_items))
    if file.note:
        facts.append(Fact(label=_("Note of the firm"), value=file.note))
    return facts


def _offer_words(proposal: ProposalView | None, *, today: date) -> str:
    if proposal is None:
        return ""
    if proposal.is_offer:
        shown, until = day(proposal.shown_at), day(proposal.objection_until)
        if proposal.state == "confirmed":
            return _("Offered on %(day)s and confirmed.", day=shown)
        if proposal.objection_until is not None and proposal.objection_until < today:
            return _("Offered on %(day)s; the time to object ended on %(until)s.", day=shown, until=until)
        return _("Offered on %(day)s; the time to object ends on %(until)s.", day=shown, until=until)
    if proposal.all_accepted_at is not None:
        return _("Accepted by every auditor; not opened by the firm yet.")
    return _("Asked; not everybody has answered yet.")
