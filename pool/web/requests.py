"""The present request: its instant, its actor, its reading transaction, and the way to do something once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import wraps
from typing import IO, Any, cast

from flask import Response, current_app, g, redirect, render_template, request, session
from flask.sessions import SessionMixin
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response as WsgiResponse

from pool.kernel.clock import now
from pool.kernel.refusals import Invalid, Refusal
from pool.kernel.roles import PUBLIC, Actor, Office
from pool.kernel.settings import Settings
from pool.kernel.storage import AlreadyDone, Database, Once, Reading
from pool.kernel.words import gettext as _
from pool.web.forms import Bound, Form
from pool.web.origin import open_too_long, stood_open
from pool.web.session import PoolSession

REQUEST_KEY = "request_key"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


class NoRequestKey(Invalid):
    """An unsafe request came without the one-time key that gives it one effect."""


class StoodOpen(Invalid):
    """A form stood open until its proof of origin ended."""


def database() -> Database:
    """Return the application's database."""
    found: Database = current_app.extensions["pool_database"]
    return found


def settings() -> Settings:
    """Return the application's settings."""
    found: Settings = current_app.extensions["pool_settings"]
    return found


def at() -> datetime:
    """Return the instant of this request; it is read once."""
    if "at" not in g:
        g.at = now()
    instant: datetime = g.at
    return instant


def pool_session() -> PoolSession:
    """Return the session with our own words on it."""
    found = cast(LocalProxy[SessionMixin], session)._get_current_object()
    assert isinstance(found, PoolSession)
    return found


def actor() -> Actor:
    """Return who acts in this request: the active seat; without one, or before the second factor, it is the public.

    A person without a seat is named, so that what they do to their own account is theirs, but sees what anybody sees.
    """
    found = pool_session().signed_in
    if found is None or found.person is None:
        return PUBLIC
    if found.seat is None or found.lacks_second_factor:
        return Actor(found.person.id, None, Office.PUBLIC, name=found.person.name)
    return found.seat.actor()


def reading() -> Reading:
    """Return this request's reading transaction in the scope of the active seat; it ends with the request."""
    if "reading" not in g:
        g.stack = ExitStack()
        g.reading = g.stack.enter_context(database().reading(actor(), at()))
    found: Reading = g.reading
    return found


def close_reading(_error: BaseException | None = None) -> None:
    """End the reading transaction; called at the end of every request."""
    stack = g.pop("stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def page(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """Render a page."""
    return render_template(template, **context), status


def go(address: str) -> WsgiResponse:
    """Send the browser on to another page of ours after something was done."""
    return redirect(address, code=303)


def once_of(answer: Callable[[Any], str]) -> Once:
    """Return the one-time key of this request with the fingerprint of its content.

    Raises: NoRequestKey; StoodOpen, so that a form which is shown again has no effect whatever its page does.
    """
    if stood_open():
        raise StoodOpen(open_too_long(), next_step=_("Open the form again and send it from there."))
    key = request.form.get(REQUEST_KEY, "") or request.headers.get("Idempotency-Key", "").strip('"')
    if not _KEY.fullmatch(key):
        raise NoRequestKey(
            _("This request carries no one-time key."),
            field=REQUEST_KEY,
            next_step=_("Open the form again and send it from there."),
        )
    content = hashlib.sha256(request.path.encode())
    for name in sorted(set(request.form) - {REQUEST_KEY, "csrf_token"}):
        for value in request.form.getlist(name):
            content.update(f"\0{name}\1{value}".encode())
    for name in sorted(request.files):
        for file in request.files.getlist(name):
            file.stream.seek(0)
            digest = _digest_of(file.stream)
            file.stream.seek(0)
            content.update(f"\0{name}\2{file.filename}\3{digest}".encode())
    return Once(key, content.hexdigest(), answer)


def _digest_of(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 16):
        digest.update(block)
    return digest.hexdigest()


def with_values(journey: Callable[..., Any], **values: Any) -> Callable[[Any], Any]:
    """Return the journey with its values filled in; for those whose names :func:`perform` uses itself (``reason``)."""

    @wraps(journey)  # whether it takes numbers is told by its mark
    def filled(work: Any) -> Any:
        return journey(work, **values)

    return filled


def perform(
    journey: Callable[..., Any],
    *arguments: Any,
    then: Callable[[Any], str],
    show: Callable[[Any], Any] | None = None,
    reason: str = "",
    **named: Any,
) -> Any:
    """Run a journey once in the active seat and go on to the address that ``then`` makes of its result.

    With ``show`` the first click is answered with the page it makes of the result: for what is shown once and kept
    nowhere. A second click goes to the first one's address. Refusals pass through: see :func:`attempt`.
    """
    close_reading()
    addresses: list[str] = []

    def remember(result: Any) -> str:
        addresses.append(then(result))
        return addresses[-1]

    try:
        result = database().run_work(
            journey,
            *arguments,
            actor=actor(),
            at=at(),
            reason=reason,
            request_id=str(g.get("request_id", "")),
            once=once_of(remember),
            **named,
        )
    except AlreadyDone as done:
        return go(done.answer)
    return go(addresses[-1]) if show is None else show(result)


def form_of(form: Form, values: Mapping[str, Any] | None = None) -> Bound:
    """Return a form as this request asks for it: with what was sent, or to be filled in, beginning with ``values``.

    A form that stood open too long is returned with what was sent, to be sent again.
    """
    if stood_open():
        return form.again(request.form, request.files, open_too_long())
    return form.bind(request.form, request.files) if request.method == "POST" else form.fresh(values)


def attempt(bound: Bound, act: Callable[[], Any], *, beyond: Collection[str] = ()) -> Any:
    """Do what a form asks for and return the answer; ``None`` where the form has to be shown (again).

    A form that was not sent, or is not right, does nothing. What a rule refuses stands at its fields afterwards;
    kinds of refusal in ``beyond`` are no matter of the form and pass through.
    """
    if not bound.valid:
        return None
    try:
        return act()
    except Refusal as refusal:
        if refusal.kind in beyond:
            raise
        bound.add_refusal(refusal)
        return None


def attachment(data: bytes, *, name: str, media_type: str) -> Response:
    """Return bytes to be saved, never shown inside a page of ours. Source: RFC 6266."""
    from urllib.parse import quote

    response = Response(data, mimetype=media_type)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name) or "file"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
