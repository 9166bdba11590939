"""A grant opens one firm's part of an audit and the model it audits: no other firm's part, no other model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound, ProgrammingError
from sqlmodel import col, select

from auditors.casework.tables import AuditGrant, AuditParticipant, Workpaper
from pool.harbor.service import append_entry
from pool.harbor.tables import RecordEntry
from pool.kernel.roles import PUBLIC
from pool.kernel.storage import Database, Once, PoolWrites, Work
from pool.kernel.traces import Activity, OnceKey
from pool.members import service as members
from pool.registry.tables import ModelFile, ModelParty, TunedModel
from tests.support import casework
from tests.support.models import tuned_model

PARTS = ("audit_participant", "workpaper", "activity")
MODELS = ("tuned_model", "model_party", "model_file")


@pytest.fixture
def world(database: Database) -> casework.World:
    """Give a joint audit of two firms in which Bruno was granted Orchid's part only, and a second model of Orchid."""
    return _joint(casework.build(database))


def _joint(world: casework.World) -> casework.World:
    casework.open_audit(world, firms=("Orchid Health", "Birch Credit"))

    def narrow(work: Work) -> None:
        rows = work.session.exec(
            select(AuditGrant).where(
                AuditGrant.person_id == world.pool.bruno.person_id,
                AuditGrant.firm_id == world.pool.firm_ids["Birch Credit"],
            )
        )
        for row in rows:
            row.until_at = work.at
        for firm in ("Orchid Health", "Birch Credit"):
            firm_id = world.pool.firm_ids[firm]
            other = tuned_model(work, firm_id, f"unaudited of {firm}")
            for model in (other, *work.session.exec(select(TunedModel).where(TunedModel.firm_id == firm_id))):
                work.add(
                    ModelFile(
                        firm_id=firm_id,
                        model_id=model.id or 0,
                        name=model.name,
                        sha256="b" * 64,
                        size_bytes=1,
                        format="hf-model-card",
                        understood={},
                    )
                )
            work.note("of_part", subject_kind="audit", subject_ref="x", firm_id=firm_id, audit_id=1)
        work.session.add(
            Activity(created_at=work.at, at=work.at, office="system", name="clock", verb="of_all", subject_kind="audit",
                     subject_ref="x", audit_id=1)
        )  # fmt: skip

    world.later(hours=1)
    world.run("rita", narrow)
    world.at += timedelta(minutes=1)
    return world


def seen(reading: Any, model: Any, column: Any) -> list[Any]:
    """Return a column of the rows within sight, each value once."""
    return sorted(set(reading.session.exec(select(column))))


def test_grant_for_one_firms_part_of_a_joint_audit_shows_that_part_and_what_is_common(world: casework.World) -> None:
    orchid, birch = world.pool.firm_ids["Orchid Health"], world.pool.firm_ids["Birch Credit"]
    for who, firms in (("bruno", [orchid]), ("ada", [orchid, birch])):
        assert world.ask(who, seen, AuditParticipant, AuditParticipant.firm_id) == firms
        assert world.ask(who, seen, Workpaper, Workpaper.firm_id) == firms
        with world.database.reading(world.pool.actors[who], world.at) as reading:
            entries = reading.session.exec(
                select(Activity.verb, Activity.firm_id).where(col(Activity.verb).in_(("of_part", "of_all")))
            ).all()
        assert sorted(entries, key=str) == sorted([("of_all", None), *(("of_part", firm) for firm in firms)], key=str)


def test_grant_shows_the_audited_model_with_files_and_parties_and_no_other_model(world: casework.World) -> None:
    for who, names in (("bruno", ["Triage helper"]), ("ada", ["Scoring aid", "Triage helper"])):
        assert world.ask(who, seen, TunedModel, TunedModel.name) == names
        assert world.ask(who, seen, ModelFile, ModelFile.name) == names
        assert len(world.ask(who, seen, ModelParty, ModelParty.model_id)) == len(names)


