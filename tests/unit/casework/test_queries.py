"""Lists, desks and queues: right rows, right order, a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from auditors.casework import queries, service
from auditors.casework.lookup import AuditMissing, FindingMissing
from pool.kernel.listing import ListRequest
from tests.support import casework
from tests.support.casework import World


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT") and "set_config" not in statement:
            statements.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)


def make_audits(world: World, number: int) -> list[str]:
    refs = []
    for _ in range(number):
        ref = casework.open_audit(world)
        casework.to_stage2(world, ref)
        casework.rate_all(world, ref)
        casework.issue(world, ref)
        refs.append(ref)
    return refs


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_audits_takes_three_queries(world: World, number: int) -> None:
    refs = make_audits(world, number)
    for name in ("ada", "mara", "theo"):
        with counted(world) as statements:
            page = world.ask(name, queries.audits_of, ListRequest())
        assert [line.ref for line in page.items] == refs
        assert {line.lead for line in page.items} == {"Ada Lindqvist"}
        assert len(statements) == 3


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_findings_takes_one_query(world: World, number: int) -> None:
    make_audits(world, number)
    with counted(world) as statements:
        page = world.ask("mara", queries.findings_of_firm, ListRequest(sort="close_by"))
    assert [item.deployment_ref for item in page.items] == ["DEP-2026-0001"] * number
    assert len(statements) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_audit_file_takes_constant_queries(world: World, number: int) -> None:
    ref = make_audits(world, 1)[0]
    for _ in range(number - 1):
        casework.issue(world, ref)
    with counted(world) as statements:
        file = world.ask("ada", queries.audit_file, ref)
    assert len(file.findings) == number
    assert len(statements) == 18


@pytest.mark.parametrize("number", [1, 3])
def test_desk_and_queues_take_constant_queries(world: World, number: int) -> None:
    make_audits(world, number)
    asked: tuple[tuple[Any, dict[str, Any], int], ...] = (
        (queries.my_desk, {"person_id": world.ada.person_id}, 4),
        (queries.review_queue, {}, 4),
        (queries.decision_queue, {}, 3),
    )
    for question, named, expected in asked:
        with counted(world) as statements:
            world.ask("ada", question, **named)
        assert len(statements) == expected, question


def test_lists_search_filter_and_turn_pages(world: World) -> None:
    refs = make_audits(world, 3)
    first = world.ask("ada", queries.audits_of, ListRequest(size=2))
    second = world.ask("ada", queries.audits_of, ListRequest(size=2, at=first.next_cursor))
    assert [line.ref for line in (*first.items, *second.items)] == refs
    assert world.ask("ada", queries.audits_of, ListRequest(search=refs[1])).items[0].ref == refs[1]
    assert world.ask("ada", queries.audits_of, ListRequest(filters=(("state", ("closed",)),))).items == ()
    grades = ListRequest(filters=(("grade", ("minor",)), ("audit", (refs[2],))))
    assert len(world.ask("ada", queries.findings_of_firm, grades).items) == 1


def test_desk_shows_what_waits_for_an_auditor(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    to_answer, to_verify, due = (casework.issue(world, ref) for _ in range(3))
    for finding in (to_answer, to_verify):
        world.run("mara", service.propose_remedy, finding_ref=finding, **casework.REMEDY)
    world.run("ada", service.accept_remedy, finding_ref=to_verify)
    world.run("mara", service.implement_remedy, finding_ref=to_verify, evidence_note="Done.")
    desk = world.ask("ada", queries.my_desk, world.ada.person_id)
    assert [line.ref for line in desk.in_work] == [ref]
    assert [item.ref for item in desk.to_answer] == [to_answer]
    assert [item.ref for item in desk.to_verify] == [to_verify]
    assert [item.ref for item in desk.due] == [due]
    assert world.ask("chen", queries.my_desk, world.chen.person_id).in_work == ()


def test_review_queue_tells_who_may_not_judge(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    finding = casework.issue(world, ref)
    world.run("mara", service.dispute_finding, finding_ref=finding, reason="Not so.")
    casework.to_submitted(world, ref)
    queue = world.ask("theo", queries.review_queue)
    assert [(line.ref, line.may_act) for line in queue.audits] == [(ref, True)]
    assert [item.ref for item in queue.disputes] == [finding]
    assert not world.ask("ada", queries.review_queue).audits[0].may_act


def test_moves_of_a_seat_tell_what_is_in_the_way(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    lead = world.ask("ada", queries.audit_file, ref)
    assert [move.move for move in lead.moves] == ["end_fieldwork"]
    assert "TP-01, TP-02, TP-06" in lead.moves[0].reasons[0]
    assert [bool(move.reasons) for move in world.ask("bruno", queries.audit_file, ref).moves] == [True]
    assert world.ask("mara", queries.audit_file, ref).moves == ()
    assert lead.acts == ("auditor",)


@pytest.mark.parametrize("wrong", ["AUD-2026-9999", "", "x' OR 1=1 --", "0" * 32])
def test_absent_and_foreign_are_the_same_refusal(world: World, wrong: str) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref)
    with pytest.raises(AuditMissing) as absent:
        world.ask("ben", queries.audit_file, wrong)
    with pytest.raises(AuditMissing) as foreign:
        world.ask("ben", queries.audit_file, ref)
    assert absent.value.as_json() == foreign.value.as_json()
    with pytest.raises(FindingMissing) as absent_finding:
        world.ask("ben", queries.finding, wrong)
    with pytest.raises(FindingMissing) as foreign_finding:
        world.ask("ben", queries.finding, finding)
    assert absent_finding.value.as_json() == foreign_finding.value.as_json()


def test_public_id_finds_the_same_as_the_reference(world: World) -> None:
    ref = casework.open_audit(world)
    file = world.ask("ada", queries.audit_file, ref)
    assert world.ask("ada", queries.audit_file, file.public_id).ref == ref
