"""The forms of a firm that the whole way does not need, each opened and sent as its people do it."""

from __future__ import annotations

from datetime import timedelta

from tests.browser import chapters
from tests.browser.chapters import SAMPLES, answers_of
from tests.browser.person import Person


def hosted_model(mara: Person) -> str:
    """Register a model that a provider holds, link it anew, and register and sign its use; return the deployment."""
    mara.go("Models").press("Register a model").press("The model is hosted by a provider")
    mara.fill(
        {
            "Name": "orchid/hosted",
            "Foundation model of the catalogue": "northlight",
            "Provider": "Meadow AI",
            "Job": "ftjob-1",
            "Snapshot": "snap-1",
            "Endpoint": "https://meadow.example/v1",
        }
    ).press("Register the model").sees("Registered. Say where it is used", "ftjob-1")
    mara.press("Change the link")
    mara.fill({"Foundation model of the catalogue": "northlight", "How do you know?": "The provider says so."})
    mara.press("Link").sees("northlight")
    mara.press("Name a party")
    mara.fill({"Firm": "Birch Credit", "It is this firm, and it may see the model and its files": True})
    mara.page.locator("main select").last.select_option(index=1)
    mara.press("Name this firm").sees("Birch Credit")
    ref = chapters.deployment(mara, name="Hosted guide", live_panel=False)
    chapters.signed(mara)
    return ref


def changed_answers(mara: Person, deployment: str) -> None:
    """Report that an answer changed: look at what it means first, then send it with its proof."""
    mara.open(f"/firm/deployments/{deployment}").press("Report a change")
    question, answer = next((one, two) for one, two in answers_of().items() if two.isdigit())
    mara.fill({question: int(answer) + 1}).press("Preview").sees("What your answers mean")
    mara.fill(
        {
            "What changed, and why": "One more market is served.",
            "What shows it": str(SAMPLES / "README.md"),
        }
    ).press("Report the change")
    mara.open(f"/firm/deployments/{deployment}/history").sees("Change reported")


def incident(mara: Person, deployment: str) -> None:
    """Report an incident; a form sent half empty comes back with what was typed."""
    known = mara.live.clock() - timedelta(hours=1)
    mara.open(f"/firm/deployments/{deployment}/incidents").press("Report an incident")
    mara.fill({"What happened": "A wrong dose was named."}).press("Report").sees("2 things to put right")
    assert mara.page.get_by_label("What happened").input_value() == "A wrong dose was named."
    mara.fill(
        {
            "How grave is it?": "Other",
            "When it happened": f"{known - timedelta(hours=1):%Y-%m-%dT%H:%M}",
            "When you came to know": f"{known:%Y-%m-%dT%H:%M}",
        }
    ).press("Report")
    mara.sees("A wrong dose was named.")


def full_report(mara: Person, deployment: str) -> None:
    """Write the full report of an incident."""
    mara.open(f"/firm/deployments/{deployment}/incidents").press("Write the full report")
    mara.fill(
        {
            "What was found": "The bank held an old leaflet.",
            "What was done at once to stop the harm": "It was taken out.",
            "Measures in place by": mara.today + timedelta(days=10),
        }
    ).press("Hand in the report")
    mara.sees("The bank held an old leaflet.")


def monitoring(mara: Person, deployment: str) -> None:
    """Hand in a monitoring report."""
    until = mara.today - timedelta(days=1)
    mara.open(f"/firm/deployments/{deployment}/monitoring").press("Hand in a report")
    mara.fill(
        {
            "Period from": until - timedelta(days=30),
            "Period until": until,
            "How closely you looked": "Level 2",
            "Outputs in the sample": "100",
            "Of these, outside the stated purpose": "0",
            "Complaints in the period": "1",
            "What you saw and what you did": "One complaint, answered.",
        }
    ).press("Hand in the report")
    mara.sees("One complaint, answered.")


def booking_withdrawn(mara: Person, deployment: str) -> None:
    """Ask for an audit, choose another window, and withdraw."""
    mara.go("Bookings").press("Ask for an audit")
    mara.fill(
        {
            "Deployments": f"Hosted guide ({deployment})",
            "Earliest day": mara.today + timedelta(days=20),
            "Latest day": mara.today + timedelta(days=75),
        }
    ).press("Save and look at it")
    mara.press("Choose another window")
    mara.fill({"Latest day": mara.today + timedelta(days=90)}).press("Choose another window")
    mara.press("Ask for this audit").press("Ask for this audit").sees("Asked for.")
    mara.press("Withdraw")
    mara.fill({"Why do you withdraw?": "The release moves to spring."}).press("Withdraw").sees("Withdrawn")


def invited(mara: Person, name: str, email: str) -> str:
    """Invite somebody to a seat of the firm; return the link that is shown once."""
    mara.go("People").fill({"Name": name, "E-mail": email, "Seat": "Firm member"}).press("Make an invitation")
    return mara.page.locator(".one-time").inner_text().strip()


def seat_ended(mara: Person, name: str) -> None:
    """End somebody's seat at the firm."""
    mara.go("People").press(f"End the seat of {name}")
    mara.fill({"Why does the seat end?": "Left the firm."}).press("End the seat").sees("1 seat has ended")


def finding_contained_and_disputed(mara: Person, finding: str) -> None:
    """Say how harm is kept from going on, and dispute the finding."""
    mara.open(f"/firm/findings/{finding}").press("Say what contains the harm")
    mara.fill({"What keeps harm from going on?": "The answer is switched off."}).press("Record it")
    mara.sees("The answer is switched off.").press("Dispute it")
    mara.fill({"What is not right about it?": "The sheet names the source."}).press("Dispute it")
    mara.sees("The sheet names the source.")


def ended(mara: Person, deployment: str) -> None:
    """End a deployment."""
    mara.open(f"/firm/deployments/{deployment}").press("End this deployment")
    mara.fill({"Why does it end?": "Replaced by another model."}).press("End it").sees("Ended")
