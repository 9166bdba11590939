"""The permission table and the addresses of the application say the same, and no page stands without its guard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from pool.web import navigation
from pool.web.guards import SAFE, guard
from pool.web.permissions import TABLE
from tests.support.web import make_app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("permissions")
    made = make_app(f"sqlite:///{folder}/none.db", Path(folder))
    yield made
    made.extensions["pool_database"].dispose()


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def test_every_route_has_a_permission_and_every_permission_a_route(app: Flask) -> None:
    routes = {rule.endpoint for rule in rules(app)}
    assert sorted(routes - set(TABLE)) == [], "routes without a permission"
    assert sorted(set(TABLE) - routes) == [], "permissions without a route"


def test_no_unsafe_method_rests_on_a_permission_to_read(app: Flask) -> None:
    wrong = [
        rule.endpoint
        for rule in rules(app)
        if (rule.methods or set()) - SAFE
        and not (TABLE[rule.endpoint].write or TABLE[rule.endpoint].anyone or TABLE[rule.endpoint].person)
    ]
    assert wrong == []


def test_no_permission_to_write_without_an_unsafe_method(app: Flask) -> None:
    unsafe = {rule.endpoint for rule in rules(app) if (rule.methods or set()) - SAFE}
    assert sorted(name for name, one in TABLE.items() if one.write and name not in unsafe) == []


def test_every_page_that_may_be_opened_is_somebodys_to_read(app: Flask) -> None:
    wrong = [
        rule.endpoint
        for rule in rules(app)
        if "GET" in (rule.methods or set())
        and not (TABLE[rule.endpoint].read or TABLE[rule.endpoint].anyone or TABLE[rule.endpoint].person)
    ]
    assert wrong == []


def test_only_get_and_post_are_used(app: Flask) -> None:
    used: set[str] = set()
    for rule in rules(app):
        used |= rule.methods or set()
    assert used == {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_guard_stands_first_before_every_blueprint(app: Flask) -> None:
    assert app.blueprints
    for name in app.blueprints:
        assert app.before_request_funcs.get(name, [None])[0] is guard, name


def test_no_route_stands_outside_the_blueprints(app: Flask) -> None:
    outside = {rule.endpoint for rule in rules(app) if rule.endpoint.partition(".")[0] not in app.blueprints}
    assert outside == {"static"}


def test_every_entry_of_the_navigation_is_a_page_for_somebody(app: Flask) -> None:
    routes = {rule.endpoint for rule in rules(app)}
    listed = [*navigation.FIRM, *navigation.AUDITOR, *navigation.POOL, *navigation.PUBLIC]
    assert [name for name, _label in listed if name not in routes or name not in TABLE] == []


def test_a_route_without_a_permission_is_refused(app: Flask) -> None:
    with app.test_request_context("/register"):
        from flask import request

        from pool.kernel.refusals import Missing

        request.url_rule = Rule("/nowhere", endpoint="registry.undeclared")
        with pytest.raises(Missing):
            guard()
