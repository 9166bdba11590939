"""Making a plan and what becomes of it: at once or by the clock, looked at, published, put aside."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request, url_for

from pool.journeys import plan as journeys
from pool.journeys import planning
from pool.kernel.clock import day_of
from pool.kernel.history import activity_of
from pool.kernel.refusals import Missing, Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web import display
from pool.web.admin import blueprint
from pool.web.admin.plan import MEANINGS, is_overtaken, may_plan, plan_word, proof_word
from pool.web.admin.plan_view import PlanPage, plan_page
from pool.web.fields import LongText
from pool.web.forms import Form, Section
from pool.web.history import events_of
from pool.web.parts import Action, Crumb, Fact, Progress
from pool.web.refusals import STATUS
from pool.web.requests import (
    actor,
    at,
    attachment,
    attempt,
    close_reading,
    database,
    go,
    page,
    perform,
    reading,
    with_values,
)
from scheduling.queries import PlanFile, PlanLine, plan_file

DISCARD = Form(
    "discard",
    sections=(Section("", fields=(LongText(name="reason", label=_l("Why is it put aside?"), most=2000, rows=3),)),),
)


class NoSuchDocument(Missing):
    """A plan has two documents, its problem and itself."""


# --------------------------------------------------------------------------------------------------
# Making a plan


@blueprint.post("/pool/plan/now")
def plan_now() -> Any:
    """Make a plan of all that waits: at once where it is short work, else by the pool's clock."""
    size = planning.open_size(reading())
    close_reading()
    if size > planning.AT_ONCE:
        return perform(planning.ask_for_plan, then=lambda key: url_for("admin.planning", key=key))
    made = planning.work_out(database(), at=at(), actor=actor())
    return perform(
        journeys.keep_plan,
        problem=made.problem,
        plan=made.plan,
        then=lambda line: url_for("admin.plan_review", ref=line.ref),
    )


@blueprint.get("/pool/plan/making/<key>", endpoint="planning")
def planning_page(key: str) -> Any:
    """Show how far a plan is that was asked for; when it is kept, go on to it."""
    found = planning.planning(reading(), key)
    if found.state == "done" and found.plan:
        return _on_to(url_for("admin.plan_review", ref=found.plan))
    is_dead = found.state == "dead"
    now_doing = {
        "due": _("Waiting for the pool's clock, which looks every few seconds."),
        "claimed": _("Looking for teams and half-days; the best plan is proved or the effort used up."),
        "dead": _(
            "This plan was given up after %(n)s attempts. Nobody was asked and nothing changed.", n=found.attempts
        ),
    }.get(found.state, _("Keeping the plan."))
    lines = [] if is_dead else [_("The problem is read as it stands when the work begins.")]
    if found.last_error:
        lines.append(_("Attempt %(n)s failed: %(error)s", n=found.attempts, error=found.last_error))
    if is_dead:
        lines.append(_("Next step: ask for a plan again; where it fails again, show this to an administrator."))
    return page(
        "shared/progress.html",
        work=Progress(
            title=_("Making a plan"),
            now_doing=now_doing,
            lines=lines,
            started_at=found.asked_at,
            back_url=url_for("admin.plan"),
            has_ended=is_dead,
            next_step=_plan_again() if is_dead else None,
        ),
        poll_url=request.path,
        crumbs=[Crumb(label=_("Plan"), url=url_for("admin.plan")), Crumb(label=_("Making a plan"))],
    )


def _plan_again() -> Action | None:
    if not may_plan():
        return None
    return Action(label=_("Plan again"), url=url_for("admin.plan_now"), method="post", style="primary")


def _on_to(address: str) -> Any:
    if request.headers.get("HX-Request"):
        answer = Response("", status=200)
        answer.headers["HX-Redirect"] = address
        return answer
    return go(address)


# --------------------------------------------------------------------------------------------------
# One plan


@blueprint.get("/pool/plan/<ref>")
def plan_review(ref: str) -> Any:
    """Show a kept plan: teams, price, what is not placed and why, the objective, the checker's verdict."""
    return _review_page(plan_file(reading(), ref))


def _review_page(file: PlanFile, *, refused: Refusal | None = None) -> Any:
    line = file.line
    shown = plan_page(reading(), file, today=day_of(at()))
    is_open = line.state == "solved"
    valid = bool(shown.verdict["valid"])
    is_late = is_open and is_overtaken(line)
    publish = Action(label=_("Publish"), url=url_for("admin.publish_plan", ref=line.ref))
    discard = Action(label=_("Put aside"), url=url_for("admin.discard_plan", ref=line.ref), style="quiet")
    return page(
        "admin/plan_review.html",
        200 if refused is None else STATUS.get(refused.kind, 400),
        line=line,
        shown=shown,
        refused=refused,
        word=plan_word(line.state),
        meaning=MEANINGS[line.state],
        sentence=_sentence(line, shown, is_late=is_late),
        primary=publish if may_plan() and is_open and valid and not is_late and refused is None else None,
        actions=[discard] if may_plan() and is_open else [],
        must_act=_("planner") if is_open and not may_plan() else None,
        facts=_facts(line, shown),
        proof=proof_word(line.status),
        events=events_of(activity_of(reading(), line.ref)),
        crumbs=[Crumb(label=_("Plan"), url=url_for("admin.plan")), Crumb(label=line.ref)],
    )


