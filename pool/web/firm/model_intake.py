"""Registering a fine-tuned model: files in, what we understood, contradictions settled, the form filled.

Without JavaScript it is two steps on one address. What was typed stays; a faulty file is named and the others stay.
After files were read the browser is sent on to a page of their own, kept in the session: going back and loading anew
show it again and send nothing twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request, url_for

from pool.journeys import intake
from pool.journeys.intake import Handed
from pool.kernel.ids import new_public_id
from pool.kernel.words import gettext as _
from pool.kernel.words import ngettext
from pool.registry import queries
from pool.registry.inspection import Merged, merge
from pool.registry.queries import FoundationView
from pool.web.firm import blueprint
from pool.web.firm.model_forms import (
    FILES,
    FORM,
    FROM_FORM,
    as_text,
    file_options,
    foundation_choices,
    model_values,
    suggestions,
    understood,
)
from pool.web.firm.uploads import Fault, receive, remembered
from pool.web.forms import Bound, Form, Section
from pool.web.parts import Crumb, Step
from pool.web.requests import attempt, go, page, perform, pool_session, reading

#: How many forms with read files a session keeps; and under which name.
MOST_KEPT = 3
_READ = "read_models"
#: Beside the rest of the form files may be left out; a page of files alone has nothing to read without one.
DROP = Form("model", (Section("", (replace(FILES, required=True),)),))


@blueprint.route("/models/new", methods=["GET", "POST"])
def new_model() -> Any:
    """Take the files of a model, show what they say, and register it."""
    if request.method == "GET":
        if request.args.get("by") in ("hand", "hosted"):
            hosted = {"hosted": True} if request.args["by"] == "hosted" else {}
            return _form_page(_form((), Merged()).fresh(hosted), (), Merged())
        if request.args.get("read"):
            return _shown_again(request.args["read"])
        return _first_page(DROP.fresh(), 200)
    before = remembered(request.form.getlist("kept"))
    whole = _form(before, _merged(before))
    bound = whole.bind(request.form, request.files)
    if not bound.errors_of("files"):
        sent, faults = receive(bound.cleaned.get("files") or ())
        if sent or faults or request.form.get("action") == "read":
            return _read_page(bound, before, sent, faults)
    answer = attempt(
        bound,
        lambda: perform(
            intake.register_model,
            files=[file for file in before if file.stored.sha256 in bound["kept"]],
            **model_values(bound.cleaned, _merged(before)),
            then=lambda done: url_for("firm.model", ref=done.ref),
        ),
    )
    return answer if answer is not None else _form_page(bound, before, _merged(before), status=422)


def _merged(files: tuple[Handed, ...] | list[Handed]) -> Merged:
    return merge([file.inspection for file in files if file.inspection]) if files else Merged()


def _form(files: tuple[Handed, ...] | list[Handed], merged: Merged) -> Form:
    """Return the form with the answers that depend on the files and on the catalogue."""
    catalogue = queries.foundations(reading()).items
    form = FORM.with_choices("foundation", foundation_choices(catalogue)).with_choices("kept", file_options(files))
    if not files:
        form = form.without("kept")
    for one in merged.contradictions:
        name = "stated_base" if one.field == "base_model" else one.field
        if name in FROM_FORM:
            said = "; ".join(_("%(file)s says %(value)s", file=s.file, value=as_text(s.value)) for s in one.values)
            form = form.changed(name, help=_("The files disagree: %(said)s.", said=said))
    return form if merged.contradictions else form.without("contradictions_settled")


def _read_page(bound: Bound, before: list[Handed], sent: list[Handed], faults: list[Fault]) -> Any:
    """Show the form after files were read: what was typed stays, what the files say fills what is empty."""
    new = {file.stored.sha256 for file in sent}
    ticked = set(bound.cleaned.get("kept") or ()) | new
    files = [file for file in (*before, *sent) if file.stored.sha256 in ticked]
    files = list({(file.name, file.stored.sha256): file for file in files}.values())
    if not files and "name" not in request.form:
        first = DROP.fresh()
        _add_faults(first, faults)
        if not faults:
            first.add_error("files", _("Choose at least one file, or register without files."))
        return _first_page(first, 422)
    old, merged = _merged(before), _merged(files)
    shown = _form(files, merged).fresh()
    was, now = suggestions(old, _meant(old)), suggestions(merged, _meant(merged))
    for name, value in shown.values.items():
        typed = bound.values.get(name, value)
        stays = bool(typed) and typed != was.get(name)
        shown.values[name] = typed if stays or name not in now else now[name]
    shown.values["kept"] = tuple(file.stored.sha256 for file in files)
    if not faults:
        return _remember(shown, read=len(sent))
    _add_faults(shown, faults)
    return _form_page(shown, files, merged, status=422, read=len(sent))


def _remember(shown: Bound, *, read: int) -> Any:
    """Keep the form as it stands in the session, and send the browser on to it."""
    key = new_public_id()[:16]
    kept = dict(pool_session().get(_READ, {}))
    for old in list(kept)[: max(0, len(kept) - MOST_KEPT + 1)]:
        del kept[old]
    pool_session()[_READ] = {**kept, key: {"values": shown.values, "read": read}}
    return go(url_for("firm.new_model", read=key))


def _shown_again(key: str) -> Any:
    """Show the form as it stood after files were read; one that the session has forgotten begins anew."""
    kept = pool_session().get(_READ, {}).get(key)
    if kept is None:
        return go(url_for("firm.new_model"))
    files = remembered(kept["values"].get("kept", ()))
    merged = _merged(files)
    shown = _form(files, merged).fresh()
    for name, value in kept["values"].items():
        if name in shown.values:
            shown.values[name] = tuple(value) if isinstance(value, list) else value
    return _form_page(shown, files, merged, read=kept["read"])


def _add_faults(bound: Bound, faults: list[Fault]) -> None:
    for fault in faults:
        bound.add_error("files", f"{fault.name}: {fault.words}")


def _meant(merged: Merged) -> FoundationView | None:
    """Return the foundation model of the catalogue that the files mean, if exactly one fits."""
    stated = merged.base_model if isinstance(merged.base_model, str) else ""
    if not stated:
        return None
    return queries.foundation_named(reading(), [stated]) or queries.foundation_named(
        reading(), [stated.rpartition("/")[2]]
    )


def _steps(at: int) -> list[Step]:
    words = (_("Files"), _("What we understood"), _("Registered"))
    states = ["done" if n < at else "current" if n == at else "open" for n in range(3)]
    return [Step(label=label, state=state) for label, state in zip(words, states, strict=True)]


def _crumbs() -> list[Crumb]:
    return [Crumb(label=_("Models"), url=url_for("firm.models")), Crumb(label=_("Register a model"))]


def _first_page(bound: Bound, status: int) -> Any:
    return page("firm/new_model_files.html", status, bound=bound, steps=_steps(0), crumbs=_crumbs())


def _form_page(
    bound: Bound, files: tuple[Handed, ...] | list[Handed], merged: Merged, *, status: int = 200, read: int = 0
) -> Any:
    lead = (
        ngettext("%(n)s file read just now.", "%(n)s files read just now.", read)
        if read
        else _("Check what stands here; you know your model better than its files do.")
    )
    return page(
        "firm/new_model.html",
        status,
        bound=bound,
        steps=_steps(1),
        crumbs=_crumbs(),
        lead=lead,
        understood=understood(files, merged) if files else [],
        warnings=merged.warnings,
        files=files,
        suggested=_meant(merged),
    )
