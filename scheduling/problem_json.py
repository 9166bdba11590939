"""The open form of a planning problem: read it from JSON values, write it as JSON values, name it by its digest.

The digest is taken over the document as it was given (RFC 8785 bytes), so that anyone can recompute it without knowing
our defaults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial, wraps
from typing import Any, TypeVar

from pool.kernel.digest import digest_of
from pool.kernel.words import gettext as _
from scheduling.interval import Window, parse_date
from scheduling.problem import (
    LEAD_NEED,
    Audit,
    Auditor,
    Competence,
    Interest,
    LeadRow,
    Limits,
    Member,
    Need,
    Pin,
    Problem,
)
from scheduling.reading import Fields, WrongShape, as_text, built

FORMAT_VERSION = 1
Value = TypeVar("Value")


def digest_of_problem(problem: Problem) -> str:
    """Return the digest of the document the problem was read from, or of the one it is written as."""
    return problem.digest or digest_of(problem_to_json(problem))


def problem_from_json(value: object) -> Problem:
    """Read a problem from a JSON value.

    Raises: Invalid naming the field, for anything the schema does not allow.
    """
    fields = Fields(value)
    if fields.whole("format_version") != FORMAT_VERSION:
        raise WrongShape(_("Only format version 1 is read here."), field="format_version")
    horizon = Fields(fields.take("horizon"), "horizon")
    make = partial(
        Problem,
        first_day=horizon.day("first_day"),
        last_day=horizon.day("last_day"),
        currency=fields.text("currency"),
        auditors=fields.many("auditors", _auditor),
        audits=fields.many("audits", _audit),
        interests=fields.many("interests", _interest, ()),
        rotation=fields.many("rotation", _lead_row, ()),
        holidays=fields.many("holidays", _day, ()),
        travel_minor=fields.whole("travel_minor", 0),
        seed=fields.whole("seed", 0),
        limits=_limits(fields.take("limits", {}), "limits"),
    )
    horizon.done()
    fields.done()
    return make(digest=digest_of(value))


def _reader(read: Callable[[Fields], Callable[[], Value]]) -> Callable[[object, str], Value]:
    """Return what reads an object at a path: every field is read, none is left over, and the value checks itself."""

    @wraps(read)
    def read_object(value: object, path: str) -> Value:
        fields = Fields(value, path)
        make = read(fields)
        fields.done()
        return built(path, make)

    return read_object


@_reader
def read_seat(f: Fields) -> Callable[[], Member]:
    """Read ``{"auditor": id, "role": "lead" | "member"}``."""
    return partial(Member, auditor=f.text("auditor"), role=f.text("role"))


def _day(value: object, path: str) -> date:
    return parse_date(as_text(value, path), field=path)


@_reader
def _window(f: Fields) -> Callable[[], Window]:
    return partial(Window, begins=f.half_day("from"), ends=f.half_day("until"))


@_reader
def _need(f: Fields) -> Callable[[], Need]:
    return partial(Need, code=f.text("code"), min_level=f.whole("min_level"), alternatives=f.many("or", _need, ()))


@_reader
def _competence(f: Fields) -> Callable[[], Competence]:
    return partial(
        Competence,
        code=f.text("code"),
        level=f.whole("level"),
        valid_from=f.day("valid_from"),
        valid_until=f.day_or_null("valid_until"),
    )


@_reader
def _auditor(f: Fields) -> Callable[[], Auditor]:
    return partial(
        Auditor,
        id=f.text("id"),
        competences=f.many("competences", _competence),
        languages=f.many("languages", as_text),
        max_half_days=f.whole("max_half_days"),
        day_rate_minor=f.whole("day_rate_minor"),
        region=f.text_or_null("region"),
        unavailable=f.many("unavailable", _window, ()),
    )


@_reader
def _pin(f: Fields) -> Callable[[], Pin]:
    return partial(Pin, start=f.half_day_or_null("start"), team=f.many("team", read_seat, ()))


@_reader
def _audit(f: Fields) -> Callable[[], Audit]:
    lead, pinned = f.take("lead", None), f.take("pinned", None)
    return partial(
        Audit,
        id=f.text("id"),
        firm=f.text("firm"),
        tier=f.text("tier"),
        needs=f.many("needs", _need),
        half_days=f.whole("half_days"),
        window=_window(f.take("window"), f.at("window")),
        people=f.whole("people"),
        lead=LEAD_NEED if lead is None else _need(lead, f.at("lead")),
        language=f.text_or_null("language"),
        region=f.text_or_null("region"),
        pinned=None if pinned is None else _pin(pinned, f.at("pinned")),
        excluded=f.many("excluded", as_text, ()),
    )


@_reader
def _interest(f: Fields) -> Callable[[], Interest]:
    return partial(
        Interest,
        auditor=f.text("auditor"),
        firm=f.text("firm"),
        kind=f.text("kind"),
        begins=f.day_or_null("from"),
        ends=f.day_or_null("until"),
        blocks=f.flag("blocks", True),
    )


@_reader
def _lead_row(f: Fields) -> Callable[[], LeadRow]:
    return partial(
        LeadRow,
        auditor=f.text("auditor"),
        firm=f.text("firm"),
        lead_audits=f.whole("lead_audits"),
        lead_years=f.whole("lead_years"),
    )


@_reader
def _limits(fields: Fields) -> Callable[[], Limits]:
    usual = Limits()
    return partial(
        Limits,
        lead_audits_in_a_row=fields.whole("lead_audits_in_a_row", usual.lead_audits_in_a_row),
        lead_years_in_a_row=fields.whole("lead_years_in_a_row", usual.lead_years_in_a_row),
        max_people=fields.whole("max_people", usual.max_people),
        effort=fields.whole("effort", usual.effort),
    )


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """Return the JSON value of ``problem`` with every key written out, save ``or`` of a need without alternatives."""
    return {
        "format_version": FORMAT_VERSION,
        "horizon": {"first_day": problem.first_day.isoformat(), "last_day": problem.last_day.isoformat()},
        "currency": problem.currency,
        "seed": problem.seed,
        "limits": asdict(problem.limits),
        "travel_minor": problem.travel_minor,
        "holidays": [day.isoformat() for day in problem.holidays],
        "auditors": [_auditor_json(auditor) for auditor in problem.auditors],
        "audits": [_audit_json(audit) for audit in problem.audits],
        "interests": [_interest_json(interest) for interest in problem.interests],
        "rotation": [asdict(row) for row in problem.rotation],
    }


def seat_json(seat: Member) -> dict[str, str]:
    """Return the JSON value of a seat in a team."""
    return asdict(seat)


def _window_json(window: Window) -> dict[str, str]:
    return {"from": str(window.begins), "until": str(window.ends)}


def _need_json(need: Need) -> dict[str, Any]:
    written: dict[str, Any] = {"code": need.code, "min_level": need.min_level}
    if need.alternatives:
        written["or"] = [_need_json(other) for other in need.alternatives]
    return written


def _day_json(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _auditor_json(auditor: Auditor) -> dict[str, Any]:
    return {
        "id": auditor.id,
        "competences": [
            {
                "code": held.code,
                "level": held.level,
                "valid_from": held.valid_from.isoformat(),
                "valid_until": _day_json(held.valid_until),
            }
            for held in auditor.competences
        ],
        "languages": list(auditor.languages),
        "region": auditor.region,
        "max_half_days": auditor.max_half_days,
        "day_rate_minor": auditor.day_rate_minor,
        "unavailable": [_window_json(window) for window in auditor.unavailable],
    }


def _audit_json(audit: Audit) -> dict[str, Any]:
    pin = audit.pinned
    return {
        "id": audit.id,
        "firm": audit.firm,
        "tier": audit.tier,
        "needs": [_need_json(need) for need in audit.needs],
        "lead": _need_json(audit.lead),
        "language": audit.language,
        "region": audit.region,
        "half_days": audit.half_days,
        "people": audit.people,
        "window": _window_json(audit.window),
        "pinned": pin
        and {"start": str(pin.start) if pin.start else None, "team": [seat_json(seat) for seat in pin.team]},
        "excluded": list(audit.excluded),
    }


def _interest_json(interest: Interest) -> dict[str, Any]:
    return {
        "auditor": interest.auditor,
        "firm": interest.firm,
        "kind": interest.kind,
        "from": _day_json(interest.begins),
        "until": _day_json(interest.ends),
        "blocks": interest.blocks,
    }
