"""Storage: the database, the transaction of a use case, and the only place that commits.

A write is a *journey*: ``run_work(journey, *arguments, actor=..., at=...)`` opens a transaction, calls
``journey(work, *arguments)`` and commits, or rolls everything back. On SQLite the transaction begins IMMEDIATE, and a
locked file is waited for once; on PostgreSQL it is SERIALIZABLE and is run again with a fresh session after a
serialization failure, so nothing outside the database may happen inside a journey. The defaults of both databases lose
updates silently; a test keeps that measurement.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import signature
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, delete, event
from sqlalchemy import text as sql_text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlmodel import Session, SQLModel, col, select

from pool.kernel.digest import digest_of
from pool.kernel.ids import reference_of
from pool.kernel.refusals import Conflict, Invalid, Refusal
from pool.kernel.roles import Actor
from pool.kernel.rows import Fenced, Row
from pool.kernel.tenancy import Scope, ScopeKind, Visibility, pool_scope, run_within, scope_of, settings_of
from pool.kernel.traces import LONGEST_REASON, Activity, OnceKey, Series
from pool.kernel.words import gettext as _

R = TypeVar("R", bound=SQLModel)
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

APP_ROLE = "audit_pool_app"
MAX_TRIES = 20
#: No try of a journey begins later than this after the first: whoever waits is answered, and tries again knowingly.
PATIENCE_SECONDS = 20.0
#: How long one transaction waits for the other writer of an SQLite file; it is not waited for again.
SQLITE_WAIT_SECONDS = 30
#: Key of the advisory lock that serializes journeys which take a gapless number or append to the record.
NUMBERS_LOCK = 0x415544_504F4F4C
ONCE_KEY_DAYS = 7
_RETRYABLE = {"40001", "40P01"}


class AlreadyDone(Refusal):
    """The same request came twice; ``answer`` is what the first one was told."""

    kind = "done"

    def __init__(self, answer: str) -> None:
        super().__init__("This was already done.", next_step="See the result of the first request.")
        self.answer = answer


class OtherRequest(Conflict):
    """The nonce was used before for a different request."""


class ReasonTooLong(Invalid):
    """A reason has more words than the activity keeps."""


class BrokenRule(Conflict):
    """The database itself refused a row."""


class Unavailable(Refusal):
    """The database is away or too busy; nothing was changed."""

    kind = "unavailable"


@dataclass(frozen=True, slots=True)
class Once:
    """A nonce that gives a request one effect. ``answer`` turns the journey's result into what is told again."""

    key: str
    fingerprint: str
    answer: Callable[[Any], str] = str


@dataclass(slots=True)
class Reading:
    """A transaction that only reads, seen from the actor's scope."""

    session: Session
    actor: Actor
    at: datetime
    scope: Scope

    @contextmanager
    def in_scope(self, scope: Scope) -> Iterator[None]:
        """See other rows for a few statements: a step in which the pool itself acts. For journeys only."""
        before = self.scope
        self._enter(scope)
        try:
            yield
            if not self.session.info["reading"]:
                self.session.flush()
        finally:
            self._enter(before)

    def as_pool(self) -> Any:
        """Return :meth:`in_scope` of the pool's offices."""
        return self.in_scope(pool_scope(self.at))

    def _enter(self, scope: Scope) -> None:
        self.scope = scope
        self.session.info["scope"] = scope
        # Why not always: an aborted transaction answers nothing, and its own error must reach whoever tries again.
        if self.session.is_active and self.session.in_transaction() and not _is_aborted(self.session.connection()):
            _tell_database(self.session.connection(), scope)


