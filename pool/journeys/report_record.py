"""The participation record of a deployment in the words of a paper: standing, basis, history, next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from pool.harbor.conditions import ConditionResult
from pool.harbor.facts import Moment, open_audit_request, open_ethics_request
from pool.harbor.sources import HarborSources
from pool.harbor.standing import Standing, Turn
from pool.harbor.wording import fact_word
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.reports.values import BasisLine, StandingSpan, StandingView


def standing_view(derived: Standing, sources: HarborSources, *, on: date, known: date) -> StandingView:
    """Return a derived standing as a paper prints it."""
    lines = basis_lines(derived, sources, on=on, known=known)
    since = [line.deemed_since for line in lines if line.deemed_since is not None and line.condition != "C1"]
    booked = [line.booked_for for line in lines if line.booked_for is not None]
    return StandingView(
        state=str(derived.state),
        on=on,
        known=known,
        since=derived.since,
        until=derived.valid_until,
        due_state=str(derived.due.state) if derived.due else None,
        due_since=derived.due.since if derived.due else None,
        deemed_since=min(since) if since and derived.deemed else None,
        booked_for=min(booked) if booked and derived.deemed else None,
        history=tuple(_spans(derived.turns, deemed=derived.deemed)),
    )


def _spans(turns: Sequence[Turn], *, deemed: bool) -> Iterator[StandingSpan]:
    """Yield the stretches between changes of state; a turn that only makes something due begins none."""
    moves: list[tuple[str, date]] = []
    for turn in turns:
        if moves and moves[-1][0] == str(turn.state):
            continue
        if moves and moves[-1][1] == turn.on:
            moves.pop()
        moves.append((str(turn.state), turn.on))
    for index, (state, from_on) in enumerate(moves):
        is_last = index == len(moves) - 1
        yield StandingSpan(
            state=state,
            from_on=from_on,
            to_on=None if is_last else moves[index + 1][1],
            deemed=is_last and deemed,
        )


def basis_lines(derived: Standing, sources: HarborSources, *, on: date, known: date) -> tuple[BasisLine, ...]:
    """Return the conditions of a record in order, each with the facts it was read from."""
    moment = Moment.of(on, known)
    return tuple(
        BasisLine(
            condition=one.condition,
            name=one.name,
            met=one.met,
            facts=facts_in_words(one),
            deemed=one.deemed,
            deemed_since=_deemed_since(one, sources, moment) if one.deemed else None,
            booked_for=_booked_for(sources, moment) if one.deemed and one.condition == "C4" else None,
            recorded_at=one.recorded_at,
        )
        for one in derived.basis
    )


def _booked_for(sources: HarborSources, moment: Moment) -> date | None:
    """Return the day for which the open audit is confirmed."""
    audit = open_audit_request(sources, moment)
    return audit.booked_for if audit and moment.knows(audit.booked_at) else None


def _deemed_since(one: ConditionResult, sources: HarborSources, moment: Moment) -> date | None:
    """Return since when the pool, or something upstream, is waited for."""
    if one.condition == "C3":
        ethics = open_ethics_request(sources, moment)
        return day_of(ethics.requested_at) if ethics else None
    if one.condition == "C4":
        audit = open_audit_request(sources, moment)
        return day_of(audit.requested_at) if audit else None
    days = one.facts.get("base_model_deregistered_days")
    return moment.day - timedelta(days=int(days)) if isinstance(days, int | float) else None


def facts_in_words(one: ConditionResult) -> str:
    """Return the facts of a condition as one list in words."""
    return "; ".join(f"{fact_word(name)}: {_value(value)}" for name, value in one.facts.items())


def _value(value: object) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value) or _("none")
    return str(value).replace("_", " ")


def next_step(derived: Standing) -> str:
    """Return what comes next for the record of a deployment, in one or two sentences; empty where nothing is due."""
    if str(derived.state) in ("not_enrolled", "withdrawn", "lapsed"):
        return _("Attest the registration to take part in the record.")
    said = []
    if derived.due:
        said.append(_("Two people decide about what is due; the firm is heard before."))
    unmet = [one for one in derived.basis if not one.met]
    if unmet:
        names = ", ".join(f"{one.condition} {one.name}" for one in unmet)
        until = derived.cure_until
        said.append(
            _("Mend by %(day)s: %(names)s.", day=until.isoformat(), names=names)
            if until
            else _("Still to do: %(names)s.", names=names)
        )
    elif derived.valid_until:
        said.append(_("Renew the record by %(day)s.", day=derived.valid_until.isoformat()))
    return " ".join(said)
