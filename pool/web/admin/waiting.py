"""What waits for a seat of the pool: for each office, the questions it is asked and what lies in each tray."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from auditors.casework.queries import closing_queue, decision_queue, members_without_sight, review_queue
from auditors.roster.queries import interests
from pool.bookings.queries import bookings_of, bookings_of_audits
from pool.bookings.values import BookingLine
from pool.costs.queries import periods
from pool.harbor.lists import due_standings
from pool.kernel.listing import ListRequest
from pool.kernel.roles import Office
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.lists import open_invitations
from pool.registry import lists as registry
from pool.web.admin.record import due_item
from pool.web.display import day
from pool.web.parts import Due
from pool.web.states import state_word
from scheduling.jobs import open_counts

#: A tray shows this many; the list behind it shows the rest.
MOST = 12


@dataclass(frozen=True)
class Tray:
    """One thing an office is asked to do: its title, what lies in it, and what an empty tray means."""

    title: str
    items: list[Due] = field(default_factory=list)
    empty: str = ""
    url: str = ""
    more: bool = False


def trays(reading: Reading, office: Office) -> list[Tray]:
    """Return the trays of an office in the order of harm of leaving them, those with nothing in them last."""
    return sorted((make(reading) for make in _TRAYS.get(office, ())), key=lambda tray: not tray.items)


# --------------------------------------------------------------------------------------------------
# Bookings


def _bookings(title: str, empty: str, *states: str) -> Callable[[Reading], Tray]:
    def make(reading: Reading) -> Tray:
        asked = ListRequest(filters=(("state", states),), sort="requested", size=MOST)
        found = bookings_of(reading, asked)
        url = url_for("admin.bookings", state=list(states))
        return Tray(
            str(title), [_booking(line) for line in found.items], str(empty), url, more=found.next_cursor is not None
        )

    return make


def _gaps(reading: Reading) -> Tray:
    """Return the audits at work in whose team somebody sees nothing any more, because the seat ended."""
    gaps = members_without_sight(reading)
    booked = bookings_of_audits(reading, gaps)
    items = [
        Due(
            label=f"{booked[audit_id][0]} · {booked[audit_id][1]}",
            url=url_for("admin.booking", ref=booked[audit_id][0]),
            meaning="overdue",
            word=_("Team incomplete"),
            why=_("%(names)s: the seat ended. Replace them in the team.", names=", ".join(names)),
        )
        for audit_id, names in gaps.items()
        if audit_id in booked
    ]
    return Tray(_("Teams with a gap"), items, _("Everybody in a team at work sees their audit."))


def _booking(line: BookingLine) -> Due:
    return Due(
        label=f"{line.ref} · {line.firm_name}",
        url=url_for("admin.booking", ref=line.ref),
        due_on=line.window_until,
        why=_("%(state)s; the firm's window ends on that day.", state=state_word(line.state)),
    )


def _objections(reading: Reading) -> Tray:
    found = bookings_of(reading, ListRequest(filters=(("state", ("proposed",)),), sort="requested", size=50))
    return Tray(
        _("Teams before firms: is there an objection?"),
        [_booking(line) for line in found.items][:MOST],
        _("No team is before a firm."),
        url_for("admin.bookings", state="proposed"),
    )


# --------------------------------------------------------------------------------------------------
# Registry and record


def _record_due(reading: Reading) -> Tray:
    found = [due_item(line) for line in due_standings(reading)]
    return Tray(
        _("Suspensions and revocations to decide"),
        found[:MOST],
        _("Nothing of the kind is due."),
        url_for("admin.record", due=["suspended", "revoked"]),
        more=len(found) > MOST,
    )


def _unlinked(reading: Reading) -> Tray:
    return Tray(
        _("Fine-tuned models without a foundation model"),
        [
            Due(
                label=f"{ref} · {name}",
                url=url_for("admin.foundation_models", q=base[:100]) if base else url_for("admin.foundation_models"),
                meaning="due_soon",
                word=_("to link"),
                why=_("The files say: %(base)s", base=base) if base else _("The files name no base model."),
            )
            for ref, name, base in registry.unlinked_models(reading)[:MOST]
        ],
        _("Every model is linked to the catalogue."),
        url_for("admin.foundation_models"),
    )


def _incidents(reading: Reading) -> Tray:
    return Tray(
        _("Open incidents"),
        [
            Due(
                label=f"{one.ref} · {one.deployment_name}",
                url=url_for("admin.deployment", deployment=one.deployment_ref),
                due_on=one.measures_due_on,
                meaning="due_soon",
                word=_("open"),
                why=one.description[:160],
            )
            for one in registry.open_incidents(reading)[:MOST]
        ],
        _("No incident is open."),
    )


def _ethics(reading: Reading) -> Tray:
    return Tray(
        _("Ethics reviews without an outcome"),
        [
            Due(
                label=f"{one.ref} · {one.deployment_name}",
                url=url_for("admin.ethics_request", ethics=one.ref),
                due_on=one.due_on,
                why=_("Promised by then; later the pool is late, not the firm."),
            )
            for one in registry.ethics_waiting(reading)[:MOST]
        ],
        _("No request waits."),
        url_for("admin.ethics", state="requested"),
    )


def _conditions(reading: Reading) -> Tray:
    return Tray(
        _("Conditions to be seen met"),
        [
            Due(
                label=f"{one.ref} · {one.deployment_name}",
                url=url_for("admin.ethics_request", ethics=one.ref),
                due_on=one.conditions_due_on,
                why="; ".join(one.conditions)[:160],
            )
            for one in registry.conditions_waiting(reading)[:MOST]
        ],
        _("No condition is open."),
    )


# --------------------------------------------------------------------------------------------------
# Audits, interests, money, the house


def _audits(title: str, empty: str, queue: Callable[[Reading], Iterable[Any]]) -> Callable[[Reading], Tray]:
    def make(reading: Reading) -> Tray:
        return Tray(
            str(title),
            [
                Due(
                    label=f"{one.ref} · {', '.join(one.firms)}",
                    url=url_for("admin.audit_review", audit_ref=one.ref),
                    meaning="due_soon",
                    word=state_word(one.state),
                    why=", ".join(one.deployments)[:160],
                )
                for one in list(queue(reading))[:MOST]
            ],
            str(empty),
            url_for("admin.decisions"),
        )

    return make


def _disputes(reading: Reading) -> Tray:
    return Tray(
        _("Disputed findings"),
        [
            Due(
                label=one.ref,
                url=url_for("admin.dispute", finding_ref=one.ref),
                meaning="due_soon",
                word=state_word(one.grade),
                why=one.statement[:160],
            )
            for one in review_queue(reading).disputes[:MOST]
        ],
        _("No finding is disputed."),
        url_for("admin.decisions"),
    )


def _interests(reading: Reading) -> Tray:
    found = interests(reading, ListRequest(filters=(("verdict", ("unassessed",)),), sort="declared", size=MOST))
    return Tray(
        _("Declared interests to assess"),
        [
            Due(
                label=f"{one.auditor_name} · {one.firm_name or _('no member firm')}",
                url=url_for("admin.assess_interest", interest=one.public_id),
                meaning="due_soon",
                word=_("blocks until assessed"),
                why=one.note[:160],
            )
            for one in found.items
        ],
        _("Every interest has its verdict."),
        url_for("admin.interests"),
        more=found.next_cursor is not None,
    )


def _periods(*states: str) -> Callable[[Reading], Tray]:
    def make(reading: Reading) -> Tray:
        found = periods(reading, ListRequest(filters=(("state", states),), sort="from_on", size=MOST))
        return Tray(
            _("Cost periods"),
            [
                Due(
                    label=_("%(ref)s until %(day)s", ref=one.ref, day=day(one.until_on)),
                    url=url_for("admin.period", period=one.ref),
                    meaning="due_soon" if one.state != "open" else "neutral",
                    word=state_word(one.state),
                    why=_("The other person's word is needed.") if one.state == "allocated" else "",
                )
                for one in found.items
            ],
            _("No period waits."),
            url_for("admin.costs"),
        )

    return make


def _house(reading: Reading) -> Tray:
    counts = open_counts(reading)
    waiting = open_invitations(reading)
    items = []
    if counts.get("dead"):
        items.append(
            Due(
                label=_("Jobs that were given up"),
                url=url_for("admin.jobs", state="dead"),
                meaning="overdue",
                word=str(counts["dead"]),
                why=_("They failed eight times; see the last error."),
            )
        )
    if waiting:
        items.append(
            Due(label=_("Invitations not taken yet"), url=url_for("admin.people"), word=str(waiting), meaning="neutral")
        )
    return Tray(_("The house"), items, _("No job failed and no invitation is open."), url_for("admin.jobs"))


_TRAYS: dict[Office, tuple[Callable[[Reading], Tray], ...]] = {
    Office.PLANNER: (
        _gaps,
        _bookings(_l("Requests to screen"), _l("No request waits."), "submitted"),
        _bookings(_l("Bookings without a team"), _l("Every accepted booking has a team."), "accepted", "waitlisted"),
        _bookings(_l("Teams to confirm"), _l("No team waits for its confirmation."), "proposed"),
    ),
    Office.REGISTRAR: (_record_due, _incidents, _unlinked),
    Office.TREASURER: (_periods("open", "allocated", "reviewed"),),
    Office.ADMINISTRATOR: (
        _house,
        _bookings(_l("Estimates to give"), _l("No screened request waits."), "screened"),
        _audits(_l("Audits to close"), _l("No decided audit is open."), closing_queue),
        _periods("allocated"),
    ),
    Office.TECHNICAL_REVIEWER: (
        _audits(_l("Reports to review"), _l("No report waits."), lambda reading: review_queue(reading).audits),
        _disputes,
    ),
    Office.DECISION_MAKER: (
        _audits(_l("Audits to decide"), _l("No audit waits for a decision."), decision_queue),
        _record_due,
    ),
    Office.ETHICS_REVIEWER: (_ethics, _conditions),
    Office.IMPARTIALITY_OFFICER: (_interests, _objections),
    Office.APPEAL_PANEL_MEMBER: (),
}
