"""Answers of the command line, and documents read for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml

from pool.kernel.digest import plain
from pool.kernel.refusals import Invalid

MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 60


class UnreadableFile(Invalid):
    """A file named on the command line cannot be read or is no document."""


def print_json(value: Any) -> None:
    """Print ``value`` as JSON: two spaces of indent, UTF-8, keys in the order given."""
    sys.stdout.write(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


class Move(Protocol):
    """A step of a life-cycle that the acting seat could make."""

    @property
    def move(self) -> str:
        """Return the step's name."""

    @property
    def to_state(self) -> str:
        """Return the state it leads to."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return what is in its way as far as it is known; what is given with the command is not known yet."""


def moves_shown(moves: Iterable[Move], commands: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Return the steps that the seat can take by a command, each with it; ``commands`` knows every step's."""
    return [
        {"move": one.move, "to": one.to_state, "command": command, "reasons": list(one.reasons)}
        for one in moves
        if (command := commands[one.move]) is not None
    ]


def read_bytes(path: str | Path, *, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return the bytes of a file.

    Raises: UnreadableFile where it is absent, no regular file, unreadable or larger than ``limit``.
    """
    file = Path(path)
    try:
        if not file.exists():
            raise _refused(path, "There is no such file.", "Check the path.")
        if not file.is_file():
            raise _refused(path, "This is not a regular file.", "Name a file.")
        if file.stat().st_size > limit:
            raise _refused(path, f"The file is larger than {limit} bytes.", "Give a smaller file.")
        return file.read_bytes()
    except OSError as error:
        raise _refused(path, f"The file cannot be read: {error.strerror}.", "Check its permissions.") from error


def read_document(path: str | Path) -> Any:
    """Read a JSON or YAML file as plain values; ``.json`` is read as JSON, everything else as YAML.

    Duplicate keys, NaN, infinities, aliases and tags are refused, since two readers could understand them differently.

    Raises: UnreadableFile.
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, "The file is not UTF-8 text.", "Save it as UTF-8.") from error
    value = _from_json(path, text) if str(path).endswith(".json") else _from_yaml(path, text)
    _check_depth(path, value)
    return value


def _refused(path: str | Path, reason: str, next_step: str) -> UnreadableFile:
    return UnreadableFile(reason, field=str(path), next_step=next_step)


def _unique(path: str | Path, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _refused(path, f"The key {key!r} stands twice.", "Keep one of them.")
        result[key] = value
    return result


def _no_constant(path: str | Path, name: str) -> Any:
    raise _refused(path, f"{name} is not a number.", "Write a finite number.")


def _from_json(path: str | Path, text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: _unique(path, pairs),
            parse_constant=lambda name: _no_constant(path, name),
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(path, f"The file is not JSON: {error.msg} at {where}.", "Correct the file.") from error
    except (RecursionError, ValueError) as error:
        raise _refused(path, "The file is not usable JSON.", "Correct the file.") from error


class _PlainLoader(yaml.SafeLoader):
    """A YAML loader without aliases and without dates: a day stays the text that was written."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "aliases are not read")
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _PlainLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = [(loader.construct_object(k, deep=True), loader.construct_object(v, deep=True)) for k, v in node.value]
    seen: dict[Any, Any] = {}
    for key, value in pairs:
        if not isinstance(key, (str, int, float, bool)) or key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
        seen[key] = value
    return seen


_PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _from_yaml(path: str | Path, text: str) -> Any:
    try:
        value = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  (a safe loader, made stricter above)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise _refused(path, f"The file is not usable YAML: {problem}{where}.", "Correct the file.") from error
    _check_finite(path, value)
    return value


def _check_finite(path: str | Path, value: Any) -> None:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        _no_constant(path, str(value))
    if isinstance(value, dict):
        for item in value.values():
            _check_finite(path, item)
    if isinstance(value, list):
        for item in value:
            _check_finite(path, item)


def _check_depth(path: str | Path, value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise _refused(path, f"The document nests deeper than {MAX_DEPTH} levels.", "Flatten it.")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _check_depth(path, child, depth + 1)