@dataclass(slots=True)
class Work(Reading):
    """One writing transaction: session, actor, instant and reason. Services take it as their first argument."""

    reason: str = ""
    request_id: str = ""
    notes: list[Activity] = field(default_factory=list)

    def add(self, row: R) -> R:
        """Add a row, stamp it with the work's instant and flush, so that its key is known; return it."""
        if isinstance(row, Row) and row.created_at is None:
            row.created_at = self.at
        self.session.add(row)
        self.session.flush()
        return row

    def flush(self) -> None:
        """Send pending changes to the database, where its own rules look at them."""
        self.session.flush()

    def note(
        self,
        verb: str,
        *,
        subject_kind: str,
        subject_ref: str,
        firm_id: int | None = None,
        audit_id: int | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Leave an activity entry in this transaction. ``before`` and ``after`` are small dicts of plain values.

        Raises: ReasonTooLong for a given one; that of the whole work is cut, its steps ask for their own words.
        """
        why = self.reason[:LONGEST_REASON] if reason is None else reason
        if len(why) > LONGEST_REASON:
            # Why here: SQLite would keep it, PostgreSQL answers with an error that says nothing to whoever wrote it.
            raise ReasonTooLong(
                _("A reason has at most %(n)s characters.", n=LONGEST_REASON),
                field="reason",
                next_step=_("Write it shorter."),
            )
        entry = Activity(
            created_at=self.at,
            at=self.at,
            person_id=self.actor.person_id,
            seat_id=self.actor.seat_id,
            office=str(self.actor.office),
            name=self.actor.name,
            verb=verb,
            subject_kind=subject_kind,
            subject_ref=subject_ref,
            firm_id=firm_id if firm_id is not None else self.actor.firm_id,
            audit_id=audit_id,
            reason=why,
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
            before_digest=digest_of(before) if before is not None else None,
            after_digest=digest_of(after) if after is not None else None,
            request_id=self.request_id,
        )
        self.notes.append(entry)
        self.session.add(entry)

    def next_reference(self, prefix: str) -> str:
        """Return the next readable reference of the year, e.g. ``AUD-2026-0007``, without gaps."""
        return reference_of(prefix, self.at.year, self.next_number(prefix, self.at.year))

    def next_number(self, prefix: str, year: int) -> int:
        """Return the next number of a gapless series; a rolled-back work gives its number back."""
        row = self.session.get(Series, (prefix, year))
        if row is None:
            row = Series(prefix=prefix, year=year, last=0)
            self.session.add(row)
        row.last += 1
        self.session.flush()
        return row.last


def takes_numbers(journey: F) -> F:
    """Mark a journey that takes a gapless number or appends to the record: PostgreSQL runs such one at a time."""
    vars(journey)["takes_numbers"] = True
    return journey


# Why: the driver logs a warning for every refused batch, which floods a busy pool's log with what is retried anyway.
logging.getLogger("psycopg").setLevel(logging.ERROR)


class FencedSession(Session):
    """A session that knows its scope; the listeners below hold it."""


class Database:
    """One database and its fences. Make it once per process, after forking."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _make_engine(self.url, sqlite=self.is_sqlite)

    def run_work(
        self,
        journey: Callable[..., T],
        *arguments: Any,
        actor: Actor,
        at: datetime,
        reason: str = "",
        request_id: str = "",
        once: Once | None = None,
        **named: Any,
    ) -> T:
        """Run a journey in one transaction and commit it; return what it returned.

        ``reason`` stands in the activity entries; a journey that has a parameter of that name gets it too.
        Raises: whatever the journey raises, after a rollback; AlreadyDone where ``once`` was used before;
        BrokenRule where a constraint refused; Unavailable where the database is away or stays busy.
        """
        if reason and "reason" in signature(journey).parameters:
            named.setdefault("reason", reason)
        give_up = time.monotonic() + PATIENCE_SECONDS
        for attempt in range(MAX_TRIES):
            try:
                return self._attempt(journey, arguments, named, actor, at, reason, request_id, once)
            except IntegrityError as error:
                if once is not None and "once_key" in str(error.orig) and attempt < MAX_TRIES - 1:
                    continue
                raise broken_rule(error) from error
            except DBAPIError as error:
                if not _is_retryable(error):
                    if isinstance(error, OperationalError):
                        raise _unavailable() from error
                    raise
            # Why jitter: several workers that failed together would otherwise fail together again.
            time.sleep(random.uniform(0.002, 0.02) * (attempt + 1))
            if time.monotonic() > give_up:
                break
        raise _unavailable()

    def _attempt(
        self,
        journey: Callable[..., T],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        actor: Actor,
        at: datetime,
        reason: str,
        request_id: str,
        once: Once | None,
    ) -> T:
        with self._connection(numbers=getattr(journey, "takes_numbers", False)) as connection:
            scope = scope_of(actor, at)
            session = self._session(connection, scope, reading=False)
            try:
                work = Work(session, actor, at, scope, reason, request_id)
                if once is not None:
                    _refuse_repeat(session, once, actor)
                result = journey(work, *arguments, **named)
                if once is not None:
                    session.add(
                        OnceKey(
                            person_id=actor.person_id or 0,
                            key=once.key,
                            fingerprint=once.fingerprint,
                            answer=once.answer(result),
                            at=at,
                        )
                    )
                session.commit()
                return result
            finally:
                session.close()

    @contextmanager
    def _connection(self, *, numbers: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            lock = numbers and not self.is_sqlite
            if lock:
                try:
                    _advisory(connection, "pg_advisory_lock")
                except self.engine.dialect.loaded_dbapi.Error as error:
                    # Why not kept: nobody knows in which state the failed wait left it.
                    connection.invalidate()
                    raise _unavailable() from error
            try:
                yield connection
            finally:
                if lock and not connection.invalidated and not connection.closed:
                    self._unlock(connection)

    def _unlock(self, connection: Connection) -> None:
        if connection.in_transaction():
            connection.rollback()
        try:
            _advisory(connection, "pg_advisory_unlock")
        except self.engine.dialect.loaded_dbapi.Error:
            # The work is committed or rolled back by now; without its connection the server lets the lock go.
            connection.invalidate()

    def _session(self, bind: Connection, scope: Scope, *, reading: bool) -> Session:
        session = FencedSession(bind=bind, expire_on_commit=False)
        session.info["scope"] = scope
        session.info["reading"] = reading
        return session

    @contextmanager
    def reading(self, actor: Actor, at: datetime) -> Iterator[Reading]:
        """Open a transaction that only reads, in the scope of the actor's seat."""
        scope = scope_of(actor, at)
        try:
            with self.engine.connect() as connection:
                connection = connection.execution_options(pool_reading=True)
                if not self.is_sqlite:
                    connection = connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                session = self._session(connection, scope, reading=True)
                try:
                    yield Reading(session, actor, at, scope)
                finally:
                    session.close()
        except OperationalError as error:
            raise _unavailable() from error

    def forget_once_keys(self, at: datetime) -> int:
        """Remove nonces older than seven days; return how many."""
        with self.engine.begin() as connection:
            _tell_database(connection, pool_scope(at))
            gone = connection.execute(delete(OnceKey).where(col(OnceKey.at) < at - timedelta(days=ONCE_KEY_DAYS)))
            return int(gone.rowcount)

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def broken_rule(error: IntegrityError) -> BrokenRule:
    """Turn a constraint's refusal into ours; the constraint's name is in ``facts["constraint"]``."""
    original = error.orig
    diag = getattr(original, "diag", None)
    name = getattr(diag, "constraint_name", None) or str(original)
    return BrokenRule(
        "The database refused this: it would break a rule of the record.",
        next_step="Look at the present state and try again.",
        facts={"constraint": name},
    )


def _unavailable() -> Unavailable:
    return Unavailable(
        "The database does not answer just now; nothing was changed.", next_step="Try again in a few seconds."
    )


def _is_retryable(error: DBAPIError) -> bool:
    # Why no locked SQLite file: its one wait was long already, and twenty of them would hold a request for minutes.
    return getattr(error.orig, "sqlstate", None) in _RETRYABLE


def _refuse_repeat(session: Session, once: Once, actor: Actor) -> None:
    found = session.get(OnceKey, (actor.person_id or 0, once.key))
    if found is None:
        return
    if found.fingerprint != once.fingerprint:
        raise OtherRequest(
            "This form was already sent with other content.", next_step="Open the form again and send it once."
        )
    raise AlreadyDone(found.answer)


def _advisory(connection: Connection, function: str) -> None:
    # Why outside the transaction: inside, the snapshot would be taken before the lock is held, and a journey that
    # waited would then fail on the number that was given out meanwhile.
    raw: Any = connection.connection.driver_connection
    raw.autocommit = True
    try:
        raw.execute(f"SELECT {function}(%s)", (NUMBERS_LOCK,))
    finally:
        # Why also after a failure: the connection goes back to the pool, where the next work must be a transaction.
        raw.autocommit = False


def _make_engine(url: str, *, sqlite: bool) -> Engine:
    if not sqlite:
        engine = create_engine(
            url, hide_parameters=True, isolation_level="SERIALIZABLE", pool_size=5, max_overflow=10, pool_pre_ping=True
        )
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    # Why no timeout here: the pragma below sets the wait of each connection.
    engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Why: the driver would open the transaction only at the first write, after the reads it is decided on.
    connection.isolation_level = None
    wait = f"busy_timeout={SQLITE_WAIT_SECONDS * 1000}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", wait):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("pool_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '30s'; SET lock_timeout = '20s'; SET timezone = 'UTC'")
        # Why: a superuser or the owner would pass row-level security; the role may be taken only where it exists.
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER')", (APP_ROLE,)
        )
        row = cursor.fetchone()
    connection.commit()
    _record.info["app_role"] = row is not None


