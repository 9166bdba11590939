"""The end of the whole way: the firm's record and its report, a cost period, and the firm's statement."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from pool.kernel.clock import end_of_day
from tests.browser.chapters import today
from tests.browser.person import Company, Person

COSTS = (("Administration", "1200.01"), ("Methodology", "500.00"), ("Health care", "3000.07"))
SUM = "4 700.08 EUR"


# --- 7 and 9: record and report ---------------------------------------------------------------------------------------


def in_good_standing(mara: Person, deployment_ref: str) -> None:
    """Let the firm see its record, and anybody see it in the public register."""
    mara.go("Record").sees("Visit guide", "Conditions met", "C1 met", "C8 met")
    mara.go("Public register").sees("Orchid Health", "Visit guide", "Conditions met")
    mara.open(f"/register/{deployment_ref}").sees("Orchid Health", "Conditions met")


def report_of(mara: Person) -> str:
    """Let the firm save its report; return the report's text."""
    mara.go("Record")
    with mara.page.expect_download() as saved:
        mara.press("Report as PDF")
    path = Path(saved.value.path())
    assert path.read_bytes().startswith(b"%PDF-")
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)


# --- 8: share --------------------------------------------------------------------------------------------------------


def period_opened(tess: Person, first: date, last: date) -> str:
    """Let the treasurer open a period and enter its costs; return the period."""
    tess.go("Costs").press("Open a period")
    tess.fill({"First day": first, "Last day": last}).press("Open")
    period = tess.sees("No cost yet").ref
    for facility, amount in COSTS:
        tess.press("Add a cost")
        tess.fill(
            {
                "Facility": facility,
                "Amount": amount,
                "Document": f"invoice of {facility.lower()}",
                "Incurred on": first + timedelta(days=30),
            }
        ).press("Add the cost")
        tess.sees(f"invoice of {facility.lower()}")
    tess.sees(SUM)
    return period


def period_closed(people: Company, period: str, last: date) -> None:
    """Let the period end, the treasurer split it, a second person approve it and the treasurer close it."""
    people.live.clock.go_to(end_of_day(last) + timedelta(hours=9))
    people.live.let_the_clock_act()
    assert today(people) > last
    tess, amos = people["Tess Okafor"], people["Amos Berg"]
    tess.go("Costs").press(period).press("Split the costs").sees("Who bears what", "Orchid Health")
    amos.go("Costs").press(period).press("Approve this split").sees("Reviewed")
    tess.go("Costs").press(period).press("Close the period").press("Close the period").sees("Statements", "Posted to")


def statement_of(mara: Person) -> None:
    """Let the firm look at its statement, line by line."""
    mara.go("Statements").press("STM-2027-0001").sees(SUM, "Administration", "Methodology", "Health care")
