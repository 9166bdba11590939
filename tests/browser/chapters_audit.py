"""The middle of the whole way: the audit at the workbench, the remedy, review and decision."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from tests.browser.person import Company, Person

PAPER = {
    "Procedure": "Documents read, people asked, the test repeated.",
    "Sample": "As drawn by the seed.",
    "Result": "As stated in the record of the day.",
    "Conclusion": "The duty works.",
}


# --- 5: the audit ----------------------------------------------------------------------------------------------------


def conducted(lead: Person, *, ready: bool = True) -> str:
    """Let the lead auditor go from the sealed plan to the report, with one minor finding; return the audit.

    Where the firm is not ``ready`` without more, stage 1 leaves concerns that are settled before fieldwork.
    """
    lead.go("Audits").press("AUD-2026-0001")
    lead.press("Seal the plan").press("Seal the plan").press("Begin stage 1")
    lead.press("Report readiness")
    word = "Ready" if ready else "Ready, with concerns"
    lead.fill({"Is the firm ready for fieldwork?": word, "Reasons": "Documents and access are in order."})
    lead.press("Report").press("Begin fieldwork")
    if not ready:
        lead.fill({"How the concerns were settled": "The key was handed over."}).press("Begin fieldwork")
    lead.sees("Fieldwork: 0 of")
    _rate_every_point(lead)
    lead.go("Audits").press("AUD-2026-0001").press("End fieldwork").sees("Write the report")
    lead.press("Report")
    lead.fill({"Summary": "One lapse was found; the duties work."}).press("Save the summary")
    lead.press("Send for the check of facts").sees("The firm may comment on the facts")
    return "AUD-2026-0001"


def _rate_every_point(lead: Person) -> None:
    points = int(lead.page.locator(".bench-bar").get_attribute("max") or "0")
    assert points >= 30
    for number in range(points):
        lead.fill({**PAPER, "Rating": "Conforming" if number else "Minor"})
        if number == 0:
            lead.press("Save").sees("fieldwork ends only with a finding here")
            here = lead.page.url
            _write_finding(lead)
            lead.open(here)
        is_last = number == points - 1
        lead.press("Save" if is_last else "Save and next →")
        expect(lead.page.locator(".bench-count")).to_contain_text(f"{number + 1} of {points} rated")


def _write_finding(lead: Person) -> None:
    lead.press("New finding")
    lead.fill(
        {
            "Requirement": "Declared indicator values match the system.",
            "Statement": "The query volume of July was declared a tenth too low.",
            "Evidence": "Gateway metering of July 2026.",
            "How grave is it?": "Minor",
        }
    ).press("Keep as draft")
    lead.press("Issue to the firm").press("Issue").sees("Issued")


def commented(mara: Person, lead: Person, audit: str) -> None:
    """Let the firm comment on the facts, and the lead auditor answer and submit."""
    mara.open(f"/firm/audits/{audit}").press("Comment on the facts")
    mara.fill({"Comment on the facts": "The figure was mended the same day."}).press("Send the comment")
    lead.open(f"/auditor/audits/{audit}/report").sees("The figure was mended the same day.")
    lead.fill({"Your answer": "Noted."}).press("Send the answer").sees("Noted.")
    lead.press("Submit for review").sees("technical reviewer")


# --- 6: remedy and decision ------------------------------------------------------------------------------------------


def answered(mara: Person, due_on: date) -> str:
    """Let the firm accept the open finding and propose a remedy; return the finding."""
    mara.go("Findings").press("FIN-2026-0001").press("Accept the finding").sees("Propose a remedy")
    mara.press("Propose a remedy").press("Send it to the auditor").sees("things to put right")
    propose_remedy(mara, due_on)
    return "FIN-2026-0001"


def propose_remedy(manager: Person, due_on: date) -> None:
    """Let the firm say how it mends a finding, in the form that is open."""
    manager.fill(
        {
            "Correction": "July is declared anew.",
            "Root cause": "Batch jobs were not metered.",
            "Corrective action": "The gateway meters batch jobs.",
            "Who sees to it": "Milo Brandt",
            "Done by": due_on,
        }
    ).press("Send it to the auditor")
    manager.sees("Your remedy is with the auditor.")


def remedied(mara: Person, lead: Person, finding: str) -> None:
    """Let the lead agree to the remedy, the firm carry it out, and the lead verify it."""
    lead.open(f"/auditor/findings/{finding}").sees("Batch jobs were not metered.").press("Accept the remedy")
    mara.open(f"/firm/findings/{finding}").press("Report it done")
    mara.fill({"What was done, and what shows it": "Metering of August is attached."}).press("Send it for verification")
    lead.open(f"/auditor/findings/{finding}").sees("Metering of August is attached.")
    lead.fill({"Your words to the firm": "Seen in the metering of August."}).press("Verify and close")
    mara.open(f"/firm/findings/{finding}").sees("Verified and closed.")


def decided(people: Company, mara: Person, audit: str, *, by_the_clock: bool = True) -> None:
    """Let a reviewer and a decision maker, both outside the team, judge; the clock or an administrator closes."""
    theo, dora = people["Theo Marchetti"], people["Dora Haddad"]
    theo.go("Decisions").press(audit)
    theo.fill(
        {
            "Your verdict": "Recommend a decision",
            "Recommended outcome": "Conforming, minors open",
            "Notes": "The evidence carries the result.",
        }
    ).press("Write the review")
    dora.go("Decisions").press(audit).sees("The evidence carries the result.")
    dora.fill({"Outcome": "Conforming, minors open", "Reasons": "One minor lapse, verified closed."}).press("Decide")
    people.live.clock.wait(days=1)
    if by_the_clock:
        people.live.let_the_clock_act()
    else:
        people["Amos Berg"].go("Decisions").press(audit).press("Close the audit")
    mara.open(f"/firm/audits/{audit}").sees("Decided and closed.", "One minor lapse, verified closed.")
