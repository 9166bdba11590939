"""What the firm's home and deployment pages take from bookings, casework and costs, each in one function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from auditors.casework import queries as casework
from auditors.casework.states import DEMANDING, FindingState
from auditors.casework.values import FindingView
from pool.bookings import queries as bookings
from pool.bookings.rules import ENDED
from pool.bookings.states import BookingState
from pool.bookings.values import BookingFile, BookingLine
from pool.costs import queries as costs
from pool.costs.queries import StatementView
from pool.kernel.clock import day_of
from pool.kernel.listing import ListRequest
from pool.kernel.money import Money
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.firm.links import url_if
from pool.web.states import state_word

_LONG = ListRequest(size=200)
#: States in which the firm itself makes the next step.
FIRM_TURN = frozenset({BookingState.DRAFT, BookingState.RETURNED, BookingState.QUOTED})
_CLOSED = frozenset(
    {
        FindingState.VERIFIED_CLOSED,
        FindingState.WITHDRAWN,
        FindingState.DISCARDED,
        FindingState.NOTED,
        FindingState.DRAFT,
    }
)


@dataclass(frozen=True, slots=True)
class AuditWay:
    """Where the way to an audit stands: one sentence, the page of the booking, and who must act."""

    sentence: str
    who: str
    label: str = ""
    url: str = ""
    is_firms_turn: bool = False


@dataclass(frozen=True, slots=True)
class NextAudit:
    """The next audit of the firm: when, who comes, and what to have ready."""

    booking: BookingLine
    team: tuple[tuple[str, str], ...]
    prepare: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class AuditWaits:
    """A booking on its way to an audit, or an audit that is under way: what is waited for and who must act."""

    booking: BookingLine
    way: AuditWay


@dataclass(frozen=True, slots=True)
class CostNow:
    """What the firm's last statement says, what it said before, and what confirmed bookings are estimated at."""

    last: StatementView | None
    earlier: tuple[StatementView, ...]
    estimates: tuple[Money, ...]


def bookings_in_sight(reading: Reading) -> tuple[BookingLine, ...]:
    """Return the firm's bookings, newest first; one query."""
    return bookings.bookings_of(reading, ListRequest(size=200, sort="created", descending=True)).items


def open_findings(reading: Reading) -> tuple[FindingView, ...]:
    """Return the findings that ask something of the firm and are open; one query."""
    found = casework.findings_of_firm(reading, ListRequest(size=200, sort="close_by")).items
    return tuple(one for one in found if one.grade in DEMANDING and one.state not in _CLOSED)


def findings_of_deployment(reading: Reading, deployment_id: int) -> tuple[FindingView, ...]:
    """Return the issued findings of a deployment; one query."""
    return casework.findings_of_deployment(reading, deployment_id)


def bookings_of_deployment(reading: Reading, deployment_id: int) -> tuple[BookingLine, ...]:
    """Return the bookings of a deployment, newest first; one query."""
    return bookings.bookings_of_deployment(reading, deployment_id)


def audit_way(lines: Sequence[BookingLine]) -> AuditWay | None:
    """Return where the way to an audit stands; ``None`` where nothing was asked for yet."""
    running = next((line for line in lines if line.state not in ENDED), None)
    if running is not None:
        return _way_of(running)
    done = next((line for line in lines if line.state == BookingState.FULFILLED), None)
    if done is None:
        return None
    return AuditWay(_("Audited (%(ref)s). The record says until when that counts.", ref=done.audit_ref or done.ref), "")


def _way_of(line: BookingLine) -> AuditWay:
    sentence, who = _running_words(line)
    url = url_if("firm.booking", ref=line.ref)
    return AuditWay(sentence, who, _("Open the booking"), url, line.state in FIRM_TURN)


def audits_waiting(lines: Sequence[BookingLine], *, beside: NextAudit | None) -> tuple[AuditWaits, ...]:
    """Return every booking that is not over, other than the next audit: those where the firm must act come first."""
    shown = beside.booking.ref if beside else ""
    waiting = [AuditWaits(line, _way_of(line)) for line in lines if line.state not in ENDED and line.ref != shown]
    return tuple(sorted(waiting, key=lambda one: not one.way.is_firms_turn))


def last_audit(lines: Sequence[BookingLine]) -> BookingLine | None:
    """Return the audit that was decided last; ``None`` where there was none yet."""
    done = [line for line in lines if line.state == BookingState.FULFILLED]
    return max(done, key=lambda line: (line.ends_on or date.min, line.ref), default=None)


