"""Hold a CycloneDX bill of materials against the published schema of its own version, without any network."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any

import jsonschema_rs

from pool.kernel.words import gettext as _
from pool.registry.inspection.refusals import Malformed, malformed

SPEC_VERSIONS = ("1.5", "1.6", "1.7")
"""Versions whose schemas are vendored; 1.5 is the first that knows model cards."""

_HOME = "http://cyclonedx.org/schema/"
_SHARED = ("spdx", "jsf-0.82", "cryptography-defs")
_SHOWN_CHARACTERS = 200


def check_against_schema(file: str, bom: dict[str, Any]) -> str:
    """Return the version of ``bom``, which keeps to the schema of that version.

    Raises: Malformed on a version that is not read, and on the first breach, told by its place in the file.
    """
    version = bom.get("specVersion")
    if version not in SPEC_VERSIONS:
        raise _other_version(file, version)
    breach = next(iter(_validator(version).iter_errors(bom)), None)
    if breach is not None:
        raise _breach(file, version, breach)
    return str(version)


@lru_cache(maxsize=len(SPEC_VERSIONS))
def _validator(version: str) -> jsonschema_rs.Draft7Validator:
    shared = [(f"{_HOME}{name}.SNAPSHOT.schema.json", _vendored(name)) for name in _SHARED]
    return jsonschema_rs.Draft7Validator(
        _vendored(f"bom-{version}"),
        registry=jsonschema_rs.Registry(shared),
        offline=True,
        # The linear engine: no pattern of the schema can be made to run for long by a crafted text.
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def _vendored(name: str) -> dict[str, Any]:
    folder = resources.files("pool.registry.inspection") / "schemas" / "cyclonedx"
    schema: dict[str, Any] = json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))
    return schema


def _other_version(file: str, version: object) -> Malformed:
    known = ", ".join(SPEC_VERSIONS)
    if isinstance(version, str) and len(version) <= 10:
        reason = _(
            "The file is CycloneDX %(version)s; read are %(known)s.",
            version=ascii(version)[1:-1],
            known=known,
        )
    else:
        reason = _("The file does not say its CycloneDX version (specVersion); read are %(known)s.", known=known)
    return malformed(file, reason, _("Write it as CycloneDX 1.6 JSON, for example with cyclonedx convert."))


def _breach(file: str, version: str, breach: jsonschema_rs.ValidationError) -> Malformed:
    place = "/" + "/".join(str(part) for part in breach.instance_path)
    reason = _(
        "The file breaks the CycloneDX %(version)s schema at %(place)s: %(what)s.",
        version=version,
        place=_short(place),
        what=_short(breach.message),
    )
    next_step = _("Correct this place, or write the file anew with the tool that made it.")
    return malformed(file, reason, next_step)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
