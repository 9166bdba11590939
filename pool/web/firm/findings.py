"""Findings as the firm answers them: acknowledge or dispute, propose a remedy, carry it out with evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import DEMANDING, FindingState, Grade
from auditors.casework.values import FindingFile
from pool.journeys import remedy
from pool.kernel.refusals import Missing, Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.fields import DateField, FileField, LongText, Text
from pool.web.firm import blueprint
from pool.web.firm.uploads import keep, store
from pool.web.forms import Bound, Form, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Event, Fact
from pool.web.requests import attachment, page, perform, reading, with_values
from pool.web.states import office_word, state_word

SPEC = ListSpec(
    name="findings",
    columns=(
        Column("ref", _l("Finding"), "ref", primary=True),
        Column("statement", _l("What was found")),
        Column("deployment", _l("Deployment"), attr="deployment_name"),
        Column("grade", _l("Grade"), "state"),
        Column("state", _l("State"), "state"),
        Column("due", _l("Due"), "date", attr="due_on"),
    ),
    filters=(
        Filter("grade", _l("Grade"), tuple((str(one), _l(state_word(one))) for one in Grade)),
        Filter("state", _l("State"), tuple((str(one), _l(state_word(one))) for one in FindingState)),
    ),
    search=_l("Words of the finding or a reference"),
)
DISPUTE = Form(
    name="dispute",
    sections=(
        Section(
            title="",
            fields=(
                LongText(
                    name="reason",
                    label=_l("What is not right about it?"),
                    help=_l("Somebody outside the audit team decides. The clock stands still meanwhile."),
                ),
            ),
        ),
    ),
)
ANSWER = Form(
    name="remedy",
    sections=(
        Section(
            title="",
            fields=(
                LongText(name="correction", label=_l("Correction"), help=_l("What do you put right at once?"), rows=3),
                LongText(name="root_cause", label=_l("Root cause"), help=_l("Why could it happen?"), rows=3),
                LongText(
                    name="measure", label=_l("Corrective action"), help=_l("What removes the cause for good?"), rows=3
                ),
                Text(name="owner", label=_l("Who sees to it"), help=_l("A person by name.")),
                DateField(name="due_on", label=_l("Done by")),
            ),
        ),
    ),
)
DONE = Form(
    name="done",
    sections=(
        Section(
            title="",
            fields=(
                LongText(
                    name="evidence_note",
                    label=_l("What was done, and what shows it"),
                    help=_l("An auditor verifies it. Days of waiting for the pool do not count."),
                ),
                FileField(name="file", label=_l("A file that shows it"), required=False),
            ),
        ),
    ),
)
CONTAIN = Form(
    name="contain",
    sections=(Section(title="", fields=(LongText(name="note", label=_l("What keeps harm from going on?"), rows=4),)),),
)


@blueprint.get("/findings")
def findings() -> Any:
    """List the findings issued to the firm."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        items = every_item(lambda part: queries.findings_of_firm(reading(), part), asked)
        return attachment(csv_of(SPEC, items), name="findings.csv", media_type="text/csv")
    view = list_view(SPEC, queries.findings_of_firm(reading(), asked), path=request.path)
    return page("firm/findings.html", view=view)


@blueprint.get("/findings/<ref>")
def finding(ref: str) -> Any:
    """Show one finding with its remedies, its clock and its story."""
    found = queries.finding(reading(), ref)
    one = found.finding
    acts = _acts(found)
    return page(
        "firm/finding.html",
        found=found,
        finding=one,
        sentence=_sentence(found),
        act=acts[0] if acts else None,
        more=acts[1:],
        facts=_facts(found),
        events=_events(found),
        crumbs=[Crumb(label=_("Findings"), url=url_for("firm.findings")), Crumb(label=one.ref)],
    )


_ADDRESSES: dict[str, tuple[str, Callable[[], str]]] = {
    "acknowledge": ("firm.acknowledge_finding", lambda: _("Accept the finding")),
    "dispute": ("firm.dispute_finding", lambda: _("Dispute it")),
    "contain": ("firm.contain_finding", lambda: _("Say what contains the harm")),
    "propose": ("firm.answer_finding", lambda: _("Propose a remedy")),
    "respond": ("firm.answer_finding", lambda: _("Propose a remedy")),
    "implement": ("firm.implement_remedy", lambda: _("Report it done")),
}


def _acts(found: FindingFile) -> list[Action]:
    acts: list[Action] = []
    seen: set[str] = set()
    for move in found.moves:
        if move.move not in _ADDRESSES or _ADDRESSES[move.move][0] in seen:
            continue
        endpoint, label = _ADDRESSES[move.move]
        seen.add(endpoint)
        method = "post" if endpoint == "firm.acknowledge_finding" else "get"
        style = "quiet" if acts or move.move == "dispute" else "primary"
        acts.append(Action(label=label(), url=url_for(endpoint, ref=found.finding.ref), method=method, style=style))
    return sorted(acts, key=lambda act: act.style != "primary")


