"""Measure and write RESULTS.md: ``python -m benchmarks [booking] [planning] [splitting]`` from the checkout."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
NAMES = ("booking", "planning", "splitting")
HEAD = """# Results

Figures of one run of `.venv/bin/python -m benchmarks` (after `python3 run.py test` has made `.venv`). Milliseconds and
seconds belong to the machine and to what else it did; take the ratios and the zeros. No test looks at these figures.

"""


def main(names: Sequence[str]) -> None:
    """Run the named measurements, else all, and replace RESULTS.md."""
    sys.path.insert(0, str(HERE.parent / "deploy"))
    from benchmarks.lines import as_table, machine

    text = f"{HEAD}Machine: {machine()}\n"
    for name in names or NAMES:
        module = import_module(f"benchmarks.{name}")
        print(f"{name}: {str(module.__doc__).splitlines()[0]}", flush=True)
        table = as_table(module.measure())
        print(table, flush=True)
        text += f"\n## {name.capitalize()}\n\n{module.__doc__}\n\n{table}\n"
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
