"""Guards: one function in front of every blueprint, deciding by the permission table; the rest is refused."""

from __future__ import annotations

from urllib.parse import quote

from flask import request, url_for
from werkzeug.wrappers import Response as WsgiResponse

from pool.kernel.refusals import Forbidden, Missing
from pool.kernel.words import gettext as _
from pool.web.origin import stood_open
from pool.web.permissions import TABLE
from pool.web.requests import go, pool_session

#: What somebody may use who has given a password, but not the second factor yet.
BEFORE_SECOND_FACTOR = frozenset({"signin.second_factor", "signin.enrol_second_factor", "signin.sign_out"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NotAllowed(Forbidden):
    """The active seat may not use this route."""


class CrossSite(Forbidden):
    """An unsafe request came from another site."""


def guard() -> WsgiResponse | None:
    """Let the request pass, send a visitor to the sign-in, or refuse.

    Raises: NotAllowed, CrossSite, Missing for a route that has no permission declared.
    """
    if request.endpoint is None:
        return None
    permission = TABLE.get(request.endpoint)
    if permission is None:
        raise Missing(_("There is no such page."), next_step=_("Go back to your home page."))
    unsafe = request.method not in SAFE
    if unsafe and request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSite(_("This request came from another site."), next_step=_("Send the form from our own page."))
    if permission.anyone:
        return None
    found = pool_session().signed_in
    if found is None or found.person is None:
        return _to_sign_in()
    if found.lacks_second_factor and request.endpoint not in BEFORE_SECOND_FACTOR:
        step = "signin.second_factor" if found.person.has_second_factor else "signin.enrol_second_factor"
        return go(url_for(step))
    if permission.person:
        return None
    if found.seat is None:
        return go(url_for("signin.seats"))
    allowed = permission.write if unsafe else permission.read
    if found.seat.office not in allowed:
        raise NotAllowed(
            _("Your present seat may not do this."),
            next_step=_("Change to a seat that may, or ask whoever holds one."),
            facts={"offices": sorted(str(office) for office in allowed)},
        )
    return None


def _to_sign_in() -> WsgiResponse:
    if request.method in SAFE:
        back = request.full_path.rstrip("?")
        return go(url_for("signin.sign_in") + "?next=" + quote(back, safe=""))
    # Why: whoever is asked for a code has given a password; when that sign-in ended meanwhile, they are told so.
    return go(url_for("signin.sign_in", unfinished=1 if stood_open() else None))


def local_address(target: str) -> str | None:
    """Return ``target`` if it is a path on this site, else ``None``: an answer never sends anybody elsewhere."""
    if not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(c) < 33 for c in target):
        return None
    return target
