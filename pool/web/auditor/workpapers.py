"""The workpaper of a test point: its form, saving as it is typed, the rating, its files, how many to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import jsonify, request, url_for

from auditors.casework import queries
from auditors.casework.evidence import FileStore
from auditors.casework.values import AuditFile, PointView
from auditors.casework.workpapers import records_to_sample
from pool.journeys import audit as journeys
from pool.kernel.refusals import Refusal
from pool.kernel.storage import AlreadyDone
from pool.kernel.versions import Moved
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import blueprint, vocabulary
from pool.web.auditor.bench import bench_of, find_point, missing_parts
from pool.web.auditor.frame import frame_of
from pool.web.fields import FileField, Hidden, LongText, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.parts import Explanation
from pool.web.requests import (
    actor,
    at,
    attempt,
    close_reading,
    database,
    once_of,
    page,
    perform,
    reading,
    settings,
)

MOST_RECORDS = 10**12
_LONG = 20_000
FORM = Form(
    "paper",
    [
        Section(
            "",
            [
                LongText(name="procedure", label=_l("Procedure"), required=False, most=_LONG, rows=3,
                         help=_l("What you did: read, asked, re-derived, ran.")),
                LongText(name="sample", label=_l("Sample"), help=_l("Which items, how many of how many, how drawn."),
                         required=False, most=_LONG, rows=2),
                LongText(name="result", label=_l("Result"), help=_l("What you saw, item by item where it matters."),
                         required=False, most=_LONG, rows=4),
                LongText(name="conclusion", label=_l("Conclusion"), help=_l("What it says about the duty."),
                         required=False, most=_LONG, rows=2),
                Radio(name="rating", label=_l("Rating"), required=False,
                      choices=[Option(name, word, hint) for name, (_m, word, hint) in vocabulary.RATINGS.items()]),
                Text(name="rating_reason", label=_l("Why it was not tested or does not apply"), required=False,
                     most=2000),
                Hidden(name="version", most=12, pattern="[0-9]+"),
            ],
        )
    ],
)  # fmt: skip
FILE_FORM = Form(
    "file",
    [
        Section(
            "",
            [
                FileField(name="file", label=_l("File")),
                Text(name="purpose", label=_l("What it shows"), required=False, most=500),
            ],
        )
    ],
)
_WORDS = ("procedure", "sample", "result", "conclusion", "rating", "rating_reason")


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How many records to look at: the answer for ``records`` of them, with the rule."""

    records: str
    count: int | None
    explanation: Explanation
    problem: str = ""


def form_of(point: PointView) -> Bound:
    """Return the form with what was saved."""
    values: dict[str, Any] = {name: getattr(point, name) or "" for name in _WORDS}
    return FORM.fresh({**values, "version": point.version})


def sampling_of(file: AuditFile, point: PointView | None, records: str) -> Sampling | None:
    """Return how many of ``records`` are looked at at this tier; without a number only the rule."""
    if point is None:
        return None
    factor = str(file.brief.get("sampling_factor", "1"))
    rule = Explanation(
        rule=_(
            "Of N records, max(5, k × √N) are looked at, rounded up, never more than N; at least a quarter at random."
        ),
        inputs=[(_("k at this tier"), factor), (_("Random outputs"), file.brief.get("outputs_sampled"))],
        source="test_points.yaml",
        edition=file.edition,
    )
    if not records.strip():
        return Sampling(records="", count=None, explanation=rule)
    plain = "".join(records.replace(",", "").split())
    if not plain.isascii() or not plain.isdigit() or not 0 < int(plain[:13] or "0") <= MOST_RECORDS:
        problem = _("Write a whole number above 0.")
        return Sampling(records=records[:20], count=None, explanation=rule, problem=problem)
    count = records_to_sample(int(plain), factor=factor)
    return Sampling(records=plain, count=count, explanation=rule)


def read_point(ref: str, deployment: str, point_id: str) -> tuple[AuditFile, PointView]:
    """Return an audit file and one of its test points. Raises: AuditMissing, NoSuchPoint."""
    file = queries.audit_file(reading(), ref)
    return file, find_point(file, deployment, point_id)


def show_bench(
    file: AuditFile,
    point: PointView | None,
    *,
    bound: Bound | None = None,
    file_form: Bound | None = None,
    moved: PointView | None = None,
    status: int = 200,
) -> Any:
    """Render the workbench. ``bound`` is the form as typed; ``moved`` what somebody else saved meanwhile."""
    return page(
        "auditor/audit.html",
        status,
        **frame_of(file, "auditor.audit"),
        bench=bench_of(file, point, actor=actor(), shown=request.args.get("show", "all")),
        form=bound or (form_of(point) if point else None),
        file_form=file_form or FILE_FORM.fresh(),
        moved=moved,
        sampling=sampling_of(file, point, request.args.get("records", "")),
    )


