"""How a refusal is told over HTTP: a page for people, problem+json for programs. Source: RFC 9457."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.web.forms import CARRIED
from pool.web.permissions import TABLE
from pool.web.requests import close_reading, pool_session

STATUS = {
    "missing": 404,
    "forbidden": 403,
    "invalid": 422,
    "conflict": 409,
    "unavailable": 503,
    "throttled": 429,
    "too_large": 413,
    "refused": 400,
}
log = logging.getLogger("pool.web")


def wants_json() -> bool:
    """Tell whether the asker is a program."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best in {"application/json", "application/problem+json"}


def answer(status: int, refusal: Refusal, *, typed: Sequence[str] = ()) -> Response:
    """Return the page, or the problem document, that tells a refusal; ``typed`` is shown to be copied."""
    close_reading()
    if wants_json():
        response = jsonify({"type": "about:blank", "status": status, "title": refusal.reason, **refusal.as_json()})
        response.mimetype = "application/problem+json"
    else:
        response = Response(
            render_template(
                _template(status),
                status=status,
                refusal=refusal,
                request_id=g.get("request_id", ""),
                typed=typed,
            ),
            mimetype="text/html",
        )
    response.status_code = status
    if status in {429, 503}:
        response.headers["Retry-After"] = str(refusal.facts.get("retry_after", 5))
    return response


def _prose() -> tuple[str, ...]:
    """Return the sentences of a form that is not taken, so that nobody has to write them twice.

    Words that another site sent are not repeated, nor anything of a page that asks for a password.
    """
    if request.headers.get("Sec-Fetch-Site") not in {"same-origin", "none"} or request.blueprint == "signin":
        return ()
    typed = [value for name, value in request.form.items(multi=True) if name not in CARRIED]
    # Why also by length: not every script parts its words.
    return tuple(value for value in typed if len(value.split()) > 1 or len(value) > 40)


def _template(status: int) -> str:
    known = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503}
    return f"errors/{status if status in known else 400}.html"


def _http_words(status: int) -> tuple[str, str]:
    """Return the reason and the next step of an HTTP error."""
    known = {
        404: (_("There is no such page."), _("Check the address, or go to your home page.")),
        405: (_("This page is not used in this way."), _("Open the page and use its form.")),
        413: (_("What was sent is too large."), _("Send a smaller file.")),
    }
    return known.get(status, (_("The request cannot be read."), _("Go back, and send the form again.")))


def install(app: Flask) -> None:
    """Answer refusals, HTTP errors and faults of our own."""

    @app.errorhandler(Refusal)
    def _refused(refusal: Refusal) -> Response:
        return answer(STATUS.get(refusal.kind, 400), refusal)

    @app.errorhandler(SecurityError)
    def _foreign_host(_error: SecurityError) -> Response:
        # Why plain: under a Host that is not ours no address can be made, so no page of ours can be drawn.
        return Response(_("This address is not answered here."), status=400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response | Any:
        status = error.code or 500
        if status < 400:
            return error
        fault = getattr(error, "original_exception", None)
        if fault is not None:
            # What went wrong after the page was made, while its session was saved.
            return _refused(fault) if isinstance(fault, Refusal) else _fault(fault)
        reason, step = _http_words(status)
        typed: Sequence[str] = ()
        if isinstance(error, CSRFError):
            reason, typed = _("The form's proof of origin is missing or old."), _prose()
            permission = TABLE.get(request.endpoint or "")
            if pool_session().signed_in is None and permission is not None and not permission.anyone:
                reason = _("You are not signed in any more, so nothing was sent.")
                status, step = 401, _("Sign in, open the form again, and put back what you had typed.")
        response = answer(status, Refusal(reason, next_step=step), typed=typed)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    @app.errorhandler(Exception)
    def _fault(error: Exception) -> Response:
        log.exception("fault while answering %s", request.path, exc_info=error)
        return answer(
            500,
            Refusal(
                _("Something went wrong on our side; nothing was changed."),
                next_step=_("Try again. If it happens again, tell the pool office what you did."),
            ),
        )
