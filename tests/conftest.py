"""What every test may ask for: a database of each kind, a browser, samples; and how a run is summed up.

- ``database_url``: a migrated database of one's own; the test runs once on SQLite and once on PostgreSQL.
- ``database``: the same, opened.
- ``sqlite_url``, ``postgres_url``: a migrated database of one's own of that kind only.
- ``empty_database_url``: a database of each kind with nothing in it, for tests of the migrations.
- ``browser``, ``page``: a real Chromium, and a fresh page in a context of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.support import databases, sharing
from tests.support.counts import SOAKING
from tests.support.summary import write_summary

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from pool.kernel.storage import Database

# Why derandomized: a gate that fails by chance teaches people to run it again. The soak is random.
hypothesis_settings.register_profile(
    "test", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "soak", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("soak" if SOAKING else "test")
sharing.share_compiled_statements()

#: Every test below this folder that names no other part belongs to the part "properties" of the soak.
PROPERTIES = Path(__file__).parent / "properties"


#: Markers of tests whose files are begun first.
LONG = ("browser", "slow", "long")

# --------------------------------------------------------------------------------------------------
# How a run is made and summed up


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that ``run.py`` uses."""
    group = parser.getgroup("audit-pool")
    group.addoption("--no-skips", action="store_true", help="a skipped test is a failure")
    group.addoption("--soak-part", metavar="NAME", help="run only the tests of this part of the soak")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests without parameters (absent samples) and, in the soak, those of other parts; long files first."""
    part = config.getoption("--soak-part")
    out = [item for item in items if _has_no_parameters(item) or (part and part not in _parts(item))]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in LONG)}
    items.sort(key=lambda item: item.path not in long)


def _has_no_parameters(item: pytest.Item) -> bool:
    reasons = (str(mark.kwargs.get("reason", "")) for mark in item.iter_markers("skip"))
    return any(reason.startswith("got empty parameter set") for reason in reasons)


def _parts(item: pytest.Item) -> set[str]:
    named = {str(mark.args[0]) for mark in item.iter_markers("soak_part")}
    return named or ({"properties"} if PROPERTIES in item.path.parents else set())


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the steps before the tests and every skip with its reason, above pytest's closing line."""
    write_summary(terminalreporter, skips_allowed=not config.getoption("--no-skips"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn skips into a failure where none is allowed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("--no-skips"):
        return
    if reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# --------------------------------------------------------------------------------------------------
# Databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a PostgreSQL server's maintenance database; skips where there is no server."""
    with databases.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """Give the name of a migrated database to copy."""
    with databases.migrated_template(postgres_server) as name:
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy."""
    return databases.migrated_file(tmp_path_factory.mktemp("template"))


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """Give the URL of a migrated PostgreSQL database of this test's own. Mark the test ``postgres``."""
    with databases.fresh(postgres_server, template=postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of a migrated SQLite database of this test's own."""
    return databases.copied(sqlite_template, tmp_path)


@pytest.fixture(params=databases.KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a migrated database of this test's own: once SQLite, once PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a migrated database of this test's own, opened: once SQLite, once PostgreSQL."""
    from pool.kernel.storage import Database

    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(params=databases.KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database of this test's own: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path / "empty.sqlite")
    else:
        with databases.fresh(request.getfixturevalue("postgres_server")) as url:
            yield url


# --------------------------------------------------------------------------------------------------
# Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a running Chromium; skips where there is none. Mark the test ``browser``."""
    from tests.support.chromium import launched

    with launched() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give an empty page in a context of its own: no cookies, nothing kept."""
    context = browser.new_context()
    yield context.new_page()
    context.close()
