"""The matrix: every route, every method, every kind of person, own, foreign and absent objects.

The right answer comes from the permission table, so a page that is added later is asked as well. What must never
happen: another firm's word in any page, table or paper, and an answer that tells a foreign object from an absent one.
What passes the gate is asked on SQLite and on PostgreSQL, where row-level security stands behind the pages' own
fences: there a policy that is too narrow shows as an answer that is missing, one that is too wide as a word too many.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlmodel import col, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from auditors.roster.tables import Auditor, Competence
from pool.costs.tables import Statement
from pool.harbor.tables import RecordDocument
from pool.journeys.people import invite
from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Work
from pool.kernel.traces import Activity
from pool.members import resets, service
from pool.members.tables import Seat
from tests.support import people, world, world_audits
from tests.support.databases import KINDS, copied, fresh
from tests.support.web import database_of, make_app
from tests.support.world import CANARY
from tests.support.world_audits import AUDITOR_CANARY
from tests.web import matrix
from tests.web.matrix import BIRCH, METHODS, ORCHID, Address, Objects, Subject

#: Statuses that an open door may answer with.
SERVED = frozenset({200, 303, 400, 409, 422, 429})
NOT_ALLOWED = "Your present seat may not do this."
#: Own objects for which the process itself says that there is nothing to act on, with the reason.
NOTHING_TO_ACT_ON: dict[tuple[str, str], str] = {
    ("signin.demo", "POST"): "the form names no card",
    ("admin.competence_file", "GET"): "the competence was entered without a file",
    ("admin.planning", "GET"): "no planning is under way",
}


@dataclass
class Stage:
    """The application over the world, its subjects and objects, and what went wrong."""

    app: Flask
    client: FlaskClient
    subjects: list[Subject]
    objects: Objects
    wrong: list[str] = field(default_factory=list)
    #: How many answers told each subject a word that is theirs to read.
    told: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    #: Whether what the table alone refuses is asked; no database has a say in it, so one is enough.
    asks_gates: bool = True

    def ask(self, subject: Subject, method: str, path: str) -> TestResponse:
        """Send one request as a subject; nothing it does stays."""
        self.asked += 1
        headers = {"Cookie": f"pool={subject.cookie}"} if subject.cookie else {}
        data = {"csrf_token": subject.csrf, "request_key": "k" * 24, "action": "submit"} if method == "POST" else None
        return self.client.open(path, method=method, data=data, headers=headers)

    def complain(self, words: str) -> None:
        """Note a wrong answer."""
        self.wrong.append(words)


#: It asks thousands of pages on each database.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give the world once for all tests of this file: once on SQLite, once on PostgreSQL."""
    folder = tmp_path_factory.mktemp("matrix")
    if request.param == "sqlite":
        yield from _stage(copied(request.getfixturevalue("sqlite_template"), folder), folder)
        return
    template = request.getfixturevalue("postgres_template")
    with fresh(request.getfixturevalue("postgres_server"), template=template) as url:
        yield from _stage(url, folder)


def _stage(url: str, folder: Path) -> Iterator[Stage]:
    app = make_app(url, folder)
    database = database_of(app)
    pool = people.seed(database)
    built = world.build(pool)
    world_audits.build_audits(built, folder / "files")
    world_audits.build_plan(built)
    world_audits.build_money(built)
    objects = _objects(built)
    client = app.test_client(use_cookies=False)
    subjects = [_with_proof(client, one) for one in _subjects(database, pool, objects)]
    _forget_every_commit(database)
    yield Stage(app, client, subjects, objects, asks_gates=database.is_sqlite)
    database.dispose()


def _forget_every_commit(database: Database) -> None:
    """Let every transaction end in a rollback from now on: thousands of requests act, and nothing changes."""
    dialect = database.engine.dialect = copy(database.engine.dialect)
    dialect.do_commit = dialect.do_rollback  # type: ignore[method-assign]  # that is the point


