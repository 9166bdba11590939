"""A fine-tuned model with more than one party: who sees it, who deploys it, who changes it, who names whom."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from pool.journeys import submit
from pool.kernel.history import activity_of
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Invalid
from pool.kernel.storage import BrokenRule, Database, ForeignRow, Work
from pool.registry import queries
from pool.registry.lookup import NoSuchModel
from pool.registry.models import AlreadyParty, NotTuner
from pool.registry.tables import Deployment, ModelParty, TunedModel
from tests.support import people
from tests.support.world import World, build, indicators

FILE = {"name": "card.md", "sha256": "a" * 64, "size_bytes": 3, "format": "hf-model-card", "understood": {}}


@pytest.fixture
def world(database: Database) -> World:
    """Give a pool in which Orchid Health tuned a model and named Birch Credit as a party."""
    made = build(people.seed(database))
    made.made[""]["shared"] = made.do(
        made.pool.mara, submit.register_model, name="shared", foundation=None, files=[FILE]
    ).ref
    return made


def shared(world: World) -> str:
    """Return the reference of the model that both firms are parties of."""
    return world.made[""]["shared"]


def name(world: World, firm: str = "birch credit", role: str = "co_tuner") -> None:
    """Let Mara name a firm as a party."""
    world.do(world.pool.mara, submit.name_party, model=shared(world), firm=firm, role=role)


def deploy(world: World, who: str, title: str) -> str:
    """Register a deployment of the shared model in somebody's seat."""
    made = world.do(
        world.pool.actors[who],
        submit.register_deployment,
        model=shared(world),
        name=title,
        purpose="Answers.",
        context="health_information",
        markets=["EU"],
        indicators=indicators(),
    )
    return str(made.ref)


def test_party_sees_the_model_its_files_and_its_parties_and_the_tuner_alone_before(world: World) -> None:
    with pytest.raises(NoSuchModel):
        world.read(world.pool.ben, queries.model, shared(world))
    name(world)
    for who in (world.pool.mara, world.pool.ben):
        view, files, parties = world.read(who, queries.model, shared(world))
        assert (view.tuner, [file.name for file in files]) == ("Orchid Health", ["card.md"])
        assert [(one.firm_name, one.role) for one in parties] == [
            ("Orchid Health", "tuner"),
            ("Birch Credit", "co_tuner"),
        ]
        assert shared(world) in [one.ref for one in world.read(who, queries.models, ListRequest(size=50)).items]


def test_party_deploys_the_model_and_neither_party_sees_the_others_deployments(world: World) -> None:
    with pytest.raises(NoSuchModel):
        deploy(world, "ben", "too early")
    name(world)
    theirs, ours = deploy(world, "ben", "of Birch"), deploy(world, "mara", "of Orchid")
    model_id = world.read(world.pool.mara, queries.model, shared(world))[0].id
    for who, seen in ((world.pool.ben, [theirs]), (world.pool.mara, [ours]), (world.pool.rita, [theirs, ours])):
        assert [one.ref for one in world.read(who, queries.deployments_of_model, model_id)] == seen
    assert world.read(world.pool.ben, queries.deployment, theirs).model_name == "shared"


def test_tuner_alone_changes_the_model_and_every_partys_standing_follows(world: World) -> None:
    name(world)
    deployment = deploy(world, "ben", "of Birch")
    values = {
        "model": shared(world),
        "foundation": world.made[""]["foundation_model"],
        "version_no": 1,
        "reason": "card",
    }
    with pytest.raises(NotTuner) as caught:
        world.do(world.pool.ben, submit.link_foundation, **values)
    assert (caught.value.field, bool(caught.value.next_step)) == ("model", True)
    with pytest.raises(NotTuner):
        world.do(world.pool.ben, submit.name_party, model=shared(world), firm="Orchid Health", role="data")
    world.do(world.pool.mara, submit.link_foundation, **values)
    assert world.do(world.pool.ben, submit.attest, deployment=deployment, signed_name=world.pool.ben.name).ref


