"""Printing within limits: a paper may be only so long, take so much time and memory, and only some print at once.

Small papers are printed where they are asked for, which takes a second or two at most. Larger ones are printed by a
process of their own, which can be stopped: nothing a firm writes may keep the pages of all others waiting.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.reports.values import Rendered

Facts = TypeVar("Facts")
CHARS_OF_A_LINE = 80
_DONE, _TOO_LONG = b"\0", b"\1"


class TooMuch(Refusal):
    """A paper is longer than papers may be, or takes more time or memory than one may take."""

    kind = "too_large"


class TooManyAtOnce(Refusal):
    """Other papers are being printed."""

    kind = "unavailable"


@dataclass(frozen=True, slots=True)
class Limits:
    """What printing may take. ``here`` lines are printed at once; ``lines`` are the most that are printed at all.

    Measured: some 3,000 lines a second, 9 pages per 1,000 lines, 60 MiB for 500 pages.
    """

    here: int = 4_000
    lines: int = 100_000
    pages: int = 1_000
    seconds: float = 60.0
    memory_mib: int = 1024
    at_once: int = 2


LIMITS = Limits()
_printing = threading.BoundedSemaphore(LIMITS.at_once)


def lines_in(value: Any) -> int:
    """Return about how many lines the facts of a paper fill; it grows with every row and every long text."""
    if isinstance(value, str):
        return 1 + len(value) // CHARS_OF_A_LINE
    if isinstance(value, Mapping):
        return sum(map(lines_in, value.values()))
    if isinstance(value, (tuple, list)):
        return sum(map(lines_in, value))
    if is_dataclass(value):
        return sum(lines_in(getattr(value, one.name)) for one in fields(value))
    return 1


def print_within(render: Callable[[Facts], Rendered], facts: Facts, *, limits: Limits = LIMITS) -> bytes:
    """Print a paper and return its bytes, the same wherever it is printed. ``render`` stands at a module's top.

    Raises: TooMuch, TooManyAtOnce.
    """
    lines = lines_in(facts)
    if lines > limits.lines:
        raise _too_much()
    if lines <= limits.here:
        return _pdf_of(_printed(render, facts, limits))
    if not _printing.acquire(blocking=False):
        raise TooManyAtOnce(
            _("Other large papers are being printed just now."),
            next_step=_("Try again in a minute."),
            facts={"retry_after": 60},
        )
    try:
        return _print_apart(render, facts, limits)
    finally:
        _printing.release()


def _print_apart(render: Callable[[Facts], Rendered], facts: Facts, limits: Limits) -> bytes:
    # Why spawn: a fork of a process with threads may inherit a lock that nobody will ever open.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_print, args=(theirs, render, facts, limits), daemon=True)
    child.start()
    theirs.close()
    try:
        # Why bytes: nothing that comes back is ever unpacked as an object.
        answer = ours.recv_bytes() if ours.poll(limits.seconds) else b""
    except EOFError:
        child.join()
        if child.exitcode == 1:
            raise RuntimeError("printing failed; the process that printed said why") from None
        answer = b""
    finally:
        child.kill()
        child.join()
        ours.close()
    return _pdf_of(answer)


def _pdf_of(answer: bytes) -> bytes:
    if answer[:1] != _DONE:
        raise _too_much()
    return answer[1:]


def _print(send: Connection, render: Callable[[Facts], Rendered], facts: Facts, limits: Limits) -> None:
    with contextlib.suppress(ImportError):  # what bounds a process stands in no module on Windows
        import resource

        size = limits.memory_mib * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        seconds = int(limits.seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        send.send_bytes(_printed(render, facts, limits))
    except MemoryError:
        send.send_bytes(_TOO_LONG)


def _printed(render: Callable[[Facts], Rendered], facts: Facts, limits: Limits) -> bytes:
    rendered = render(facts)
    return _TOO_LONG if rendered.pages > limits.pages else _DONE + rendered.pdf


def _too_much() -> TooMuch:
    return TooMuch(
        _("This paper is longer than one paper can be."),
        next_step=_("Ask the pool office: it prints it by the command line, for an earlier day or in parts."),
    )
