"""Competence of auditors: confirming it on evidence, renewing it, ending it, and the evidence itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from auditors.casework.evidence import FileStore
from auditors.roster import queries
from auditors.roster.queries import CompetenceMissing
from auditors.roster.values import AuditorView, CompetenceView
from pool.journeys import roster as journeys
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web import display
from pool.web.admin import blueprint
from pool.web.admin.roster import competence_names
from pool.web.fields import Choice, DateField, FileField, LongText, Radio, Text, Upload
from pool.web.forms import Bound, Form, Option, Section
from pool.web.parts import Crumb, Fact
from pool.web.requests import (
    at,
    attachment,
    attempt,
    close_reading,
    form_of,
    page,
    perform,
    reading,
    settings,
    with_values,
)

#: How long a competence is confirmed for where nobody says otherwise.
USUAL_YEARS = 3
_NOTE = Text(
    name="evidence_note",
    label=_l("Evidence"),
    most=500,
    example="ISO 19011 lead auditor, certificate 4711 of 3 May 2024",
    help=_l("What you saw: certificate, examination, witnessed audit. A name alone is no evidence."),
)
_FILE = FileField(
    name="evidence",
    label=_l("Its file"),
    required=False,
    help=_l("Kept by its digest, so that it can be shown later that nothing was exchanged."),
)
ADD = Form(
    "competence",
    sections=(
        Section(
            "",
            fields=(
                Choice(name="code", label=_l("Competence")),
                Radio(
                    name="level",
                    label=_l("Level"),
                    cards=True,
                    choices=(
                        Option("1", _l("1, assists"), _l("Works beside somebody who holds it at level 2 or 3.")),
                        Option("2", _l("2, works alone"), _l("Covers the need of an audit.")),
                        Option("3", _l("3, leads"), _l("For F1: may lead a team.")),
                    ),
                ),
                DateField(name="valid_from", label=_l("Valid from")),
                DateField(name="valid_until", label=_l("Valid until"), help=_l("The last day on which it counts.")),
                _NOTE,
                _FILE,
            ),
        ),
    ),
)
RENEW = Form(
    "renew",
    sections=(
        Section(
            "",
            fields=(
                DateField(name="valid_until", label=_l("Valid until"), help=_l("The last day on which it counts.")),
                _NOTE,
                _FILE,
            ),
        ),
    ),
)
END = Form(
    "end-competence",
    sections=(Section("", fields=(LongText(name="reason", label=_l("Why does it end?"), most=500, rows=3),)),),
)


@blueprint.route("/pool/roster/<ref>/competence/add", methods=["GET", "POST"])
def add_competence(ref: str) -> Any:
    """Confirm a competence of an auditor on evidence."""
    found = queries.auditor(reading(), ref)
    names = competence_names()
    form = ADD.with_choices("code", [(code, f"{code}  {name}") for code, name in names.items()])
    today = day_of(at())
    bound = form.fresh({"valid_from": today, "valid_until": _years_on(today), "level": "2"})
    if request.method == "POST":
        bound = form.bind(request.form, request.files)
        if bound.valid:
            values = dict(bound.cleaned)
            digest = _kept(values.pop("evidence"))
            values["level"] = int(values["level"])
            answer = attempt(
                bound,
                lambda: perform(
                    journeys.add_competence,
                    auditor=found.ref,
                    evidence_digest=digest,
                    **values,
                    then=lambda _view: _back(found),
                ),
                beyond={"forbidden"},
            )
            if answer is not None:
                return answer
    return _page(found, bound, title=_("Confirm a competence"), lead="", label=_("Confirm"))


@blueprint.route("/pool/roster/<ref>/competence/<competence>/renew", methods=["GET", "POST"])
def renew_competence(ref: str, competence: str) -> Any:
    """Renew a competence with new evidence; the old row stays and the new one follows it."""
    found, held = _competence(ref, competence)
    begins = max(held.valid_until + timedelta(days=1), day_of(at()))
    bound = RENEW.fresh({"valid_until": _years_on(begins) - timedelta(days=1)})
    if request.method == "POST":
        bound = RENEW.bind(request.form, request.files)
        if bound.valid:
            values = dict(bound.cleaned)
            digest = _kept(values.pop("evidence"))
            answer = attempt(
                bound,
                lambda: perform(
                    journeys.renew_competence,
                    competence=competence,
                    evidence_digest=digest,
                    **values,
                    then=lambda _view: _back(found),
                ),
                beyond={"forbidden"},
            )
            if answer is not None:
                return answer
    return _page(
        found,
        bound,
        title=_("Renew %(code)s at level %(level)s", code=held.code, level=held.level),
        lead=_("The renewal begins on %(day)s; what was not valid before never becomes so afterwards.",
               day=display.day(begins)),
        label=_("Renew"),
    )  # fmt: skip


@blueprint.route("/pool/roster/<ref>/competence/<competence>/end", methods=["GET", "POST"])
def end_competence(ref: str, competence: str) -> Any:
    """Ask why a competence ends, and end it now."""
    found, held = _competence(ref, competence)
    bound = form_of(END)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.end_competence, competence=competence, reason=bound["reason"]),
            then=lambda _view: _back(found),
        ),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    title = _("End %(code)s of %(name)s", code=held.code, name=found.name)
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=title,
        confirm_text=_(
            "It stops counting at once: plans made from now on do not build on it. Audits that are booked stay booked; "
            "look at them. The row stays on record."
        ),
        confirm_facts=[
            Fact(label=_("Competence"), value=f"{held.code} {competence_names().get(held.code, '')}"),
            Fact(label=_("Level"), value=held.level, kind="number"),
            Fact(label=_("Valid until"), value=held.valid_until, kind="date"),
        ],
        confirm_action=url_for("admin.end_competence", ref=found.ref, competence=competence),
        confirm_label=_("End it"),
        back_url=_back(found),
        bound=bound,
        crumbs=_way(found, title),
    )


@blueprint.get("/pool/roster/<ref>/competence/<competence>/evidence")
def competence_file(ref: str, competence: str) -> Response:
    """Give the file on which a competence was confirmed, to be saved. Raises: CompetenceMissing, BytesMissing."""
    found, held = _competence(ref, competence)
    if not held.evidence_digest:
        raise _missing()
    with FileStore(settings().files_dir).open(held.evidence_digest.removeprefix("sha256:")) as stream:
        content = stream.read()
    name = f"{found.ref}-{held.code}-{held.valid_from.isoformat()}"
    return attachment(content, name=name, media_type="application/octet-stream")


def _competence(ref: str, public_id: str) -> tuple[AuditorView, CompetenceView]:
    """Return an auditor with one of their competences. Raises: AuditorMissing, CompetenceMissing."""
    profile = queries.profile(reading(), ref)
    held = next((one for one in profile.competences if one.public_id == public_id), None)
    if held is None:
        raise _missing()
    return profile.auditor, held


def _missing() -> CompetenceMissing:
    return CompetenceMissing(
        _("There is no such competence."), field="competence", next_step=_("Look at the auditor's profile.")
    )


def _kept(upload: Upload | None) -> str | None:
    """Write the evidence to the store before the journey; return its digest, if there is any."""
    if upload is None:
        return None
    close_reading()
    stored = FileStore(settings().files_dir).put(upload.content, settings().upload_limit_mib * 1024 * 1024)
    return f"sha256:{stored.sha256}"


def _years_on(day: date) -> date:
    return date(day.year + USUAL_YEARS, day.month, min(day.day, 28))


def _back(found: AuditorView) -> str:
    return url_for("admin.auditor", ref=found.ref) + "#competence"


def _way(found: AuditorView, title: str) -> list[Crumb]:
    return [
        Crumb(label=_("Roster"), url=url_for("admin.roster")),
        Crumb(label=found.name, url=url_for("admin.auditor", ref=found.ref)),
        Crumb(label=title),
    ]


def _page(found: AuditorView, bound: Bound, *, title: str, lead: str, label: str) -> Any:
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("%(title)s: %(name)s", title=title, name=found.name),
        form_lead=lead or None,
        bound=bound,
        form_action=request.path,
        submit_label=label,
        cancel_url=_back(found),
        crumbs=_way(found, title),
    )