@pytest.mark.parametrize(
    ("firm", "role", "field"),
    [("Nobody at all", "data", "firm"), ("Birch Credit", "tuner", "role"), ("Birch Credit", "owner", "role")],
)
def test_naming_a_party_names_the_field_it_refuses(world: World, firm: str, role: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        name(world, firm, role)
    assert caught.value.field == field
    assert caught.value.next_step


def test_naming_a_party_twice_or_oneself_is_refused(world: World) -> None:
    name(world, firm=world.pool.firm_refs["Birch Credit"])
    for firm in ("Birch Credit", "Orchid Health"):
        with pytest.raises(AlreadyParty):
            name(world, firm)


def test_naming_a_party_stands_in_the_history_of_both_firms(world: World) -> None:
    name(world)
    for who, verb, firm in (
        (world.pool.milo, "name_party", "Birch Credit"),
        (world.pool.ben, "become_party", "Orchid Health"),
    ):
        found = [one for one in world.read(who, activity_of, shared(world)) if one.verb.endswith("_party")]
        assert [(one.verb, one.after["firm"], one.after["role"]) for one in found] == [(verb, firm, "co_tuner")]


# --- each fence with the others off ----------------------------------------------------------------------------------


def test_composite_key_keeps_a_firm_from_deploying_a_model_it_is_no_party_of(world: World) -> None:
    model_id = world.read(world.pool.mara, queries.model, shared(world))[0].id

    def insert(work: Work) -> None:
        work.add(
            Deployment(
                ref="DEP-X",
                firm_id=world.pool.firm_ids["Birch Credit"],
                model_id=model_id,
                name="x",
                purpose="x",
                context="gaming",
                pseudonym="f" * 32,
            )
        )

    with pytest.raises(BrokenRule):
        world.do(world.pool.rita, insert)
    name(world)
    world.do(world.pool.rita, insert)


def test_query_fence_keeps_a_party_from_changing_the_row(world: World) -> None:
    name(world)

    def rename(work: Work) -> None:
        work.session.exec(select(TunedModel).where(TunedModel.ref == shared(world))).one().name = "mine"
        work.flush()

    with pytest.raises(ForeignRow):
        world.do(world.pool.ben, rename)


@pytest.mark.postgres
def test_row_security_shows_a_party_the_model_and_lets_it_change_nothing(postgres_url: str) -> None:
    database = Database(postgres_url)
    world = build(people.seed(database))
    world.made[""]["shared"] = world.do(
        world.pool.mara, submit.register_model, name="shared", foundation=None, files=[FILE]
    ).ref
    name(world)
    deploy(world, "ben", "of Birch")

    def raw(work: Work) -> dict[str, int]:
        connection = work.session.connection()
        seen = {
            table: connection.execute(
                sa.text(f"SELECT count(*) FROM {table} WHERE {key} = :m"), {"m": model_id}
            ).scalar_one()
            for table, key in (("tuned_model", "id"), ("model_file", "model_id"), ("model_party", "model_id"))
        }
        seen["changed"] = connection.execute(
            sa.text("UPDATE tuned_model SET name = 'mine' WHERE id = :m"), {"m": model_id}
        ).rowcount
        return seen | {
            "deployments": connection.execute(
                sa.text("SELECT count(*) FROM deployment WHERE model_id = :m"), {"m": model_id}
            ).scalar_one()
        }

    model_id = world.read(world.pool.mara, queries.model, shared(world))[0].id
    whole = {"tuned_model": 1, "model_file": 1, "model_party": 2}
    assert world.do(world.pool.ben, raw) == whole | {"changed": 0, "deployments": 1}
    assert world.do(world.pool.mara, raw) == whole | {"changed": 1, "deployments": 0}
    nothing = {"tuned_model": 0, "model_file": 0, "model_party": 0, "changed": 0, "deployments": 0}
    assert world.do(world.pool.ada, raw) == nothing

    def join(work: Work) -> None:
        work.session.connection().execute(
            sa.text(
                "INSERT INTO model_party (public_id, created_at, model_id, firm_id, role, firm_ref, firm_name)"
                " SELECT 'x', now(), model_id, firm_id, role, '', '' FROM model_party LIMIT 1"
            )
        )

    with pytest.raises(DBAPIError, match="row-level security"):
        world.do(world.pool.ben, join)
    assert ModelParty.visibility.pool_writes
    database.dispose()
