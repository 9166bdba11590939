"""Signing in, choosing a seat, one's own account."""

from __future__ import annotations

from typing import Any

import pyotp
import segno
from flask import Blueprint, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as WsgiResponse

from pool.journeys import reset as resets
from pool.journeys import signin as journeys
from pool.kernel.refusals import Missing
from pool.kernel.roles import FIRM_OFFICES, PUBLIC, SYSTEM, Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy
from pool.members import queries
from pool.members.service import InvitationView
from pool.web.fields import Secret, Text
from pool.web.forms import Bound, Form, Section
from pool.web.guards import guard, local_address
from pool.web.origin import open_too_long, stood_open
from pool.web.requests import (
    actor,
    at,
    attempt,
    close_reading,
    database,
    form_of,
    go,
    once_of,
    page,
    perform,
    pool_session,
    reading,
    settings,
)
from pool.web.signin.cards import Group, grouped

blueprint = Blueprint("signin", __name__)
blueprint.before_request(guard)

SIGN_IN = Form(
    name="sign-in",
    sections=(
        Section(
            title="",
            fields=(
                Text(name="email", label=lazy("E-mail"), autocomplete="username", most=254),
                Secret(name="password", label=lazy("Password"), autocomplete="current-password"),
            ),
        ),
    ),
)
CODE = Form(
    name="code",
    sections=(
        Section(title="", fields=(Text(name="code", label=lazy("Six digits"), autocomplete="one-time-code", most=6),)),
    ),
)
PASSWORD = Form(
    name="password",
    sections=(
        Section(
            title="",
            fields=(
                Secret(name="old", label=lazy("Present password"), autocomplete="current-password"),
                Secret(
                    name="new",
                    label=lazy("New password"),
                    autocomplete="new-password",
                    help=lazy("At least 12 characters; a sentence is best. Every session ends; sign in anew."),
                ),
            ),
        ),
    ),
)
CHOSEN = Secret(
    name="password",
    label=lazy("Choose a password"),
    autocomplete="new-password",
    help=lazy("At least 12 characters; a sentence is best."),
)
RESET = Form(name="reset", sections=(Section(title="", fields=(CHOSEN,)),))
INVITATION = Form(
    name="invitation",
    sections=(
        Section(
            title="",
            fields=(
                Text(name="name", label=lazy("Your name"), autocomplete="name", most=200),
                CHOSEN,
            ),
        ),
    ),
)

HOMES = {Office.AUDITOR: "auditor.desk"}


def home_of(office: Office) -> str:
    """Return the address of an office's home page."""
    if office in FIRM_OFFICES:
        return url_for("firm.home")
    if office is Office.AUDITOR:
        return url_for("auditor.desk")
    if office is Office.REGULATOR:
        return url_for("admin.granted")
    return url_for("admin.home")


@blueprint.get("/")
def home() -> Any:
    """Go to the active seat's home, or show a visitor what this is."""
    found = pool_session().signed_in
    if found is not None and found.person is not None:
        return go(home_of(found.seat.office) if found.seat else url_for("signin.seats"))
    return page("signin/welcome.html", groups=_demo_cards())


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """Ask for address and password."""
    bound = form_of(SIGN_IN)
    if bound.valid:
        once_of(str)
        result = database().run_work(
            journeys.sign_in,
            email=bound["email"],
            password=bound["password"],
            address_digest=g.address_digest,
            actor=PUBLIC,
            at=at(),
        )
        if result.person_id is not None:
            return _enter(result)
        bound.add_error(None, _("Address and password do not belong together. Check both and try again."))
    return _sign_in_page(bound)


def _sign_in_page(bound: Bound) -> Any:
    return page(
        "signin/sign_in.html",
        bound.status,
        form=bound,
        next=request.args.get("next", ""),
        unfinished="unfinished" in request.args,
        groups=_demo_cards(),
    )


def _enter(result: journeys.SignInResult) -> WsgiResponse:
    session = pool_session()
    target = local_address(request.args.get("next", "")) or url_for("signin.home")
    session["next"] = target
    assert result.person_id is not None
    session.become(person_id=result.person_id, seat_id=result.seat_id, second_factor=False, name=result.name)
    if not result.is_demo:
        if not result.has_second_factor:
            database().run_work(journeys.prepare_second_factor, person_id=result.person_id, actor=PUBLIC, at=at())
        return go(url_for("signin.second_factor" if result.has_second_factor else "signin.enrol_second_factor"))
    return go(session.pop("next", None) or url_for("signin.home"))


