"""The numbers of a booking with their steps: auditor-days, team, estimate, needs, and why no team fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.bookings.values import BookingFile
from pool.kernel.money import Money
from pool.kernel.words import gettext as _
from pool.kernel.words import ngettext
from pool.policy.loading import load_edition
from pool.web.display import auditor_days, exact_number, money
from scheduling.plan import FUNNEL_STEPS


@dataclass(frozen=True, slots=True)
class Workings:
    """A number with the table of its steps: ``rows`` hold as many cells as ``head``, the last row is the result."""

    label: str
    value: str
    hint: str
    title: str
    head: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One thing the team must know: its name or names, codes with least levels, and whether the lead holds it."""

    name: str
    level: str
    is_lead: bool


def workings_of(file: BookingFile) -> tuple[Workings, ...]:
    """Return the days and the estimate with their steps, as far as they are known."""
    return tuple(one for one in (_days(file), _estimate(file)) if one is not None)


def _days(file: BookingFile) -> Workings | None:
    if not file.line.exact_days:
        return None
    words = increase_words()
    rows = []
    for step in file.effort_steps:
        label = str(step["label"])
        known = words.get(str(step["id"]))
        rows.append((known or label, figure(str(step["figure"]), str(step["unit"])), str(step["source"])))
    return Workings(
        label=_("Auditor-days"),
        value=auditor_days(file.line.exact_days),
        hint=team_words(file.line.people, file.line.half_days),
        title=_("How the days came about"),
        head=(_("Step"), _("Figure"), _("Rule")),
        kinds=("text", "number", "rule"),
        rows=tuple(rows),
        source=_("Edition %(edition)s, effort.yaml", edition=str(file.brief.get("edition", ""))),
    )


def increase_words() -> dict[str, str]:
    """Return the increases of the edition by id, in words where its table states a rule as a formula."""
    thresholds = {"==": _("is"), ">=": _("is at least"), "<=": _("is at most"), ">": _("is above"), "<": _("is below")}
    found = {}
    for one in load_edition().documents["effort.yaml"].get("increases", ()):
        said = str(one.get("when", ""))
        for sign, word in thresholds.items():
            said = said.replace(f" {sign} ", f" {word} ")
        found[str(one["id"])] = _("Increase: %(why)s", why=said.replace("_", " "))
    return found


def reduction_words() -> tuple[tuple[str, str], ...]:
    """Return the reductions of the edition: their ids, and in its words when each holds and how much it takes off."""
    return tuple(
        (one.id, _("%(when)s (%(id)s, %(percent)s %% less)", when=_capital(_(one.when)), id=one.id,
                   percent=exact_words(str(one.percent))))
        for one in load_edition().effort.reductions.values()
    )  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _estimate(file: BookingFile) -> Workings | None:
    total = file.line.estimate
    if total is None:
        return None
    rows = tuple(
        (str(one["label"]), str(one["figure"]), money(Money(int(one["amount_minor"]), total.currency)))
        for one in file.price_steps
    )
    return Workings(
        label=_("Estimate"),
        value=money(total),
        hint=range_words(file),
        title=_("How the estimate came about"),
        head=(_("Step"), _("Worked out"), _("Amount")),
        kinds=("text", "text", "money"),
        rows=rows,
        source=_("The estimate is the pool's price before. What is borne in the end is a share of real costs."),
    )


def range_words(file: BookingFile) -> str:
    """Return between which amounts the estimate lies; empty where one rate alone was there to reckon with."""
    if file.estimate_low is None or file.estimate_high is None or file.estimate_low == file.estimate_high:
        return ""
    return _("between %(a)s and %(b)s", a=money(file.estimate_low), b=money(file.estimate_high))


def exact_words(text: str) -> str:
    """Return an exact number that is kept as a fraction, to four decimals at most."""
    rounded = round(Fraction(text), 4)
    return f"{float(rounded):.4f}".rstrip("0").rstrip(".")


def figure(text: str, unit: str) -> str:
    """Return the figure of a step with its unit; a step that only says something has none."""
    if not text:
        return ""
    value = Fraction(text)
    shown = exact_number(text) if unit == "days" else exact_words(text)
    plurals = {
        "days": lambda: ngettext("%(shown)s day", "%(shown)s days", 1 if value == 1 else 2, shown=shown),
        "half-days": lambda: ngettext("%(shown)s half-day", "%(shown)s half-days", 1 if value == 1 else 2, shown=shown),
        "people": lambda: ngettext("%(shown)s person", "%(shown)s people", 1 if value == 1 else 2, shown=shown),
        "percent": lambda: f"{shown} %",
    }
    return plurals[unit]() if unit in plurals else f"× {shown}"


def team_words(people: int, half_days: int) -> str:
    """Return how many people come for how many half-days."""
    who = ngettext("%(n)s person", "%(n)s people", people)
    length = ngettext("%(n)s half-day", "%(n)s half-days", half_days)
    return _("%(who)s, %(length)s", who=who, length=length) if people == 1 else _(
        "%(who)s, %(length)s each", who=who, length=length
    )  # fmt: skip


def competence_names() -> Mapping[str, str]:
    """Return the name of each competence of the edition by its code."""
    rules = load_edition().effort.competence
    return {**rules.functions, **rules.sectors}


def needs_of(file: BookingFile) -> tuple[NeedLine, ...]:
    """Return what the team must cover, the lead's part first."""
    names = competence_names()
    levels = {1: _("assists"), 2: _("works alone"), 3: _("leads")}
    lines = []
    for one in file.needs:
        # Any of the options meets the need; the one that screening reckoned with stands first.
        first = (str(one["code"]), int(one["min_level"]))
        others = [(str(code), int(level)) for code, level in one.get("options", ()) if str(code) != first[0]]
        options = [first, *others]
        lines.append(
            NeedLine(
                _(" or ").join(names.get(code, code) for code, _level in options),
                ", ".join(
                    _("%(code)s: level %(n)s, %(word)s", code=code, n=level, word=levels.get(level, ""))
                    for code, level in options
                ),
                bool(one["lead"]),
            )
        )
    return tuple(sorted(lines, key=lambda one: not one.is_lead))


def step_words(rule: str) -> str:
    """Return a step of the search for a team in words."""
    code = rule.partition(":")[2]
    if code:
        return _("Left that cover %(need)s at its level.", need=f"{code} {competence_names().get(code, '')}".strip())
    return _("All auditors of the roster.") if rule == "all" else str(FUNNEL_STEPS.get(rule, rule))


def funnel_of(file: BookingFile) -> tuple[tuple[str, int], ...]:
    """Return the steps that leave nobody for a booking: the rule in words, and how many auditors it leaves."""
    return tuple((step_words(rule), left) for rule, left in file.waitlist_reasons)
