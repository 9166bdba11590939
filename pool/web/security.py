"""Security of every answer: headers, the nonce of scripts, the request's own id."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request, session

from pool.kernel.settings import Settings
from pool.web.session import address_digest

#: One policy for every page: nothing inline, nothing from elsewhere, never inside a frame. Source: W3C CSP 3.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; require-trusted-types-for 'script'; trusted-types htmx"
)


def csp_nonce() -> str:
    """Return the nonce under which this answer's scripts may run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def install(app: Flask, settings: Settings) -> None:
    """Give every request an id and every answer its headers."""

    @app.before_request
    def _begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.user_agent = request.headers.get("User-Agent", "")[:200]
        g.address_digest = address_digest(request.remote_addr or "", settings.secret)
        if request.mimetype == "application/x-www-form-urlencoded":
            # Why: such a form is read whole into memory; only files may be as large as the upload limit says.
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
        fault = getattr(session, "fault", None)
        if fault is not None:
            raise fault

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        headers["X-Request-Id"] = g.get("request_id", "")
        if request.path.startswith("/static/"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable" if request.args.get("v") else "no-cache"
        else:
            headers.setdefault("Cache-Control", "no-store")
        if settings.secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response
