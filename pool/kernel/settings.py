"""Settings: one frozen object read from ``POOL_*``; unknown and unusable keys are refused by name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pool.kernel.money import EXPONENTS
from pool.kernel.refusals import Invalid

PREFIX = "POOL_"
#: Keys that share the prefix but belong to the test tools.
FOREIGN_KEYS = frozenset({"POOL_TEST_PG"})
MIN_SECRET_CHARS = 32
BASE_URL = "http://127.0.0.1:8000"
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/.*)?")


class BadSetting(Invalid):
    """A ``POOL_*`` key is unknown, missing or unusable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set; each key is read from ``POOL_`` and its name in capitals.

    ``database_url``: the database that every command reads, ``sqlite:///PATH`` or ``postgresql://...``. Required.
    ``files_dir``: the folder of evidence and other kept files, by digest; several processes share it. Required.
    ``secret``: at least 32 characters, made once and kept. It signs the proofs of forms and the cookies of visitors,
    and keys the digests by which network addresses are counted; a new one makes open forms old. Required.
    ``base_url``: where people reach the pages; an ``http`` address is refused unless it is loopback, and ``https``
    makes cookies and headers strict.
    ``trusted_hosts``: the Host headers that are answered, separated by commas.
    ``proxies``: the exact number of reverse proxies in front, whose forwarded headers are believed; 0 believes none.
    ``currency``: a code of ISO 4217, proposed for the pool's first period; every amount carries its own.
    ``pool_name``: the pool's name in people's authenticators.
    ``demo``: 1 or 0; 1 marks every page and lets anybody sign in by the cards of the demo's people, without password.
    ``upload_limit_mib``: the most that one request, and so one file, may hold, in MiB (1,048,576 bytes).
    ``log_level``: how much ``audit-pool web`` writes to its log: DEBUG, INFO, WARNING, ERROR or CRITICAL.
    """

    database_url: str
    files_dir: Path
    secret: str
    base_url: str = BASE_URL
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    proxies: int = 0
    currency: str = "EUR"
    pool_name: str = "Audit Pool"
    demo: bool = False
    upload_limit_mib: int = 64
    log_level: str = "INFO"

    @property
    def secure(self) -> bool:
        """Tell whether pages are reached over TLS."""
        return self.base_url.startswith("https://")


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("write 1 or 0")


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in text.split(",") if host.strip())


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError("write a whole number, 0 or more")
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "files_dir": Path,
    "trusted_hosts": _hosts,
    "proxies": _count,
    "upload_limit_mib": _count,
    "demo": _flag,
}
_REQUIRED = ("database_url", "files_dir", "secret")


def read_settings(environment: Mapping[str, str] | None = None, **given: str) -> Settings:
    """Read the settings from ``POOL_*`` variables; ``given`` (lower-case names) wins over the environment.

    Raises: BadSetting naming the key, for an unknown key, a missing one or a value that cannot be used.
    """
    source = os.environ if environment is None else environment
    names = {field.name for field in fields(Settings)}
    raw = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in source.items()
        if key.startswith(PREFIX) and key not in FOREIGN_KEYS
    }
    for name in sorted(set(raw) - names):
        raise BadSetting(
            f"The setting {PREFIX}{name.upper()} is not known.",
            field=PREFIX + name.upper(),
            next_step="Remove it or correct its name. Known: " + ", ".join(PREFIX + n.upper() for n in sorted(names)),
        )
    raw |= given
    for name in _REQUIRED:
        if not raw.get(name):
            raise BadSetting(
                f"The setting {PREFIX}{name.upper()} is missing.",
                field=PREFIX + name.upper(),
                next_step="Set it in the environment; the README says what it holds.",
            )
    values: dict[str, Any] = {}
    for name, text in raw.items():
        try:
            values[name] = _READERS.get(name, str)(text)
        except ValueError as error:
            raise BadSetting(
                f"{PREFIX}{name.upper()} cannot be used: {error}.",
                field=PREFIX + name.upper(),
                next_step="Correct the value.",
            ) from error
    settings = Settings(**values)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    if settings.currency not in EXPONENTS:
        raise BadSetting(
            f"POOL_CURRENCY names no currency that is known here: {settings.currency!r}.",
            field="POOL_CURRENCY",
            next_step="Use one of: " + ", ".join(sorted(EXPONENTS)) + ".",
        )
    if len(settings.secret) < MIN_SECRET_CHARS:
        raise BadSetting(
            f"POOL_SECRET has fewer than {MIN_SECRET_CHARS} characters.",
            field="POOL_SECRET",
            next_step="Use a long random text, made once and kept.",
        )
    if not settings.secure and not _LOOPBACK.fullmatch(settings.base_url):
        raise BadSetting(
            "POOL_BASE_URL is plain http on an address that is not loopback.",
            field="POOL_BASE_URL",
            next_step="Serve the pages over https.",
        )
    if not settings.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise BadSetting(
            "POOL_DATABASE_URL names neither SQLite nor PostgreSQL.",
            field="POOL_DATABASE_URL",
            next_step="Write sqlite:///PATH or postgresql://USER@HOST/DATABASE.",
        )
