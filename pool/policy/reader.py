"""Reading of edition files: every value is asked for by name and kind, every fault names file and key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

import yaml

from pool.kernel.refusals import Invalid
from pool.policy.numbers import Curve, exact

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # a PyYAML built without libyaml reads the same, only slower
    from yaml import SafeLoader as _Base  # type: ignore[assignment]  # its older twin

Item = TypeVar("Item")


class EditionRefused(Invalid):
    """A file of an edition breaks a rule; ``field`` is ``file: key``."""


class _Loader(_Base):
    """A safe YAML loader that refuses a key written twice."""


def _mapping_without_twins(loader: Any, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        key = str(key_node.value)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key} is written twice", key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_twins)


class FrozenDict(dict[str, Any]):
    """A mapping of an edition; it reads like any dict and refuses to be changed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("an edition is never changed in place")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none; this one never changes
        return id(self)


def freeze(value: Any) -> Any:
    """Turn dicts and lists into mappings and tuples that nobody can change, recursively."""
    if isinstance(value, Mapping):
        return FrozenDict({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value


def read_yaml(data: bytes, name: str) -> FrozenDict:
    """Read one edition file that holds a mapping.

    Raises:
        EditionRefused: not YAML, a key written twice, or not a mapping.
    """
    try:
        loaded = yaml.load(data, Loader=_Loader)  # noqa: S506  (a SafeLoader with one more refusal)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise EditionRefused(
            f"{name} is not readable: {' '.join(str(fault).split())}",
            field=f"{name}: (file)",
            next_step="Mend the file.",
        ) from fault
    if not isinstance(loaded, dict):
        raise EditionRefused(f"{name} does not hold a mapping", field=f"{name}: (file)", next_step="Mend the file.")
    frozen: FrozenDict = freeze(loaded)
    return frozen


@dataclass(frozen=True)
class Node:
    """A place in an edition file: its value, the way to it, and the list that takes the faults found."""

    file: str
    path: str
    value: Any
    faults: list[EditionRefused] = field(repr=False)

    def fault(self, reason: str, *, key: str = "") -> EditionRefused:
        """Note a fault at this place (or at ``key`` below it) and return it."""
        where = ".".join(part for part in (self.path, key) if part) or "(file)"
        refusal = EditionRefused(
            f"{self.file}: {where}: {reason}",
            field=f"{self.file}: {where}",
            next_step="Mend this key of the edition; an edition in force is never changed, publish a new one.",
        )
        self.faults.append(refusal)
        return refusal

    def child(self, key: str | int) -> Node:
        """Return the place below ``key`` without asking whether it is there."""
        path = f"{self.path}[{key}]" if isinstance(key, int) else ".".join(p for p in (self.path, str(key)) if p)
        value = (
            self.value[key]
            if isinstance(key, int)
            else self.value.get(key)
            if isinstance(self.value, Mapping)
            else None
        )
        return Node(self.file, path, value, self.faults)

    def _get(self, key: str, kind: type | tuple[type, ...], words: str, default: Any, empty: Any) -> Any:
        present = isinstance(self.value, Mapping) and key in self.value and self.value[key] is not None
        if not present:
            if default is _REQUIRED:
                self.fault(f"is missing; {words} is needed", key=key)
                return empty
            return default
        value = self.value[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(f"is {value!r}; {words} is needed", key=key)
            return empty
        return value

    def text(self, key: str, default: Any = ...) -> str:
        """Return a text."""
        value: str = self._get(key, str, "a text", _REQUIRED if default is ... else default, "")
        return value

    def flag(self, key: str, default: Any = ...) -> bool:
        """Return true or false."""
        value: bool = self._get(key, bool, "true or false", _REQUIRED if default is ... else default, False)
        return value

    def whole(self, key: str, default: Any = ...) -> int:
        """Return a whole number."""
        value: int = self._get(key, int, "a whole number", _REQUIRED if default is ... else default, 0)
        return value

    def number(self, key: str, default: Any = ...) -> Fraction:
        """Return a number, exactly as typed."""
        value = self._get(key, (int, float), "a number", _REQUIRED if default is ... else default, 0)
        try:
            return exact(value)
        except ValueError:
            self.fault(f"is {value!r}; a finite number is needed", key=key)
            return Fraction(0)

    def texts(self, key: str, default: Any = ...) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._get(key, tuple, "a list of texts", _REQUIRED if default is ... else default, ())
        if not all(isinstance(value, str) for value in values):
            self.fault("holds something that is not a text", key=key)
            return ()
        return tuple(values)

    def mapping(self, key: str) -> Node:
        """Return the place of a mapping; an empty one where it is missing."""
        value = self._get(key, Mapping, "a mapping", _REQUIRED, FrozenDict())
        return Node(self.file, ".".join(p for p in (self.path, key) if p), value, self.faults)

    def items(self, key: str, default: Any = ...) -> Iterator[Node]:
        """Yield the places of a list of mappings; places are named by their ``id`` where they have one."""
        values = self._get(key, tuple, "a list", _REQUIRED if default is ... else default, ())
        for number, value in enumerate(values):
            name = value.get("id") or value.get("code") or number if isinstance(value, Mapping) else number
            place = Node(self.file, ".".join(p for p in (self.path, f"{key}[{name}]") if p), value, self.faults)
            if isinstance(value, Mapping):
                yield place
            else:
                place.fault(f"is {value!r}; a mapping is needed")

    def curve(self, key: str) -> Curve:
        """Return a curve of ``[x, y]`` pairs with strictly rising x."""
        values = self._get(key, tuple, "a list of pairs", _REQUIRED, ())
        flat = Curve(((Fraction(0), Fraction(0)),))
        for pair in values:
            numbers = isinstance(pair, tuple) and len(pair) == 2 and all(type(part) in (int, float) for part in pair)
            if not numbers:
                self.fault(f"holds {pair!r}; a pair of numbers is needed", key=key)
                return flat
        if not values:
            return flat
        if any(left[0] >= right[0] for left, right in pairwise(values)):
            self.fault("must rise strictly from point to point", key=key)
            return flat
        return Curve.of(values)

    def by_id(self, key: str, make: Callable[[Node], Item]) -> dict[str, Item]:
        """Return the items of a list by their ``id``; an id used twice is a fault."""
        found: dict[str, Item] = {}
        for node in self.items(key):
            name = node.text("id")
            if name in found:
                node.fault(f"id {name} is used twice", key="id")
            found[name] = make(node)
        return found

    def one_of(self, key: str, allowed: tuple[str, ...], default: Any = ...) -> str:
        """Return a text that must be one of ``allowed``."""
        value = self.text(key, default)
        if value not in allowed and not (default is not ... and value == default):
            self.fault(f"is {value!r}; one of {', '.join(allowed)} is needed", key=key)
        return value


_REQUIRED: Any = object()


def open_file(name: str, data: bytes, faults: list[EditionRefused]) -> Node:
    """Read one file of an edition into its top place; an unreadable file becomes a fault and an empty place."""
    try:
        value = read_yaml(data, name)
    except EditionRefused as refusal:
        faults.append(refusal)
        value = FrozenDict()
    return Node(name, "", value, faults)
