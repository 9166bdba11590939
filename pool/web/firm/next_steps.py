"""What comes next for one deployment, and who must do it: one sentence, one button, one name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from pool.harbor.queries import StandingView
from pool.journeys.submit import ethics_level_of
from pool.kernel.words import gettext as _
from pool.registry.queries import DeploymentView, EthicsView, IncidentView
from pool.web import display
from pool.web.firm.links import url_if
from pool.web.firm.sources import AuditWay
from pool.web.parts import Action
from pool.web.states import due_word, state_word

SCREENING = 1


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is waited for, the button of whoever must act, and who that is."""

    sentence: str
    action: Action | None = None
    must_act: str = ""


def next_step(
    view: DeploymentView,
    *,
    has_foundation: bool,
    other_tuner: str,
    standing: StandingView | None,
    ethics: Sequence[EthicsView],
    incidents: Sequence[IncidentView],
    way: AuditWay | None,
) -> NextStep:
    """Return the next step of a deployment. The first thing that is open decides.

    ``other_tuner`` names the firm that tuned the model where it is another one: it alone links it.
    """
    if view.state == "ended":
        day = display.day(view.ended_on)
        return NextStep(_("Ended on %(day)s. Its history stays; nothing is left to do.", day=day))
    return (
        _open_incident(incidents)
        or _registration(view, has_foundation=has_foundation, other_tuner=other_tuner)
        or _due(standing)
        or _ethics(view, ethics)
        or _audit(view, way)
        or _quiet(standing)
    )


def _open_incident(incidents: Sequence[IncidentView]) -> NextStep | None:
    for one in incidents:
        if one.full_report_at is None and one.closed_at is None:
            return NextStep(
                _(
                    "Incident %(ref)s waits for its full report until %(day)s.",
                    ref=one.ref,
                    day=display.day(one.full_report_due_on),
                ),
                Action(label=_("Write the full report"), url=url_for("firm.complete_incident", ref=one.ref)),
                _("you"),
            )
    return None


def _registration(view: DeploymentView, *, has_foundation: bool, other_tuner: str) -> NextStep | None:
    if view.state != "draft":
        return None
    if not has_foundation and other_tuner:
        return NextStep(
            _(
                "Its model is not linked to a foundation model of the catalogue. %(tuner)s, its tuner, links it; then "
                "you sign.",
                tuner=other_tuner,
            ),
            must_act=_("%(tuner)s, then you", tuner=other_tuner),
        )
    if not has_foundation:
        return NextStep(
            _("Its model is not linked to a foundation model of the catalogue. Link it, then sign."),
            Action(label=_("Link the model"), url=url_for("firm.link_foundation", ref=view.model_ref)),
            _("you"),
        )
    return NextStep(
        _("Written down, not signed yet. Read it once more and sign; that applies for the participation record."),
        Action(label=_("Read and sign"), url=url_for("firm.attest", ref=view.ref)),
        _("you"),
    )


def _due(standing: StandingView | None) -> NextStep | None:
    if standing is None or not standing.due_state:
        return None
    return NextStep(
        _(
            "%(state)s has been due since %(day)s. It takes effect only by a reasoned decision of two persons; cure "
            "the conditions named in the record before that.",
            state=due_word(standing.due_state),
            day=display.day(standing.due_since),
        ),
        must_act=_("you, then two persons of the pool"),
    )


def _ethics(view: DeploymentView, ethics: Sequence[EthicsView]) -> NextStep | None:
    wanted = ethics_level_of(view.tier) if view.tier else SCREENING
    waiting = next((one for one in ethics if one.state == "requested"), None)
    if waiting is not None:
        return None
    done = [one for one in ethics if one.outcome and one.outcome != "refused" and (one.outcome_level or 0) >= wanted]
    if wanted <= SCREENING or done:
        return None
    return NextStep(
        _(
            "At its tier it needs an ethics review through the pool. Ask for it now; from then on the clock is "
            "the pool's."
        ),
        Action(label=_("Ask for the review"), url=url_for("firm.request_ethics", ref=view.ref)),
        _("you"),
    )


def _audit(view: DeploymentView, way: AuditWay | None) -> NextStep | None:
    if way is not None:
        return NextStep(
            way.sentence, Action(label=way.label, url=way.url) if way.url and way.is_firms_turn else None, way.who
        )
    book = url_if("firm.new_booking", deployment=view.ref)
    return NextStep(
        _("Signed. Ask for its audit: from that day on waiting for the pool never counts against you."),
        Action(label=_("Ask for an audit"), url=book) if book else None,
        _("you"),
    )


def _quiet(standing: StandingView | None) -> NextStep:
    if standing is None:
        return NextStep(_("Nothing is waited for."))
    word = state_word(standing.state)
    if standing.valid_until:
        day = display.day(standing.valid_until)
        return NextStep(_("%(word)s. Valid until %(day)s if nothing changes.", word=word, day=day))
    return NextStep(_("%(word)s. Nothing is waited for.", word=word))