def _tell_database(connection: Connection, scope: Scope) -> None:
    if connection.dialect.name != "postgresql":
        return
    settings = settings_of(scope)
    if connection.connection.info.get("app_role"):
        settings["role"] = APP_ROLE
    calls = ", ".join(f"set_config(:k{n}, :v{n}, true)" for n in range(len(settings)))
    values = {f"k{n}": key for n, key in enumerate(settings)} | {f"v{n}": v for n, v in enumerate(settings.values())}
    connection.execute(sql_text("SELECT " + calls), values)


def _is_aborted(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    raw: Any = connection.connection.driver_connection
    return bool(raw.info.transaction_status.name in ("INERROR", "UNKNOWN"))


def _begin_in_scope(session: Any, _transaction: Any, connection: Connection) -> None:
    _tell_database(connection, session.info["scope"])


def mapped_rows() -> Iterator[tuple[type[Any], Visibility]]:
    """Yield every mapped class with its declared visibility."""
    for mapper in SQLModel._sa_registry.mappers:
        entity = mapper.class_
        yield entity, entity.visibility


def _fence_reads(state: ORMExecuteState) -> None:
    # Why every class and not the selected ones: joins, EXISTS and relationship loads reach further tables.
    scope: Scope = state.session.info["scope"]
    run_within(scope)
    if scope.kind is not ScopeKind.OFFICE and not state.is_column_load:
        state.statement = state.statement.options(_CRITERIA[scope.kind])


#: By kind of scope, the criterion of every table.
_CRITERIA = {
    ScopeKind.FIRM: with_loader_criteria(Fenced, lambda table: table.of_firm(), include_aliases=True),
    ScopeKind.GRANT: with_loader_criteria(Fenced, lambda table: table.of_grant(), include_aliases=True),
    ScopeKind.PUBLIC: with_loader_criteria(Fenced, lambda table: table.of_public(), include_aliases=True),
}


class ForeignRow(Conflict):
    """A journey tried to write a row of another firm than the seat's."""


class PoolWrites(Conflict):
    """A journey tried to write, in somebody's own scope, what only the pool writes."""


def _fence_writes(session: Any, _context: Any, _instances: Any) -> None:
    scope: Scope = session.info["scope"]
    if session.info["reading"] and (session.new or session.dirty or session.deleted):
        raise Conflict("A reading transaction may not write.", next_step="Use run_work.")
    if scope.kind is ScopeKind.OFFICE:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        visibility: Visibility = type(row).visibility
        if visibility.pool_writes and (row not in session.dirty or session.is_modified(row)):
            raise PoolWrites("Only the pool itself writes this.", next_step="Ask an office of the pool.")
        if scope.kind is ScopeKind.FIRM and visibility.firm and visibility.firm != "id":
            owner = getattr(row, visibility.firm)
            if owner is not None and owner != scope.firm_id:
                raise ForeignRow("This row belongs to another firm.", next_step="Open your own firm's page.")


event.listen(FencedSession, "after_begin", _begin_in_scope)
event.listen(FencedSession, "do_orm_execute", _fence_reads)
event.listen(FencedSession, "before_flush", _fence_writes)


def one_or_none(reading: Reading, table: type[R], **equal: Any) -> R | None:
    """Return the one row of ``table`` whose columns equal the given values and which the scope may see."""
    statement = select(table)
    for name, value in equal.items():
        statement = statement.where(getattr(table, name) == value)
    return reading.session.exec(statement).one_or_none()