def _sentence(line: PlanLine, shown: PlanPage, *, is_late: bool) -> str:
    if line.state == "published":
        return _("Published %(day)s: the teams were asked.", day=display.day(line.published_at))
    if line.state == "discarded":
        return _("Put aside; nobody was asked.")
    if not shown.verdict["valid"]:
        return _("The checker found rules broken. This plan cannot be published.")
    if is_late:
        return _("Another plan was published after this one was made: make a new one, and put this one aside.")
    return _("Kept, nobody was asked yet. Publishing asks every auditor named here.")


def _facts(line: PlanLine, shown: PlanPage) -> list[Fact]:
    return [
        Fact(label=_("Made"), value=line.made_at, kind="instant"),
        Fact(
            label=_("Days looked at"),
            value=_("%(a)s to %(b)s", a=display.day(shown.first_day), b=display.day(shown.last_day)),
        ),
        Fact(label=_("Auditors who could be asked"), value=shown.auditors, kind="number"),
        Fact(label=_("Problem"), value=line.problem_digest, kind="digest",
             hint=_("The plan names the problem it answers; another problem's plan is refused.")),
    ]  # fmt: skip


@blueprint.get("/pool/plan/<ref>/<document>.json")
def plan_document(ref: str, document: str) -> Response:
    """Give the problem or the plan as the open document it is; anybody can check it again. Raises: NoSuchDocument."""
    file = plan_file(reading(), ref)
    known = {"problem": file.problem, "plan": file.plan}
    if document not in known:
        raise NoSuchDocument(_("There is no such document."), next_step=_("Go back to the plan."))
    text = json.dumps(known[document], indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return attachment(text.encode(), name=f"{file.line.ref}-{document}.json", media_type="application/json")


@blueprint.route("/pool/plan/<ref>/publish", methods=["GET", "POST"])
def publish_plan(ref: str) -> Any:
    """Say what publishing does, and publish: teams are asked, what is not placed waits with its reasons."""
    file = plan_file(reading(), ref)
    if request.method == "POST":
        try:
            return perform(
                journeys.publish_plan,
                plan=file.line.ref,
                then=lambda done: url_for("admin.plan_review", ref=done.plan_ref),
            )
        except Refusal as refusal:
            if refusal.kind == "forbidden":
                raise
            return _review_page(plan_file(reading(), ref), refused=refusal)
    shown = plan_page(reading(), file, today=day_of(at()))
    people = {seat.ref for team in shown.teams for seat in team.seats}
    return page(
        "admin/plan_publish.html",
        title=_("Publish %(ref)s", ref=file.line.ref),
        text=_(
            "Before anything happens the independent checker looks at the plan again, and at what is booked, known and "
            "free now. Then every auditor of these teams is asked; their half-days are held until they answer."
        ),
        facts=[
            Fact(label=_("Teams to be asked"), value=len(shown.teams), kind="number"),
            Fact(label=_("Auditors in them"), value=len(people), kind="number"),
            Fact(label=_("Price of the teams"), value=shown.price, kind="money"),
            Fact(label=_("Go on the waiting list, with reasons"), value=len(shown.unplaced), kind="number"),
        ],
        action=request.path,
        back=url_for("admin.plan_review", ref=file.line.ref),
        crumbs=[
            Crumb(label=_("Plan"), url=url_for("admin.plan")),
            Crumb(label=file.line.ref, url=url_for("admin.plan_review", ref=file.line.ref)),
            Crumb(label=_("Publish")),
        ],
    )


@blueprint.route("/pool/plan/<ref>/discard", methods=["GET", "POST"])
def discard_plan(ref: str) -> Any:
    """Ask why a plan is put aside, and put it aside."""
    line = plan_file(reading(), ref).line
    bound = DISCARD.fresh()
    if request.method == "POST":
        bound = DISCARD.bind(request.form, request.files)
        if bound.valid:
            answer = attempt(
                bound,
                lambda: perform(
                    with_values(journeys.discard_plan, plan=line.ref, reason=bound["reason"]),
                    then=lambda done: url_for("admin.plan_review", ref=done.ref),
                ),
                beyond={"forbidden"},
            )
            if answer is not None:
                return answer
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("Put %(ref)s aside", ref=line.ref),
        confirm_text=_("Nobody was asked and nobody is told. The plan stays readable, and another can be made."),
        confirm_facts=[
            Fact(label=_("State"), value=plan_word(line.state)),
            Fact(label=_("Placed"), value=line.placed, kind="number"),
            Fact(label=_("Not placed"), value=line.unplaced, kind="number"),
        ],
        confirm_action=request.path,
        confirm_label=_("Put aside"),
        back_url=url_for("admin.plan_review", ref=line.ref),
        bound=bound,
        crumbs=[
            Crumb(label=_("Plan"), url=url_for("admin.plan")),
            Crumb(label=line.ref, url=url_for("admin.plan_review", ref=line.ref)),
            Crumb(label=_("Put aside")),
        ],
    )
