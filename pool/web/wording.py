"""The words of codes that the edition defines: kinds of use, markets, conditions; and what public pages must say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pool.kernel.words import gettext as _
from pool.policy.loading import load_edition
from pool.web.states import state_word


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


def condition_state(line: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return state id, meaning and word of one condition of the basis; what is deemed is never called met.

    Source: DECISIONS 6 and 14.
    """
    if not line["deemed"]:
        return ("met", "good", state_word("met")) if line["met"] else ("not_met", "overdue", state_word("not_met"))
    words = {
        "C3": _("Engaged, waiting for the pool, not reviewed"),
        "C4": _("Engaged, audit booked, not audited yet")
        if line["facts"].get("audit_booked")
        else _("Engaged, waiting for the pool, not audited"),
    }
    return (
        "deemed",
        "due_soon",
        words.get(line["condition"], _("Counts for now: time to mend what the firm did not cause")),
    )


def public_state(state: str, *, deemed: bool) -> str:
    """Return the id under which a standing is shown to the public: one that rests on waiting is shown as such."""
    return "deemed" if deemed and state == "good_standing" else state


def what_a_page_is_not() -> str:
    """Return the sentence that stands on every public page. Source: the edition's words, papers_say."""
    return _(
        "It is not a certificate, not an approval, and not a finding of law. It states dated facts and how they were "
        "checked. Whether it has legal effect depends on the place and is said there."
    )
