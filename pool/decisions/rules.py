"""Who may review and decide, and which outcome fits what was found. Source: ISO/IEC 17021-1:2015, 9.5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditors.casework.lifecycle import InTeam, WrongOffice
from pool.kernel.refusals import Conflict, Forbidden, Refusal
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _

VERDICTS = ("clarify", "await_action", "recommend")
#: Outcomes that say that nothing grave is open, and the one that says that nothing is.
_WITHOUT_GRAVE = frozenset({"conforming", "conforming_with_minors"})


class ReviewedIt(Forbidden):
    """Who reviewed an audit may not decide on it, and the other way round."""


class OutcomeDoesNotFit(Conflict):
    """The outcome says something else than the findings."""


class NotRecommended(Conflict):
    """No review recommended a decision yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Who wants to judge, and what ties them to the audit."""

    office: Office
    took_part: bool
    has_reviewed: bool
    has_decided: bool


def refuse_reviewer(judge: Judge) -> Refusal | None:
    """Return why this person may not review; ``None`` where they may."""
    if judge.office is not Office.TECHNICAL_REVIEWER:
        return WrongOffice(_("Only a technical reviewer reviews."), next_step=_("Ask a technical reviewer."))
    return _in_team(judge) or _decided(judge)


def refuse_decider(judge: Judge) -> Refusal | None:
    """Return why this person may not decide; ``None`` where they may."""
    if judge.office is not Office.DECISION_MAKER:
        return WrongOffice(_("Only a decision maker decides."), next_step=_("Ask a decision maker."))
    return _in_team(judge) or _reviewed(judge)


def _in_team(judge: Judge) -> Refusal | None:
    if not judge.took_part:
        return None
    return InTeam(
        _("You took part in this audit, so you may not judge it."), next_step=_("Hand it to somebody outside the team.")
    )


def _reviewed(judge: Judge) -> Refusal | None:
    if not judge.has_reviewed:
        return None
    return ReviewedIt(_("You reviewed this audit, so somebody else decides."), next_step=_("Ask a decision maker."))


def _decided(judge: Judge) -> Refusal | None:
    if not judge.has_decided:
        return None
    return ReviewedIt(_("You decided on this audit, so somebody else reviews."), next_step=_("Ask another reviewer."))


def refuse_outcome(outcome: str, *, open_grave: Sequence[str], open_demanding: Sequence[str]) -> Refusal | None:
    """Return why an outcome does not fit the open findings of a deployment; ``None`` where it does.

    ``open_grave`` are references of open critical and major findings, ``open_demanding`` of all that ask an answer.
    """
    if outcome in _WITHOUT_GRAVE and open_grave:
        return _misfit(open_grave)
    if outcome == "conforming" and open_demanding:
        return _misfit(open_demanding)
    return None


def _misfit(refs: Sequence[str]) -> OutcomeDoesNotFit:
    return OutcomeDoesNotFit(
        _("Findings are open: %(refs)s.", refs=", ".join(refs)),
        field="outcome",
        next_step=_("Choose an outcome that says so, or have the remedies verified first."),
        facts={"findings": tuple(refs)},
    )
