"""What tests share that a running pool shares too: compiled statements and compiled templates.

Every test has a database and mostly an application of its own, so each would compile the same few hundred statements
and templates again; a pool that runs compiles each once. Compiled things know no rows, so tests stay apart.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine

from pool.kernel import storage


class _Compiled(BytecodeCache):
    """Compiled templates of this process. The bucket's checksum tells whether its source is still the same."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill ``bucket`` where its template was compiled before."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = _Compiled()
#: By kind of database, the dialect that knows its server and what was compiled for it.
_first: dict[str, tuple[Any, Any]] = {}


def share_compiled_statements() -> None:
    """Let all engines of one kind of database in this process share what they compiled."""
    vars(storage)["create_engine"] = _engine


def _engine(url: Any, **options: Any) -> Engine:
    made = sqlalchemy.create_engine(url, **options)
    first = _first.get(made.dialect.name)
    # Why: a dialect learns this, and what its server can, when it is first connected.
    if first is None or getattr(first[0], "default_isolation_level", None) is None:
        _first[made.dialect.name] = (made.dialect, made._compiled_cache)
    else:
        made.dialect, made._compiled_cache = first
    return made
