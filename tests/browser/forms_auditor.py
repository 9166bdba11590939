"""The forms of an auditor that the whole way does not need, each opened and sent as an auditor does it."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.chapters import SAMPLES
from tests.browser.person import Person

CARD = str(SAMPLES / "README.md")


def calendar(ada: Person) -> None:
    """Keep days free, and take them back."""
    first = ada.today + timedelta(days=200)
    ada.go("Calendar").fill(
        {
            "First day": first,
            "It begins in the": "afternoon",
            "Last day": first + timedelta(days=2),
            "It ends after the": "morning",
            "Kind": "Training",
            "Note": "A course in Lyon",
        }
    ).press("Add leave")
    ada.sees("A course in Lyon")
    ada.press("Take back", within=ada.page.locator("tr", has_text="A course in Lyon"))
    assert "A course in Lyon" not in ada.page.locator("main").inner_text()


def interests(ada: Person) -> None:
    """Declare a tie to a firm, and later its end."""
    today = ada.today
    ada.go("Interests").press("Declare an interest").press("Declare").sees("3 things to put right")
    ada.fill(
        {
            "Firm": "Larch Mutual",
            "What ties you to it?": "Consultancy",
            "Since": today - timedelta(days=400),
            "Details": "Advised on pricing.",
        }
    ).press("Declare")
    ada.sees("Larch Mutual").press("It ended", within=ada.page.locator("tr", has_text="Larch Mutual"), exact=False)
    ada.fill({"Ended on": today - timedelta(days=3)}).press("Save").sees("Larch Mutual")


def evidence(ada: Person, audit: str, deployment: str, point: str) -> None:
    """Write a workpaper and hand in a file that shows it."""
    ada.open(f"/auditor/audits/{audit}/points/{deployment}/{point}")
    ada.fill({"Result": "Seen in the log of May.", "Rating": "Minor"}).press("Save").sees("Last saved by Ada Lindqvist")
    ada.page.locator("summary", has_text="Add a file").click()
    ada.fill({"File": CARD, "What it shows": "The log of May"}).press("Hand in").sees("The log of May")


def findings(ada: Person, audit: str, deployment: str, point: str) -> None:
    """Draft two findings; change one and issue it with a file, discard the other."""
    for statement in ("The log has gaps.", "A second thought."):
        ada.open(f"/auditor/audits/{audit}/points/{deployment}/{point}").press("New finding")
        ada.fill({"Requirement": "Logs are kept.", "Statement": statement, "Evidence": "Log of May.",
                  "How grave is it?": "Observation"}).press("Keep as draft")  # fmt: skip
    ada.press("Discard").press("Discard the draft")
    ada.go("Audits").press(audit).press("Findings", exact=False)
    ada.press("The log has gaps.", exact=False).press("Change the draft")
    ada.fill({"Statement": "The log of May has gaps."}).press("Save").sees("The log of May has gaps.")
    ada.page.locator("summary", has_text="Add a file").click()
    ada.fill({"File": CARD, "What it shows": "The log"}).press("Hand in").sees("README.md")
    ada.press("Issue to the firm").press("Issue").sees("Issued")


def remedy_accepted(ada: Person, finding: str) -> None:
    """Accept the remedy that the firm proposed."""
    ada.open(f"/auditor/findings/{finding}").fill({"Your words to the firm": "It removes the cause."})
    ada.press("Accept the remedy").sees("It removes the cause.")


def stop_asked(ada: Person, audit: str) -> None:
    """Ask for an audit to be stopped."""
    ada.open(f"/auditor/audits/{audit}/history").press("Ask to stop")
    ada.fill({"Why the audit must stop": "The firm closed the door."}).press("Ask to stop")
    ada.sees("History and files")
