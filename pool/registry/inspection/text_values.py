"""Turn what files state into values fit for a form: short, printable, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.values import BaseModel, FileWarning

_NOTHING = frozenset({"", "noassertion", "no assertion"})
_SPACES = re.compile(r"\s+")
# Control characters and marks that turn the reading direction around; joiners stay, many scripts need them.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CACHED = re.compile(r"models--([^/\\]+?)--([^/\\]+)")
_LOCAL = re.compile(r"^(?:\.{1,2}[/\\]|[/\\~]|[A-Za-z]:[/\\]|file:)")
_QUANTISED = re.compile(
    r"(?:^|[-_.])(?:bnb|[348]bit|int[48]|fp8|nf4|gptq|awq|gguf|ggml|exl2|mlx)(?:$|[-_.])", re.IGNORECASE
)


class Findings:
    """Collect the warnings of one file while it is read."""

    def __init__(self) -> None:
        self._found: list[FileWarning] = []

    def warn(self, code: str, field: str | None, message: str) -> None:
        """Add a warning once."""
        warning = FileWarning(code, field, message)
        if warning not in self._found:
            self._found.append(warning)

    def all(self) -> tuple[FileWarning, ...]:
        """Return the warnings in the order in which they were found."""
        return tuple(self._found)

    def scalar(self, field: str, value: object) -> str | None:
        """Return ``value`` as one clean line, or ``None`` where nothing usable is stated."""
        if value is None:
            return None
        if not isinstance(value, str):
            self.warn("wrong-type", field, _("A text was expected here; the value was left out."))
            return None
        text = value.strip()
        if text.lower() in _NOTHING:
            return None
        text = _SPACES.sub(" ", text)
        if len(text) > limits.TEXT_CHARACTERS or _UNFIT.search(text):
            self.warn(
                "unusable-text",
                field,
                _("The value is too long or holds control characters; it was left out."),
            )
            return None
        return text

    def listed(self, field: str, value: object) -> tuple[str, ...]:
        """Return the texts of a list, or of one text, each once and in order; ``None`` is an empty list."""
        if value is None:
            return ()
        items: Sequence[object] = value if isinstance(value, list) else [value]
        if len(items) > limits.LISTED_VALUES:
            message = _("Only the first %(n)s values were taken over.", n=limits.LISTED_VALUES)
            self.warn("too-many-values", field, message)
        return once(self.scalar(field, item) for item in items[: limits.LISTED_VALUES])

    def look_at_base(self, base: BaseModel) -> None:
        """Warn where a base model is a local path or a quantised copy of another model."""
        for name in bases_of(base):
            if is_local(name):
                self.warn("base-model-local-path", "base_model", _local_message(name))
            elif is_quantised(name):
                message = _(
                    "%(name)s looks like a quantised copy of another model; the registry needs the model "
                    "it was made from.",
                    name=name,
                )
                self.warn("base-model-quantised", "base_model", message)


def once(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return the stated values, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(value for value in values if value is not None))


def one_or_several(values: Sequence[str]) -> BaseModel:
    """Return nothing, the one value, or all of several."""
    if len(values) > 1:
        return tuple(values)
    return values[0] if values else None


def bases_of(base: BaseModel) -> tuple[str, ...]:
    """Return the bases as a tuple, empty where none is known."""
    if base is None:
        return ()
    return base if isinstance(base, tuple) else (base,)


def is_local(name: str) -> bool:
    """Tell whether a base model is named by a path on somebody's disk rather than by its public name."""
    if name.startswith(("http://", "https://")):
        return False
    return bool(_LOCAL.match(name)) or "\\" in name or name.count("/") > 1


def is_quantised(name: str) -> bool:
    """Tell whether a public name has the mark of a quantised copy."""
    return bool(_QUANTISED.search(basename(name)))


def basename(name: str) -> str:
    """Return the last part of a path or of a public name."""
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def public_name_in(path: str) -> str | None:
    """Return the owner/name that a path into a Hugging Face cache tells, if it is one."""
    found = _CACHED.search(path)
    return f"{found[1]}/{found[2]}" if found else None


def _local_message(name: str) -> str:
    told = public_name_in(name)
    if told:
        return _("%(path)s is a path on a disk; it may be %(name)s.", path=name, name=told)
    return _(
        "%(path)s is a path on a disk, so it names no registered model; its last part is %(last)s.",
        path=name,
        last=basename(name),
    )