# --------------------------------------------------------------------------------------------------
# Saving


@blueprint.route("/audits/<ref>/points/<deployment>/<point_id>", methods=["GET", "POST"])
def point(ref: str, deployment: str, point_id: str) -> Any:
    """Show one test point at the workbench, and save its workpaper."""
    if request.method == "GET":
        return show_bench(*read_point(ref, deployment, point_id))
    action = request.form.get("action", "")
    bound = FORM.bind(request.form)
    if action == "autosave":
        return _autosave(bound, ref, deployment, point_id)
    if not bound.valid:
        file, chosen = read_point(ref, deployment, point_id)
        return show_bench(file, chosen, bound=bound, status=422)
    values = _values(bound)
    if action == "words":
        values |= {"rating": "", "rating_reason": ""}
    file, chosen = read_point(ref, deployment, point_id)
    bench = bench_of(file, chosen, actor=actor(), shown=request.args.get("show", "all"))
    here = url_for("auditor.point", ref=ref, deployment=deployment, point_id=point_id, show=request.args.get("show"))
    target = bench.next_url if action == "next" and bench.next_url else here
    try:
        return perform(
            journeys.rate,
            audit_ref=ref,
            point_id=point_id,
            deployment=deployment,
            **values,
            then=lambda _version: target,
        )
    except Moved as refusal:
        file, chosen = read_point(ref, deployment, point_id)
        bound.add_error(None, refusal.reason)
        # Why the new number: whoever has read the other words below may then write over them on purpose.
        bound.values["version"] = str(chosen.version)
        return show_bench(file, chosen, bound=bound, moved=chosen, status=409)
    except Refusal as refusal:
        bound.add_refusal(refusal)
        file, chosen = read_point(ref, deployment, point_id)
        return show_bench(file, chosen, bound=bound, status=422)


def _values(bound: Bound) -> dict[str, Any]:
    values: dict[str, Any] = {name: bound[name] or "" for name in _WORDS}
    if values["rating"] in vocabulary.TESTED:
        values["rating_reason"] = ""
    return {**values, "version": int(bound["version"])}


def _autosave(bound: Bound, ref: str, deployment: str, point_id: str) -> Any:
    """Save what was typed so far. A rating whose parts are not all there yet waits; the words are kept."""
    if not bound.valid:
        words = [*bound.form_errors, *(word for errors in bound.errors.values() for word in errors)]
        return jsonify({"saved": False, "reason": " ".join(words)}), 422
    values = _values(bound)
    waiting = missing_parts(values)
    if waiting:
        values |= {"rating": "", "rating_reason": ""}
    once = once_of(str)
    close_reading()
    try:
        version = database().run_work(
            journeys.rate,
            audit_ref=ref,
            point_id=point_id,
            deployment=deployment,
            **values,
            actor=actor(),
            at=at(),
            once=once,
        )
    except AlreadyDone as done:
        version = int(done.answer)
    rating = values["rating"] or None
    note = _("The rating waits for: %(parts)s.", parts=", ".join(waiting)) if waiting else ""
    word = vocabulary.rating_word(rating)
    return jsonify(
        {
            "saved": True,
            "version": version,
            "rating": rating,
            "word": word,
            "meaning": vocabulary.rating_meaning(rating),
            "note": note,
        }
    )


@blueprint.post("/audits/<ref>/points/<deployment>/<point_id>/files")
def add_point_file(ref: str, deployment: str, point_id: str) -> Any:
    """Attach a file to a test point; it stays the team's until the audit is closed."""
    bound = FILE_FORM.bind(request.form, request.files)
    if bound.valid:
        answer = attempt(
            bound,
            lambda: attach_file(
                bound,
                journeys.attach_to_point,
                audit_ref=ref,
                point_id=point_id,
                deployment=deployment,
                then=url_for("auditor.point", ref=ref, deployment=deployment, point_id=point_id) + "#files",
            ),
        )
        if answer is not None:
            return answer
    return show_bench(*read_point(ref, deployment, point_id), file_form=bound, status=422)


def attach_file(bound: Bound, journey: Any, *, then: str, **named: Any) -> Any:
    """Keep the bytes of a bound file form, then let ``journey`` write down what they belong to.

    Raises: what the store and the journey refuse.
    """
    limit = settings().upload_limit_mib * 1024 * 1024
    stored = FileStore(settings().files_dir).put(bound["file"].content, limit)
    values: Mapping[str, Any] = {"stored": stored, "name": bound["file"].filename, "purpose": bound["purpose"]}
    return perform(journey, **values, **named, then=lambda _public_id: then)
