"""The firm report says what the values say, the same bytes each time, and claims nothing more."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from pool.kernel.clock import utc
from pool.reports.firm_report import render_firm_report
from pool.reports.statement import render_statement
from pool.reports.values import (
    CostLine,
    CostSection,
    FirmReport,
    LegalEffect,
    UnsoundReport,
    digest_of_facts,
)
from pool.reports.vocabulary import condition_result, standing_sentences, standing_word
from tests.reports.paper_reading import reader_of, squeezed, text_of
from tests.reports.sample_reports import (
    DUTY_NAMES,
    bare_report,
    basis,
    clinic,
    cost,
    large_report,
    letters,
    rich_report,
    rich_statement,
    tutor,
)

NEVER = re.compile(r"\b(protected|compliant|certified|guaranteed|immune|fair)\b|approved by the pool", re.IGNORECASE)


def said(report: FirmReport) -> str:
    """Return the paper's text without spaces."""
    return squeezed(text_of(render_firm_report(report).pdf))


def test_firm_report_when_rendered_twice_has_the_same_bytes() -> None:
    assert render_firm_report(rich_report()).pdf == render_firm_report(rich_report()).pdf


def test_firm_report_when_rendered_in_other_processes_has_the_same_bytes() -> None:
    program = (
        "import hashlib; from tests.reports.sample_reports import rich_report;"
        "from pool.reports.firm_report import render_firm_report;"
        "print(hashlib.sha256(render_firm_report(rich_report()).pdf).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": epoch, "TZ": zone, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed, epoch, zone in (("1", "1000000000", "UTC"), ("2", "", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_firm_report_when_a_fact_changes_has_other_bytes_and_another_digest() -> None:
    other = replace(rich_report(), period="another period")
    assert render_firm_report(rich_report()).pdf != render_firm_report(other).pdf
    assert digest_of_facts(rich_report()) != digest_of_facts(other)


def test_digest_when_the_report_already_carries_one_is_the_same() -> None:
    assert digest_of_facts(replace(rich_report(), digest="sha256:00")) == digest_of_facts(rich_report())


def test_file_when_made_bears_the_instant_of_its_facts_and_no_other() -> None:
    information = reader_of(render_firm_report(rich_report()).pdf).metadata
    assert information is not None
    assert information.creation_date == utc(2026, 11, 24, 9, 0)
    assert information.modification_date == utc(2026, 11, 24, 9, 0)


def test_firm_report_when_rich_says_every_fact() -> None:
    text = said(rich_report())
    facts = [
        "Müller & 张伟 医疗科技 (Zürich) – Ιατρική Τεχνολογία",
        "FRM-2026-0003",
        "RPT-2026-0042",
        "2026-11-24",
        "临床问诊助手 Clinic Desk",
        "Εκπαιδευτικός βοηθός Παιδεία",
        "Помощник для писем",
        "Tier: High. Intensity 0.8432 on a scale from 0 to 1.",
        "A listed context of the EU AI Act, Annex III, is named 0.7500",
        "Nearest next rule: H2 (mass consumer autonomy) from 50 000 monthly users on; now 11 400.",
        "By the rules “Suspended” is due since 2026-11-17; it takes effect only by a reasoned decision of two people.",
        "Milan".replace("Milan", "Милан Петровић"),
        "Version 3.1 was taken back the same day",
        "Answer by 2026-09-24, done 2026-09-19",
        "2026-10-20 by Dr. Zoë Ångström (auditor)",
        "The audit has no finding.",
        "1418461375/1426 in the smallest unit of EUR",
        "10 200.00 EUR; the share differs from it by −246.82 EUR",
        "18 900.00 EUR for the same scope (offer of a private audit house for the same scope, dated 2026-07-14)",
        "Sum 9 953.18 EUR",
        "How to check this paper",
        "What this paper is not",
        "It claims no legal effect.",
        "CN No recognised effect known.",
        *DUTY_NAMES,
    ]
    assert [fact for fact in facts if squeezed(fact) not in text] == []


def test_every_page_when_demo_says_so_with_number_instant_and_edition() -> None:
    rendered = render_firm_report(rich_report())
    for number, page in enumerate(reader_of(rendered.pdf).pages, start=1):
        text = page.extract_text()
        assert "Demo data: firms, people and figures are invented." in text
        assert f"Page {number} of {rendered.pages}" in text
        assert "RPT-2026-0042 · facts as of 2026-11-24 · edition 2026.1" in text


def test_every_page_when_not_demo_says_nothing_of_it() -> None:
    assert "demo" not in text_of(render_firm_report(bare_report()).pdf).lower()


def test_papers_when_rendered_never_claim_more_than_participation() -> None:
    for pdf in (
        render_firm_report(rich_report()).pdf,
        render_firm_report(bare_report()).pdf,
        render_statement(rich_statement()).pdf,
    ):
        assert NEVER.findall(text_of(pdf).replace("\n", " ").replace("Fairness", "")) == []


def test_deemed_record_when_printed_says_engaged_waiting_not_audited_everywhere() -> None:
    waiting = "Engaged, waiting for the pool since 2026-05-03, not audited"
    assert standing_word(clinic().standing) == waiting
    (line,) = [line for line in basis(deemed=True) if line.deemed]
    assert condition_result(line) == (waiting, "soon")
    text = said(replace(rich_report(), deployments=(clinic(),), audits=()))
    assert text.count(squeezed(waiting)) == 3  # at a glance, in the record, at its condition
    assert "Conditionsmet2026-09-30" not in text
    assert "Notauditedyet2026-09-30" in text


def test_deemed_record_when_the_audit_is_booked_says_its_day() -> None:
    booked = date(2026, 12, 14)
    (line,) = [line for line in basis(deemed=True) if line.deemed]
    words = "Engaged, audit booked for 2026-12-14, not audited yet"
    assert condition_result(replace(line, booked_for=booked)) == (words, "soon")
    assert standing_word(replace(clinic().standing, booked_for=booked)) == words


def test_deemed_condition_when_ethics_or_base_model_is_late_is_told_apart() -> None:
    (line,) = [line for line in basis(deemed=True) if line.deemed]
    assert condition_result(replace(line, condition="C3"))[0] == (
        "Engaged, waiting for the pool since 2026-05-03, not reviewed"
    )
    assert condition_result(replace(line, condition="C1"))[0] == (
        "Deemed met: time to mend what the firm did not cause"
    )


def test_standing_when_not_deemed_says_day_and_knowledge() -> None:
    assert standing_sentences(letters().standing) == (
        "On 2026-11-24, as known on 2026-11-24.",
        "In this state since 2026-03-02.",
        "The record has to be renewed by 2028-03-01.",
    )


def test_total_weight_when_fewer_than_three_used_a_facility_is_withheld() -> None:
    text = said(rich_report())
    assert "14ofatotalnotshown" in text
    assert "14of22" not in text
    assert "154of1733" in text


def test_outline_when_read_names_every_part_in_order() -> None:
    titles: list[str] = []

    def walk(entries: object) -> None:
        assert isinstance(entries, list)
        for entry in entries:
            walk(entry) if isinstance(entry, list) else titles.append(entry.title)

    walk(reader_of(render_firm_report(rich_report()).pdf).outline)
    assert titles == [
        "Deployments at a glance",
        "临床问诊助手 Clinic Desk",
        "Εκπαιδευτικός βοηθός Παιδεία",
        "Помощник для писем",
        "Audits and findings",
        "AUD-2026-0007 · Initial audit, two stages",
        "AUD-2026-0015 · Desk audit",
        "Share of the cost",
        "How to check this paper",
        "What this paper is not",
    ]


def test_contents_when_read_name_the_page_on_which_each_part_stands() -> None:
    reader = reader_of(render_firm_report(rich_report()).pdf)
    pages = [page.extract_text() for page in reader.pages]
    for title in ("Помощник для писем", "Share of the cost", "AUD-2026-0015 · Desk audit"):
        named = re.search(rf"^{re.escape(title)} (\d+)$", pages[0], re.MULTILINE)
        assert named is not None
        assert title in pages[int(named[1]) - 1]


def test_firm_report_when_nothing_is_there_yet_says_so() -> None:
    text = text_of(render_firm_report(bare_report()).pdf)
    assert "No deployment is registered." in text
    assert "There was no audit in this period." in text
    assert "No period was closed for this firm yet" in text
    assert "All markets No recognised effect known." in text


def test_legal_effect_when_a_person_checked_it_is_named_with_its_basis() -> None:
    effect = LegalEffect(
        jurisdiction="US-TX",
        text="May be shown as part of an affirmative defence.",
        basis="Tex. Bus. & Com. Code 552.105",
        checked_by="A. Lawyer",
        checked_on=date(2026, 9, 1),
    )
    text = said(replace(rich_report(), legal_effects=(effect,)))
    assert squeezed("Basis: Tex. Bus. & Com. Code 552.105. Checked by A. Lawyer on 2026-09-01.") in text
    assert "EUNorecognisedeffectknown." in text
    assert "US-TXNorecognisedeffectknown." not in text


@pytest.mark.slow
def test_firm_report_when_large_is_whole() -> None:
    report = large_report(50)
    rendered = render_firm_report(report)
    text = squeezed(text_of(rendered.pdf))
    assert [item.name for item in report.deployments if squeezed(item.name) not in text] == []
    assert [item.ref for item in report.audits if item.ref not in text] == []


def test_statement_when_rendered_says_amount_lines_and_limits_on_one_page() -> None:
    rendered = render_statement(rich_statement())
    text = text_of(rendered.pdf)
    assert (rendered.pages, rendered.warnings) == (1, ())
    assert "Payable\n9 953.18 EUR\nDue on 2026-11-14." in text
    assert "Competence in health planned half-days of health auditors 14 of a total not shown 5 090.91 EUR" in text
    assert "Sum 9 953.18 EUR" in text
    assert "Market comparison 18 900.00 EUR" in text
    assert "Paying or not paying changes nothing in any participation record." in text
    assert render_statement(rich_statement()).pdf == rendered.pdf


def test_statement_when_no_market_price_is_known_prints_none() -> None:
    text = text_of(render_statement(replace(rich_statement(), cost=replace(cost(), market_comparison=None))).pdf)
    assert "Market comparison" not in text


def test_statement_when_the_pool_owes_the_firm_says_so() -> None:
    line = CostLine(facility_id="trips", name="Trips", driver="kilometres", amount_minor=-1_250, weight=3)
    share = CostSection(period="2026 Q4", currency="EUR", lines=(line,), total_minor=-1_250)
    text = text_of(render_statement(replace(rich_statement(), cost=share)).pdf)
    assert "To be paid back\n12.50 EUR" in text
    assert "−12.50 EUR" in text


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "1 250 JPY"), ("BHD", "1.250 BHD"), ("CNY", "12.50 CNY")])
def test_statement_when_in_another_currency_has_its_decimals(currency: str, shown: str) -> None:
    line = CostLine(facility_id="a", name="A", driver="d", amount_minor=1_250)
    share = CostSection(period="2026", currency=currency, lines=(line,), total_minor=1_250)
    assert f"Payable\n{shown}\n" in text_of(render_statement(replace(rich_statement(), cost=share)).pdf)


