"""The fifteen indicators as questions in plain words, for the page that a founder fills."""

from __future__ import annotations

from dataclasses import dataclass

from pool.kernel.words import gettext as _
from pool.policy.loading import Edition


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a question with levels: its number and the anchor that describes it."""

    value: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Question:
    """One indicator as a question.

    ``kind`` is count, share, choice or yes_no; ``unit`` says what the number counts; ``grows`` tells whether a rise is
    growth (smoothed and phased in) or a declared change.
    """

    id: str
    label: str
    help: str
    unit: str
    kind: str
    example: str
    grows: bool
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    label: str
    help: str
    unit: str
    example: str


def questions(edition: Edition) -> tuple[Question, ...]:
    """Return the fifteen questions in the order of the edition, in the language of the present context."""
    words = _words()
    listed = []
    for indicator in edition.indicators.all.values():
        said = words[indicator.id]
        listed.append(
            Question(
                id=indicator.id,
                label=said.label,
                help=said.help,
                unit=said.unit,
                kind=_kind(indicator.kind, share=indicator.is_share),
                example=said.example,
                grows=indicator.growth,
                choices=tuple(Choice(level.value, _(level.anchor)) for level in indicator.levels),
            )
        )
    return tuple(listed)


def _kind(kind: str, *, share: bool) -> str:
    if kind == "continuous":
        return "share" if share else "count"
    return "choice" if kind == "ordinal" else "yes_no"


def _words() -> dict[str, _Words]:
    return {**_reach(), **_use(), **_care()}


def _reach() -> dict[str, _Words]:
    return {
        "affected_persons": _Words(
            _("How many people does it reach in a month?"),
            _(
                "Count everyone who uses it and everyone it says something about, once a month, over all customers and "
                "sites of this deployment. Take the mean of the last three months."
            ),
            _("people a month"),
            _("A credit union that scores 3\u202f500 applicants a month answers 3500."),
        ),
        "query_volume": _Words(
            _("How many outputs does it give in 30 days?"),
            _("Count every answer, score or document that left the system. Each record of a batch job counts."),
            _("outputs in 30 days"),
            _("500 answers a day make 15000."),
        ),
        "revenue_dependence": _Words(
            _("If the model were off for one working day, how much of the service would stop?"),
            _(
                "Look at the service in which the model works, at the firm that uses it, not at your own turnover. "
                "0 means work goes on as usual, 1 means nothing can be delivered."
            ),
            _("share from 0 to 1"),
            _("If one fifth of the orders would wait until tomorrow, answer 0.2."),
        ),
        "population_indeterminacy": _Words(
            _("Do you know who your users are?"),
            _("Look at the most open way in. The less you know who is there, the higher the level."),
            _("level 0 to 4"),
            _("An app in which people register with a confirmed e-mail address is level 2."),
        ),
        "observed_offscope_share": _Words(
            _("How much of the real use lies outside the purpose you stated?"),
            _(
                "Let two people look at a random sample of outputs (200 a quarter, or all if fewer) and count those "
                "that do not belong to the purpose. Before the first sample, answer 0."
            ),
            _("share from 0 to 1"),
            _("4 of 200 outputs were about something else: answer 0.02, or the upper bound if you worked it out."),
        ),
    }


def _use() -> dict[str, _Words]:
    return {
        "domain_consequence": _Words(
            _("What is the worst that a wrong output could do to someone?"),
            _("Think of the function it really serves, not of your industry. Take the worst case one can believe."),
            _("level 0 to 4"),
            _("A wrong marketing text is 0, a wrong credit score 3, a wrong dose of medicine 4."),
        ),
        "output_role": _Words(
            _("What part does the output play in the decision?"),
            _(
                "From none at all to deciding alone. If people follow it unchanged in 80 of 100 cases or more, it "
                "recommends (level 3) even if it was meant to inform."
            ),
            _("level 0 to 4"),
            _("It sorts tickets and staff read each one: level 1. It turns down an application by itself: level 4."),
        ),
        "profiling": _Words(
            _("Does it rate or predict named people?"),
            _(
                "Yes if outputs score, rank or predict health, work, credit, behaviour or reliability "
                "of people you can name."
            ),
            _("yes or no"),
            _("A list of applicants ordered by fitness: yes. A summary of a contract: no."),
        ),
        "autonomy": _Words(
            _("How far does it act without a person?"),
            _("Look at the most independent way it runs in production."),
            _("level 0 to 4"),
            _("Staff approve each reply before it is sent: level 1. It books and pays within a limit: level 3."),
        ),
        "boundary_openness": _Words(
            _("How narrow is its task?"),
            _("Put 50 requests to it that are none of its business and see how many it answers."),
            _("level 0 to 4"),
            _("It fills five fields of a form and nothing else: level 0. It answers whatever it is asked: level 4."),
        ),
        "data_sensitivity": _Words(
            _("What is the most sensitive data that goes in or comes out?"),
            _("Count what is there as a rule, in prompts, files and outputs."),
            _("level 0 to 4"),
            _("Names and addresses are level 1, pay slips level 2, patient files level 3."),
        ),
    }


def _care() -> dict[str, _Words]:
    return {
        "vulnerable_access": _Words(
            _("Can it reach children, patients or people in distress?"),
            _("If you do not know and everyone can come in, it is level 2."),
            _("level 0 to 4"),
            _("A tool for trained staff behind a login is level 0, a homework helper for pupils level 4."),
        ),
        "irreversibility": _Words(
            _("If a wrong output takes effect before anyone notices, can it be put right?"),
            _("Think of the usual harm. Once health, safety or basic rights are hit, it is at least level 3."),
            _("level 0 to 4"),
            _("A wrong delivery date, corrected next day, is level 1; a lost school place level 3."),
        ),
        "oversight_gap": _Words(
            _("How fast can you stop it and go back?"),
            _(
                "Take the worst of: time to stop, time to roll back, gaps in the logs, nobody on duty. "
                "Not yet tried: one level more."
            ),
            _("level 0 to 4; 0 is best"),
            _("You stopped it in a drill within an hour and look at outputs every week: level 1."),
        ),
        "harm_history": _Words(
            _("Has it done harm in the last 12 months?"),
            _("Only what was confirmed counts. An honest answer costs far less than one that is found out."),
            _("level 0 to 4"),
            _("Two complaints were right and put right the same week: level 1."),
        ),
    }
