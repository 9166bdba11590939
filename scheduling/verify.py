"""The independent checker: say whether a plan is legal for a problem, without any code of the solver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pool.kernel.refusals import Invalid
from scheduling.case import Case, Violation
from scheduling.certificate import objective_of
from scheduling.constraints import RULES
from scheduling.plan import Plan, plan_from_json
from scheduling.problem import Problem
from scheduling.problem_json import problem_from_json

Value = TypeVar("Value")


def violations_of(problem: Problem, plan: Plan) -> list[Violation]:
    """Return every broken rule, in the order of the rules."""
    case = Case(problem, plan)
    return [violation for rule in RULES.values() for violation in rule(case)]


def verify(problem_json: object, plan_json: object) -> dict[str, Any]:
    """Judge a plan document by a problem document: ``valid``, ``violations`` and the recomputed ``objective``.

    Raises: Invalid when one of the documents does not have the shape of its schema; the field begins with
    ``problem`` or ``plan``.
    """
    problem = _named("problem", lambda: problem_from_json(problem_json))
    plan = _named("plan", lambda: plan_from_json(plan_json))
    violations = violations_of(problem, plan)
    return {
        "valid": not violations,
        "violations": [_violation_json(violation) for violation in violations],
        "objective": objective_of(Case(problem, plan)),
    }


def _named(document: str, read: Callable[[], Value]) -> Value:
    try:
        return read()
    except Invalid as refusal:
        refusal.field = f"{document}.{refusal.field}" if refusal.field else document
        raise


def _violation_json(violation: Violation) -> dict[str, str | None]:
    return {
        "rule": violation.rule,
        "audit": violation.audit,
        "auditor": violation.auditor,
        "at": None if violation.at is None else str(violation.at),
        "text": violation.text,
    }
