"""The command line: ``audit-pool GROUP COMMAND``. Errors are one JSON object alone on stdout, exit code 2."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any

import click

from pool.cli.answers import print_json
from pool.kernel.refusals import Refusal

#: Command -> (module, one-line help). Modules are imported only when used, so that ``--help`` stays quick.
COMMANDS: dict[str, tuple[str, str]] = {
    "models": ("pool.cli.models", "Read model files; register fine-tuned models."),
    "foundation": ("pool.cli.foundation", "Keep the catalogue of foundation models."),
    "deployments": ("pool.cli.deployments", "Register deployments, facts, attestations, ethics, incidents."),
    "policy": ("pool.cli.policy", "Assess a deployment; check an edition."),
    "book": ("pool.cli.book", "Request, screen, quote and accept audits."),
    "auditors": ("pool.cli.auditors", "Keep auditors: competence, calendar, interests; answer proposals."),
    "plan": ("pool.cli.plan", "Export, solve, verify and publish plans."),
    "audit": ("pool.cli.audit", "Work on an audit, review it and decide."),
    "findings": ("pool.cli.findings", "Answer findings; verify remedies."),
    "record": ("pool.cli.record", "Ask the participation record."),
    "costs": ("pool.cli.costs", "Share costs exactly; close periods."),
    "report": ("pool.cli.report", "Write the report of a firm as PDF."),
    "people": ("pool.cli.people", "Keep people and seats."),
    "db": ("pool.cli.db", "Bring the database to its present form; check it."),
    "serve": ("pool.cli.serve", "Serve the pages, with the clock inside, on SQLite."),
    "web": ("pool.cli.web", "Serve the pages with several processes, on PostgreSQL."),
    "clock": ("pool.cli.clock", "Run timed jobs beside the web processes."),
    "demo": ("pool.cli.demo", "Make a living demo pool and serve it."),
}


class Commands(click.Group):
    """The top group; each command's module holds it under the name ``group``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _help = COMMANDS[cmd_name]
        command: click.Command = import_module(module).group
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, text) in COMMANDS.items()])


@click.command(cls=Commands, name="audit-pool", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="audit-pool", prog_name="audit-pool")
def top() -> None:
    """Audit Pool: shared audits, exact cost shares and a provable participation record."""


def call(argv: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 a checked thing is not right, 2 refused."""
    try:
        result: Any = top.main(args=list(argv), prog_name="audit-pool", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return 130
    except Refusal as refusal:
        return _refused(refusal)
    except click.ClickException as error:
        return _refused(_usage(error))
    return result if isinstance(result, int) else 0


def _refused(refusal: Refusal) -> int:
    """Print one refusal alone on stdout; there is always something to do next."""
    refusal.next_step = refusal.next_step or "Correct this and run the command again."
    print_json(refusal.as_json())
    return 2


def _usage(error: click.ClickException) -> Refusal:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        # Why both: a person who named no command wants the help, a program the one shape of an error.
        assert error.ctx is not None
        click.echo(error.ctx.get_help(), err=True)
        return Refusal("No command was named.", next_step=f"See {error.ctx.command_path} --help.")
    field = None
    if isinstance(error, click.BadParameter) and error.param is not None:
        field = error.param.opts[-1].lstrip("-") if error.param.opts else error.param.name
    elif isinstance(error, (click.NoSuchOption, click.BadOptionUsage)):
        field = error.option_name.lstrip("-")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "audit-pool"
    return Refusal(" ".join(error.format_message().split()), field=field, next_step=f"See {path} --help.")


def run(argv: Sequence[str]) -> tuple[int, str]:
    """Run one command and return its exit code and what it printed on stdout (for tests)."""
    out = io.StringIO()
    with redirect_stdout(out):
        code = call(argv)
    return code, out.getvalue()


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(call(sys.argv[1:]))
