"""The whole way in chapters, each as people do it in the pages; nothing here touches the application but a browser."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from pool.kernel.clock import day_of
from pool.policy.loading import load_edition
from pool.policy.questions import questions
from tests.browser.person import Company, Person

SAMPLES = Path(__file__).parent.parent / "samples" / "arztbrief"
#: A bounded medical inquiry model: medium tier. Source: worked case V02 of the edition.
CASE = "V02"


def answers_of(case: str = CASE) -> dict[str, Any]:
    """Return the fifteen questions of the form with the answers of a worked case, as somebody reads and gives them."""
    edition = load_edition()
    cases = edition.documents["vignettes.yaml"]["vignettes"]
    values = next(one for one in cases if one["id"] == case)["indicators"]
    answers: dict[str, Any] = {}
    for question in questions(edition):
        value = values[question.id]
        if question.kind == "choice":
            answers[question.label] = next(one.anchor for one in question.choices if one.value == value)
        elif question.kind == "yes_no":
            answers[question.label] = "Yes" if value else "No"
        else:
            answers[question.label] = str(value)
    return answers


def today(people: Company) -> date:
    """Return the day that the application's clock shows."""
    return day_of(people.live.clock())


# --- 1 and 2: submit ------------------------------------------------------------------------------------------------


def catalogue(rita: Person) -> str:
    """Let the registrar add a foundation model and record that it is registered; return its reference."""
    rita.go("Foundation models").press("Add a foundation model")
    rita.fill(
        {
            "Provider": "northlight",
            "Name": "aurora-7b-instruct",
            "Version": "1.2",
            "Other names": "northlight/aurora-7b-instruct",
        }
    ).press("Add to the catalogue")
    ref = rita.sees("aurora-7b-instruct").ref
    rita.press("Record a status")
    rita.fill(
        {
            "Market": "EU",
            "Status": "Registered",
            "Since": date(2026, 3, 1),
            "Where did you read it?": "Extract of the register of 1 March 2026.",
        }
    ).press("Record the status")
    rita.sees("Extract of the register of 1 March 2026.")
    return ref


def model_from_files(mara: Person) -> str:
    """Let the manager hand in a model's files and register what they say; return the model's reference."""
    mara.go("Models").press("Register a model")
    mara.fill({"Files that describe the model": [str(path) for path in sorted(SAMPLES.iterdir())]})
    mara.press("Read the files")
    mara.sees("What we understood", "northlight/aurora-7b-instruct", "in the catalogue as")
    mara.press("Register the model").sees("Registered. Say where it is used")
    return mara.ref


def deployment(mara: Person, *, name: str = "Visit guide", live_panel: bool = True) -> str:
    """Let the manager say where the model is used and see its tier before it is registered; return the reference."""
    mara.press("Register a deployment")
    mara.fill(
        {
            "Name of the deployment": name,
            "Purpose": "Answers on visit preparation from a vetted bank.",
            "Kind of use": "Health information",
            "Markets": ["EU"],
            **answers_of(),
        }
    )
    if not live_panel:
        mara.press("Preview")
    panel = mara.page.locator("#tier-panel-body")
    expect(panel).to_contain_text("Medium")
    expect(panel).to_contain_text("0.60")
    mara.press("Register", within=mara.page.locator(".form-actions")).sees(name, "Medium")
    return mara.ref


def signed(mara: Person) -> None:
    """Let the manager read and sign the registration whose page is open."""
    mara.press("Read and sign").sees("You sign what stands here")
    mara.fill(
        {
            "Your name, as it stands at the top of the page": mara.name,
            "I read it; it is complete and true to my knowledge": True,
        }
    )
    mara.press("Sign")


def ethics(mara: Person, edda: Person, deployment_ref: str) -> None:
    """Let the manager ask for the ethics review and the reviewer give its outcome."""
    mara.press("Ask for the review")
    for field in mara.page.locator("main textarea").all():
        field.fill("People who act on a wrong answer; a nurse is one click away.")
    mara.press("Ask for the review").sees("Waiting for the reviewers")
    edda.go("Ethics").press("Visit guide")
    edda.press("Give the outcome")
    edda.fill({"Outcome": "Approved", "Reasons": "Bounded answers, handed over to nurses."})
    edda.press("Put it on record").sees("Bounded answers, handed over to nurses.")
    mara.open(f"/firm/deployments/{deployment_ref}/ethics").sees("Approved", "Bounded answers")


