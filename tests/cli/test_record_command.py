"""``audit-pool record show``: a firm or a deployment, on a day, as known on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pool.cli import run
from pool.harbor.transitions import State
from pool.kernel.clock import day_of, now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database
from pool.members.queries import firms
from pool.registry import queries as registry
from tests.cli.asking import answer, refusal

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("demo_url")]


@pytest.fixture
def keys(demo_url: str) -> dict[str, tuple[str, str]]:
    """Return reference and public id of the firm with two deployments, and of its first deployment."""
    database = Database(demo_url)
    with database.reading(SYSTEM, now()) as reading:
        firm = next(one for one in firms(reading) if one.name == "St. Elisabeth Hospital Group")
        deployment = registry.deployments_of_firm(reading, firm.id)[0]
        public = registry.deployment(reading, deployment.ref).public_id
    database.dispose()
    return {"firm": (firm.ref, firm.public_id), "deployment": (deployment.ref, public)}


def shown(*argv: str) -> Any:
    return answer("record", "show", *argv, "--json")


def test_show_answers_an_array_for_a_firm_and_an_object_for_a_deployment(keys: dict[str, tuple[str, str]]) -> None:
    ref, public_id = keys["firm"]
    array = shown(ref)
    assert array == shown(public_id)
    assert len(array) > 1
    assert [one["deployment"] for one in array] == sorted(one["deployment"] for one in array)
    one = shown("--deployment", keys["deployment"][0])
    assert one == shown("--deployment", keys["deployment"][1]) == array[0]


def test_show_has_the_keys_and_kinds_of_the_issue(keys: dict[str, tuple[str, str]]) -> None:
    today = day_of(now()).isoformat()
    for one in shown(keys["firm"][0]):
        assert list(one) == ["deployment", "on", "known", "state", "due", "edition", "basis"]
        assert (one["on"], one["known"]) == (today, today)
        assert one["state"] in {str(state) for state in State} - {"suspended", "revoked"}
        assert one["due"] is None or list(one["due"]) == ["state", "since"]
        assert [condition["condition"] for condition in one["basis"]] == [f"C{number}" for number in range(1, 9)]
        for condition in one["basis"]:
            assert list(condition) == ["condition", "met", "deemed", "facts", "recorded_at"]
            assert type(condition["met"]) is bool and type(condition["deemed"]) is bool
            assert isinstance(condition["facts"], dict)
            assert condition["recorded_at"] is None or condition["recorded_at"].endswith("Z")


def test_show_knows_nothing_before_the_first_entry(keys: dict[str, tuple[str, str]]) -> None:
    ref = keys["deployment"][0]
    early = (day_of(now()) - timedelta(days=500)).isoformat()
    for days in (["--known", early], ["--on", early], ["--on", early, "--known", early]):
        found = shown("--deployment", ref, *days)
        assert (found["state"], found["due"]) == ("not_enrolled", None)
    later = shown("--deployment", ref, "--on", early)
    assert (later["on"], later["known"]) == (early, day_of(now()).isoformat())


def test_show_tells_the_state_as_it_was_known(keys: dict[str, tuple[str, str]]) -> None:
    """A day's state as known on that day never depends on what was written later."""
    ref = keys["deployment"][0]
    states = {}
    for before in (225, 190, 120, 30, 0):
        day = (day_of(now()) - timedelta(days=before)).isoformat()
        states[before] = shown("--deployment", ref, "--on", day, "--known", day)["state"]
    assert states[0] == "good_standing"
    assert len(set(states.values())) > 1


@pytest.mark.parametrize(
    ("argv", "field"),
    [
        (["FIRM-2025-9999"], "firm"),
        (["0" * 32], "firm"),
        (["St. Elisabeth Hospital Group"], "firm"),
        ([""], "firm"),
        (["DEP-2026-0001"], "firm"),
        ([], "firm"),
        (["FIRM-2025-0001", "--deployment", "DEP-2026-0001"], "firm"),
        (["--deployment", "DEP-2026-9999"], "deployment"),
        (["--deployment", "FIRM-2025-0001"], "deployment"),
        (["--deployment", ""], "deployment"),
        (["FIRM-2025-0001", "--on", "2026-02-30"], "on"),
        (["FIRM-2025-0001", "--on", "yesterday"], "on"),
        (["FIRM-2025-0001", "--known", "20260101"], "known"),
        (["FIRM-2025-0001", "--known", ""], "known"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["words", "json"])
def test_show_refuses(argv: list[str], field: str, form: list[str]) -> None:
    assert refusal("record", "show", *argv, *form)["field"] == field


def test_show_of_a_deployment_named_as_a_firm_says_how_to_ask() -> None:
    assert refusal("record", "show", "DEP-2026-0001") == {
        "field": "firm",
        "reason": "DEP-2026-0001 is a deployment, not a firm.",
        "next_step": "Ask with --deployment DEP-2026-0001.",
    }


def test_show_in_words_for_people(keys: dict[str, tuple[str, str]]) -> None:
    code, text = run(["record", "show", "--deployment", keys["deployment"][0]])
    assert code == 0
    first, *conditions = text.splitlines()
    assert first.startswith(f"{keys['deployment'][0]}  good_standing")
    assert [line.split()[0] for line in conditions] == [f"C{number}" for number in range(1, 9)]
    assert date.fromisoformat(first.split()[3].rstrip(",")) == day_of(now())


def test_a_day_ahead_shows_what_holds_then_if_nothing_more_is_recorded(keys: dict[str, tuple[str, str]]) -> None:
    ref = keys["deployment"][0]
    ahead = shown("--deployment", ref, "--on", "9999-12-31")
    assert ahead["on"] == "9999-12-31" and set(ahead) == set(shown("--deployment", ref))
    assert not all(one["met"] for one in ahead["basis"]), "reports and audits run out"
    code, text = run(["record", "show", "--deployment", ref, "--on", "9999-12-31"])
    assert code == 0 and text.startswith("9999-12-31 has not come")
