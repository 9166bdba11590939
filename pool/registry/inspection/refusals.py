"""Why a model file is refused; ``field`` is always the name of the file at fault."""

from __future__ import annotations

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _


class NotRecognised(Invalid):
    """The file is of none of the formats that are read."""


class KnownNotRead(Invalid):
    """The file is of a format that the pool knows and does not read yet."""


class PickleRefused(Invalid):
    """The file holds a pickle or is an archive: opening it could run foreign code, so it stays closed."""


class OverLimit(Invalid):
    """The file, or a part of it, is larger or deeper than what is read."""


class Malformed(Invalid):
    """The file breaks the rules of its own format."""


class NotReadable(Invalid):
    """There is no regular, readable, non-empty file under this name, or it was given twice."""


def read_formats() -> str:
    """Name the formats that are read, for the end of a sentence."""
    return _(
        "a CycloneDX ML-BOM (JSON, 1.5 to 1.7), a Hugging Face model card (README.md), "
        "a PEFT adapter_config.json or a .safetensors file"
    )


def not_recognised(file: str, reason: str | None = None) -> NotRecognised:
    """Return the refusal of a file whose format nobody here knows."""
    return NotRecognised(
        reason or _("This is no model file that is read here."),
        field=file,
        next_step=_("Give %(formats)s; or fill the form by hand.", formats=read_formats()),
    )


def known_not_read(file: str, form: str) -> KnownNotRead:
    """Return the refusal of a file in a known format that is not read yet; ``form`` is its name here."""
    return KnownNotRead(
        _("known, not read yet"),
        field=file,
        next_step=_("Leave out this %(form)s file for now and give %(formats)s.", form=form, formats=read_formats()),
        facts={"format": form},
    )


def pickle_refused(file: str) -> PickleRefused:
    """Return the refusal of a file that holds pickled objects."""
    return PickleRefused(
        _("The file holds a Python pickle, which can run code when it is opened; it was not opened."),
        field=file,
        next_step=_("Save the weights as .safetensors and give that file."),
    )


def archive_refused(file: str) -> PickleRefused:
    """Return the refusal of an archive."""
    return PickleRefused(
        _("The file is an archive; archives are never unpacked."),
        field=file,
        next_step=_("Unpack it yourself and give %(formats)s.", formats=read_formats()),
    )


def malformed(file: str, reason: str, next_step: str | None = None) -> Malformed:
    """Return the refusal of a file that breaks its own format."""
    return Malformed(
        reason,
        field=file,
        next_step=next_step or _("Correct the file, or write it anew with the tool that made it."),
    )


def over_limit(file: str, reason: str, next_step: str | None = None) -> OverLimit:
    """Return the refusal of a file that is too large or too deep."""
    return OverLimit(reason, field=file, next_step=next_step or _("Give a smaller file, or fill the form by hand."))
