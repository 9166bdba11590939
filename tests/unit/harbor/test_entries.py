from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pool.harbor.entries import (
    MAX_ENTRY_BYTES,
    EntryType,
    NotARecordEntry,
    RecordEntry,
    StoredEntry,
    check_entries,
    entry_of,
    entry_type_of,
    leaf_hash,
    stored,
)
from pool.harbor.transitions import State
from pool.kernel.digest import canonical_json
from tests.support.samples import sample_params
from tests.unit.harbor.story import at, day

ENTRY = RecordEntry(
    type=EntryType.STANDING_GRANTED,
    subject="0123456789abcdef0123456789abcdef",
    valid_from=day(0),
    recorded_at=at(0),
    rule="2026.1",
    digest="sha256:" + "ab" * 32,
)
DATA = (
    b'{"digest":"sha256:' + b"ab" * 32 + b'","prev":null,"recorded_at":"2026-01-01T12:00:00.000000Z","rule":"2026.1",'
    b'"subject":"0123456789abcdef0123456789abcdef","type":"standing-granted","v":1,"valid_from":"2026-01-01",'
    b'"valid_to":null}'
)


def chain(length: int = 4) -> list[StoredEntry]:
    return [
        stored(replace(ENTRY, recorded_at=at(number), prev=number - 1 if number else None), seq=number)
        for number in range(length)
    ]


def test_data_is_the_canonical_form() -> None:
    assert ENTRY.data() == DATA


def test_entry_is_read_back_from_its_bytes() -> None:
    full = replace(ENTRY, valid_to=day(9), prev=3, recorded_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))
    assert entry_of(full.data()) == full
    assert entry_of(DATA) == ENTRY


def test_leaf_hash_begins_with_a_zero_byte() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert len(leaf_hash(DATA)) == 32


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": "Nordlicht GmbH"}, "subject"),
        ({"subject": "0123456789ABCDEF0123456789ABCDEF"}, "subject"),
        ({"digest": "ab" * 32}, "digest"),
        ({"digest": "sha256:" + "AB" * 32}, "digest"),
        ({"recorded_at": datetime(2026, 1, 1)}, "recorded_at"),
        ({"recorded_at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))}, "recorded_at"),
        ({"rule": ""}, "rule"),
        ({"rule": "x" * MAX_ENTRY_BYTES}, "rule"),
        ({"valid_to": day(-1)}, "valid_to"),
        ({"prev": -1}, "prev"),
        ({"prev": True}, "prev"),
    ],
)
def test_entry_outside_its_form_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(NotARecordEntry) as caught:
        replace(ENTRY, **changes)
    assert caught.value.field == field


def test_largest_entry_has_65535_bytes() -> None:
    room = MAX_ENTRY_BYTES - len(ENTRY.data()) + len(ENTRY.rule)
    assert len(replace(ENTRY, rule="x" * room).data()) == 65_535
    with pytest.raises(NotARecordEntry):
        replace(ENTRY, rule="x" * (room + 1))


def content(**changes: Any) -> bytes:
    return canonical_json(json.loads(DATA) | changes)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 50_000,
        DATA + b" ",
        DATA.replace(b'","prev"', b'", "prev"'),
        DATA.replace(b'"v":1', b'"v":2'),
        DATA.replace(b'"v":1', b'"v":1.0'),
        DATA.replace(b"standing-granted", b"standing-sold"),
        content(name="Nordlicht"),
        content(valid_from="2026-1-1"),
        content(valid_from="20260101"),
        content(recorded_at="2026-01-01T12:00:00Z"),
        content(recorded_at="2026-01-01T12:00:00.000000+00:00"),
        content(recorded_at=7),
        content(subject=None),
        content(digest=5),
        content(prev="1"),
        b" " * (MAX_ENTRY_BYTES + 1),
    ],
)
def test_bytes_that_are_no_entry_are_refused(data: bytes) -> None:
    with pytest.raises(NotARecordEntry):
        entry_of(data)


def test_whole_record_has_no_fault() -> None:
    assert check_entries(chain()) == ()
    assert check_entries([]) == ()


def test_gap_is_found_where_it_is() -> None:
    rows = chain()
    assert [fault.seq for fault in check_entries([rows[0], rows[2], rows[3]])] == [2]


def test_missing_beginning_is_found() -> None:
    assert [fault.seq for fault in check_entries(chain()[1:])] == [1]


def test_swapped_rows_are_found() -> None:
    rows = chain()
    assert check_entries([rows[0], rows[2], rows[1], rows[3]])


def test_every_flipped_byte_is_found() -> None:
    row = chain()[2]
    for place in range(len(row.data)):
        data = bytearray(row.data)
        data[place] ^= 1
        rows = [*chain()[:2], StoredEntry(2, bytes(data), row.leaf_hash), chain()[3]]
        assert 2 in {fault.seq for fault in check_entries(rows)}


def test_rewritten_entry_with_a_new_hash_in_another_form_is_found() -> None:
    data = json.dumps(json.loads(DATA)).encode()
    rows = [StoredEntry(0, data, leaf_hash(data))]
    assert [fault.seq for fault in check_entries(rows)] == [0]


def test_reference_forwards_is_found() -> None:
    rows = [*chain()[:3], stored(replace(ENTRY, recorded_at=at(3), prev=3), seq=3)]
    assert [fault.seq for fault in check_entries(rows)] == [3]


def test_step_back_in_time_is_found() -> None:
    rows = [*chain()[:3], stored(replace(ENTRY, recorded_at=at(1)), seq=3)]
    assert [fault.seq for fault in check_entries(rows)] == [3]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (State.PENDING, State.GOOD_STANDING, EntryType.STANDING_GRANTED),
        (State.AT_RISK, State.GOOD_STANDING, EntryType.STANDING_REINSTATED),
        (State.SUSPENDED, State.GOOD_STANDING, EntryType.STANDING_REINSTATED),
        (State.GOOD_STANDING, State.AT_RISK, EntryType.ASSESSMENT),
        (State.AT_RISK, State.SUSPENDED, EntryType.STANDING_SUSPENDED),
        (State.AT_RISK, State.REVOKED, EntryType.STANDING_REVOKED),
        (State.AT_RISK, State.LAPSED, EntryType.ASSESSMENT),
        (State.NOT_ENROLLED, State.PENDING, EntryType.ASSESSMENT),
    ],
)
def test_change_of_standing_has_its_type(before: State, after: State, expected: EntryType) -> None:
    assert entry_type_of(before, after) is expected


@pytest.mark.parametrize("path", sample_params("vectors/jcs_rfc8785.json"))
def test_canonical_form_passes_the_public_vectors(path: Any) -> None:
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    assert cases
    for case in cases:
        assert canonical_json(json.loads(case["input"])).hex() == case["output_hex"], case["name"]


@pytest.mark.parametrize("path", sample_params("vectors/rfc6962_tree.json"))
def test_leaf_hash_passes_the_public_vectors(path: Any) -> None:
    vectors = json.loads(path.read_text(encoding="utf-8"))
    for case in vectors["hasher"]["leaf"]:
        assert leaf_hash(bytes.fromhex(case["data_hex"])).hex() == case["hash"]
    hashes = [leaf_hash(bytes.fromhex(leaf)).hex() for leaf in vectors["leaves_hex"]]
    assert hashes == vectors["nodes_hex_by_level"][0]
