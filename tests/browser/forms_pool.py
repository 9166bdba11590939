"""The forms of the pool's offices that the whole way does not need, each opened and sent as its people do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.chapters import SAMPLES
from tests.browser.person import Company, Person

CARD = str(SAMPLES / "README.md")


# --- registrar and administrator -------------------------------------------------------------------------------------


def firm_admitted(rita: Person) -> str:
    """Admit a firm; return the link for its manager."""
    rita.go("Members").press("Admit a firm")
    rita.fill({"Name": "Larch Mutual", "Country": "AT", "Address for letters of the pool": "office@larch.example"})
    rita.page.locator("[name=manager_name]").fill("Lena Larch")
    rita.fill({"E-mail": "lena@larch.example"})
    rita.press("Admit the firm").sees("Larch Mutual is a member")
    return _link(rita)


def incident_closed(rita: Person, deployment: str) -> None:
    """Close an incident whose measures are in place."""
    rita.open(f"/pool/deployments/{deployment}").press("Close")
    rita.fill({"What did you see?": "The leaflet is gone."}).press("Close the incident").sees("Closed")


def person_invited(amos: Person, name: str, email: str, seat: str) -> str:
    """Invite somebody to an office; return the link."""
    amos.go("People").press("Invite a person")
    amos.fill({"Name": name, "E-mail": email, "Seat": seat}).press("Invite")
    return _link(amos)


def office_ended(amos: Person, name: str) -> None:
    """End somebody's seat in an office."""
    amos.go("People").press(f"End the seat of {name}")
    amos.fill({"Why does the seat end?": "Retired."}).press("End the seat").sees("People of the pool")


def _link(person: Person) -> str:
    return person.page.locator(".invitation-link").inner_text().strip()


# --- roster and interests --------------------------------------------------------------------------------------------


def auditor_taken_in(pia: Person) -> str:
    """Take an auditor in, invite again, change the load, confirm, renew and end a competence; return the link."""
    pia.go("Roster").press("Take an auditor in")
    pia.fill(
        {
            "Name": "Dana Fir",
            "E-mail": "dana@fir.example",
            "Languages": "en, de",
            "Region": "EU",
            "Load limit": "20",
            "Day rate": "800",
        }
    ).press("Take in and invite")
    link = _link(pia)
    pia.press("To the auditor").press("Invite again").fill({"E-mail": "dana@fir.example"}).press("Invite")
    pia.press("To the auditor").press("Change").fill({"Load limit": "24"}).press("Save").sees("of 24 half-days")
    pia.press("Confirm a competence")
    pia.fill({"Competence": "F2", "Level": "2, works alone", "Evidence": "examination", "Its file": CARD})
    pia.press("Confirm").sees("examination")
    pia.press("Renew F2").fill({"Evidence": "second examination"}).press("Renew").sees("second examination")
    pia.press("End F2", within=pia.page.locator("tr", has_text="second examination"))
    pia.fill({"Why does it end?": "Withdrawn by the issuer."}).press("End it")
    return link


def interest_assessed(ivo: Person) -> None:
    """Enter an interest that was found out, and give its verdict."""
    ivo.go("Roster").press("Chen Yu").press("Enter an interest")
    ivo.fill(
        {
            "Member firm": "Birch Credit",
            "What ties the auditor to it?": "Family",
            "Since": ivo.today - timedelta(days=900),
            "How you know": "A letter.",
        }
    ).press("Enter")
    ivo.press("Birch Credit", within=ivo.page.locator("#interests"))
    ivo.fill({"Your verdict": "May not audit", "Reason": "A sister works there."}).press("Give the verdict")
    ivo.sees("May not audit")


def conditions_confirmed(edda: Person, request: str) -> None:
    """Confirm that the conditions of an outcome are met."""
    edda.open(f"/pool/ethics/{request}").press("Confirm the conditions")
    edda.fill({"What did you see?": "The notice stands on the page."}).press("Put it on record")
    edda.sees("Nothing more is waited for.")


# --- bookings and plan -----------------------------------------------------------------------------------------------


def step(person: Person, booking: str, move: str, **fields: object) -> Person:
    """Take one step with a booking from its page, in the seat of whoever acts."""
    person.go("Bookings").press(booking).press(move)
    person.fill(fields).press(move)
    expect(person.page).to_have_url(re.compile(rf"/bookings/{booking}$"))
    return person