@blueprint.post("/sign-in/demo")
def demo() -> Any:
    """Sign a visitor of the demo in as one of its people; there is no such way in a real pool.

    Raises: Missing outside a demo, or for a person who is not of it.
    """
    if stood_open():
        return _sign_in_page(SIGN_IN.again({}, None, open_too_long()))
    once_of(str)
    with database().reading(SYSTEM, at()) as office:
        person = queries.person_by_email(office, request.form.get("email", "")) if settings().demo else None
        seats = queries.seats_of_person(office, person.id) if person is not None else ()
    wanted = request.form.get("seat", "")
    seat = next((s for s in seats if s.public_id == wanted), None)
    if person is None or not person.is_demo or seat is None:
        raise Missing(_("There is no such page."), next_step=_("Sign in with address and password."))
    pool_session().become(person_id=person.id, seat_id=seat.id, second_factor=False, name=person.name)
    return go(url_for("signin.home"))


def _demo_cards() -> tuple[Group, ...]:
    if not settings().demo:
        return ()
    with database().reading(SYSTEM, at()) as office:
        return grouped(queries.demo_cards(office))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def second_factor() -> Any:
    """Ask for the code of the second factor."""
    return _code_page("signin/second_factor.html")


@blueprint.route("/sign-in/enrol", methods=["GET", "POST"])
def enrol_second_factor() -> Any:
    """Show a new second-factor secret and ask for its first code."""
    found = pool_session().signed_in
    assert found is not None and found.person is not None
    if found.person.has_second_factor:
        return go(url_for("signin.second_factor"))
    with database().reading(SYSTEM, at()) as office:
        secret, _step, _confirmed = queries.second_factor_of(office, found.person.id)
    if secret is None:
        # Why not made here: a page that is only looked at writes nothing; signing in made it.
        return go(url_for("signin.sign_in"))
    uri = pyotp.TOTP(secret).provisioning_uri(name=found.person.email, issuer_name=settings().pool_name)
    # segno draws with attributes only; the picture is ours, no text of a person goes into it but the encoded address.
    drawn = segno.make(uri, error="m").svg_inline(scale=5, border=2, light="white")
    picture = Markup(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))
    return _code_page("signin/enrol.html", secret=secret, picture=picture)


def _code_page(template: str, **context: Any) -> Any:
    session = pool_session()
    found = session.signed_in
    assert found is not None and found.person is not None
    bound = form_of(CODE)
    if bound.valid:
        once_of(str)
        right = database().run_work(
            journeys.check_second_factor,
            person_id=found.person.id,
            code=bound["code"],
            address_digest=g.address_digest,
            actor=actor(),
            at=at(),
        )
        if right:
            seat_id = found.seat.id if found.seat else None
            target = session.pop("next", None) or url_for("signin.home")
            session.become(person_id=found.person.id, seat_id=seat_id, second_factor=True, name=found.person.name)
            return go(target)
        bound.add_error("code", _("This code is not right, or was used already. Wait for the next one."))
    return page(template, bound.status, form=bound, **context)


