"""The ledger: transactions with their entries, the trial balance, the check; and the statements that were issued."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from pool.costs import queries
from pool.costs.ledger_queries import Balance, LedgerFault, TransactionView
from pool.costs.queries import StatementView
from pool.journeys.report import statement_paper
from pool.kernel.money import Money
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.reports.statement import render_statement
from pool.web.admin import blueprint
from pool.web.admin.cost_words import account_words, bare, facility_words, parts_chart
from pool.web.admin.costs import cost_tabs
from pool.web.paging import Column, Filter, ListSpec, csv_bytes, every_item, list_view
from pool.web.papers import paper
from pool.web.parts import Crumb, Explanation, Fact
from pool.web.requests import attachment, page, reading

KINDS = (("pending", _l("Held")), ("post", _l("Posted")), ("void", _l("Let go")))
SPEC = ListSpec(
    name="transactions",
    columns=(
        Column("ref", _l("Transaction"), "ref", sort=True, primary=True),
        Column("posted_at", _l("Written"), "instant", sort=True),
        Column("kind", _l("Kind")),
        Column("description", _l("What for")),
        Column("entries", _l("Entries")),
    ),
    filters=(Filter("kind", _l("Kind"), KINDS),),
    search=_l("Reference or what for"),
    default_sort="-ref",
    size=25,
)


@dataclass(frozen=True, kw_only=True)
class BalanceRow:
    """One account of the trial balance."""

    account: str
    name: str
    debit: str
    credit: str
    balance: str
    is_memo: bool


@dataclass(frozen=True, kw_only=True)
class TrialBalance:
    """The accounts of one currency with their sums; debit and credit are equal."""

    currency: str
    rows: tuple[BalanceRow, ...]
    debit: str
    credit: str
    rest: str
    is_even: bool


@blueprint.get("/pool/costs/ledger")
def ledger() -> Any:
    """Show the check, the trial balance and the transactions."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        items = every_item(lambda part: queries.transactions(reading(), part), asked)
        return attachment(_csv(items), name="ledger.csv", media_type="text/csv")
    faults = queries.ledger_faults(reading())
    return page(
        "admin/costs_ledger.html",
        tabs=cost_tabs("ledger"),
        faults=faults,
        fault_word=fault_word,
        balances=trial_balances(queries.trial_balance(reading())),
        view=list_view(SPEC, queries.transactions(reading(), asked), path=request.path),
        kind_word=lambda kind: str(dict(KINDS).get(kind, kind)),
        account=account_words,
        facility=facility_words,
        bare=bare,
    )


def _csv(items: Iterable[TransactionView]) -> bytes:
    """Return the entries of transactions, one row each, debit and credit apart."""
    head = [_("Transaction"), _("Written"), _("Kind"), _("What for"), _("Account"), _("Name"), _("Debit"), _("Credit"),
            _("Currency"), _("Note")]  # fmt: skip
    rows = (
        (
            one.ref,
            one.posted_at,
            str(dict(KINDS).get(one.kind, one.kind)),
            one.description,
            leg.account,
            account_words(leg.account),
            bare(leg.amount_minor, one.currency) if leg.amount_minor > 0 else "",
            bare(-leg.amount_minor, one.currency) if leg.amount_minor < 0 else "",
            one.currency,
            leg.note,
        )
        for one in items
        for leg in one.entries
    )
    return csv_bytes(head, rows)


def trial_balances(balances: Iterable[Balance]) -> tuple[TrialBalance, ...]:
    """Return the trial balance of each currency."""
    by_currency: dict[str, list[Balance]] = {}
    for one in balances:
        by_currency.setdefault(one.currency, []).append(one)
    return tuple(_trial_balance(currency, rows) for currency, rows in sorted(by_currency.items()))


def _trial_balance(currency: str, balances: list[Balance]) -> TrialBalance:
    debit, credit = sum(one.debit_minor for one in balances), sum(one.credit_minor for one in balances)
    return TrialBalance(
        currency=currency,
        rows=tuple(
            BalanceRow(
                account=one.account,
                name=account_words(one.account),
                debit=bare(one.debit_minor, currency),
                credit=bare(one.credit_minor, currency),
                balance=bare(one.balance_minor, currency),
                is_memo=one.account.startswith("9"),
            )
            for one in balances
        ),
        debit=bare(debit, currency),
        credit=bare(credit, currency),
        rest=bare(debit - credit, currency),
        is_even=debit == credit,
    )


def fault_word(fault: LedgerFault) -> str:
    """Return in words which check found a fault."""
    return {
        "balanced": _("Entries of a transaction do not sum to zero"),
        "no_drafts": _("A transaction was never posted"),
        "holds": _("The end of a hold is not its opposite"),
        "statement_digest": _("A statement's content was changed"),
        "statement_sum": _("A statement, its lines and its posting differ"),
        "period_sum": _("Costs and shares of a facility differ"),
        "period_ledger": _("Costs and recoveries of a period differ"),
        "numbers": _("Numbers have a gap"),
    }.get(fault.check, fault.check)


# --------------------------------------------------------------------------------------------------
# Statements


@blueprint.get("/pool/costs/statements/<statement>")
def pool_statement(statement: str) -> Any:
    """Show one firm's statement as the firm sees it, with the paper."""
    found = queries.statement(reading(), statement)
    return page(
        "admin/costs_statement.html",
        found=found,
        total=Money(found.total_minor, found.currency),
        chart=parts_chart(
            "share",
            title=_("What is this share made of?"),
            parts=[(str(line["name"]), int(line["amount_minor"])) for line in found.lines],
            currency=found.currency,
            head=(_("Facility"), _("Share")),
        ),
        rows=[
            (line["name"], Money(int(line["amount_minor"]), found.currency), why)
            for line, why in zip(found.lines, found.reasons(), strict=True)
        ],
        facts=_facts(found),
        proved=statement_paper(reading(), found.ref).proved,
        crumbs=[
            Crumb(label=_("Costs"), url=url_for("admin.costs")),
            Crumb(label=found.period_ref, url=url_for("admin.period", period=found.period_ref)),
            Crumb(label=found.ref),
        ],
    )


def _facts(found: StatementView) -> list[Fact]:
    return [
        Fact(label=_("Firm"), value=found.firm_name, hint=found.firm_ref,
             url=url_for("admin.member", firm=found.firm_ref)),
        Fact(label=_("Period"), value=found.period_ref, kind="ref",
             url=url_for("admin.period", period=found.period_ref)),
        Fact(label=_("Issued"), value=found.issued_at, kind="instant"),
        Fact(
            label=_("Told before"),
            value=None if found.estimate_minor is None else Money(found.estimate_minor, found.currency),
            kind="money",
            hint=_("Estimates of the bookings of this period."),
        ),
        Fact(
            label=_("Exact share"),
            value=found.exact_total or _("not shown"),
            hint=_("in minor units, before rounding"),
            explain=Explanation(
                rule=_("Each line is rounded by exact largest remainder, so that the lines of all firms sum to the "
                       "cost. An exact amount that would give away another firm's stays unshown."),
                source="docs/algorithms/cost-sharing.md",
            ),
        ),
        Fact(label=_("Digest of its content"), value=found.content_digest, kind="digest"),
    ]  # fmt: skip


@blueprint.get("/pool/costs/statements/<statement>/paper.pdf")
def pool_statement_paper(statement: str) -> Response:
    """Hand out the statement as a paper; the same facts give the same bytes."""
    found = queries.statement(reading(), statement)
    return paper(render_statement, statement_paper(reading(), found.ref), name=f"{found.ref}.pdf")
