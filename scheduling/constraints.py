"""The hard rules of a plan, one named function each, as the checker applies them.

Nothing here is shared with the solver: the rules read the plain dates of the problem and rebuild the calendar
themselves, so that a mistake in one is not a mistake in both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from pool.kernel.words import gettext as _
from pool.kernel.words import lazy
from scheduling.case import Case, Violation
from scheduling.certificate import objective_of
from scheduling.interval import HalfDay
from scheduling.problem import Auditor, Competence, Need
from scheduling.problem_json import digest_of_problem

Rule = Callable[[Case], Iterator[Violation]]
RULES: dict[str, Rule] = {}
#: What each rule demands, for schema and pages.
RULE_WORDS: dict[str, str] = {}


def _rule(name: str, words: str) -> Callable[[Rule], Rule]:
    def note(rule: Rule) -> Rule:
        RULES[name], RULE_WORDS[name] = rule, words
        return rule

    return note


def _serves(held: Competence, need: Need) -> bool:
    """Tell whether a competence is one of the asked ones at its level; the solver has its own way to ask."""
    return any(
        held.code == code and held.level >= level
        for code, level in [(need.code, need.min_level), *((o.code, o.min_level) for o in need.alternatives)]
    )


def _holds(auditor: Auditor, need: Need) -> bool:
    """Tell whether the auditor has the competence at its level at any time."""
    return any(_serves(held, need) for held in auditor.competences)


def _holds_on(auditor: Auditor, need: Need, days: list[date]) -> bool:
    """Tell whether the auditor has the competence at its level on every one of ``days``."""
    return all(
        any(
            _serves(held, need) and held.valid_from <= day and (held.valid_until is None or day < held.valid_until)
            for held in auditor.competences
        )
        for day in days
    )


@_rule("problem-digest", lazy("The plan names this problem by its digest."))
def problem_digest(case: Case) -> Iterator[Violation]:
    """Refuse a plan that was made for another problem."""
    if case.plan.problem_digest != digest_of_problem(case.problem):
        yield Violation("problem-digest", _("The plan was made for another problem."))


@_rule("unknown-audit", lazy("The plan names only audits of the problem."))
def unknown_audit(case: Case) -> Iterator[Violation]:
    """Refuse audits the problem does not list."""
    named = [placed.audit for placed in case.plan.assignments] + [left.audit for left in case.plan.unplaced]
    for name in named:
        if name not in case.audits:
            yield Violation("unknown-audit", _("The problem has no such audit."), audit=name)


@_rule("unknown-auditor", lazy("The plan names only auditors of the problem."))
def unknown_auditor(case: Case) -> Iterator[Violation]:
    """Refuse auditors the problem does not list."""
    for assignment in case.plan.assignments:
        for seat in assignment.team:
            if seat.auditor not in case.auditors:
                reason = _("The problem has no such auditor.")
                yield Violation("unknown-auditor", reason, audit=assignment.audit, auditor=seat.auditor)


@_rule("audit-once", lazy("Every audit of the problem stands in the plan once, placed or unplaced."))
def audit_once(case: Case) -> Iterator[Violation]:
    """Refuse audits that are left out or stand there twice."""
    times = Counter(placed.audit for placed in case.plan.assignments)
    times.update(left.audit for left in case.plan.unplaced)
    for name in case.audits:
        if times[name] != 1:
            reason = _("The audit stands %(times)s times in the plan.", times=times[name])
            yield Violation("audit-once", reason, audit=name)


@_rule("team-size", lazy("The team has the number of people that screening fixed."))
def team_size(case: Case) -> Iterator[Violation]:
    """Refuse teams that are too small or too large. Source: policy/DECISIONS.md 11."""
    for placed in case.placed:
        seats = len(placed.assignment.team)
        if seats != placed.audit.people:
            reason = _("The team has %(seats)s seats, %(people)s are fixed.", seats=seats, people=placed.audit.people)
            yield Violation("team-size", reason, audit=placed.audit.id)


@_rule("distinct-team", lazy("Nobody sits in one team twice."))
def distinct_team(case: Case) -> Iterator[Violation]:
    """Refuse a team in which one person holds two seats."""
    for placed in case.placed:
        for name, seats in Counter(seat.auditor for seat in placed.assignment.team).items():
            if seats > 1:
                reason = _("The auditor holds %(seats)s seats in one team.", seats=seats)
                yield Violation("distinct-team", reason, audit=placed.audit.id, auditor=name)


@_rule("lead-qualified", lazy("The team has one lead, who holds the lead competence at its level (F1 level 3)."))
def lead_qualified(case: Case) -> Iterator[Violation]:
    """Refuse a team without exactly one lead, or with one who may not lead. Source: effort.yaml, competence.levels."""
    for placed in case.placed:
        leads = sum(seat.role == "lead" for seat in placed.assignment.team)
        if leads != 1:
            reason = _("The team has %(leads)s leads instead of one.", leads=leads)
            yield Violation("lead-qualified", reason, audit=placed.audit.id)
        for lead in placed.leads():
            if not _holds(lead, placed.audit.lead):
                reason = _("The lead does not hold %(need)s.", need=_need_words(placed.audit.lead))
                yield Violation("lead-qualified", reason, audit=placed.audit.id, auditor=lead.id)


@_rule("competence-cover", lazy("The team together covers every needed competence at its level."))
def competence_cover(case: Case) -> Iterator[Violation]:
    """Refuse a team that lacks a needed competence altogether. Source: effort.yaml, required_by_tier."""
    for placed in case.placed:
        for need in placed.audit.needs:
            if not any(_holds(auditor, need) for auditor in placed.people):
                reason = _("Nobody in the team holds %(need)s.", need=_need_words(need))
                yield Violation("competence-cover", reason, audit=placed.audit.id)


@_rule("member-competence", lazy("Everyone in the team beside the lead covers at least one of the needs."))
def member_competence(case: Case) -> Iterator[Violation]:
    """Refuse a seat for somebody who brings nothing the audit needs. Source: policy/DECISIONS.md 11 (fewest people)."""
    for placed in case.placed:
        leads = placed.leads()
        for auditor in placed.people:
            useful = auditor in leads or any(_holds(auditor, need) for need in placed.audit.needs)
            if placed.audit.needs and not useful:
                reason = _("The auditor covers none of the needs.")
                yield Violation("member-competence", reason, audit=placed.audit.id, auditor=auditor.id)


@_rule("competence-valid", lazy("A competence counts only if it is valid on every day of the audit."))
def competence_valid(case: Case) -> Iterator[Violation]:
    """Refuse competence that is held, but not on every day of the audit."""
    for placed in case.placed:
        audit, days, leads = placed.audit, placed.days, placed.leads()
        for need in audit.needs:
            holders = [auditor for auditor in placed.people if _holds(auditor, need)]
            if holders and not any(_holds_on(auditor, need, days) for auditor in holders):
                reason = _("%(need)s is not valid on every day.", need=_need_words(need))
                yield Violation("competence-valid", reason, audit=audit.id, auditor=holders[0].id)
        for lead in leads:
            if _holds(lead, audit.lead) and not _holds_on(lead, audit.lead, days):
                reason = _("%(need)s of the lead is not valid on every day.", need=_need_words(audit.lead))
                yield Violation("competence-valid", reason, audit=audit.id, auditor=lead.id)
        for member in placed.people:
            held = [need for need in audit.needs if _holds(member, need)]
            if member not in leads and held and not any(_holds_on(member, need, days) for need in held):
                reason = _("No needed competence of the auditor is valid on every day.")
                yield Violation("competence-valid", reason, audit=audit.id, auditor=member.id)


@_rule("language", lazy("Everyone in the team speaks the language of the audit."))
def language(case: Case) -> Iterator[Violation]:
    """Refuse auditors who do not speak the language of the audit."""
    for placed in case.placed:
        for auditor in placed.people:
            if placed.audit.language is not None and placed.audit.language not in auditor.languages:
                reason = _("The auditor does not speak %(language)s.", language=placed.audit.language)
                yield Violation("language", reason, audit=placed.audit.id, auditor=auditor.id)


@_rule("interest", lazy("Nobody in the team has a blocking interest in the firm on a day of the audit."))
def interest(case: Case) -> Iterator[Violation]:
    """Refuse auditors with a conflict or within its cooling-off. Source: effort.yaml, separation; process.md 1.7."""
    declared = defaultdict(list)
    for relation in case.problem.interests:
        if relation.blocks:
            declared[relation.auditor, relation.firm].append(relation)
    for placed in case.placed:
        for auditor in placed.people:
            for relation in declared[auditor.id, placed.audit.firm]:
                touched = [
                    half_day
                    for half_day in sorted(placed.assignment.half_days)
                    if (relation.begins is None or relation.begins <= half_day.day)
                    and (relation.ends is None or half_day.day < relation.ends)
                ]
                if touched:
                    reason = _("An interest of the kind %(kind)s blocks.", kind=relation.kind)
                    yield Violation("interest", reason, audit=placed.audit.id, auditor=auditor.id, at=touched[0])


@_rule("rotation", lazy("Nobody leads at one firm more than three audits or four years in a row."))
def rotation(case: Case) -> Iterator[Violation]:
    """Refuse a lead whose row at the firm is full, this plan counted. Source: policy/DECISIONS.md 12."""
    rows = {(row.auditor, row.firm): row for row in case.problem.rotation}
    limits = case.problem.limits
    led: Counter[tuple[str, str]] = Counter()
    for placed in sorted(case.placed, key=lambda p: sorted(p.assignment.half_days)[:1]):
        for lead in placed.leads():
            pair = (lead.id, placed.audit.firm)
            row = rows.get(pair)
            led[pair] += 1
            audits = led[pair] + (row.lead_audits if row else 0)
            if audits > limits.lead_audits_in_a_row or (row and row.lead_years >= limits.lead_years_in_a_row):
                reason = _("The lead's row at this firm is full; a cycle off comes first.")
                yield Violation("rotation", reason, audit=placed.audit.id, auditor=lead.id)


@_rule("calendar", lazy("Nobody is planned on leave or on half-days already booked."))
def calendar(case: Case) -> Iterator[Violation]:
    """Refuse half-days on which an auditor is not available."""
    for placed in case.placed:
        for auditor in placed.people:
            for half_day in sorted(placed.assignment.half_days):
                if any(away.begins <= half_day < away.ends for away in auditor.unavailable):
                    reason = _("The auditor is not available.")
                    yield Violation("calendar", reason, audit=placed.audit.id, auditor=auditor.id, at=half_day)
                    break


@_rule("double-booking", lazy("Nobody works on two audits in one half-day."))
def double_booking(case: Case) -> Iterator[Violation]:
    """Refuse two audits for one auditor in one half-day."""
    taken: dict[tuple[str, HalfDay], str] = {}
    clashes: set[tuple[str, str, str]] = set()
    for placed in case.placed:
        for auditor in placed.people:
            for half_day in sorted(set(placed.assignment.half_days)):
                other = taken.setdefault((auditor.id, half_day), placed.audit.id)
                clash = (auditor.id, other, placed.audit.id)
                if other != placed.audit.id and clash not in clashes:
                    clashes.add(clash)
                    reason = _("The auditor works on %(other)s then.", other=other)
                    yield Violation("double-booking", reason, audit=placed.audit.id, auditor=auditor.id, at=half_day)


@_rule("load-limit", lazy("Nobody is planned for more half-days than the load limit allows."))
def load_limit(case: Case) -> Iterator[Violation]:
    """Refuse a load above ``max_half_days``."""
    load: Counter[str] = Counter()
    for placed in case.placed:
        for auditor in placed.people:
            load[auditor.id] += len(placed.assignment.half_days)
    for name, half_days in load.items():
        most = case.auditors[name].max_half_days
        if half_days > most:
            reason = _(
                "%(half_days)s half-days are planned, at most %(most)s may be.",
                half_days=half_days,
                most=most,
            )
            yield Violation("load-limit", reason, auditor=name)


@_rule("duration", lazy("An audit has as many half-days as screening fixed."))
def duration(case: Case) -> Iterator[Violation]:
    """Refuse audits that are shortened or stretched."""
    for placed in case.placed:
        given = len(placed.assignment.half_days)
        if given != placed.audit.half_days:
            reason = _("%(given)s half-days are planned, %(due)s are fixed.", given=given, due=placed.audit.half_days)
            yield Violation("duration", reason, audit=placed.audit.id)


@_rule("working-day", lazy("Nobody works on a weekend or a holiday."))
def working_day(case: Case) -> Iterator[Violation]:
    """Refuse half-days on weekends and holidays."""
    for placed in case.placed:
        for half_day in placed.assignment.half_days:
            if not case.is_working(half_day):
                yield Violation("working-day", _("Nobody works on this day."), audit=placed.audit.id, at=half_day)


@_rule("consecutive", lazy("The half-days follow each other in order without a working half-day between them."))
def consecutive(case: Case) -> Iterator[Violation]:
    """Refuse gaps, repetitions and disorder among the half-days. Source: policy/DECISIONS.md 11."""
    for placed in case.placed:
        working = [half_day for half_day in placed.assignment.half_days if case.is_working(half_day)]
        for earlier, later in pairwise(working):
            if case.working_after(earlier) != later:
                reason = _("%(later)s does not follow %(earlier)s.", later=later, earlier=earlier)
                yield Violation("consecutive", reason, audit=placed.audit.id, at=later)


@_rule("window", lazy("The audit lies within its window and within the horizon."))
def window(case: Case) -> Iterator[Violation]:
    """Refuse half-days outside the window that was asked for, or outside the horizon."""
    for placed in case.placed:
        stretch = placed.audit.window
        for half_day in placed.assignment.half_days:
            inside = stretch.begins <= half_day < stretch.ends
            if not inside or not case.problem.first_day <= half_day.day <= case.problem.last_day:
                yield Violation("window", _("The half-day lies outside."), audit=placed.audit.id, at=half_day)


@_rule("pin", lazy("What was fixed already stays: the start, and the pinned seats."))
def pin(case: Case) -> Iterator[Violation]:
    """Refuse a plan that moves what is pinned."""
    for placed in case.placed:
        pinned, assignment = placed.audit.pinned, placed.assignment
        if pinned is None:
            continue
        if pinned.start is not None and assignment.half_days[:1] != (pinned.start,):
            reason = _("The audit is pinned to start on %(start)s.", start=pinned.start)
            yield Violation("pin", reason, audit=placed.audit.id, at=pinned.start)
        for seat in pinned.team:
            if seat not in assignment.team:
                reason = _("The auditor is pinned to a seat of the team.")
                yield Violation("pin", reason, audit=placed.audit.id, auditor=seat.auditor)


@_rule("excluded", lazy("Nobody is in a team who declined the audit, was objected to, or judged it before."))
def excluded(case: Case) -> Iterator[Violation]:
    """Refuse auditors who are excluded from this audit."""
    for placed in case.placed:
        for auditor in placed.people:
            if auditor.id in placed.audit.excluded:
                reason = _("The auditor is excluded from this audit.")
                yield Violation("excluded", reason, audit=placed.audit.id, auditor=auditor.id)


@_rule("objective", lazy("Every level of the objective is what the plan's own assignments make."))
def objective(case: Case) -> Iterator[Violation]:
    """Refuse a stated objective that differs from the recomputed one."""
    for level, figure in objective_of(case).items():
        stated = case.plan.objective[level]
        if stated != figure:
            reason = _("%(level)s is %(figure)s, stated %(stated)s.", level=level, figure=figure, stated=stated)
            yield Violation("objective", reason)


def _need_words(need: Need) -> str:
    options = [
        _("%(code)s at level %(level)s", code=option.code, level=option.min_level)
        for option in (need, *need.alternatives)
    ]
    return _(" or ").join(options)