@blueprint.post("/sign-out")
def sign_out() -> WsgiResponse:
    """End this session."""
    once_of(str)
    pool_session().end()
    response = redirect(url_for("signin.home"), code=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/seats")
def seats() -> Any:
    """List the seats a person holds, to sit down in one."""
    found = pool_session().signed_in
    assert found is not None and found.person is not None
    with database().reading(SYSTEM, at()) as office:
        held = queries.seats_of_person(office, found.person.id)
    return page("signin/seats.html", seats=held, active=found.seat)


@blueprint.post("/seats/<public_id>")
def take_seat(public_id: str) -> WsgiResponse:
    """Sit down in another seat: a new session token, and only that seat's rows from now on."""
    once_of(str)
    found = pool_session().signed_in
    assert found is not None and found.person is not None
    with database().reading(SYSTEM, at()) as office:
        held = queries.seats_of_person(office, found.person.id)
    seat = next((s for s in held if s.public_id == public_id), None)
    if seat is None:
        raise Missing(_("There is no such seat."), next_step=_("Choose one of your seats."))
    pool_session().become(
        person_id=found.person.id,
        seat_id=seat.id,
        second_factor=found.second_factor_at is not None,
        name=found.person.name,
    )
    return go(url_for("signin.home"))


@blueprint.get("/account")
def account() -> Any:
    """Show one's own account and its running sessions."""
    return _account(PASSWORD.fresh())


def _account(form: Bound) -> Any:
    found = pool_session().signed_in
    assert found is not None and found.person is not None
    sessions = [
        (public_id, browser_word(agent), begun, seen)
        for public_id, agent, begun, seen in queries.sessions_of_person(reading(), found.person.id)
    ]
    return page(
        "signin/account.html",
        form.status,
        form=form,
        person=found.person,
        sessions=sessions,
        present=found.public_id,
    )


_BROWSERS = (("Firefox/", "Firefox"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Windows", "Windows"))


def browser_word(agent: str) -> str:
    """Return a browser's own description as few words, enough to tell one's devices apart."""
    browser = next((word for mark, word in _BROWSERS if mark in agent), "")
    system = next((word for mark, word in (*_SYSTEMS, ("Linux", "Linux")) if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or agent[:60]


@blueprint.post("/account/password")
def change_password() -> Any:
    """Change one's own password."""
    bound = form_of(PASSWORD)
    answer = attempt(
        bound,
        lambda: perform(
            journeys.change_password,
            old=bound["old"],
            new=bound["new"],
            address_digest=g.address_digest,
            then=lambda right: url_for("signin.sign_in" if right else "signin.account"),
            show=lambda right: _changed() if right else None,
        ),
        beyond={"throttled"},
    )
    if answer is not None:
        return answer
    if bound.valid:
        bound.add_error("old", _("This is not your present password. Type it again."))
    return _account(bound)


def _changed() -> WsgiResponse:
    pool_session().end()
    return go(url_for("signin.sign_in"))


@blueprint.post("/account/sessions/<public_id>/end")
def end_session(public_id: str) -> WsgiResponse:
    """End one of one's own sessions."""
    answer: WsgiResponse = perform(
        journeys.end_session, public_id=public_id, then=lambda _none: url_for("signin.account"), reason="ended by owner"
    )
    return answer


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Any:
    """Show what an invitation offers, and take it."""
    view = journeys.look_at_invitation(reading(), token=token)
    found = pool_session().signed_in
    if found is not None and found.person is not None and found.person.email == view.email:
        return _one_more_seat(token, view)
    bound = form_of(INVITATION, {"name": view.name})
    answer = attempt(bound, lambda: _enter(_take(journeys.take_invitation, token=token, **bound.cleaned)))
    if answer is not None:
        return answer
    return page("signin/invitation.html", bound.status, form=bound, invitation=view)


@blueprint.route("/sign-in/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Any:
    """Ask for a new password by the link that two administrators gave; the second factor is set up anew after it."""
    name, email = resets.look_at_reset(reading(), token=token)
    bound = form_of(RESET)
    answer = attempt(bound, lambda: _enter(_take(resets.take_reset, token=token, **bound.cleaned)))
    if answer is not None:
        return answer
    return page("signin/reset.html", bound.status, form=bound, name=name, email=email)


def _take(journey: Any, **named: Any) -> journeys.SignInResult:
    """Run a journey that opens an account to whoever holds its link; the link itself gives it one effect."""
    once_of(str)
    close_reading()
    result: journeys.SignInResult = database().run_work(
        journey, **named, actor=PUBLIC, at=at(), request_id=str(g.get("request_id", ""))
    )
    return result


def _one_more_seat(token: str, view: InvitationView) -> Any:
    """Offer the seat of an invitation to the account it was sent to, which is signed in; never another password."""
    found = pool_session().signed_in
    assert found is not None and found.person is not None
    if found.lacks_second_factor:
        step = "signin.second_factor" if found.person.has_second_factor else "signin.enrol_second_factor"
        return go(url_for(step))
    if stood_open():
        return page("signin/accept_invitation.html", 400, invitation=view, late=open_too_long())
    if request.method == "POST":
        return perform(journeys.accept_invitation, token=token, then=lambda _none: url_for("signin.seats"))
    return page("signin/accept_invitation.html", invitation=view, late="")
