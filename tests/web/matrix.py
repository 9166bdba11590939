"""The machinery of the matrix: who asks, which object an address names, and what the answer must be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from flask import Flask
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect, Rule
from werkzeug.routing.converters import AnyConverter, PathConverter

from pool.kernel.roles import POOL_OFFICES, Actor, Office
from pool.web.guards import BEFORE_SECOND_FACTOR, SAFE
from pool.web.permissions import TABLE, Permission

ORCHID, BIRCH = "Orchid Health", "Birch Credit"
METHODS = ("GET", "POST")

#: Name of an argument -> kind of object; looked at first.
ARGUMENTS = {
    "point_id": "point",
    "sha256": "sha256",
    "token": "invitation",
    "audit_ref": "audit",
    "finding_ref": "finding",
    "foundation_model": "foundation_model",
    "activity": "activity",
    "seq": "entry",
    "firm": "firm",
    "competence": "competence",
    "interest": "interest",
    "key": "planning",
}
#: Where an argument means something else on one page.
ENDPOINTS = {("firm.finding_file", "sha256"): "finding_sha256", ("signin.reset", "token"): "reset_token"}
#: The piece of the address before the argument -> kind of object.
SEGMENTS = {
    "models": "model",
    "deployments": "deployment",
    "points": "deployment",
    "register": "deployment",
    "incidents": "incident",
    "ethics": "ethics",
    "audits": "audit",
    "findings": "finding",
    "files": "evidence",
    "proposals": "proposal",
    "leave": "leave",
    "interests": "interest",
    "people": "seat",
    "resets": "reset",
    "sessions": "session",
    "seats": "own_seat",
    "bookings": "booking",
    "statements": "statement",
    "members": "firm",
    "periods": "period",
    "costs": "period",
    "plans": "plan",
    "plan": "plan",
    "roster": "auditor",
    "auditors": "auditor",
    "decisions": "audit",
    "monitoring": "monitoring",
}
#: Arguments that name no object but a word of the process; one that is known.
WORDS = {"move": "withdraw", "document": "problem"}
#: Objects of the pool that belong to no firm: only the pool's offices reach a page with one.
SHARED = frozenset(
    {
        "foundation_model",
        "period",
        "plan",
        "planning",
        "auditor",
        "competence",
        "activity",
        "invitation",
        "reset",
        "reset_token",
    }
)
#: An object that is nowhere, in the form of each kind.
ABSENT: Mapping[str, str] = {
    "entry": "999999",
    "point": "TP-99",
    "sha256": "0" * 64,
    "finding_sha256": "0" * 64,
    **dict.fromkeys(
        ("evidence", "leave", "interest", "seat", "pool_seat", "session", "own_seat", "activity"), "0" * 32
    ),
}


@dataclass(frozen=True)
class Subject:
    """Somebody who asks. ``own`` and ``foreign`` name the firms whose objects are theirs and another's."""

    name: str
    office: Office | None = None
    actor: Actor | None = None
    own: str | None = None
    foreign: str = BIRCH
    #: Words that no answer to them may hold.
    forbidden: tuple[str, ...] = ()
    second_factor: bool = True
    cookie: str = ""
    csrf: str = ""

    @property
    def is_pool(self) -> bool:
        """Tell whether they sit in an office of the pool, which sees every firm."""
        return self.office in POOL_OFFICES


@dataclass
class Objects:
    """Keys of objects by kind, per firm; shared ones under the empty name, a person's own under their name."""

    made: dict[str, dict[str, str]]

    def key(self, owner: str, kind: str) -> str | None:
        """Return the key of an object of a kind, or ``None`` where the owner has none."""
        return self.made.get(owner, {}).get(kind)


def kind_of(rule: Rule, argument: str) -> str | None:
    """Return the kind of object an argument of an address names, or ``None`` where nobody has said it."""
    if (rule.endpoint, argument) in ENDPOINTS:
        return ENDPOINTS[rule.endpoint, argument]
    if argument in ARGUMENTS:
        return ARGUMENTS[argument]
    before = (
        rule.rule.partition(f":{argument}>")[0]
        if f":{argument}>" in rule.rule
        else rule.rule.partition(f"<{argument}>")[0]
    )
    pieces = [piece for piece in before.split("/") if piece and not piece.startswith("<")]
    kind = SEGMENTS.get(pieces[-1]) if pieces else None
    return "pool_seat" if kind == "seat" and rule.endpoint.startswith("admin.") else kind


def names_an_object(rule: Rule, argument: str) -> bool:
    """Tell whether an argument names an object, and not a word of a list or the path of a file."""
    return argument not in WORDS and not isinstance(rule._converters[argument], (AnyConverter, PathConverter))


def unresolved(app: Flask) -> list[str]:
    """Return the routes with an argument that no resolver knows."""
    return [
        f"{rule.endpoint} {rule.rule} <{argument}>"
        for rule in app.url_map.iter_rules()
        for argument in sorted(rule.arguments)
        if names_an_object(rule, argument) and kind_of(rule, argument) is None
    ]