def test_cost_section_when_lines_do_not_sum_is_refused() -> None:
    with pytest.raises(UnsoundReport, match="sum to 995318, not to 995319"):
        replace(cost(), total_minor=995_319)


def test_cost_section_when_an_amount_is_no_whole_number_is_refused() -> None:
    with pytest.raises(UnsoundReport, match="whole numbers"):
        CostSection(period="p", currency="EUR", lines=(), total_minor=0.0)  # type: ignore[arg-type]  # refused


def test_report_when_its_instant_has_no_zone_is_refused() -> None:
    with pytest.raises(UnsoundReport, match="time zone"):
        replace(rich_report(), as_of=datetime(2026, 1, 1))


def test_report_when_its_instant_is_in_another_zone_is_shown_in_utc() -> None:
    elsewhere = datetime(2026, 11, 25, 1, 0, tzinfo=timezone(timedelta(hours=8)))
    assert elsewhere == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert "Factsasof2026-11-24" in said(replace(rich_report(), as_of=elsewhere))


def test_intensity_when_at_the_ends_of_the_scale_is_drawn() -> None:
    for value in (Decimal(0), Decimal(1)):
        assert f"Intensity{value:.4f}onascale" in said(
            replace(bare_report(), deployments=(replace(tutor(), intensity=value),))
        )


def test_public_modules_when_imported_leave_the_press_unloaded() -> None:
    program = (
        "import sys, pool.reports.values, pool.reports.firm_report, pool.reports.statement;"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('reportlab', 'PIL', 'pandas')))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
