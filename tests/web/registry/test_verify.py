"""Checking an entry of the record, as somebody without an account."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from pool.harbor.lists import entry_numbered, newest_entry, superseding
from pool.harbor.service import append_entry
from pool.kernel.clock import day_of
from pool.kernel.roles import PUBLIC, SYSTEM
from pool.kernel.storage import Work
from pool.registry.queries import all_deployments
from tests.support.web import get_page, post
from tests.support.world import CANARY, World


def data_of(built: World, seq: int) -> bytes:
    found = built.read(PUBLIC, entry_numbered, seq)
    assert found is not None
    return bytes(found.data)


def test_page_shows_how_the_whole_record_stands(client: FlaskClient, built: World) -> None:
    text = get_page(client, "/verify")
    assert "No gap, every hash matches" in text


def test_entry_is_found_by_its_bytes(client: FlaskClient, built: World) -> None:
    answer = post(client, "/verify", {"entry": data_of(built, 2).decode()})
    assert answer.status_code == 200
    assert "stands in the record, byte for byte, as number 2" in answer.text
    assert not any(word in answer.text for word in CANARY.values())


def test_entry_is_found_in_a_file(client: FlaskClient, built: World) -> None:
    answer = post(client, "/verify", files={"file": ("entry.json", data_of(built, 0) + b"\n")})
    assert "byte for byte, as number 0" in answer.text


def test_other_writing_of_an_entry_is_told_apart(client: FlaskClient, built: World) -> None:
    loose = json.dumps(json.loads(data_of(built, 1)), indent=1)
    answer = post(client, "/verify", {"entry": loose})
    assert "The content is that of entry number 1, but the writing is not" in answer.text


def test_one_changed_letter_is_found(client: FlaskClient, built: World) -> None:
    changed = data_of(built, 1).decode().replace("2026.1", "2026.2")
    answer = post(client, "/verify", {"entry": changed})
    assert "No such entry stands in the record" in answer.text


@pytest.mark.parametrize("given", ["hello", "[]", "{}", '{"v":1}', "NaN", '{"a":1e999}', "[" * 5000, "😀", "null"])
def test_what_is_no_entry_is_said_to_be_none(client: FlaskClient, built: World, given: str) -> None:
    answer = post(client, "/verify", {"entry": given})
    assert answer.status_code == 200 and "This is no entry of a record" in answer.text


def test_entry_is_found_by_its_number(client: FlaskClient, built: World) -> None:
    answer = post(client, "/verify", {"number": "3"})
    assert "Entry number 3 stands in the record" in answer.text
    assert data_of(built, 3).decode().replace('"', "&#34;") in answer.text
    assert "The record has no entry of this number" in post(client, "/verify", {"number": "99999"}).text


@pytest.mark.parametrize("form", [{}, {"number": "1", "entry": "{}"}, {"number": "x"}, {"entry": "a" * 70_000}])
def test_form_that_cannot_be_read_comes_back(client: FlaskClient, built: World, form: dict[str, str]) -> None:
    assert post(client, "/verify", form).status_code == 422


def test_later_entries_that_supersede_are_shown(client: FlaskClient, built: World) -> None:
    for who, kind in ((SYSTEM, "correction"), (SYSTEM, "correction")):
        built.do(who, _supersede, kind=kind)
    last = built.read(PUBLIC, newest_entry)
    assert last is not None
    first = last.seq - 2
    later = [one.seq for one in built.read(PUBLIC, superseding, first)]
    assert later == [first + 1, first + 2], "the whole chain, not only its first link"
    assert "2 later entries supersede it" in post(client, "/verify", {"number": str(first)}).text
    assert "No later entry supersedes it" in post(client, "/verify", {"number": str(last.seq)}).text


def _supersede(work: Work, *, kind: str) -> None:
    last = newest_entry(work)
    assert last is not None
    view = all_deployments(work)[0]
    append_entry(
        work,
        deployment_id=view.id,
        firm_id=view.firm_id,
        pseudonym=view.pseudonym,
        kind=kind,
        body={},
        valid_from=day_of(work.at),
        prev=last.seq,
    )


def test_a_changed_byte_in_the_record_is_shown(client: FlaskClient, built: World) -> None:
    with built.database.engine.begin() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='record_entry'"
        ).fetchall()
        for (name,) in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql(
            "UPDATE record_entry SET data = CAST(replace(data, '2026.1', '2026.2') AS BLOB) WHERE seq = 1"
        )
    text = get_page(client, "/verify")
    assert "1 fault" in text or "faults" in text
    assert "Entry 1" in text
