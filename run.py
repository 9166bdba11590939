#!/usr/bin/env python3
"""The one entry to this checkout; needs nothing but Python 3.11 or later.

    python3 run.py demo    a living pool with invented firms, on this machine, in your browser
    python3 run.py test    everything the project is held to

Everything is made in ``.venv/`` and (for the demo) ``.demo/`` in this folder; nothing is installed elsewhere,
except that as root on Debian the tests may fetch a database server and a browser with apt-get
(AUDIT_POOL_NO_APT=1 forbids it).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)


def find_newer_python() -> str:
    """Return a Python that is new enough, for when this one is not."""
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    return ""


def require_python() -> None:
    """Go on under Python 3.11 or later, or say what is missing."""
    if sys.version_info >= OLDEST:
        return
    newer = find_newer_python()
    if newer:
        os.execv(newer, [newer, *sys.argv])
    sys.exit(f"Audit Pool needs Python 3.11 or later; this is {sys.version.split()[0]}.")


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    top = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, allow_abbrev=False)

    demo = add("demo", "Make a pool with invented firms and serve it until stopped.")
    demo.add_argument("--data", default=str(ROOT / ".demo"), metavar="DIR", help="where the demo is kept (.demo)")
    demo.add_argument("--check", action="store_true", help="make it, ask every seat's first pages once, and end")
    test = add("test", "Run the whole gate: formatter, linter, types, import contracts, all tests.")
    test.add_argument("--strict", action="store_true", help="a skipped test is a failure")
    add("check", "Run the quick part of the gate: no server, no browser.")
    add("fmt", "Format the code and make the linter's safe repairs.")
    add("serve", "Serve the pool that POOL_DATABASE_URL names: one process, clock inside.")
    soak = add("soak", "Run the tests' assertions with full counts, in named parts.")
    soak.add_argument("part", nargs="?", help="one part; all of them when left out")
    soak.add_argument("--list", action="store_true", help="show the parts")
    env = add("env", "Only make the environment in .venv.")
    env.add_argument("--dev", action="store_true", help="with the tools for tests")
    return top


def dispatch(arguments: argparse.Namespace, rest: list[str]) -> int:
    """Do what was asked; return the exit code."""
    from bootstrap import environment, gate
    from bootstrap import soak as soaking

    if arguments.command in ("demo", "serve"):
        environment.ensure("runtime")
        command = [str(environment.AUDIT_POOL), arguments.command]
        if arguments.command == "demo":
            command += ["--data", arguments.data, *(["--check"] if arguments.check else [])]
        # Why exec: the program then gets every signal itself, and no parent is left to pass them on.
        os.execv(command[0], command + rest)
    if arguments.command == "test":
        return gate.test(rest, strict=arguments.strict)
    if arguments.command == "check":
        return gate.check(rest)
    if arguments.command == "fmt":
        return gate.fmt()
    if arguments.command == "env":
        environment.ensure("dev" if arguments.dev else "runtime")
        return 0
    if arguments.list:
        return soaking.show_parts()
    if arguments.part and arguments.part not in soaking.PARTS:
        sys.exit(f"There is no part {arguments.part!r}; the parts are: {', '.join(soaking.PARTS)}.")
    return soaking.soak(arguments.part, rest)


def main() -> int:
    """Read the command line and run the command."""
    require_python()
    arguments, rest = parser().parse_known_args()
    if rest and arguments.command in ("fmt", "env"):
        parser().error("unrecognized arguments: " + " ".join(rest))
    sys.path.insert(0, str(ROOT / "deploy"))
    from bootstrap.processes import Failed, Stopped, stop_on_signals

    stop_on_signals()
    try:
        return dispatch(arguments, rest)
    except Failed as reason:
        print(f"run.py: {reason}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        print("run.py: stopped", file=sys.stderr)
        return stopped.code


if __name__ == "__main__":
    sys.exit(main())
