"""Findings as the firm answers them: acknowledge or dispute, propose a remedy, carry it out with evidence."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import FindingState, Grade
from pool.journeys import remedy
from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict, Missing, Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import vocabulary
from pool.web.auditor.findings_view import story, who_acts
from pool.web.fields import DateField, FileField, Hidden, LongText, Text
from pool.web.firm import blueprint
from pool.web.firm.finding_words import acts_of, facts_of, moves_of, sentence_of, start_values
from pool.web.firm.uploads import keep, store
from pool.web.forms import Bound, Form, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb
from pool.web.requests import actor, at, attachment, page, perform, reading, with_values
from pool.web.states import state_word

#: What the team has not issued is not the firm's to see.
_SEEN = tuple(one for one in FindingState if one not in (FindingState.DRAFT, FindingState.DISCARDED))
SPEC = ListSpec(
    name="findings",
    columns=(
        Column("ref", _l("Finding"), "ref", sort=True, primary=True),
        Column("statement", _l("What was found")),
        Column("deployment", _l("Deployment"), attr="deployment_name"),
        Column("grade", _l("Grade"), "state", sort=True),
        Column("state", _l("State"), "state", sort=True),
        Column("close_by", _l("Due"), "due", sort=True, attr="due_on"),
    ),
    filters=(
        Filter("grade", _l("Grade"), tuple((str(one), _l(state_word(one))) for one in Grade)),
        Filter("state", _l("State"), tuple((str(one), _l(state_word(one))) for one in _SEEN)),
    ),
    search=_l("Words of the finding or a reference"),
    default_sort="-ref",
)
_VERSION = Hidden(name="version", required=False, most=12, pattern="[0-9]*")
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
                _VERSION,
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
                _VERSION,
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
    sections=(
        Section(title="", fields=(LongText(name="note", label=_l("What keeps harm from going on?"), rows=4), _VERSION)),
    ),
)


class NotAsked(Conflict):
    """The finding does not wait for this step of the firm."""


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
    acts = acts_of(found)
    return page(
        "firm/finding.html",
        found=found,
        finding=one,
        sentence=sentence_of(found, today=day_of(at())),
        act=acts[0] if acts else None,
        more=acts[1:],
        must_act=None if acts else who_acts(one) or None,
        facts=facts_of(found),
        events=story(found),
        words=vocabulary,
        crumbs=[Crumb(label=_("Findings"), url=url_for("firm.findings")), Crumb(label=one.ref)],
    )


def _back(ref: str) -> str:
    return url_for("firm.finding", ref=ref)


@blueprint.post("/findings/<ref>/acknowledge")
def acknowledge_finding(ref: str) -> Any:
    """Accept a finding."""
    found = queries.finding(reading(), ref).finding
    return perform(remedy.acknowledge, finding_ref=found.ref, then=lambda _none: _back(ref))


def _form_page(ref: str, move: str, form: Form, journey: Any, *, title: str, submit: str) -> Any:
    found = queries.finding(reading(), ref)
    if request.method == "GET" and move not in moves_of(found):
        raise NotAsked(
            _("“%(act)s” is not open now: %(why)s", act=title, why=sentence_of(found, today=day_of(at()))),
            next_step=_("Look at the finding; it says who must act next."),
        )
    bound = form.fresh({**start_values(found, form, name=actor().name), "version": str(found.finding.version)})
    if request.method == "POST":
        bound = form.bind(request.form, request.files)
        if bound.valid:
            try:
                return _take(ref, bound, journey)
            except Refusal as refusal:
                bound.add_refusal(refusal)
                # Why: what stands above the form is read anew, so the next try is about what is shown now.
                found = queries.finding(reading(), ref)
                bound.values["version"] = str(found.finding.version)
    return page(
        "firm/finding_act.html",
        bound.status,
        form_title=title,
        finding=found.finding,
        answer=found.remedies[-1].answer if found.remedies else "",
        facts=facts_of(found)[-3:] if move in ("respond", "contain") else [],
        bound=bound,
        form_action=request.path,
        submit_label=submit,
        back_url=_back(ref),
    )


def _take(ref: str, bound: Bound, journey: Any) -> Any:
    values = dict(bound.cleaned)
    if "measure" in values:  # a form's "action" is the button that was pressed
        values["action"] = values.pop("measure")
    if values.get("version") is not None:
        values["version"] = int(values["version"]) if values["version"] else None
    upload = values.pop("file", None)
    if upload is not None:
        values["stored"], values["name"] = keep(upload), upload.filename
    return perform(with_values(journey, finding_ref=ref, **values), then=lambda _none: _back(ref))


@blueprint.route("/findings/<ref>/dispute", methods=["GET", "POST"])
def dispute_finding(ref: str) -> Any:
    """Dispute a finding with a reason."""
    return _form_page(ref, "dispute", DISPUTE, remedy.dispute, title=_("Dispute the finding"), submit=_("Dispute it"))


@blueprint.route("/findings/<ref>/answer", methods=["GET", "POST"])
def answer_finding(ref: str) -> Any:
    """Propose a remedy."""
    return _form_page(
        ref, "respond", ANSWER, remedy.propose, title=_("Propose a remedy"), submit=_("Send it to the auditor")
    )


@blueprint.route("/findings/<ref>/done", methods=["GET", "POST"])
def implement_remedy(ref: str) -> Any:
    """Report a remedy as carried out, with what shows it."""
    return _form_page(
        ref, "implement", DONE, remedy.report_done, title=_("Report it done"), submit=_("Send it for verification")
    )


@blueprint.route("/findings/<ref>/contain", methods=["GET", "POST"])
def contain_finding(ref: str) -> Any:
    """Say what keeps the harm of a critical finding from going on."""
    return _form_page(ref, "contain", CONTAIN, remedy.contain, title=_("Contain the harm"), submit=_("Record it"))


@blueprint.get("/findings/<ref>/files/<sha256>")
def finding_file(ref: str, sha256: str) -> Any:
    """Hand out a file of a finding, to be saved. Raises: Missing for one that is not of this finding."""
    found = queries.finding(reading(), ref)
    file = next((one for one in found.evidence if one.sha256 == sha256), None)
    if file is None:
        raise Missing(_("There is no such file."), next_step=_("Look at the files of the finding."))
    with store().open(file.sha256) as source:
        return attachment(source.read(), name=file.name, media_type="application/octet-stream")