@dataclass
class Address:
    """One address to ask for, with every key in it, so that an answer's echo of them can be told apart."""

    path: str
    keys: tuple[str, ...] = ()


@dataclass
class Addresses:
    """The addresses of a rule for a subject: of an own object, of a foreign one, of none; and mixed ones."""

    own: list[Address] = field(default_factory=list)
    foreign: Address | None = None
    absent: Address | None = None
    #: One argument foreign, the same argument absent, everything else own.
    mixed: list[tuple[Address, Address]] = field(default_factory=list)


def addresses(app: Flask, rule: Rule, subject: Subject, objects: Objects) -> Addresses:
    """Return what to ask of a rule; a rule without arguments has one own address."""
    named = [a for a in sorted(rule.arguments) if names_an_object(rule, a)]
    fixed = _fixed(rule)
    found = Addresses()
    kinds = {argument: kind_of(rule, argument) or "" for argument in named}
    own = {a: _key(objects, subject, kind, own=True) for a, kind in kinds.items()}
    foreign = {a: _key(objects, subject, kind, own=False) for a, kind in kinds.items()}
    absent: dict[str, str] = {a: ABSENT.get(kind, "NONE-2026-9999") for a, kind in kinds.items()}
    if all(own.values()):
        found.own = [_address(app, rule, {**own, **choice}) for choice in fixed]
    if not named:
        return found
    found.absent = _address(app, rule, {**absent, **fixed[0]})
    if all(foreign.values()):
        found.foreign = _address(app, rule, {**foreign, **fixed[0]})
    if len(named) > 1 and all(own.values()) and all(foreign.values()):
        for argument in named:
            if own[argument] != foreign[argument]:
                found.mixed.append(
                    (
                        _address(app, rule, {**own, argument: foreign[argument], **fixed[0]}),
                        _address(app, rule, {**own, argument: absent[argument], **fixed[0]}),
                    )
                )
    return found


def _fixed(rule: Rule) -> list[dict[str, str | None]]:
    """Return the choices of arguments that name no object: one of a list, a path of a file."""
    choices: list[list[tuple[str, str]]] = []
    for argument in sorted(rule.arguments):
        converter = rule._converters[argument]
        if isinstance(converter, AnyConverter):
            choices.append([(argument, one) for one in sorted(converter.items)])
        elif isinstance(converter, PathConverter):
            choices.append([(argument, "pool.css")])
        elif argument in WORDS:
            choices.append([(argument, WORDS[argument])])
    return [dict(choice) for choice in product(*choices)]


def _key(objects: Objects, subject: Subject, kind: str, *, own: bool) -> str | None:
    if kind in SHARED:
        return objects.key("", kind) if own else None
    if kind in ("session", "own_seat"):
        return objects.key(subject.name if own else "somebody else", kind)
    if kind == "pool_seat":
        return objects.key("", kind) if own else objects.key(ORCHID, "seat")
    owner = subject.own if own else subject.foreign
    return objects.key(owner, kind) if owner else None


def _address(app: Flask, rule: Rule, values: Mapping[str, str | None]) -> Address:
    given = {
        name: int(value)
        if value is not None and rule._converters[name].__class__.__name__ == "IntegerConverter"
        else value
        for name, value in values.items()
    }
    built = rule.build(given, append_unknown=False)
    assert built is not None, rule.rule
    keys = tuple(str(value) for value in values.values() if value)
    return Address(built[1], keys)


def is_taken(app: Flask, path: str, method: str) -> bool:
    """Tell whether some rule takes the method at an address: several rules may share one form."""
    try:
        app.url_map.bind("localhost").match(path, method)
    except MethodNotAllowed:
        return False
    except RequestRedirect:
        return True
    return True


def gate(rule: Rule, method: str, subject: Subject) -> str:
    """Return what the permission table says: ``open``, ``sign_in``, ``second_factor`` or ``forbidden``."""
    permission: Permission = TABLE[rule.endpoint]
    if permission.anyone:
        return "open"
    if subject.office is None:
        return "sign_in"
    if not subject.second_factor:
        return "open" if rule.endpoint in BEFORE_SECOND_FACTOR else "second_factor"
    if permission.person:
        return "open"
    allowed = permission.read if method in SAFE else permission.write
    return "open" if subject.office in allowed else "forbidden"


_ALWAYS_NEW = (
    re.compile(r'(nonce=")[^"]+'),
    re.compile(r'(name="(?:csrf_token|request_key)" value=")[^"]+'),
    re.compile(r"()\b[0-9a-f]{16}\b"),
)


def stripped(text: str, keys: tuple[str, ...]) -> str:
    """Return an answer without what is new every time and without the keys that it echoes."""
    for pattern in _ALWAYS_NEW:
        text = pattern.sub(r"\1*", text)
    for key in sorted(keys, key=len, reverse=True):
        text = text.replace(key, "*")
    return text


def each(app: Flask) -> Iterator[Rule]:
    """Yield the rules in the order of their names."""
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))
