"""Opening an audit, its team, and who sees what of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditors.casework import queries, service
from auditors.casework.brief import BadBrief
from auditors.casework.lookup import AuditMissing, audit_by_id
from auditors.casework.opening import BadTeam, Participant, TeamFixed
from auditors.casework.values import AuditFile
from pool.journeys import people as journeys
from pool.kernel.digest import digest_of
from pool.kernel.listing import ListRequest
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Work
from pool.members import queries as members
from pool.members import service as seats
from tests.support import casework
from tests.support.casework import World


def test_open_audit_makes_one_workpaper_per_point_and_deployment(world: World) -> None:
    ref = casework.open_audit(world, firms=("Orchid Health", "Birch Credit"))
    file: AuditFile = world.ask("ada", queries.audit_file, ref)
    assert [(p.deployment_ref, p.position, p.point_id, p.rating) for p in file.points] == [
        ("DEP-2026-0001", 1, "TP-01", None),
        ("DEP-2026-0001", 2, "TP-02", None),
        ("DEP-2026-0001", 3, "TP-06", None),
        ("DEP-2026-0001", 4, "X-HEA-1", None),
        ("DEP-2026-0002", 1, "TP-01", None),
        ("DEP-2026-0002", 2, "TP-02", None),
        ("DEP-2026-0002", 3, "TP-06", None),
    ]
    assert file.state == "planned"
    assert [(e.from_state, e.to_state) for e in file.events] == [("", "planned")]


def test_open_audit_seeds_samples_by_booking_and_day(world: World) -> None:
    file = world.ask("ada", queries.audit_file, casework.open_audit(world))
    assert file.seed == digest_of({"booking": "BKG-2026-0001", "on": "2026-09-07"})


def test_open_audit_freezes_the_brief_by_digest(world: World) -> None:
    file = world.ask("ada", queries.audit_file, casework.open_audit(world))
    assert file.brief_digest == casework.brief(world).digest
    assert [duty.id for duty in file.duties] == ["D10", "D13"]
    assert file.deadlines == casework.DEADLINES


@pytest.mark.parametrize("changed", [{"kind": "renewal"}, {"tier": "high"}, {"edition": "2027.1"}])
def test_open_audit_when_arguments_differ_from_brief_is_refused(world: World, changed: dict[str, str]) -> None:
    made = casework.brief(world)
    own: dict[str, Any] = {"kind": made.kind, "tier": made.tier, "edition": made.edition} | changed
    participant = Participant(firm_id=1, deployment_id=world.deployments["Orchid Health"], booking_id=1)
    with pytest.raises(BadBrief):
        world.run(SYSTEM, service.open_audit, brief=made, participants=[participant], **own)


def test_open_audit_of_another_firms_deployment_is_refused(world: World) -> None:
    made = casework.brief(world)
    participant = Participant(
        firm_id=world.pool.firm_ids["Birch Credit"], deployment_id=world.deployments["Orchid Health"], booking_id=2
    )
    with pytest.raises(BadBrief):
        world.run(
            SYSTEM,
            service.open_audit,
            brief=made,
            participants=[participant],
            kind=made.kind,
            tier=made.tier,
            edition=made.edition,
        )


def test_audit_is_seen_by_its_team_its_firm_and_the_pool_only(any_world: World) -> None:
    ref = casework.open_audit(any_world)
    for name in ("ada", "bruno", "mara", "milo", "theo", "dora", "pia", "amos"):
        assert any_world.ask(name, queries.audit_file, ref).ref == ref
    for name in ("chen", "ben"):
        with pytest.raises(AuditMissing) as foreign:
            any_world.ask(name, queries.audit_file, ref)
        with pytest.raises(AuditMissing) as absent:
            any_world.ask(name, queries.audit_file, "AUD-2026-9999")
        assert foreign.value.as_json() == absent.value.as_json()


def test_joint_audit_shows_a_firm_nothing_of_the_other(any_world: World) -> None:
    ref = casework.open_audit(any_world, firms=("Orchid Health", "Birch Credit"))
    for own, other, name in (("Orchid Health", "Birch Credit", "mara"), ("Birch Credit", "Orchid Health", "ben")):
        file = any_world.ask(name, queries.audit_file, ref)
        page = any_world.ask(name, queries.audits_of, ListRequest())
        assert [part.firm_name for part in file.participants] == [own]
        assert other not in repr(file) and other not in repr(page)
        assert f"canary-{own}" in repr(file)
    assert len(any_world.ask("ada", queries.audit_file, ref).participants) == 2


def test_team_without_exactly_one_lead_is_refused(world: World) -> None:
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    for roles in (("auditor", "auditor"), ("lead", "lead")):
        members = [world.member("ada", roles[0]), world.member("chen", roles[1])]
        with pytest.raises(BadTeam):
            world.run(
                SYSTEM,
                service.join_team,
                audit_id=audit_id,
                members=members,
                starts_on=date(2026, 9, 14),
                ends_on=date(2026, 9, 15),
            )


def test_join_team_again_replaces_people_and_keeps_their_rows(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    world.later(hours=1)
    world.run(
        SYSTEM,
        service.join_team,
        audit_id=audit_id,
        members=[world.member("ada", "lead"), world.member("chen", "expert")],
        starts_on=date(2026, 9, 21),
        ends_on=date(2026, 9, 22),
    )
    world.later(hours=1)
    file = world.ask("chen", queries.audit_file, ref)
    assert [(m.name, m.role, m.left_at is None) for m in file.team] == [
        ("Ada Lindqvist", "lead", True),
        ("Bruno Keller", "auditor", False),
        ("Chen Yu", "expert", True),
    ]
    assert (file.starts_on, file.ends_on) == (date(2026, 9, 21), date(2026, 9, 22))
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)


def test_join_team_after_the_plan_is_sealed_is_refused(world: World) -> None:
    ref = casework.open_audit(world)
    casework.seal(world, ref)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    with pytest.raises(TeamFixed):
        world.run(
            SYSTEM,
            service.join_team,
            audit_id=audit_id,
            members=[world.member("chen", "lead")],
            starts_on=date(2026, 9, 14),
            ends_on=date(2026, 9, 15),
        )


def test_stand_in_joins_after_sealing_and_sees_the_audit(world: World) -> None:
    ref = casework.open_audit(world)
    casework.seal(world, ref)
    audit_id = world.ask("ada", queries.audit_file, ref).id

    def replace_bruno(work: Work) -> None:
        service.leave_team(work, audit_id=audit_id, person_id=world.bruno.person_id or 0, reason="Ill")
        service.add_member(work, audit_id=audit_id, member=world.member("chen", "auditor"))

    world.later(hours=1)
    world.run(SYSTEM, replace_bruno)
    assert world.ask("chen", queries.audit_file, ref).is_member
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)


def test_second_lead_cannot_join(world: World) -> None:
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    with pytest.raises(BadTeam):
        world.run(SYSTEM, service.add_member, audit_id=audit_id, member=world.member("chen", "lead"))


def test_grant_runs_only_between_its_instants(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    world.run(
        SYSTEM,
        service.grant,
        audit_id=audit_id,
        person_id=world.chen.person_id,
        firm_id=world.pool.firm_ids["Orchid Health"],
        deployment_id=world.deployments["Orchid Health"],
        from_at=world.at + timedelta(days=2),
        until_at=world.at + timedelta(days=3),
        reason="Follow-up",
    )
    for hours, seen in ((47, False), (48, True), (71, True), (72, False)):
        at = world.at + timedelta(hours=hours)
        if seen:
            assert world.ask("chen", queries.audit_file, ref, at=at).ref == ref
        else:
            with pytest.raises(AuditMissing):
                world.ask("chen", queries.audit_file, ref, at=at)


def test_end_grants_ends_sight_at_once_even_in_the_same_instant(world: World) -> None:
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    assert world.run(SYSTEM, service.end_grants, audit_id=audit_id) == 2
    world.later(seconds=1)
    with pytest.raises(AuditMissing):
        world.ask("ada", queries.audit_file, ref)
    with world.database.reading(SYSTEM, world.at) as reading:
        assert audit_by_id(reading, audit_id).ref == ref


def _seat_of(world: World, actor: Actor) -> str:
    found: str = next(seat.public_id for seat in world.ask("amos", members.pool_seats) if seat.id == actor.seat_id)
    return found


def test_auditor_whose_seat_ended_sees_nothing_more_and_the_others_do(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    world.later(hours=1)
    world.run("amos", journeys.end_seat, seat=_seat_of(world, world.bruno), reason="left the pool")
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)
    assert world.ask("ada", queries.audit_file, ref).ref == ref

    # Another audit of the same person, of an hour later, is not opened by the old grants nor closed by the old end.
    world.run(
        "amos",
        seats.give_seat,
        person_id=world.bruno.person_id,
        office=Office.AUDITOR,
        auditor_id=world.bruno.auditor_id,
    )
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)


def test_end_of_a_regulators_seat_ends_the_grants_of_that_seat_only(any_world: World) -> None:
    """A seat that ends takes its own grants: of an audit's team the auditor's, any other the regulator's."""
    world = any_world
    ref = casework.open_audit(world)
    bruno, audit_id = world.bruno, world.ask("ada", queries.audit_file, ref).id
    part: dict[str, Any] = {
        "firm_id": world.pool.firm_ids["Orchid Health"],
        "deployment_id": world.deployments["Orchid Health"],
    }
    stranger = world.chen
    world.run(SYSTEM, service.grant, audit_id=audit_id, person_id=stranger.person_id, reason="asked by letter", **part)
    world.later(hours=1)
    ended = {
        office: world.run(SYSTEM, service.end_grants_of_seat, person_id=person.person_id, office=office)
        for person, office in ((bruno, Office.REGULATOR), (stranger, Office.AUDITOR))
    }
    assert ended == {Office.REGULATOR: 0, Office.AUDITOR: 0}
    assert world.ask("bruno", queries.audit_file, ref).ref == ref
    assert world.run(SYSTEM, service.end_grants_of_seat, person_id=stranger.person_id, office=Office.REGULATOR) == 1


def test_closed_account_sees_nothing_more(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    world.later(hours=1)
    email = world.ask("amos", members.email_of, world.bruno.person_id)
    world.run("amos", journeys.close_account, email=email, reason="left the pool")
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)