@pytest.mark.postgres
def test_row_security_keeps_the_same_parts_with_the_query_fence_off(postgres_url: str) -> None:
    database = Database(postgres_url)
    world = _joint(casework.build(database))
    orchid, birch = world.pool.firm_ids["Orchid Health"], world.pool.firm_ids["Birch Credit"]
    for who, firms in (("bruno", {orchid}), ("ada", {orchid, birch})):
        with database.reading(world.pool.actors[who], world.at) as reading:
            connection = reading.session.connection()
            for table in (*PARTS, *MODELS):
                found = set(connection.execute(sa.text(f"SELECT firm_id FROM {table}")).scalars()) - {None}
                assert found == firms, (who, table)
            names = connection.execute(sa.text("SELECT name FROM tuned_model")).scalars().all()
            assert not [name for name in names if name.startswith("unaudited")]
    database.dispose()


# --- who writes what was everybody's to write ------------------------------------------------------------------------


def test_record_is_written_by_the_pool_alone(world: casework.World) -> None:
    def append(work: Work) -> int:
        return append_entry(
            work,
            deployment_id=world.deployments["Orchid Health"],
            firm_id=world.pool.firm_ids["Orchid Health"],
            pseudonym="a" * 32,
            kind="registration",
            body={},
            valid_from=work.at.date(),
        )

    # Why two: row-level security hides the head from whoever may not change it, before our own fence is asked.
    with pytest.raises((PoolWrites, NoResultFound)):
        world.run("mara", append)
    assert world.run("rita", append) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("who", ["mara", "ada"])
def test_row_security_lets_a_seat_write_its_own_nonce_and_no_record_session_or_failed_sign_in(
    postgres_url: str, who: str
) -> None:
    database = Database(postgres_url)
    world = casework.build(database)
    actor, other = world.pool.actors[who], world.pool.rita
    for holder in (actor, other):
        database.run_work(
            lambda work: None, actor=holder, at=world.at, once=Once(key=f"key-of-{holder.name}"[:64], fingerprint="f")
        )
        world.run("rita", members.start_session, person_id=holder.person_id, seat_id=holder.seat_id, data={})
    world.run("rita", members.failed_sign_in, keys=("account:x",))
    nonce = "INSERT INTO once_key (person_id, key, fingerprint, answer, at) VALUES ({}, 'forged', '', '', now())"
    statements = {
        nonce.format(actor.person_id): 1,
        f"UPDATE once_key SET answer = 'x' WHERE person_id = {other.person_id}": 0,
        f"UPDATE sign_in_session SET ended_at = now() WHERE person_id = {other.person_id}": 0,
        "DELETE FROM sign_in_attempt": 0,
        "UPDATE record_head SET entries = 7": 0,
    }
    refused = (
        nonce.format(other.person_id),
        "INSERT INTO record_entry (seq, data, leaf_hash, recorded_at)"
        " VALUES (0, '{}', decode(repeat('00', 32), 'hex'), now())",
        "INSERT INTO sign_in_attempt (public_id, created_at, key, at) VALUES ('x', now(), 'account:y', now())",
    )

    def count(work: Work) -> dict[str, int]:
        return {one: work.session.connection().execute(sa.text(one)).rowcount for one in statements}

    assert world.run(who, count) == statements
    for one in refused:
        with pytest.raises(ProgrammingError, match="row-level security"):
            world.run(who, lambda work, one=one: work.session.connection().execute(sa.text(one)).rowcount)
    with database.reading(actor, world.at) as reading:
        assert {row.person_id for row in reading.session.exec(select(OnceKey))} == {actor.person_id}
    with database.reading(PUBLIC, world.at) as reading:
        assert reading.session.exec(select(OnceKey)).all() == []
        assert reading.session.exec(select(RecordEntry)).all() == []
    assert database.forget_once_keys(world.at + timedelta(days=30)) == 2
    database.dispose()
