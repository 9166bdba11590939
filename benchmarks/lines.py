"""What a measurement says: figures in one table, and the machine they come from."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """One comparison. ``ours`` and ``other`` are texts with their units; ``ratio`` is ours to the other."""

    what: str
    ours: str
    other: str
    ratio: str
    note: str = ""


def as_table(lines: Iterable[Line]) -> str:
    """Return the lines as a table."""
    head = ["| what | the product | beside it | ratio | note |", "|---|---|---|---|---|"]
    rows = [f"| {line.what} | {line.ours} | {line.other} | {line.ratio} | {line.note} |" for line in lines]
    return "\n".join([*head, *rows])


def machine() -> str:
    """Return the shape of this machine in one paragraph: what a figure depends on, no names."""
    parts = [
        f"{os.cpu_count()} cores ({_processor()})",
        f"{_memory_gib()} GiB memory",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ]
    load = os.getloadavg()[0]
    return ", ".join(parts) + f". Load when the run began: {load:.1f}."


def _processor() -> str:
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> int:
    found = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return round(found[0] / 2**20) if found else 0


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
