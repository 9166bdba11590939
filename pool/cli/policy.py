"""The rules on the command line: assess a deployment, check an edition, show the one in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pool.cli.answers import print_json, read_document
from pool.kernel.clock import day_of, now
from pool.policy.assessment import assess_document
from pool.policy.edition import PRESENT, Edition, EditionRefused, check_edition, load_edition


@click.group("policy")
def group() -> None:
    """Assess a deployment; check an edition of the rules."""


@group.command("assess")
@click.argument("file", type=click.Path(path_type=Path))
def assess_file(file: Path) -> None:
    """Assess the deployment described in FILE (YAML or JSON) and print tier, reasons and duties.

    FILE holds `indicators` (all fifteen) and optionally `context`, `markets`, `facts` and `on`.
    """
    print_json(assess_document(read_document(file), today=day_of(now())).as_json())


@group.command("check")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def check_folder(folder: Path | None) -> None:
    """Check the edition in FOLDER, or the one the product ships; exit 2 names every rule that fails."""
    edition = load_edition_whole(folder)
    problems = check_edition(edition)
    if problems:
        raise refusal_of(problems)
    print_json({"edition": edition.id, "edition_digest": edition.digest, "problems": []})


@group.command("show")
def show() -> None:
    """Print the edition in force: its id, digest, tiers, markets and contexts."""
    edition = load_edition()
    print_json(summary_of(edition))


def load_edition_whole(folder: Path | None) -> Edition:
    """Load an edition; where several keys fail, one refusal names them all.

    Raises: EditionRefused, EditionMissing.
    """
    try:
        return load_edition(PRESENT if folder is None else folder)
    except EditionRefused as refusal:
        raise refusal_of([one.reason for one in refusal.all()], field=refusal.field) from refusal


def refusal_of(problems: list[str], *, field: str | None = None) -> EditionRefused:
    """Return one refusal that names every problem; the field is that of the first."""
    first = field or ": ".join(problems[0].split(": ")[:2])
    count = f"{len(problems)} rules fail" if len(problems) > 1 else "1 rule fails"
    return EditionRefused(
        f"{count}: {'; '.join(problems)}",
        field=first,
        next_step="Mend the keys named; an edition that fails a rule is never used.",
    )


def summary_of(edition: Edition) -> dict[str, Any]:
    """Return what ``audit-pool policy show`` prints."""
    book = edition.rulebook
    return {
        "edition": edition.id,
        "status": edition.status,
        "edition_digest": edition.digest,
        "tiers": [
            {"id": tier, "from": float(book.threshold(tier)), "summary": summary}
            for tier, summary in book.summaries.items()
        ],
        "indicators": list(edition.indicators.all),
        "markets": list(edition.markets),
        "contexts": list(edition.indicators.contexts),
        "facts": list(edition.fact_questions),
        "never_inputs": list(edition.indicators.never_inputs),
    }
