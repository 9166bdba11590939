"""A problem and a plan side by side, as the checker sees them: by name, with a calendar of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from scheduling.interval import HalfDay
from scheduling.plan import Assignment, Plan
from scheduling.problem import Audit, Auditor, Problem

FRIDAY = 5


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: which audit, whom and which half-day it concerns, as far as it concerns one."""

    rule: str
    text: str
    audit: str | None = None
    auditor: str | None = None
    at: HalfDay | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An assignment with the audit and the auditors it names; auditors the problem does not know are left out."""

    assignment: Assignment
    audit: Audit
    people: tuple[Auditor, ...]

    @property
    def days(self) -> list[date]:
        """Return the calendar days worked, each once, in order."""
        return sorted({half_day.day for half_day in self.assignment.half_days})

    def leads(self) -> list[Auditor]:
        """Return the known auditors in the lead's seat."""
        leading = {seat.auditor for seat in self.assignment.team if seat.role == "lead"}
        return [auditor for auditor in self.people if auditor.id in leading]


@dataclass(frozen=True)
class Case:
    """A problem and a plan that is to be judged by it."""

    problem: Problem
    plan: Plan

    @cached_property
    def audits(self) -> Mapping[str, Audit]:
        """Return the audits by id."""
        return {audit.id: audit for audit in self.problem.audits}

    @cached_property
    def auditors(self) -> Mapping[str, Auditor]:
        """Return the auditors by id."""
        return {auditor.id: auditor for auditor in self.problem.auditors}

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Return the assignments whose audit the problem knows."""
        return tuple(
            Placed(
                assignment,
                self.audits[assignment.audit],
                tuple(
                    self.auditors[name]
                    for name in dict.fromkeys(seat.auditor for seat in assignment.team)
                    if name in self.auditors
                ),
            )
            for assignment in self.plan.assignments
            if assignment.audit in self.audits
        )

    @cached_property
    def _holidays(self) -> frozenset[date]:
        return frozenset(self.problem.holidays)

    def is_working(self, half_day: HalfDay) -> bool:
        """Tell whether people work on the day: Monday to Friday and no holiday."""
        return half_day.day.isoweekday() <= FRIDAY and half_day.day not in self._holidays

    def working_after(self, half_day: HalfDay) -> HalfDay:
        """Return the first working half-day after ``half_day``."""
        following = half_day.next()
        while not self.is_working(following):
            following = following.next()
        return following
