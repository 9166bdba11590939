"""Plans in words: why an audit has no team yet, what each level of the objective means, who covers what in a team."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin.roster import competence_names
from scheduling.plan import FUNNEL_STEPS
from scheduling.problem import Auditor, Competence, Need

#: The rule after which nobody, or no team, was left -> what a person reads first.
_HEADLINES = {
    "all": _l("The roster holds nobody who could be asked."),
    "window": _l("The firm's window holds no working half-day ahead. It chooses another; its place stays."),
    "excluded": _l("Everybody who could come declined, or was objected to."),
    "pin": _l("What is fixed already leaves no team."),
    "competence-cover": _l("Nobody holds what this audit needs."),
    "competence-valid": _l("The competence that is needed is not valid on all days of any start in the window."),
    "lead-qualified": _l("Nobody who is left may lead."),
    "language": _l("Nobody who is left speaks the language of the audit."),
    "interest": _l("Interests in this firm keep everybody else away."),
    "rotation": _l("Everybody who could lead has led here as often as rotation allows."),
    "calendar": _l("Nobody is free for the whole length within the window."),
    "load-limit": _l("Everybody else is at the load limit."),
    "double-booking": _l("Everybody else is needed for other audits of this plan."),
    "team-size": _l("Single people would fit, but no whole team is free together."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a funnel: the rule in words, how many auditors it left, and how many it took away."""

    rule: str
    words: str
    left: int
    taken: int


def reasons_of(steps: Iterable[tuple[str, int]]) -> tuple[Reason, ...]:
    """Return the steps of a funnel in words, in their order."""
    found: list[Reason] = []
    before = 0
    for rule, left in steps:
        found.append(Reason(rule, step_words(rule), left, max(0, before - left)))
        before = left
    return tuple(found)


def step_words(rule: str) -> str:
    """Return a step of a funnel in words."""
    _name, _colon, code = rule.partition(":")
    if code:
        return _("Left that cover %(need)s at its level.", need=competence_words(code))
    return str(FUNNEL_STEPS.get(rule, rule))


def headline_of(steps: Sequence[tuple[str, int]]) -> str:
    """Return in one sentence why an audit has no team; for a booking that was never planned, what happens next."""
    if not steps:
        return _("Not planned yet: the next plan looks for a team.")
    rule = steps[-1][0]
    name, _colon, code = rule.partition(":")
    if code:
        return _("Nobody who is left covers %(need)s at its level.", need=competence_words(code))
    return str(_HEADLINES.get(name, _("No team fits.")))


def competence_words(code: str) -> str:
    """Return a competence with its name."""
    name = competence_names().get(code, "")
    return f"{code} {name}" if name else code


@dataclass(frozen=True, slots=True)
class Cover:
    """One need of an audit and the people of the team who cover it on all its days."""

    need: str
    level: int
    is_lead: bool
    people: tuple[str, ...]


def covers_of(
    needs: Iterable[tuple[Need, bool]], team: Sequence[tuple[str, Auditor, str]], days: Sequence[date]
) -> tuple[Cover, ...]:
    """Return each need with who covers it. ``team`` holds name, auditor, role; ``needs`` says which is the lead's."""
    return tuple(
        Cover(
            need=_need_words(need),
            level=need.min_level,
            is_lead=is_lead,
            people=tuple(
                _person_words(name, auditor, need, days)
                for name, auditor, role in team
                if _covers(auditor, need, days) and (not is_lead or role == "lead")
            ),
        )
        for need, is_lead in needs
    )


def _need_words(need: Need) -> str:
    return _(" or ").join(competence_words(option.code) for option in (need, *need.alternatives))


def _person_words(name: str, auditor: Auditor, need: Need, days: Sequence[date]) -> str:
    level = max((one.level for one in auditor.competences if _counts(one, need, days)), default=need.min_level)
    return _("%(name)s (level %(level)s)", name=name, level=level)


def _covers(auditor: Auditor, need: Need, days: Sequence[date]) -> bool:
    """Tell whether on every day some competence of the auditor meets the need."""
    return all(any(_counts(one, need, [day]) for one in auditor.competences) for day in days)


def _counts(held: Competence, need: Need, days: Sequence[date]) -> bool:
    return need.is_met_by(held) and all(
        held.valid_from <= day and (held.valid_until is None or day < held.valid_until) for day in days
    )


_LEVEL_WORDS = {
    "unplaced_pinned": _l("Not placed, partly fixed"),
    "unplaced_high": _l("Not placed, high tier"),
    "unplaced_medium": _l("Not placed, medium tier"),
    "unplaced_low": _l("Not placed, low tier"),
    "money_minor": _l("Price of the teams"),
    "load_squares": _l("Evenness of load"),
    "start_half_days": _l("Waiting before the start"),
}


def level_words(level: str) -> str:
    """Return the short name of a level of the objective."""
    return str(_LEVEL_WORDS.get(level, level))