def _objects(built: world.World) -> Objects:
    made = built.made
    with built.database.reading(SYSTEM, now()) as reading:
        for firm, firm_id in built.pool.firm_ids.items():
            seat = reading.session.exec(
                select(Seat).where(Seat.firm_id == firm_id).order_by(col(Seat.id).desc())
            ).first()
            document = reading.session.exec(select(RecordDocument).where(RecordDocument.firm_id == firm_id)).first()
            statement = reading.session.exec(select(Statement).where(Statement.firm_id == firm_id)).first()
            assert seat is not None and document is not None
            made[firm] |= {
                "firm": built.pool.firm_refs[firm],
                "seat": seat.public_id,
                "entry": str(document.seq),
            }
            if statement is not None:
                made[firm]["statement"] = statement.ref
        pool_seat = reading.session.exec(select(Seat).where(Seat.office == str(Office.TREASURER))).one()
        entry = reading.session.exec(select(Activity).order_by(col(Activity.id).desc())).first()
        competence = reading.session.exec(select(Competence)).first()
        auditor = reading.session.exec(select(Auditor)).first()
        assert entry is not None and competence is not None and auditor is not None
        token = built.do(built.pool.amos, invite, name="Nova Person", email="nova@pool.example", office="planner")
        # Why now, and not in the world's past: what is asked of a link is asked within its day.
        act, seats = built.database.run_work, built.pool
        asked, given = (
            act(resets.ask_reset, email=email, reason="called back", actor=seats.amos, at=now())
            for email in ("mara@pool.example", "ben@pool.example")
        )
        seen = given.content_digest
        link = act(resets.confirm_reset, public_id=given.public_id, seen=seen, actor=seats.rita, at=now())
        made[""] |= {
            "invitation": token,
            "reset": asked.public_id,
            "reset_token": link,
            "competence": competence.public_id,
            "auditor": auditor.ref,
            "pool_seat": pool_seat.public_id,
            "activity": entry.public_id,
        }
    return Objects(made)


def _subjects(database: Database, pool: people.Pool, objects: Objects) -> list[Subject]:
    at = now()
    orchid, birch = CANARY[ORCHID], CANARY[BIRCH]
    lark, wren = AUDITOR_CANARY["ada"], AUDITOR_CANARY["bruno"]
    disabled, unproved = database.run_work(_outsiders, pool, actor=SYSTEM, at=at)
    everything = (orchid, birch, lark, wren)
    firm: dict[str, Any] = {"own": ORCHID, "foreign": BIRCH, "forbidden": (birch, lark, wren)}
    office: dict[str, Any] = {"own": ORCHID, "foreign": BIRCH}
    found = [
        Subject("anonymous", own=None, forbidden=everything),
        Subject("member A", actor=pool.milo, **firm),
        Subject("manager A", actor=pool.mara, **firm),
        Subject("manager B", actor=pool.ben, own=BIRCH, foreign=ORCHID, forbidden=(orchid, lark, wren)),
        Subject("auditor assigned", actor=pool.ada, own=ORCHID, foreign=BIRCH, forbidden=(birch, wren)),
        Subject("auditor not assigned", actor=pool.chen, own=None, foreign=ORCHID, forbidden=everything),
        *(
            Subject(str(pool.actors[key].office), actor=pool.actors[key], **office)
            for key in ("pia", "rita", "tess", "amos", "theo", "dora", "edda", "ivo")
        ),
        Subject("disabled", actor=disabled, own=ORCHID, foreign=BIRCH, forbidden=everything),
        Subject("second factor missing", actor=unproved, second_factor=False, own=ORCHID, forbidden=everything),
    ]
    ready = []
    for one in found:
        if one.actor is None:
            ready.append(one)
            continue
        office_of = None if one.name == "disabled" else one.actor.office
        cookie, _public = _session(database, one.actor, at, proved=one.second_factor)
        _other, public = _session(database, one.actor, at, proved=one.second_factor)
        objects.made.setdefault(one.name, {})["session"] = public
        objects.made[one.name]["own_seat"] = database.run_work(_seat_of, one.actor, actor=SYSTEM, at=at)
        ready.append(replace(one, office=office_of, cookie=cookie))
    _cookie, public = _session(database, pool.bruno, at, proved=True)
    objects.made["somebody else"] = {
        "session": public,
        "own_seat": database.run_work(_seat_of, pool.bruno, actor=SYSTEM, at=at),
    }
    return ready


