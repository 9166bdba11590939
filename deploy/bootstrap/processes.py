"""Run other programs so that a stopped parent leaves no children behind."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 20
TIMED_OUT = 124
INTERRUPTED = 128 + signal.SIGINT


class Stopped(BaseException):
    """The person or the system asked this program to stop; ``code`` is the exit code that says so."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Failed(Exception):
    """A step could not be done; the text says why and what to do next."""


def say(text: str) -> None:
    """Tell the person what happens, at once."""
    print(text, flush=True)


def stop_on_signals() -> None:
    """Turn SIGINT and SIGTERM into :class:`Stopped`, so that every ``finally`` runs."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(128 + number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), stop)


@contextlib.contextmanager
def child(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``command`` in the checkout; end it, with patience, when the block is left."""
    process = subprocess.Popen(list(command), cwd=ROOT, env=None if env is None else dict(env))
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM) -> None:
    """Ask a child to end; kill it when it does not within the grace."""
    for number, patience in ((None, 0.0), (first, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        if process.poll() is not None:
            return
        if number is not None:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=patience)


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, seconds: float | None = None) -> int:
    """Run ``command`` to its end; return its exit code, or 124 when it outlived ``seconds``."""
    with child(command, env=env) as process:
        try:
            return process.wait(timeout=seconds)
        except Stopped as stopped:
            # Why wait: Ctrl-C reaches the whole group, so the child is already putting its things in order.
            if stopped.code == INTERRUPTED:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=GRACE_SECONDS)
            raise
        except subprocess.TimeoutExpired:
            say(f"stopped after {seconds:.0f} s: {shlex.join(command)}")
            return TIMED_OUT


def quietly(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    seconds: float = 900,
) -> str:
    """Run ``command`` without showing its output; return what it printed.

    Raises: Failed with the last lines of its output when it does not exit 0.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd or ROOT,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{Path(str(command[0])).name} could not be run: {error}") from error
    printed = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        tail = " / ".join(line.strip() for line in printed.strip().splitlines()[-4:])
        raise Failed(f"{Path(str(command[0])).name} ended with {done.returncode}: {tail}")
    return printed


def is_root() -> bool:
    """Tell whether this runs as the superuser."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def is_linux() -> bool:
    """Tell whether this runs on Linux."""
    return sys.platform.startswith("linux")
