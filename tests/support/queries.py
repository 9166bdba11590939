"""Counting queries: a list costs the same number whatever its length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from pool.kernel.storage import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect every statement that is sent while the block runs; ``len`` of it is the count.

    Beginnings of transactions and the session of the sign-in, which every page has, are left out.
    """
    sent: list[str] = []

    def _sent(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SET")) and "sign_in_session" not in statement:
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", _sent)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", _sent)