def _outsiders(work: Work, pool: people.Pool) -> tuple[Actor, Actor]:
    """Make a manager whose account is closed, and one who has not given the second factor."""
    made = []
    for name, is_demo in (("Dina Closed", True), ("Uwe Unproved", False)):
        person = service.add_person(
            work,
            name=name,
            email=f"{name.split()[0].lower()}@orchid.example",
            password=people.PASSWORD,
            is_demo=is_demo,
            totp_secret=None if is_demo else "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        )
        seat = service.give_seat(work, person_id=person.id, office=Office.FIRM_MANAGER, firm_id=pool.firm_ids[ORCHID])
        made.append(seat.actor())
        if is_demo:
            service.disable_person(work, public_id=person.public_id, reason="left")
    return made[0], made[1]


def _session(database: Database, actor: Actor, at: datetime, *, proved: bool) -> tuple[str, str]:
    """Start a session as the sign-in makes it; return its token and its public id."""
    from pool.members.tables import SignInSession

    def start(work: Work) -> tuple[str, str]:
        token = service.start_session(
            work, person_id=actor.person_id, seat_id=actor.seat_id, data={}, second_factor_at=at if proved else None
        )
        digest = service.token_digest(token)
        row = work.session.exec(select(SignInSession).where(SignInSession.token_digest == digest)).one()
        return token, row.public_id

    return database.run_work(start, actor=SYSTEM, at=at)


def _seat_of(work: Work, actor: Actor) -> str:
    return work.session.exec(select(Seat).where(Seat.id == actor.seat_id)).one().public_id


def _with_proof(client: FlaskClient, subject: Subject) -> Subject:
    """Fetch a proof of origin for the subject's session while things are still kept."""
    from tests.support.web import proofs

    headers = {"Cookie": f"pool={subject.cookie}"} if subject.cookie else {}
    answer = client.get("/sign-in", headers=headers)
    cookie = subject.cookie
    for header in answer.headers.getlist("Set-Cookie"):
        cookie = header.partition("=")[2].partition(";")[0]
    return replace(subject, csrf=proofs(answer.text)["csrf_token"], cookie=cookie)


# --------------------------------------------------------------------------------------------------


def text_of(answer: TestResponse) -> str:
    """Return everything an answer tells: its text, or the text of a paper; headers too."""
    told = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Content-Security-Policy")
    if answer.mimetype == "application/pdf":
        return told + "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)
    return told + answer.get_data(as_text=True)


def test_every_argument_of_every_route_is_known(stage: Stage) -> None:
    assert matrix.unresolved(stage.app) == [], "say in tests/web/matrix.py which kind of object the argument names"


def test_every_kind_of_object_is_in_the_world(stage: Stage) -> None:
    missing = set()
    for rule in matrix.each(stage.app):
        for argument in rule.arguments:
            kind = matrix.kind_of(rule, argument)
            if not matrix.names_an_object(rule, argument) or kind is None or kind in ("session", "own_seat"):
                continue
            owner = "" if kind in matrix.SHARED or kind == "pool_seat" else ORCHID
            if stage.objects.key(owner, kind) is None:
                missing.add((kind, rule.endpoint))
    assert sorted(missing) == []


def test_matrix_has_no_wrong_answer(stage: Stage) -> None:
    for rule in matrix.each(stage.app):
        for subject in stage.subjects:
            for method in METHODS:
                if method in (rule.methods or set()):
                    _ask_rule(stage, rule, subject, method)
                elif stage.asks_gates:
                    _ask_wrong_method(stage, rule, subject, method)
    if stage.wrong:
        pytest.fail(
            "\n".join([f"{len(stage.wrong)} wrong answers of {stage.asked}:", *stage.wrong[:200]]), pytrace=False
        )
    assert stage.asked > (5000 if stage.asks_gates else 1500)
    for name in ("member A", "manager A", "manager B", "auditor assigned", "registrar"):
        assert stage.told[name] > 10, f"{name} is told too little for the words to prove anything"
    assert stage.told["auditor not assigned"] == stage.told["anonymous"] == stage.told["disabled"] == 0


def _ask_wrong_method(stage: Stage, rule: Rule, subject: Subject, method: str) -> None:
    found = matrix.addresses(stage.app, rule, subject, stage.objects)
    address = found.own[0] if found.own else found.absent
    assert address is not None
    if matrix.is_taken(stage.app, address.path, method):
        return
    answer = stage.ask(subject, method, address.path)
    if answer.status_code != 405:
        stage.complain(f"{method} {rule.rule} as {subject.name}: {answer.status_code}, not 405")


def _ask_rule(stage: Stage, rule: Rule, subject: Subject, method: str) -> None:
    found = matrix.addresses(stage.app, rule, subject, stage.objects)
    gate = matrix.gate(rule, method, subject)
    if gate != "open":
        # Why one object is enough: whoever is stopped at the gate is stopped before any object is looked for.
        if not stage.asks_gates:
            return
        address = found.foreign or (found.own[0] if found.own else found.absent)
        assert address is not None
        _expect_gate(stage, rule, subject, method, address, gate)
        return
    for address in found.own:
        _expect_served(stage, rule, subject, method, address)
    if not found.own and not rule.arguments:
        stage.complain(f"{rule.rule} has no address")
    absent = _seen(stage, subject, method, found.absent) if found.absent else None
    if absent is not None:
        _expect_absent(stage, rule, subject, method, absent)
    if found.foreign is not None and absent is not None:
        foreign = _seen(stage, subject, method, found.foreign)
        if subject.is_pool and not _is_personal(rule):
            _expect_known(stage, rule, subject, method, foreign)
        elif not _is_public(rule):
            _expect_same(stage, rule, subject, method, foreign, absent)
    if not subject.is_pool:
        for one, other in found.mixed:
            pair = (_seen(stage, subject, method, one), _seen(stage, subject, method, other))
            _expect_same(stage, rule, subject, method, *pair)
    if method == "GET" and not rule.arguments:
        _seen(stage, subject, method, Address(f"{found.own[0].path}?format=csv"))


def _is_public(rule: Rule) -> bool:
    return str(rule.endpoint).startswith("registry.")


def _is_personal(rule: Rule) -> bool:
    """Tell whether the objects of a rule are a person's own, or such as no office shares."""
    kinds = {matrix.kind_of(rule, argument) for argument in rule.arguments}
    return bool(kinds & {"session", "own_seat", "pool_seat"})


@dataclass
class Seen:
    """An answer: its status, and its text without what is new every time."""

    status: int
    text: str


def _seen(stage: Stage, subject: Subject, method: str, address: Address) -> Seen:
    answer = stage.ask(subject, method, address.path)
    whole = text_of(answer)
    for word in subject.forbidden:
        if word in whole.lower():
            stage.complain(f"{method} {address.path} as {subject.name} tells {word} ({answer.status_code})")
    stage.told[subject.name] += any(word in whole.lower() for word in CANARY.values())
    if answer.status_code >= 500:
        stage.complain(f"{method} {address.path} as {subject.name}: {answer.status_code}")
    body = answer.get_data(as_text=True) if answer.mimetype != "application/pdf" else ""
    shown = matrix.stripped(f"{answer.headers.get('Location', '')}\n{body}", address.keys)
    seen = Seen(answer.status_code, shown)
    answer.close()
    return seen


def _expect_gate(stage: Stage, rule: Rule, subject: Subject, method: str, address: Address, gate: str) -> None:
    seen = _seen(stage, subject, method, address)
    status = 403 if gate == "forbidden" else 303
    target = {"sign_in": "/sign-in", "second_factor": "/sign-in/code", "forbidden": ""}[gate]
    if seen.status != status or not seen.text.startswith(target):
        stage.complain(
            f"{method} {rule.rule} as {subject.name}: {seen.status} {seen.text[:60]!r}, not {status} {target}"
        )


def _expect_served(stage: Stage, rule: Rule, subject: Subject, method: str, address: Address) -> None:
    seen = _seen(stage, subject, method, address)
    words = f"{method} {address.path} as {subject.name}: {seen.status}"
    if seen.status == 403 and NOT_ALLOWED not in seen.text and method == "POST":
        return  # a rule of the process refused, not the permission
    if seen.status == 404 and (rule.endpoint, method) in NOTHING_TO_ACT_ON:
        return
    if seen.status not in SERVED or (method == "GET" and seen.status not in (200, 303, 409)):
        stage.complain(f"{words}, but the table opens it")


def _expect_known(stage: Stage, rule: Rule, subject: Subject, method: str, seen: Seen) -> None:
    if seen.status not in SERVED | {403} or NOT_ALLOWED in seen.text:
        stage.complain(f"{method} {rule.rule} of the other firm as {subject.name}: {seen.status}, but the pool sees it")


def _expect_absent(stage: Stage, rule: Rule, subject: Subject, method: str, absent: Seen) -> None:
    if method == "GET" and absent.status != 404 and rule.endpoint not in ("static",):
        stage.complain(f"GET {rule.rule} of an absent object as {subject.name}: {absent.status}, not 404")


def _expect_same(stage: Stage, rule: Rule, subject: Subject, method: str, foreign: Seen, absent: Seen) -> None:
    if foreign.status != absent.status or foreign.text != absent.text:
        stage.complain(
            f"{method} {rule.rule} as {subject.name}: a foreign object ({foreign.status}) differs from an absent one "
            f"({absent.status}): {_first_difference(foreign.text, absent.text)}"
        )
    elif foreign.status not in (404, 422, 409, 400):
        stage.complain(f"{method} {rule.rule} as {subject.name}: a foreign object is answered with {foreign.status}")


def _first_difference(one: str, other: str) -> str:
    for left, right in zip(one.splitlines(), other.splitlines(), strict=False):
        if left != right:
            return f"{left.strip()[:120]!r} / {right.strip()[:120]!r}"
    return "another length"


def test_the_matrix_finds_a_leak(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: a page that looks past the fence is caught, so an empty list of faults means something."""
    from pool.registry import queries
    from pool.web.requests import at, database

    rule = next(one for one in matrix.each(stage.app) if one.endpoint == "firm.model")
    subject = next(one for one in stage.subjects if one.name == "manager A")
    endpoint = stage.app.view_functions[rule.endpoint]

    def unfenced(**values: str) -> object:
        with database().reading(SYSTEM, at()) as reading:
            view = queries.model(reading, next(iter(values.values())))[0]
        return f"{view.name} {view.description}"

    monkeypatch.setitem(stage.app.view_functions, rule.endpoint, unfenced)
    before = list(stage.wrong)
    _ask_rule(stage, rule, subject, "GET")
    found = stage.wrong[len(before) :]
    stage.wrong[:] = before
    assert any(CANARY[BIRCH] in one for one in found) and any("differs from an absent one" in one for one in found)
    assert callable(endpoint)


def test_the_database_fences_what_a_page_asks_past_its_model(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: words of the database itself pass the fence of the ORM, and on PostgreSQL meet the policies."""
    from pool.web.requests import reading

    def unfenced(**values: str) -> str:
        return "".join(reading().session.connection().exec_driver_sql("SELECT description FROM tuned_model").scalars())

    subject = next(one for one in stage.subjects if one.name == "manager A")
    monkeypatch.setitem(stage.app.view_functions, "firm.model", unfenced)
    told = text_of(stage.ask(subject, "GET", f"/firm/models/{stage.objects.key(ORCHID, 'model')}"))
    is_postgres = database_of(stage.app).engine.dialect.name == "postgresql"
    assert {word for word in CANARY.values() if word in told} == {CANARY[ORCHID]} | (
        set() if is_postgres else {CANARY[BIRCH]}
    )
