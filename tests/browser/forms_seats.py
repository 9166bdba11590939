"""Accounts and seats: an invitation taken, two factors, another seat, sessions, password, signing out."""

from __future__ import annotations

import pyotp

from tests.browser.person import Company, Person

PASSWORD = "nine quiet rivers under one bridge"


def invitation_taken(new: Person, email: str, link: str) -> None:
    """Take an invitation with password and second factor, arrive in the seat; sign out and in again with both."""
    new.page.goto(link)
    new.fill({"Choose a password": PASSWORD}).press("Take the seat").sees("Key to type")
    codes = pyotp.TOTP(new.page.locator("code.digest-whole").inner_text().strip())
    new.fill({"Six digits": codes.at(new.live.clock())}).press("Confirm")
    new.press("Sign out", within=new.page.locator("header"))
    new.live.clock.wait(hours=1)
    new.page.goto("/sign-in")
    new.fill({"E-mail": email, "Password": PASSWORD}).press("Sign in")
    new.fill({"Six digits": codes.at(new.live.clock())}).press("Go on")
    assert new.page.locator(".seat-person").inner_text() == new.name


def new_sign_in(people: Company, name: str, email: str) -> None:
    """Ask for somebody's new sign-in and withdraw it, ask again and let another confirm; then take it by its link."""
    amos, rita = people["Amos Berg"], people["Rita Sørensen"]
    for _again in range(2):
        amos.go("People").press("Give a new sign-in")
        amos.fill({"E-mail of the account": email, "How do you know who asks?": "Called back."}).press("Ask for it")
        if not _again:
            amos.press("Withdraw it").sees("Withdrawn")
    rita.page.goto("/seats")
    rita.press("Administrator", exact=False).go("People").press(name, within=rita.page.locator("tr", has_text="Amos"))
    rita.press("Confirm, and make the link")
    link = rita.page.locator(".invitation-link").inner_text().strip()
    new = people.another(name)
    new.page.goto(link)
    new.fill({"Choose a password": PASSWORD + " again"}).press("Set the password").sees("Key to type")


def another_seat(rita: Person, link: str) -> None:
    """Take one more seat by an invitation, sit down in it and go back."""
    rita.sign_in()
    rita.page.goto(link)
    rita.press("Take the seat").sees("Your seats")
    rita.press("Administrator", exact=False)
    rita.page.goto("/seats")
    rita.press("Registrar", exact=False)
    rita.go("Foundation models").sees("aurora-7b-instruct")


def account(mara: Person, elsewhere: Person, old: str) -> None:
    """End the session of another browser, then change the password, which ends one's own too."""
    elsewhere.sign_in()
    mara.page.goto("/account")
    mara.press("End").sees("this one")
    elsewhere.page.goto("/firm")
    assert "/sign-in" in elsewhere.page.url
    mara.fill({"Present password": old, "New password": PASSWORD}).press("Change the password")
    assert "/sign-in" in mara.page.url


def entry_checked(mara: Person) -> None:
    """Ask the public page whether an entry stands in the record."""
    mara.page.goto("/verify")
    mara.fill({"The entry's number": 0}).press("Compare with the record").sees("Entry number 0 stands in the record.")
