"""The list of bookings, shared by the firm's and the pool's seats."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from pool.bookings import queries
from pool.bookings.states import BookingState
from pool.kernel.words import lazy as _l
from pool.web.auditor.vocabulary import KINDS as KINDS_IN_WORDS
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action
from pool.web.requests import attachment, page, reading
from pool.web.states import state_word

SPEC = ListSpec(
    name="bookings",
    columns=(
        Column("ref", _l("Booking"), "ref", sort=True, primary=True),
        Column("deployments", _l("Deployment")),
        Column("firm", _l("Firm"), attr="firm_name"),
        Column("state", _l("State"), "state", sort=True),
        Column("tier", _l("Tier"), "tier", sort=True),
        Column("requested", _l("Waiting since"), "instant", sort=True, attr="requested_at"),
        Column("starts", _l("Begins"), "date", sort=True, attr="starts_on"),
        Column("estimate", _l("Estimate"), "money"),
    ),
    filters=(
        Filter("state", _l("State"), tuple((str(one), _l(state_word(one))) for one in BookingState)),
        Filter("tier", _l("Tier"), (("low", _l("Low")), ("medium", _l("Medium")), ("high", _l("High")))),
        Filter("kind", _l("Kind"), tuple(KINDS_IN_WORDS.items())),
    ),
    search=_l("Reference, firm, deployment or note"),
    default_sort="-created",
)
#: A firm needs no column that says its own name on every line.
OWN = replace(
    SPEC, columns=tuple(one for one in SPEC.columns if one.key != "firm"), search=_l("Reference, deployment or note")
)


def bookings_page(*, audience: str, new: Action | None) -> Any:
    """List the bookings within sight of the seat."""
    spec = OWN if audience == "firm" else SPEC
    asked = spec.parse(request.args)
    if request.args.get("format") == "csv":
        items = every_item(lambda part: queries.bookings_of(reading(), part), asked)
        return attachment(csv_of(spec, items, cell=_cell), name="bookings.csv", media_type="text/csv")
    view = list_view(spec, queries.bookings_of(reading(), asked), path=request.path)
    return page("shared/bookings.html", view=view, new=new, audience=audience)


def _cell(item: Any, column: Column) -> object:
    if column.key == "deployments":
        return ", ".join(name for _ref, name in item.deployments)
    return column.value_of(item)
