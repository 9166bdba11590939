"""Planning in the background: a job works the open problem out and keeps the plan; whoever asked may leave meanwhile.

Solving is pure and may take long, so it stands outside every transaction; only keeping what came out is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pool.journeys.plan import MOST_AUDITS, export_problem, keep_plan
from pool.kernel.history import activity_of
from pool.kernel.ids import new_public_id
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Missing
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Reading, Work, takes_numbers
from pool.kernel.words import gettext as _
from scheduling import jobs
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem_json import problem_to_json
from scheduling.service import NotPlanner

#: Kept in rows: the kind of the job that makes a plan.
PLAN_JOB = "plan.solve"
#: Up to so many audits a plan is worked out while somebody waits; more go to a job.
AT_ONCE = 30
_SUBJECT = "planning"


class NoSuchPlanning(Missing):
    """Nobody asked for a plan under this key."""


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A problem and its plan as documents."""

    problem: dict[str, Any]
    plan: dict[str, Any]
    audits: int


@dataclass(frozen=True, slots=True)
class Planning:
    """A plan that was asked for. ``state``: due, claimed, done, dead; ``plan`` is its reference once it is kept."""

    key: str
    state: str
    asked_at: datetime | None
    attempts: int
    last_error: str
    plan: str


def work_out(database: Database, *, at: datetime, actor: Actor = SYSTEM, currency: str = "EUR") -> WorkedOut:
    """Read the open problem and solve it; nothing is written and no transaction is open while it is solved.

    Raises: NotPlanner, TooLarge.
    """
    with database.reading(actor, at) as reading:
        problem = export_problem(reading, currency=currency)
    return WorkedOut(problem_to_json(problem), plan_to_json(solve(problem)), len(problem.audits))


def open_size(reading: Reading, *, currency: str = "EUR") -> int:
    """Return how many audits a plan would be made for now. Raises: NotPlanner."""
    return min(MOST_AUDITS, len(export_problem(reading, currency=currency).audits))


def ask_for_plan(work: Work, *, currency: str = "EUR") -> str:
    """Ask for a plan of all that waits, made by the pool's clock; return the key under which it is found again.

    A planning that is not done yet is not asked for twice: its key is returned. Raises: NotPlanner.
    """
    if work.actor.office is not Office.PLANNER:
        raise NotPlanner(_("Only the planner works on plans."), next_step=_("Ask the planner."))
    running = jobs.jobs_listed(work, ListRequest(filters=(("kind", (PLAN_JOB,)), ("state", ("due", "claimed")))))
    if running.items:
        return running.items[0].dedupe_key.partition(":")[2]
    key = new_public_id()
    jobs.enqueue(
        work,
        kind=PLAN_JOB,
        dedupe_key=f"{PLAN_JOB}:{key}",
        due_at=work.at,
        payload={"key": key, "currency": currency},
    )
    work.note("planning.asked", subject_kind=_SUBJECT, subject_ref=key, after={"currency": currency})
    return key


@takes_numbers
def keep_asked(work: Work, *, key: str, currency: str, problem: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    """Keep the plan that was asked for under ``key``; return its reference. The clock calls it."""
    kept = keep_plan(work, problem=problem, plan=plan)
    work.note("planning.done", subject_kind=_SUBJECT, subject_ref=key, after={"plan": kept.ref, "currency": currency})
    return kept.ref


def work_out_asked(database: Database, *, at: datetime, key: str, currency: str) -> dict[str, Any]:
    """Return what ``keep_asked`` is to keep; the clock calls it before that, outside any transaction."""
    found = work_out(database, at=at, currency=currency)
    return {"problem": found.problem, "plan": found.plan}


def planning(reading: Reading, key: str) -> Planning:
    """Return how far a plan is that was asked for. Raises: NoSuchPlanning."""
    found = jobs.job_of(reading, f"{PLAN_JOB}:{key}")
    if found is None:
        raise NoSuchPlanning(_("No plan was asked for here."), field="key", next_step=_("Look at the plans."))
    told = {one.verb: one for one in activity_of(reading, key)}
    done, asked = told.get("planning.done"), told.get("planning.asked")
    return Planning(
        key=key,
        state=found.state,
        asked_at=asked.at if asked else None,
        attempts=found.attempts,
        last_error=found.last_error,
        plan=str(done.after.get("plan", "")) if done else "",
    )