_SENTENCES = {
    "issued": lambda: _("Issued. Accept it, or dispute it with a reason; silence counts as accepted."),
    "noted": lambda: _("A remark. Nothing is asked of you."),
    "disputed": lambda: _("Disputed. Somebody outside the audit team decides; the clock stands still."),
    "acknowledged": lambda: _("Accepted. Propose a remedy: correction, root cause and action."),
    "responded": lambda: _("Your remedy is with the auditor."),
    "response_rejected": lambda: _("Sent back: the remedy does not reach the cause yet."),
    "response_accepted": lambda: _("The remedy is agreed. Carry it out and show it."),
    "evidence_submitted": lambda: _("Waiting for the auditor to verify; these days do not count against you."),
    "closed_on_plan": lambda: _("Closed on its plan; verified at the next audit."),
    "verified_closed": lambda: _("Verified and closed."),
    "withdrawn": lambda: _("Withdrawn."),
}


def _sentence(found: FindingFile) -> str:
    return _SENTENCES[found.finding.state]() if found.finding.state in _SENTENCES else ""


def _facts(found: FindingFile) -> list[Fact]:
    one = found.finding
    facts = [
        Fact(label=_("Deployment"), value=one.deployment_name, url=url_for("firm.deployment", ref=one.deployment_ref)),
        Fact(label=_("Audit"), value=one.audit_ref, kind="ref", url=url_for("firm.audit", ref=one.audit_ref)),
        Fact(label=_("Test point"), value=one.point_id),
        Fact(label=_("Issued"), value=one.issued_at, kind="instant"),
    ]
    if one.grade in DEMANDING:
        if one.contain_by:
            facts.append(Fact(label=_("Contain by"), value=one.contain_by, kind="instant"))
        facts += [
            Fact(label=_("Plan by"), value=one.plan_by, kind="date"),
            Fact(label=_("Close by"), value=one.close_by, kind="date"),
        ]
    return facts


def _events(found: FindingFile) -> list[Event]:
    return [
        Event(
            at=entry.at,
            who=entry.name,
            what=state_word(entry.verb.rpartition(".")[2]),
            seat=office_word(entry.office) if entry.office else "",
            why=entry.reason,
        )
        for entry in reversed(found.thread)
    ]


def _back(ref: str) -> str:
    return url_for("firm.finding", ref=ref)


@blueprint.post("/findings/<ref>/acknowledge")
def acknowledge_finding(ref: str) -> Any:
    """Accept a finding."""
    return perform(remedy.acknowledge, finding_ref=ref, then=lambda _none: _back(ref))


def _form_page(ref: str, form: Form, journey: Any, *, title: str, submit: str, lead: str | None = None) -> Any:
    queries.finding(reading(), ref)
    bound = form.fresh()
    if request.method == "POST":
        bound = form.bind(request.form, request.files)
        if bound.valid:
            try:
                return _take(ref, bound, journey)
            except Refusal as refusal:
                bound.add_refusal(refusal)
    return page(
        "shared/form.html",
        422 if bound.is_bound else 200,
        form_title=title,
        form_lead=lead,
        bound=bound,
        form_action=request.path,
        submit_label=submit,
        cancel_url=_back(ref),
    )


def _take(ref: str, bound: Bound, journey: Any) -> Any:
    values = dict(bound.cleaned)
    if "measure" in values:  # a form's "action" is the button that was pressed
        values["action"] = values.pop("measure")
    upload = values.pop("file", None)
    if upload is not None:
        values["stored"], values["name"] = keep(upload), upload.filename
    return perform(with_values(journey, finding_ref=ref, **values), then=lambda _none: _back(ref))


@blueprint.route("/findings/<ref>/dispute", methods=["GET", "POST"])
def dispute_finding(ref: str) -> Any:
    """Dispute a finding with a reason."""
    return _form_page(ref, DISPUTE, remedy.dispute, title=_("Dispute the finding"), submit=_("Dispute it"))


@blueprint.route("/findings/<ref>/answer", methods=["GET", "POST"])
def answer_finding(ref: str) -> Any:
    """Propose a remedy."""
    return _form_page(ref, ANSWER, remedy.propose, title=_("Propose a remedy"), submit=_("Send it to the auditor"))


@blueprint.route("/findings/<ref>/done", methods=["GET", "POST"])
def implement_remedy(ref: str) -> Any:
    """Report a remedy as carried out, with what shows it."""
    return _form_page(ref, DONE, remedy.report_done, title=_("Report it done"), submit=_("Send it for verification"))


@blueprint.route("/findings/<ref>/contain", methods=["GET", "POST"])
def contain_finding(ref: str) -> Any:
    """Say what keeps the harm of a critical finding from going on."""
    return _form_page(ref, CONTAIN, remedy.contain, title=_("Contain the harm"), submit=_("Record it"))


@blueprint.get("/findings/<ref>/files/<sha256>")
def finding_file(ref: str, sha256: str) -> Any:
    """Hand out a file of a finding, to be saved. Raises: Missing for one that is not of this finding."""
    found = queries.finding(reading(), ref)
    file = next((one for one in found.evidence if one.sha256 == sha256), None)
    if file is None:
        raise Missing(_("There is no such file."), next_step=_("Look at the files of the finding."))
    with store().open(file.sha256) as source:
        return attachment(source.read(), name=file.name, media_type="application/octet-stream")