def monitoring(mara: Person, deployment_ref: str, until: date) -> None:
    """Let the manager hand in a monitoring report of the month up to a day."""
    mara.open(f"/firm/deployments/{deployment_ref}/monitoring").press("Hand in a report")
    mara.fill(
        {
            "Period from": until - timedelta(days=30),
            "Period until": until,
            "How closely you looked": "Level 2",
            "Outputs in the sample": "100",
            "Of these, outside the stated purpose": "1",
            "Complaints in the period": "0",
            "What you saw and what you did": "One answer out of scope, handed over.",
        }
    ).press("Hand in the report")
    mara.sees("One answer out of scope, handed over.")


# --- 3 and 4: book and plan -----------------------------------------------------------------------------------------


def booked(people: Company, mara: Person, deployment_ref: str) -> str:
    """Let the manager ask for an audit, planner and administrator handle it, the manager engage; return the booking."""
    booking = requested(people, mara, deployment_ref)
    _at_booking(people["Pia Duarte"], booking).press("Screen").press("Screen").sees("Screened.")
    _at_booking(people["Amos Berg"], booking).press("Make the estimate").press("Make the estimate").sees("EUR")
    mara.open(f"/firm/bookings/{booking}").sees("Auditor-days", "Estimate").press("Accept the estimate")
    mara.fill({"Type your full name to sign": mara.name}).press("Accept the estimate").sees("Engaged.")
    return booking


def requested(people: Company, mara: Person, deployment_ref: str) -> str:
    """Let the manager ask for an audit of a deployment; return the booking."""
    mara.go("Bookings").press("Ask for an audit")
    mara.fill(
        {
            "Deployments": f"Visit guide ({deployment_ref})",
            "Earliest day": today(people) + timedelta(days=20),
            "Latest day": today(people) + timedelta(days=75),
        }
    ).press("Save and look at it")
    booking = mara.sees("A draft. It counts from the moment you ask").ref
    mara.press("Ask for this audit").press("Ask for this audit").sees("Asked for.")
    return booking


def _at_booking(person: Person, booking: str) -> Person:
    return person.go("Bookings").press(booking)


def planned(people: Company, auditors: tuple[str, ...]) -> None:
    """Let the planner make a plan and publish it, and the auditors who are asked accept."""
    pia = people["Pia Duarte"]
    pia.go("Plan").sees("Orchid Health").press("Plan now")
    pia.sees("Legal: every rule holds").press("Publish").press("Publish and ask the teams").sees("the teams were asked")
    accepted = 0
    for name in auditors:
        auditor = people[name].go("Desk")
        if auditor.page.get_by_role("link", name="Orchid Health").count():
            auditor.press("Orchid Health").sees("You are asked.").press("Accept").sees("accepted")
            accepted += 1
    assert accepted, "nobody was asked"


def agreed(people: Company, mara: Person, booking: str) -> str:
    """Let the manager open the offer and agree, and the planner confirm; return the name of the lead auditor."""
    mara.go("Bookings").press(booking).press("Open the offer").sees("Team and dates")
    row = mara.page.locator("table", has_text="Role").locator("tr", has_text="Lead")
    lead = row.locator("td").first.inner_text().strip()
    mara.press("Agree to team and dates").press("Agree to team and dates").sees("The firm agreed to team and dates")
    _at_booking(people["Pia Duarte"], booking).press("Confirm").press("Confirm").sees("Team and dates are confirmed.")
    return lead


def first_day(mara: Person, booking: str) -> date:
    """Return the first day of the audit, as the booking's page tells it."""
    mara.open(f"/firm/bookings/{booking}")
    told = mara.page.locator(".fact", has=mara.page.locator("dt", has_text=re.compile("^Dates"))).locator("dd")
    return datetime.strptime(told.inner_text().split(" to ")[0].replace("Sept", "Sep"), "%d %b %Y").date()
