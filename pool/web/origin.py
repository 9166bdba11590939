"""Proof that a form was opened here by who sends it; a form that stood open until its proof ended is shown again.

The proof of a visitor ends with their cookie, after an hour (:mod:`pool.web.session`). Where a form can be shown again
with what was typed, the request goes on to its page, but as one that does nothing: ``once_of`` gives it no effect.
"""

from __future__ import annotations

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer

from pool.kernel.words import gettext as _

#: Pages for people who are not, or not wholly, signed in; each shows its form again.
SHOWN_AGAIN = frozenset(
    {
        "signin.sign_in",
        "signin.demo",
        "signin.second_factor",
        "signin.enrol_second_factor",
        "signin.invitation",
        "signin.reset",
        "registry.verify",
    }
)
#: As Flask-WTF signs its proofs.
_SALT = "wtf-csrf-token"
_NAME = "csrf_token"


def install(app: Flask) -> None:
    """Ask every unsafe request for its proof."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def _ask() -> None:
        try:
            csrf.protect(apply_exemptions=True)
        except CSRFError:
            if request.endpoint not in SHOWN_AGAIN or _asks_for_no_page() or not _has_ended():
                raise
            g.stood_open = True


def _asks_for_no_page() -> bool:
    """Tell whether the asker is a program that could not show a form again."""
    return bool(request.accept_mimetypes) and not request.accept_mimetypes.accept_html


def _has_ended() -> bool:
    """Tell whether the proof is one that we gave, but not the one that is kept now; a made-up one never was."""
    try:
        given = URLSafeTimedSerializer(str(current_app.secret_key), salt=_SALT).loads(request.form.get(_NAME, ""))
    except BadData:
        return False
    return bool(given != session.get(_NAME))


def stood_open() -> bool:
    """Tell whether this request's form stood open until its proof ended: it is to be shown again and does nothing."""
    return bool(g.get("stood_open", False))


def open_too_long() -> str:
    """Return what a person is told above a form that is shown again."""
    return _("This page was open too long, so nothing was sent. See that all is filled in, and press again.")