def _running_words(line: BookingLine) -> tuple[str, str]:
    words = {
        BookingState.DRAFT: (_("A booking is begun and not sent yet."), _("you")),
        BookingState.SUBMITTED: (_("The planner reads the request. Waiting does not count against you."), _("planner")),
        BookingState.RETURNED: (_("The planner sent the request back: something is missing."), _("you")),
        BookingState.SCREENED: (_("The estimate is being worked out."), _("administrator")),
        BookingState.ACCEPTED: (_("Accepted. Planning looks for a team."), _("planner")),
        BookingState.WAITLISTED: (
            _("On the waiting list for a team. Waiting does not count against you."),
            _("planner"),
        ),
        BookingState.PROPOSED: (
            _("A team is proposed: its auditors are asked first, then you."),
            _("auditors, then you"),
        ),
        BookingState.IN_AUDIT: (_("The audit %(ref)s is under way.", ref=line.audit_ref), _("the audit team")),
    }
    if line.state == BookingState.QUOTED:
        day = display.day(line.quote_valid_until)
        return _("The estimate waits for your answer until %(day)s.", day=day), _("you")
    if line.state == BookingState.CONFIRMED:
        return _("The audit is confirmed for %(day)s.", day=display.day(line.starts_on)), _("the audit team")
    return words.get(BookingState(line.state), (state_word(line.state), ""))


def offers(
    reading: Reading, lines: Sequence[BookingLine], *, most: int = 5
) -> tuple[tuple[BookingLine, date | None], ...]:
    """Return the bookings whose offered team waits for the firm, and until when it may object.

    The day is ``None`` while the firm has not opened the offer. At most ``most`` bookings are opened.
    """
    found: list[tuple[BookingLine, date | None]] = []
    for line in [one for one in lines if one.state == BookingState.PROPOSED][:most]:
        offer = bookings.booking(reading, line.ref).standing
        is_over = offer is not None and offer.objection_until is not None and offer.objection_until < day_of(reading.at)
        if offer is not None and offer.waived_at is None and not offer.objection and not is_over:
            found.append((line, offer.objection_until))
    return tuple(found)


def next_audit(reading: Reading, lines: Sequence[BookingLine], *, today: date) -> NextAudit | None:
    """Return the next confirmed or running audit with its team; one booking is opened."""
    coming = [
        line
        for line in lines
        if line.state in (BookingState.CONFIRMED, BookingState.IN_AUDIT)
        and line.starts_on is not None
        and (line.ends_on or line.starts_on) >= today
    ]
    if not coming:
        return None
    first = min(coming, key=lambda line: (line.starts_on or today, line.ref))
    file = bookings.booking(reading, first.ref)
    return NextAudit(first, _team(file), _prepare(file), url_if("firm.booking", ref=first.ref))


def _team(file: BookingFile) -> tuple[tuple[str, str], ...]:
    standing = file.standing
    return tuple((one.name, _role(one.role)) for one in standing.members) if standing else ()


def _role(role: str) -> str:
    return _("lead auditor") if role == "lead" else _("auditor")


def _prepare(file: BookingFile) -> tuple[str, ...]:
    """Return what to have ready: the duties with the most test points in the frozen brief."""
    points: Mapping[str, int] = _points_by_duty(file.brief)
    names = {str(one.get("id")): str(one.get("name", "")) for one in file.brief.get("duties", ())}
    ranked = sorted(points, key=lambda duty: (-points[duty], duty))
    return tuple(
        _("%(duty)s %(name)s: %(n)s test points", duty=duty, name=names.get(duty, ""), n=points[duty])
        for duty in ranked[:4]
    )


def _points_by_duty(brief: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for point in brief.get("points", ()):
        for duty in point.get("duties", ()) or [point.get("duty", "")]:
            if duty:
                found[str(duty)] = found.get(str(duty), 0) + 1
    return found


def cost_now(reading: Reading, firm_id: int, lines: Sequence[BookingLine]) -> CostNow:
    """Return the firm's statements and the estimates of what is confirmed; one query."""
    issued = costs.statements_of(reading, firm_id)
    estimates = tuple(
        line.estimate
        for line in lines
        if line.estimate is not None and line.state in (BookingState.CONFIRMED, BookingState.IN_AUDIT)
    )
    return CostNow(issued[-1] if issued else None, tuple(issued[:-1][-5:]), estimates)


def exact_number(text: str) -> float:
    """Return an exact number that is kept as text, for showing."""
    return float(Fraction(text)) if text else 0.0
