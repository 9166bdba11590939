"""The facts of a day: every fact that a condition reads, derived from dated rows as the pool knew them.

docs/algorithms/standing.md holds the table of facts with their rooms, rows and dates; a test keeps it true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pool.harbor.conditions import Value
from pool.harbor.sources import (
    GRADES,
    PLAIN_FACTS,
    AuditRequest,
    BaseStatus,
    EthicsOutcome,
    EthicsRequest,
    HarborSources,
)
from pool.kernel.clock import day_of, end_of_day

_APPROVED = frozenset({"approved", "approved_with_conditions"})
#: From best to worst: of several markets the worst counts.
_BASE_RANK = {"registered": 0, "deregistered": 1, "expired": 2, "unregistered": 3}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact's value and the latest instant at which a row behind it was recorded.

    ``None`` where there is no row.
    """

    value: Value
    recorded_at: datetime | None = None


Facts = dict[str, Fact]


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in the world, its last instant, and the last instant whose records count."""

    day: date
    end: datetime
    cut: datetime

    @classmethod
    def of(cls, day: date, known: date | None = None) -> Moment:
        """Return the moment of ``day`` as known on ``known``.

        What was recorded after ``day`` never counts.
        """
        end = end_of_day(day)
        return cls(day, end, end if known is None or known >= day else end_of_day(known))

    def knows(self, instant: datetime | None) -> bool:
        """Tell whether something recorded at ``instant`` is known."""
        return instant is not None and instant <= self.cut

    def days_since(self, day: date) -> int:
        """Return the whole days from ``day`` to this one."""
        return (self.day - day).days


def facts_on(sources: HarborSources, day: date, *, known: date | None = None) -> Facts:
    """Return all facts at the end of ``day``, from what was recorded by the end of ``known`` (UTC).

    A row recorded after ``day`` never counts on it, however late ``known`` is: what the pool learns later
    acts forward only. A fact of which there is nothing (no audit yet, no offer) has the value ``None``.
    """
    moment = Moment.of(day, known)
    facts: Facts = _plain_facts(sources, moment)
    for derive in _RULES:
        facts.update(derive(sources, moment, facts))
    return facts


def values_of(facts: Mapping[str, Fact]) -> dict[str, Value]:
    """Return the bare values of ``facts``."""
    return {name: fact.value for name, fact in facts.items()}


def recorded_of(facts: Mapping[str, Fact]) -> dict[str, datetime | None]:
    """Return, per fact, the latest instant at which a row behind it was recorded."""
    return {name: fact.recorded_at for name, fact in facts.items()}


def open_ethics_request(sources: HarborSources, moment: Moment) -> EthicsRequest | None:
    """Return the oldest ethics request that the service has not answered, if there is one."""
    waiting = [row for row in sources.ethics_requests if _is_open(row, moment)]
    return min(waiting, key=lambda row: row.requested_at, default=None)


def open_audit_request(sources: HarborSources, moment: Moment) -> AuditRequest | None:
    """Return the open audit request that has come furthest.

    Booked before offered before waiting, then the oldest.
    """
    waiting = [row for row in sources.audit_requests if _is_open(row, moment)]
    return min(
        waiting,
        key=lambda row: (not moment.knows(row.booked_at), not moment.knows(row.offered_at), row.requested_at),
        default=None,
    )


def current_ethics_outcome(sources: HarborSources, moment: Moment, required: float | None) -> EthicsOutcome | None:
    """Return the outcome that counts.

    The latest at the required level or above, else the highest and latest.
    """
    decided = [row for row in sources.ethics_outcomes if moment.knows(row.recorded_at) and row.decided_on <= moment.day]
    enough = [row for row in decided if required is None or row.level >= required]
    if enough:
        return max(enough, key=lambda row: (row.decided_on, row.recorded_at))
    return max(decided, key=lambda row: (row.level, row.decided_on, row.recorded_at), default=None)


def _is_open(row: EthicsRequest | AuditRequest, moment: Moment) -> bool:
    return moment.knows(row.requested_at) and not moment.knows(row.ended_at)


def _plain_facts(sources: HarborSources, moment: Moment) -> Facts:
    facts: Facts = {name: Fact(value) for name, value in PLAIN_FACTS.items()}
    newest: dict[str, tuple[date, datetime]] = {}
    for row in sources.plain:
        if row.valid_from > moment.day or not moment.knows(row.recorded_at):
            continue
        age = (row.valid_from, row.recorded_at)
        if row.name not in newest or age >= newest[row.name]:
            newest[row.name] = age
            facts[row.name] = Fact(row.value, row.recorded_at)
    return facts


def _base_facts(sources: HarborSources, moment: Moment, _facts: Facts) -> Facts:
    known = [row for row in sources.base if row.valid_from <= moment.day and moment.knows(row.recorded_at)]
    markets = sources.markets or tuple(dict.fromkeys(row.market for row in known))
    worst, since, fault = "registered" if markets else "unregistered", None, False
    for market in markets:
        rows = sorted((r for r in known if r.market == market), key=lambda row: (row.valid_from, row.recorded_at))
        status, start = _market_status(rows, moment.day)
        if rows and status == "deregistered":
            since = start if since is None else min(since, start)
            fault = fault or rows[-1].fault_of_firm
        worst = max(worst, status, key=lambda name: _BASE_RANK.get(name, len(_BASE_RANK)))
    at = _latest(row.recorded_at for row in known)
    return {
        "base_model_status": Fact(worst, at),
        "base_model_fault_of_firm": Fact(fault, at),
        "base_model_deregistered_days": Fact(None if since is None else moment.days_since(since), at),
    }


def _market_status(rows: list[BaseStatus], day: date) -> tuple[str, date]:
    """Return the status in one market and the day since which it holds without a break."""
    if not rows:
        return "unregistered", day
    last = rows[-1]
    start = last.valid_from
    for row in reversed(rows):
        if row.status != last.status:
            break
        start = row.valid_from
    if last.valid_until is not None and last.valid_until < day and last.status == "registered":
        return "expired", start
    return last.status, start


def _attestation_facts(sources: HarborSources, moment: Moment, _facts: Facts) -> Facts:
    given = [row for row in sources.attestations if row.attested_on <= moment.day and moment.knows(row.recorded_at)]
    last = max(given, key=lambda row: (row.attested_on, row.recorded_at), default=None)
    changes = [row for row in sources.changes if row.changed_on <= moment.day and moment.knows(row.recorded_at)]
    untold = [moment.days_since(row.changed_on) for row in changes if not moment.knows(row.reported_at)]
    instants = [row.reported_at if moment.knows(row.reported_at) else row.recorded_at for row in changes]
    return {
        "attestation_age_days": Fact(moment.days_since(last.attested_on), last.recorded_at) if last else Fact(None),
        "unreported_change_days": Fact(max(untold, default=0), _latest(instants)),
    }


def _ethics_facts(sources: HarborSources, moment: Moment, facts: Facts) -> Facts:
    required = _number(facts["ethics_level_required"])
    outcome = current_ethics_outcome(sources, moment, required)
    request = open_ethics_request(sources, moment)
    set_by_now = [row for row in sources.ethics_conditions if moment.knows(row.recorded_at)]
    overdue = [row for row in set_by_now if row.due_on < moment.day and not moment.knows(row.met_at)]
    at = outcome.recorded_at if outcome else None
    asked_at = request.requested_at if request else None
    return {
        "ethics_level_done": Fact(outcome.level if outcome else 0, at),
        "ethics_outcome": Fact(outcome.outcome if outcome else None, at),
        "ethics_age_days": Fact(moment.days_since(outcome.decided_on) if outcome else None, at),
        "ethics_conditions_overdue": Fact(len(overdue), _latest(_with_end(row.recorded_at, row.met_at, moment)
                                                                for row in set_by_now)),
        "ethics_requested_on_time": Fact(
            request is not None and _asked_in_time(day_of(request.requested_at), outcome, facts), asked_at
        ),
        "ethics_service_overdue": Fact(request is not None and request.due_on < moment.day, asked_at),
    }  # fmt: skip


def _asked_in_time(asked_on: date, outcome: EthicsOutcome | None, facts: Facts) -> bool:
    limit = _number(facts["ethics_limit_days"])
    if outcome is None or outcome.outcome not in _APPROVED or limit is None:
        return True
    return (asked_on - outcome.decided_on).days <= limit


def _audit_facts(sources: HarborSources, moment: Moment, facts: Facts) -> Facts:
    done = [row for row in sources.audits if row.decided_on <= moment.day and moment.knows(row.recorded_at)]
    last = max(done, key=lambda row: (row.decided_on, row.recorded_at), default=None)
    refused = [row for row in sources.refusals if row.decided_on <= moment.day and moment.knows(row.recorded_at)]
    open_refusals = [row for row in refused if not moment.knows(row.cured_at)]
    age = moment.days_since(last.decided_on) if last else None
    return {
        "audit_refusals": Fact(
            len(open_refusals), _latest(_with_end(row.recorded_at, row.cured_at, moment) for row in refused)
        ),
        "audit_age_days": Fact(age, last.recorded_at if last else None),
        **_booking_facts(
            open_audit_request(sources, moment),
            moment,
            last_audit=last.decided_on if last else None,
            limit=_number(facts["audit_limit_days"]),
        ),
    }


def _booking_facts(
    request: AuditRequest | None, moment: Moment, *, last_audit: date | None, limit: float | None
) -> Facts:
    if request is None:
        return {
            "audit_requested_on_time": Fact(False),
            "audit_offer_made": Fact(False),
            "audit_offer_age_days": Fact(None),
            "audit_booked": Fact(False),
            "audit_booked_within_days": Fact(None),
        }
    asked_on = day_of(request.requested_at)
    in_time = last_audit is None or limit is None or (asked_on - last_audit).days <= limit
    offered = request.offered_at if moment.knows(request.offered_at) else None
    booked = request.booked_at if moment.knows(request.booked_at) else None
    ahead = max(0, -moment.days_since(request.booked_for)) if booked and request.booked_for else None
    return {
        "audit_requested_on_time": Fact(in_time, request.requested_at),
        "audit_offer_made": Fact(offered is not None, offered or request.requested_at),
        "audit_offer_age_days": Fact(moment.days_since(day_of(offered)) if offered else None, offered),
        "audit_booked": Fact(booked is not None, booked or request.requested_at),
        "audit_booked_within_days": Fact(ahead, booked),
    }


def _finding_facts(sources: HarborSources, moment: Moment, _facts: Facts) -> Facts:
    issued = [row for row in sources.findings if moment.knows(row.issued_at)]
    still_open = [row for row in issued if not moment.knows(row.closed_at)]
    facts: Facts = {}
    for grade in GRADES:
        overdue = [r for r in still_open if r.grade == grade and r.due_on is not None and r.due_on < moment.day]
        instants = (_with_end(row.issued_at, row.closed_at, moment) for row in issued if row.grade == grade)
        facts[f"{grade}_overdue"] = Fact(len(overdue), _latest(instants))
    repeated = [row for row in still_open if row.repeats and row.grade == "major"]
    facts["repeated_major"] = Fact(len(repeated), _latest(row.issued_at for row in issued if row.repeats))
    return facts


def _incident_facts(sources: HarborSources, moment: Moment, _facts: Facts) -> Facts:
    known = [row for row in sources.incidents if moment.knows(row.recorded_at)]
    instants = [row.recorded_at for row in known]
    instants += [at for row in known for at in (row.reported_at, row.measures_done_at) if at and moment.knows(at)]
    late = [row for row in known if row.report_due_at <= moment.end and not moment.knows(row.reported_at)]
    hidden = [row for row in known if row.concealed_on is not None and row.concealed_on <= moment.day]
    unmeasured = [
        row
        for row in known
        if row.measures_due_on is not None
        and row.measures_due_on < moment.day
        and not moment.knows(row.measures_done_at)
    ]
    at = _latest(instants)
    return {
        "incidents_late_open": Fact(len(late), at),
        "incidents_concealed": Fact(len(hidden), at),
        "harm_measures_overdue": Fact(len(unmeasured), at),
        "containment_overdue": _containment_fact(sources, moment),
    }


def _containment_fact(sources: HarborSources, moment: Moment) -> Fact:
    clocks = [(row.issued_at, row.contain_by, row.contained_at or row.closed_at) for row in sources.findings]
    clocks += [(row.recorded_at, row.contain_by, row.contained_at) for row in sources.incidents]
    running = [(start, by, done) for start, by, done in clocks if by is not None and moment.knows(start)]
    late = [by for _start, by, done in running if by <= moment.end and not moment.knows(done)]
    return Fact(len(late), _latest(_with_end(start, done, moment) for start, _by, done in running))


def _monitoring_facts(sources: HarborSources, moment: Moment, facts: Facts) -> Facts:
    interval = _number(facts["monitoring_interval_days"])
    filed = [row for row in sources.reports if row.filed_on <= moment.day and moment.knows(row.recorded_at)]
    in_date = [row for row in filed if interval is None or moment.days_since(row.filed_on) <= interval]
    best = max(in_date, key=lambda row: (row.level, row.filed_on), default=None)
    return {
        "monitoring_level": Fact(
            best.level if best else 0, best.recorded_at if best else _latest(r.recorded_at for r in filed)
        )
    }


def _number(fact: Fact) -> float | None:
    return fact.value if isinstance(fact.value, int | float) and not isinstance(fact.value, bool) else None


def _with_end(start: datetime, end: datetime | None, moment: Moment) -> datetime:
    return end if end is not None and moment.knows(end) else start


def _latest(instants: Iterable[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


_Rule = Callable[[HarborSources, Moment, Facts], Facts]
_RULES: tuple[_Rule, ...] = (
    _base_facts,
    _attestation_facts,
    _ethics_facts,
    _audit_facts,
    _finding_facts,
    _incident_facts,
    _monitoring_facts,
)


def base_valid_until(sources: HarborSources, moment: Moment) -> date | None:
    """Return the earliest last day of a registration of the foundation model, where a register states one."""
    known = [row for row in sources.base if row.valid_from <= moment.day and moment.knows(row.recorded_at)]
    ends: list[date] = []
    for market in sources.markets or tuple(dict.fromkeys(row.market for row in known)):
        rows = [row for row in known if row.market == market]
        last = max(rows, key=lambda row: (row.valid_from, row.recorded_at), default=None)
        if last is not None and last.status == "registered" and last.valid_until is not None:
            ends.append(last.valid_until)
    return min(ends, default=None)
