"""Commands that take one step: arguments and options are the values of its journey by name, taken in a seat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pool.cli.acting import seat_options
from pool.cli.audit import run_as

Journey = Callable[..., Any]
#: What ``click.argument`` and ``click.option`` return.
Parameter = Callable[[Callable[..., Any]], Callable[..., Any]]


def add_step(
    group: click.Group, name: str, journey: Journey, words: str, *parameters: Parameter, shows: Callable[[Any], None]
) -> None:
    """Add a command to a group: it runs ``journey`` with what its parameters gave, and ``shows`` prints the result."""

    def take(email: str, office: str | None, **values: Any) -> None:
        shows(run_as(email, office, journey, **values))

    command: Callable[..., Any] = seat_options(take)
    for parameter in reversed(parameters):
        command = parameter(command)
    group.command(name, help=words)(command)
