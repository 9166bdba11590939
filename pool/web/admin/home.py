"""The home page of a seat of the pool: what waits for it, worst first."""

from __future__ import annotations

from typing import Any

from flask import url_for

from pool.harbor.lists import count_by_state
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.web.admin import blueprint
from pool.web.admin.waiting import trays
from pool.web.requests import actor, page, reading
from pool.web.states import meaning_of, office_word, state_word


@blueprint.get("/pool")
def home() -> Any:
    """Show what waits for the active seat."""
    office = actor().office
    found = trays(reading(), office)
    return page(
        "admin/home.html",
        office=office_word(office),
        duty=duty_of(office),
        trays=found,
        waiting=sum(len(tray.items) for tray in found),
        counts=[
            (state_word(state), count, meaning_of(state), url_for("admin.record", state=state))
            for state, count in count_by_state(reading()).items()
        ],
    )


def duty_of(office: Office) -> str:
    """Return in one sentence what an office is there for."""
    duties = {
        Office.PLANNER: _("You screen requests, and give each accepted booking a team that knows its field."),
        Office.REGISTRAR: _("You keep the catalogue and the record: what is true, since when, and how we know."),
        Office.TREASURER: _("You split each period's costs, so that every cent has its reason."),
        Office.ADMINISTRATOR: _("You keep the house: people, estimates, the closing of audits."),
        Office.TECHNICAL_REVIEWER: _("You read each report as somebody who was not there, before anybody decides."),
        Office.DECISION_MAKER: _("You decide on audits in which you took no part."),
        Office.ETHICS_REVIEWER: _("You review uses before they meet people, within the time that the pool promised."),
        Office.IMPARTIALITY_OFFICER: _("You judge interests and objections, so that nobody audits a friend."),
        Office.APPEAL_PANEL_MEMBER: _("You hear appeals against decisions in which you took no part."),
    }
    return duties.get(office, "")
