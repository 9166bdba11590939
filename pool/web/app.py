"""The application: settings in, a Flask application out. Nothing is read from the environment here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_babel import Babel, get_translations
from flask_login import LoginManager
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from pool.kernel.settings import Settings
from pool.kernel.storage import Database
from pool.kernel.words import use_translations
from pool.policy.loading import load_edition
from pool.web import assets, display, origin, refusals, security
from pool.web.links import url_if_open
from pool.web.navigation import navigation
from pool.web.parts import SeatView
from pool.web.requests import at, close_reading, pool_session
from pool.web.session import DatabaseSessions
from pool.web.states import office_word

BLUEPRINTS = ("pool.web.signin", "pool.web.registry", "pool.web.firm", "pool.web.auditor", "pool.web.admin")


def templates_folder() -> Path:
    """Return the folder of the templates: inside the installed package, else at the top of the checkout."""
    packed = Path(__file__).parent.parent / "_templates"
    return packed if packed.is_dir() else Path(__file__).parent.parent.parent / "templates"


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """Make the application over one database."""
    app = Flask("pool.web", template_folder=str(templates_folder()), static_folder=str(assets.STATIC))
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=settings.upload_limit_mib * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
    )
    database = database or Database(settings.database_url)
    app.extensions["pool_database"] = database
    app.extensions["pool_settings"] = settings
    app.session_interface = DatabaseSessions(database, secure=settings.secure)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxies:
        behind = {"x_for": settings.proxies, "x_proto": settings.proxies, "x_host": settings.proxies}
        app.wsgi_app = ProxyFix(app.wsgi_app, **behind)  # type: ignore[method-assign]  # Flask's own way to wrap it
    _install_words(app)
    _install_login(app)
    security.install(app, settings)
    origin.install(app)
    refusals.install(app)
    app.teardown_request(close_reading)
    app.context_processor(_frame)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(name).blueprint)
    return app


def _install_words(app: Flask) -> None:
    Babel(app, default_locale="en")
    display.install(app.jinja_env, csrf_token=generate_csrf, csp_nonce=security.csp_nonce, now=at)
    app.jinja_env.globals["url_if_open"] = url_if_open

    @app.before_request
    def _speak() -> None:
        use_translations(get_translations())
        display.use_locale("en")


class _Person:
    """What Flask-Login needs of a person; rights never come from it."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, public_id: str, name: str) -> None:
        self.id = public_id
        self.name = name

    def get_id(self) -> str:
        """Return the person's public id."""
        return self.id


def _install_login(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None

    def load(_request: Any) -> _Person | None:
        found = pool_session().signed_in
        return _Person(found.person.public_id, found.person.name) if found and found.person else None

    manager.request_loader(load)


def _frame() -> dict[str, Any]:
    """Return what the frame of every page shows: seat, navigation, edition."""
    from flask import current_app, url_for

    settings: Settings = current_app.extensions["pool_settings"]
    found = pool_session().signed_in
    seat = None
    office = None
    if found is not None and found.person is not None:
        # Why: before the second factor nothing but it and signing out is open, so nothing else is offered.
        inside = not found.lacks_second_factor
        office = found.seat.office if found.seat and inside else None
        seat = SeatView(
            person=found.person.name,
            office=office_word(found.seat.office) if found.seat and inside else "",
            scope=found.seat.firm_name if found.seat and inside else "",
            switch_url=url_for("signin.seats") if inside else "",
            account_url=url_for("signin.account") if inside else "",
            sign_out_url=url_for("signin.sign_out"),
        )
    return {
        "seat": seat,
        "nav": navigation(office),
        "notices": g.get("notices", []),
        "edition": load_edition().id,
        "demo": settings.demo,
        "sign_in_url": "" if seat else url_for("signin.sign_in"),
    }
