"""A crowd of worker processes that do a numbered share of the work, are killed at random, and begin again.

A worker is a plain function ``work(share, *arguments)``. It must survive being started anew in the middle: what it has
done stands in its :class:`Log`. No lock is shared between workers, because a killed one would never give it back.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

#: Imported once; each worker is a copy of that process and starts in milliseconds.
_PRELOADED = ["pytest", "pool.schema", "pool.costs.ledger_service", "scheduling.service", "scheduling.jobs"]
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 900


class Log:
    """Lines that one worker acknowledged, each flushed to the disk before it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND)
        whole = path.read_bytes().rpartition(b"\n")
        os.ftruncate(self._file, len(whole[0]) + len(whole[1]))

    def lines(self) -> list[str]:
        """Return the lines written so far, also by those who died."""
        return self.path.read_text("utf-8").splitlines()

    def append(self, line: str) -> None:
        """Write a line and wait until the disk has it."""
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def log_path(folder: Path, share: int) -> Path:
    """Return where the worker with this share keeps its log."""
    return folder / f"share-{share}.log"


def acknowledged(folder: Path) -> list[str]:
    """Return every whole line of every log in ``folder``."""
    texts = (path.read_bytes().rpartition(b"\n")[0].decode() for path in sorted(folder.glob("share-*.log")))
    return [line for text in texts for line in text.splitlines()]


def context() -> ForkServerContext:
    """Return the context that copies workers from a clean process without threads or open databases."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(_PRELOADED)
    return found


class Crowd:
    """The workers of one run. ``kills`` of them are ended by SIGKILL, spread over the expected number of lines."""

    def __init__(
        self, work: Callable[..., None], arguments: Sequence[Any], folder: Path, *, processes: int, seed: int = 1
    ) -> None:
        self._work = work
        self._arguments = tuple(arguments)
        self._folder = folder
        self._context = context()
        self._chance = random.Random(seed)
        self._processes: dict[int, BaseProcess] = {share: self._start(share) for share in range(processes)}
        self._struck: set[int] = set()
        self.killed = 0

    def _start(self, share: int) -> BaseProcess:
        process = self._context.Process(target=self._work, args=(share, *self._arguments))
        process.start()
        return process

    def run(self, *, kills: int, lines: int, again: bool = True, look: Callable[[], None] | None = None) -> None:
        """Wait until every share is done; killed workers begin again unless ``again`` is false.

        ``look`` is called now and then while they work. Raises: AssertionError where a worker failed by itself.
        """
        # Why three quarters: towards the end a worker may be done before it is struck.
        marks = [lines * 3 // 4 * (n + 1) // kills for n in range(kills)]
        end = time.monotonic() + PATIENCE_SECONDS
        while self._processes:
            assert time.monotonic() < end, f"shares {sorted(self._processes)} did not come to an end"
            for share in list(self._processes):
                self._reap(share, again=again)
            if len(self._struck) + self.killed < kills and self._written() >= marks[self.killed]:
                self._strike()
            if look is not None:
                look()
            time.sleep(LOOK_SECONDS)
        assert self.killed == kills, f"only {self.killed} of {kills} workers could be killed"

    def _written(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in self._folder.glob("share-*.log"))

    def _strike(self) -> None:
        # Why a moment of chance: the kill must fall anywhere in a transaction, not just after a line.
        time.sleep(self._chance.uniform(0, 0.03))
        living = sorted(share for share, process in self._processes.items() if process.is_alive())
        if living:
            share = self._chance.choice(living)
            self._struck.add(share)
            self._processes[share].kill()

    def _reap(self, share: int, *, again: bool) -> None:
        process = self._processes[share]
        if process.is_alive():
            return
        process.join()
        code = process.exitcode
        process.close()
        del self._processes[share]
        self._struck.discard(share)
        if code == -9:
            self.killed += 1
            if again:
                self._processes[share] = self._start(share)
        else:
            assert code == 0, f"the worker of share {share} failed with {code}"


def shares(share: int, *, processes: int, count: int, done: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of one share that have no line yet; a line begins with its number."""
    known = {int(line.split(" ", 1)[0]) for line in done}
    yield from (n for n in range(share, count, processes) if n not in known)
