"""The YAML front matter of a Markdown file, read as plain data: no aliases, no tags, no doubled keys.

Values stay the text they were written as: ``version: 1.10`` is not the number 1.1, and ``no`` is Norwegian.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.refusals import Malformed, OverLimit, malformed, over_limit

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset(
    {
        None,
        "!",
        *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "null", "int", "float", "bool", "seq", "map")),
    }
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"^---[ \t]*$")
_KEY_LINE = re.compile(r"^[A-Za-z_][\w-]*:(?:\s|$)")
_LOOKED_AT_LINES = 400
_LOOKED_AT_BLOCKS = 4

CARD_KEYS = frozenset(
    {
        "base_model", "base_model_relation", "datasets", "inference", "language", "library_name", "license",
        "license_link", "license_name", "metrics", "model-index", "model_name", "model_type", "new_version",
        "pipeline_tag", "tags", "thumbnail", "widget",
    }
)  # fmt: skip
"""Keys that tell the metadata of a model card from other YAML. Source: the Hub's model card metadata."""


@dataclass(frozen=True)
class FrontMatter:
    """The metadata of a card and the page around it; ``at_top`` is false where lines stand before it."""

    values: dict[str, Any]
    body: str
    at_top: bool


def find_front_matter(file: str, text: str) -> FrontMatter | None:
    """Return the front matter of ``text``, or ``None`` where it has none.

    On the first line any mapping counts. Further down a block counts only when it holds a key of model cards,
    since three dashes are also how Markdown draws a line.
    Raises: Malformed, OverLimit if a block on the first line is not closed or breaks these rules.
    """
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if _RULE.match(lines[first]):
        return _leading(file, lines, first)
    return _further_down(file, lines)


def _leading(file: str, lines: list[str], first: int) -> FrontMatter | None:
    end = _closing(lines, first)
    if end is None:
        if any(_KEY_LINE.match(line) for line in lines[first + 1 : first + 3]):
            raise malformed(file, _("The front matter is opened by --- and never closed."), _close_it())
        return None
    values = parse_front_matter(file, "\n".join(lines[first + 1 : end]))
    return FrontMatter(values, body="\n".join(lines[end + 1 :]), at_top=first == 0)


def _further_down(file: str, lines: list[str]) -> FrontMatter | None:
    for tried, start in enumerate(_rules_outside_fences(lines[:_LOOKED_AT_LINES])):
        end = _closing(lines, start)
        if end is None or tried >= _LOOKED_AT_BLOCKS:
            return None
        try:
            values = parse_front_matter(file, "\n".join(lines[start + 1 : end]))
        except (Malformed, OverLimit):
            continue
        if CARD_KEYS & values.keys():
            return FrontMatter(values, body="\n".join([*lines[:start], *lines[end + 1 :]]), at_top=False)
    return None


def _closing(lines: list[str], start: int) -> int | None:
    return next((at for at in range(start + 1, len(lines)) if _RULE.match(lines[at])), None)


def _rules_outside_fences(lines: list[str]) -> Iterator[int]:
    fence: str | None = None
    for at, line in enumerate(lines):
        mark = _FENCE.match(line)
        if fence:
            if mark and line.strip().startswith(fence):
                fence = None
        elif mark:
            fence = mark[1]
        elif _RULE.match(line):
            yield at


def parse_front_matter(file: str, text: str) -> dict[str, Any]:
    """Parse one YAML mapping into dicts, lists, texts and ``None``.

    Raises: Malformed on broken YAML, aliases, anchors, foreign tags, doubled keys or anything but a mapping;
    OverLimit on size, depth and count.
    """
    if len(text.encode("utf-8")) > limits.FRONT_MATTER_BYTES:
        raise over_limit(file, _("The front matter is larger than %(n)s bytes.", n=limits.FRONT_MATTER_BYTES))
    try:
        root = _build(file, yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as fault:
        raise malformed(file, _yaml_reason(fault)) from None
    if root is None:
        return {}
    if not isinstance(root, dict):
        raise malformed(file, _("The front matter is not a list of keys with values."))
    return root


def _build(file: str, events: Iterator[Any]) -> Any:
    """Build the value from events without recursion, so that no nesting can exhaust the stack."""
    documents: list[Any] = []
    open_nodes: list[_Node] = []
    for count, event in enumerate(events):
        if count > limits.FRONT_MATTER_NODES:
            raise over_limit(file, _("The front matter holds too many values."))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise malformed(file, _at(event, _("The front matter uses anchors or aliases, which are not read.")))
        if isinstance(event, yaml.ScalarEvent):
            value: Any = _scalar(file, event)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            _check_tag(file, event)
            open_nodes.append(_Node(is_mapping=isinstance(event, yaml.MappingStartEvent)))
            if len(open_nodes) > limits.FRONT_MATTER_DEPTH:
                raise over_limit(file, _("The front matter is nested too deep."))
            continue
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            value = open_nodes.pop().value
        else:
            continue
        if open_nodes:
            open_nodes[-1].take(file, event, value)
        else:
            documents.append(value)
    if len(documents) > 1:
        raise malformed(file, _("The front matter holds more than one document."))
    return documents[0] if documents else None


class _Node:
    """A list or mapping that is still open."""

    def __init__(self, *, is_mapping: bool) -> None:
        self.value: dict[str, Any] | list[Any] = {} if is_mapping else []
        self._key: str | None = None

    def take(self, file: str, event: Any, value: Any) -> None:
        """Take the next item, key or value."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self._key is None:
            self._key = self._checked_key(file, event, value)
        else:
            self.value[self._key] = value
            self._key = None

    def _checked_key(self, file: str, event: Any, key: Any) -> str:
        if key is None:
            key = ""
        if not isinstance(key, str):
            raise malformed(file, _at(event, _("The front matter has a key that is not a text.")))
        if key in self.value:
            raise malformed(file, _at(event, _("The front matter names the key %(key)s twice.", key=ascii(key[:100]))))
        return key


def _scalar(file: str, event: Any) -> str | None:
    _check_tag(file, event)
    text: str = event.value
    is_plain = event.style in (None, "") and event.implicit[0]
    return None if is_plain and text in _NULLS else text


def _check_tag(file: str, event: Any) -> None:
    if event.tag not in _PLAIN_TAGS:
        raise malformed(file, _at(event, _("The front matter uses a YAML tag, which is not read.")))


def _at(event: Any, reason: str) -> str:
    return _("%(reason)s (Line %(line)s of the front matter.)", reason=reason, line=event.start_mark.line + 1)


def _yaml_reason(fault: yaml.YAMLError) -> str:
    mark = getattr(fault, "problem_mark", None)
    if mark is None:
        return _("The front matter is not valid YAML.")
    return _("The front matter is not valid YAML (its line %(line)s).", line=mark.line + 1)


def _close_it() -> str:
    return _("End the front matter with a line of three dashes.")
