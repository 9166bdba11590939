"""Steps of a period: splitting, the second person's word, sending back, closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for

from pool.costs import queries
from pool.journeys import settle
from pool.kernel.money import Money
from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin import blueprint
from pool.web.admin.costs import period_word
from pool.web.admin.period_page import show_period
from pool.web.fields import LongText
from pool.web.forms import Form, Section
from pool.web.parts import Crumb, Fact
from pool.web.requests import attempt, form_of, page, perform, reading, with_values

SEND_BACK = Form(
    "send-back",
    sections=(Section("", fields=(LongText(name="why", label=_l("Why is it sent back?"), most=2000, rows=4),)),),
)


@blueprint.post("/pool/costs/<period>/allocate")
def allocate_period(period: str) -> Any:
    """Take the drivers' readings and split the costs; the first of two words."""
    version = request.form.get("version", "")
    return _step(
        period,
        settle.allocate,
        version=int(version) if version.isascii() and version.isdigit() else None,
        anchor="allocate",
    )


@blueprint.post("/pool/costs/<period>/review")
def review_period(period: str) -> Any:
    """Approve exactly the split that was shown; the second of two words."""
    # An empty digest is no split: it is refused like any that is not the one that stands.
    return _step(period, settle.review, digest=request.form.get("digest", ""), anchor="review")


def _step(period: str, journey: Callable[..., Any], *, anchor: str, **values: Any) -> Any:
    found = queries.period_days(reading(), period)
    try:
        return perform(
            with_values(journey, period=found.ref, **values),
            then=lambda _done: url_for("admin.period", period=found.ref) + f"#{anchor}",
        )
    except Refusal as refusal:
        if refusal.kind == "missing":
            raise
        return show_period(found.ref, refused=refusal)


@blueprint.route("/pool/costs/<period>/send-back", methods=["GET", "POST"])
def send_back_period(period: str) -> Any:
    """Ask why a split period goes back to open, and bring it back."""
    found = queries.period(reading(), period)
    bound = form_of(SEND_BACK)
    answer = attempt(
        bound,
        lambda: perform(
            settle.send_back,
            period=found.ref,
            why=bound["why"],
            then=lambda _none: url_for("admin.period", period=found.ref),
        ),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("Send %(ref)s back", ref=found.ref),
        confirm_text=_(
            "The split and both words for it no longer count. Costs and documents stay; they are split anew."
        ),
        confirm_facts=[
            Fact(label=_("State"), value=period_word(found.state)),
            Fact(label=_("Costs"), value=Money(found.cost_minor, found.currency), kind="money"),
        ],
        confirm_action=request.path,
        confirm_label=_("Send back"),
        back_url=url_for("admin.period", period=found.ref),
        bound=bound,
        crumbs=_way(found.ref, _("Send back")),
    )


@blueprint.route("/pool/costs/<period>/close", methods=["GET", "POST"])
def close_period(period: str) -> Any:
    """Say what closing does with each check, and close: shares are posted, statements issued."""
    found = queries.period(reading(), period)
    if request.method == "POST":
        return _step(found.ref, settle.close, anchor="statements")
    firms = sum(1 for share in found.shares if any(line.amount_minor for line in share.lines))
    return page(
        "admin/period_close.html",
        title=_("Close %(ref)s", ref=found.ref),
        text=_(
            "Each firm's share is posted to the ledger and its statement issued. A closed period never changes: a "
            "correction is a cost of the next one."
        ),
        facts=[
            Fact(label=_("Costs"), value=Money(found.cost_minor, found.currency), kind="money"),
            Fact(label=_("Shares of all firms"), value=Money(found.shared_minor, found.currency), kind="money"),
            Fact(label=_("Statements to issue"), value=firms, kind="number"),
        ],
        checks=found.checks,
        ready=found.state == "reviewed" and all(check.met for check in found.checks),
        action=request.path,
        back=url_for("admin.period", period=found.ref),
        crumbs=_way(found.ref, _("Close")),
    )


def _way(ref: str, last: str) -> list[Crumb]:
    return [
        Crumb(label=_("Costs"), url=url_for("admin.costs")),
        Crumb(label=ref, url=url_for("admin.period", period=ref)),
        Crumb(label=last),
    ]
