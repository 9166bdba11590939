"""The words of codes that the edition defines: kinds of use, markets, conditions; and what public pages must say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pool.harbor.lists import DEEMED, StandingLine
from pool.harbor.queries import StandingView
from pool.kernel.words import GROUP
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.policy.tiers import worded
from pool.web.display import day
from pool.web.states import state_word

#: What a firm has to do with a fine-tuned model.
PARTY_ROLES = {
    "tuner": _l("Tuned the model"),
    "co_tuner": _l("Tuned it together with the tuner"),
    "data": _l("Gave the training data"),
    "host": _l("Hosts the model"),
}


def context_word(code: str) -> str:
    """Return the words for a kind of use; an unknown code becomes readable."""
    known = load_edition().indicators.contexts.get(code)
    return _(known.name) if known else code.replace("_", " ").capitalize()


def context_choices() -> tuple[tuple[str, str], ...]:
    """Return every kind of use with its words, by its words."""
    pairs = ((code, context_word(code)) for code in load_edition().indicators.contexts)
    return tuple(sorted(pairs, key=lambda pair: pair[1]))


def market_word(code: str) -> str:
    """Return the words for a market; an unknown code stays as it is."""
    known = load_edition().overlays.get(code)
    return _(known.name) if known else code


def market_choices() -> tuple[tuple[str, str], ...]:
    """Return every market a deployment may name, with its words."""
    return tuple((code, f"{code} · {market_word(code)}") for code in load_edition().markets)


def indicator_words(name: str, value: object) -> str:
    """Return the value of an indicator as people read it: a share in percent, thousands set apart."""
    edition = load_edition()
    try:
        known = name in edition.indicators.all
        return worded(edition, name, Fraction(str(value))).replace(" ", GROUP) if known else str(value)
    except ValueError:
        return str(value)


def condition_state(line: Mapping[str, Any], *, on: date) -> tuple[str, str]:
    """Return meaning and word of one condition of the basis; what is deemed is never called met.

    ``on`` is the day for which the facts of the condition were read: they count days from it.
    Source: DECISIONS 6 and 14.
    """
    if not line["deemed"]:
        return ("good", state_word("met")) if line["met"] else ("overdue", state_word("not_met"))
    return "due_soon", booked_word(line["facts"], on=on) or deemed_word([str(line["condition"])])


def standing_word(standing: StandingView | StandingLine) -> str:
    """Return the word of a standing; a deemed one is never called met. Source: DECISIONS 6."""
    deemed = [one for one in standing.basis if one["deemed"]]
    if not (is_deemed(standing) and deemed):
        return state_word(public_state(standing.state, deemed=standing.deemed))
    booked = (booked_word(one["facts"], on=standing.computed_for) for one in deemed)
    return next(filter(None, booked), "") or deemed_word([str(one["condition"]) for one in deemed])


def is_deemed(standing: StandingView | StandingLine) -> bool:
    """Tell whether a standing counts only because the pool or something upstream is late."""
    return public_state(standing.state, deemed=standing.deemed) == DEEMED


def deemed_word(conditions: Sequence[str]) -> str:
    """Return the word of a record that stands because somebody other than the firm is late."""
    if "C4" in conditions:
        return _("Engaged, waiting for the pool, not audited")
    if "C3" in conditions:
        return _("Engaged, waiting for the pool, not reviewed")
    return _("Engaged, time to replace the base model")


def booked_word(facts: Mapping[str, Any], *, on: date) -> str:
    """Return the word of a condition that counts because its audit is booked; empty where it is not.

    ``on`` is the day for which the facts of the condition were read: they count days from it.
    """
    if not facts.get("audit_booked"):
        return ""
    ahead = facts.get("audit_booked_within_days")
    if not isinstance(ahead, int):
        return _("Engaged, audit booked, not audited yet")
    if ahead == 0:
        return _("Engaged, the booked audit has begun, not decided yet")
    return _("Engaged, audit booked for %(day)s, not audited yet", day=day(on + timedelta(days=ahead)))


def public_state(state: str, *, deemed: bool) -> str:
    """Return the id under which a standing is shown to the public: one that rests on waiting is shown as such."""
    return DEEMED if deemed and state == "good_standing" else state


def what_a_page_is_not() -> str:
    """Return the sentence that stands on every public page. Source: the edition's words, papers_say."""
    return _(
        "It is not a certificate, not an approval, and not a finding of law. It states dated facts and how they were "
        "checked. Whether it has legal effect depends on the place and is said there."
    )