def bookings(people: Company, waiting: str, other: str, *, besides: tuple[str, ...]) -> None:
    """Take one booking through every step that an office or the firm can take; send the other back and decline it."""

    def accepted() -> None:
        for auditor in asked(people, besides):
            auditor.press("Accept").sees("accepted")

    pia, amos, ivo = people["Pia Duarte"], people["Amos Berg"], people["Ivo Petrov"]
    mara, ben = people["Mara Voss"], people["Ben Osei"]
    step(pia, other, "Send back", **{"What is missing?": "The data sheet."}).sees("The data sheet.")
    step(ben, other, "Ask for this audit")
    step(pia, other, "Screen")
    step(pia, other, "Decline", **{"Reason, told to the firm": "Nobody speaks Faroese."}).sees("Declined")

    step(pia, waiting, "Screen", **{"Model releases in the period": 1}).sees("Screened.")
    step(amos, waiting, "Make the estimate", **{"Valid for": 40}).sees("EUR")
    step(mara, waiting, "Accept the estimate", **{"Type your full name to sign": mara.name}).sees("Engaged.")
    pia.go("Plan").press("Plan now").press("Put aside")
    pia.fill({"Why is it put aside?": "A leave came in."}).press("Put aside")
    pia.go("Plan").press("Plan now").press("Publish").press("Publish and ask the teams")
    auditor = next(asked(people, besides))
    auditor.press("Decline").fill({"Reason": "I am away."}).press("Decline")
    expect(auditor.page).to_have_url(re.compile("/auditor/?$"))
    step(pia, waiting, "Look for the next best team")
    accepted()
    mara.go("Bookings").press(waiting).press("Open the offer").sees("Team and dates")
    step(mara, waiting, "Object to the team", **{"What speaks against the team?": "We know one of them."})
    step(ivo, waiting, "Decide on the objection", **{"Decision": "Not upheld", "Reasons, told to the firm": "No tie."})
    step(pia, waiting, "Take the proposal back", **{"Why?": "An auditor fell ill."})
    step(pia, waiting, "Look for the next best team")
    accepted()
    step(pia, waiting, "Note a delivered offer", **{"How, to whom and when?": "By letter to Mara Voss."})
    step(mara, waiting, "Agree to team and dates").sees("The firm agreed to team and dates")
    step(pia, waiting, "Confirm").sees("Team and dates are confirmed.")
    step(mara, waiting, "Ask for other dates", **{
        "Earliest day": mara.today + timedelta(days=60), "Latest day": mara.today + timedelta(days=120),
        "Why other dates?": "A release falls into them."})  # fmt: skip
    step(mara, waiting, "Cancel", **{"Why is it cancelled?": "The product ends."}).sees("Cancelled")


def asked(people: Company, besides: tuple[str, ...]) -> Iterator[Person]:
    """Give each auditor who is asked to join a team, at the proposal's page; ``besides`` are those of other audits."""
    for name in ("Chen Yu", "Bruno Keller", "Ada Lindqvist"):
        auditor = people[name].go("Desk")
        others = "".join(f':not([href$="{one}"])' for one in besides)
        proposal = auditor.page.locator(f'main a[href*="/proposals/"]{others}')
        if proposal.count():
            proposal.first.click()
            yield auditor.sees("You are asked.")


# --- disputes and decisions ------------------------------------------------------------------------------------------


def dispute_settled(theo: Person, finding: str) -> None:
    """Settle a disputed finding."""
    theo.go("Decisions").press(finding)
    theo.fill({"How is the dispute settled?": "The finding stands", "Reasons": "The sheet names another source."})
    theo.press("Settle").sees("The sheet names another source.")


def fieldwork_repeated(theo: Person, audit: str) -> None:
    """Send an audit back to fieldwork after the time for action ran out."""
    theo.go("Decisions").press(audit).press("Back to fieldwork").sees("Stage 2")


# --- costs -----------------------------------------------------------------------------------------------------------


def split_sent_back(people: Company, period: str) -> None:
    """Enter a cost of one firm, split the period, and let the second person send it back."""
    tess, amos = people["Tess Okafor"], people["Amos Berg"]
    tess.go("Costs").press(period).press("Add a cost")
    tess.fill(
        {"Facility": "Direct", "Firm": "Orchid Health", "Amount": "120.50", "Document": "taxi", "Note": "night train"}
    ).press("Add the cost")
    tess.sees("taxi").press("Split the costs").sees("Who bears what")
    amos.go("Costs").press(period).press("Send back")
    amos.fill({"Why is it sent back?": "The taxi was Birch's."}).press("Send back").sees("Costs are gathered.")
