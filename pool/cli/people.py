"""``audit-pool people``: firms, people and seats."""

from __future__ import annotations

import os

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json
from pool.journeys import people as journeys
from pool.journeys import reset
from pool.kernel.clock import now
from pool.kernel.roles import SEATABLE_OFFICES
from pool.kernel.settings import BASE_URL
from pool.members import queries

OFFICES = sorted(str(office) for office in SEATABLE_OFFICES)


@click.group(name="people")
def group() -> None:
    """Keep firms, people and seats."""


@group.command()
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def first(name: str, email: str, password: str) -> None:
    """Make the first administrator of an empty pool; refused once there is one."""
    database = open_database()
    from pool.kernel.roles import SYSTEM

    person = database.run_work(
        journeys.first_administrator, name=name, email=email, password=password, actor=SYSTEM, at=now()
    )
    print_json({"person": person.public_id, "email": person.email, "office": "administrator"})


@group.command()
@click.option("--name", required=True, help="The firm's name.")
@click.option("--country", required=True, help="Two-letter code.")
@click.option("--contact-email", required=True)
@click.option("--manager-name", required=True)
@click.option("--manager-email", required=True)
@seat_options
def admit(
    name: str, country: str, contact_email: str, manager_name: str, manager_email: str, email: str, office: str | None
) -> None:
    """Admit a firm and invite its first manager; prints the invitation's token once."""
    database = open_database()
    result = database.run_work(
        journeys.admit_firm,
        name=name,
        country=country,
        contact_email=contact_email,
        manager_name=manager_name,
        manager_email=manager_email,
        actor=acting(database, email, office),
        at=now(),
    )
    print_json({"firm": result.ref, "public_id": result.public_id, "invitation": result.invitation})


@group.command()
@click.option("--name", required=True)
@click.option("--email", "invited", required=True)
@click.option("--seat", type=click.Choice(OFFICES), required=True)
@seat_options
def invite(name: str, invited: str, seat: str, email: str, office: str | None) -> None:
    """Invite somebody to a seat; prints the token once."""
    database = open_database()
    token = database.run_work(
        journeys.invite, name=name, email=invited, office=seat, actor=acting(database, email, office), at=now()
    )
    print_json({"invitation": token})


@group.command()
@click.option("--email", "closed", required=True, help="Whose account to close.")
@click.option("--reason", required=True)
@seat_options
def close(closed: str, reason: str, email: str, office: str | None) -> None:
    """Close an account (administrator); its sessions end at once."""
    database = open_database()
    database.run_work(
        journeys.close_account, email=closed, reason=reason, actor=acting(database, email, office), at=now()
    )
    print_json({"closed": closed})


@group.command(name="reset")
@click.option("--email", "person", required=True, help="Whose sign-in is lost.")
@click.option("--reason", required=True, help="How it is known that it is this person who asks.")
@seat_options
def ask_reset(person: str, reason: str, email: str, office: str | None) -> None:
    """Ask, as administrator, for a new sign-in of somebody; another administrator confirms it."""
    database = open_database()
    made = database.run_work(
        reset.ask_reset, email=person, reason=reason, actor=acting(database, email, office), at=now()
    )
    print_json({"reset": made.public_id, "content": made.content_digest, "confirm_until": made.ends_at})


@group.command(name="confirm-reset")
@click.argument("reset_id", metavar="RESET")
@click.option("--content", required=True, help="The digest of what you were shown, as the first command printed it.")
@seat_options
def confirm_reset(reset_id: str, content: str, email: str, office: str | None) -> None:
    """Confirm RESET as a second administrator; prints the link once, and every session of the person ends."""
    database = open_database()
    token = database.run_work(
        reset.confirm_reset, reset=reset_id, seen=content, actor=acting(database, email, office), at=now()
    )
    base = os.environ.get("POOL_BASE_URL", BASE_URL).rstrip("/")
    print_json({"link": f"{base}/sign-in/reset/{token}"})


@group.command(name="withdraw-reset")
@click.argument("reset_id", metavar="RESET")
@seat_options
def withdraw_reset(reset_id: str, email: str, office: str | None) -> None:
    """Withdraw RESET: its link opens nothing any more."""
    database = open_database()
    database.run_work(reset.withdraw_reset, reset=reset_id, actor=acting(database, email, office), at=now())
    print_json({"withdrawn": reset_id})


@group.command()
@seat_options
def resets(email: str, office: str | None) -> None:
    """List what was asked for, as administrator: for whom, by whom, and where it stands."""
    database = open_database()
    with database.reading(acting(database, email, office), now()) as reading:
        print_json(
            [
                {
                    "reset": one.public_id,
                    "email": one.person_email,
                    "reason": one.reason,
                    "asked_by": one.asked_by_name,
                    "asked_at": one.asked_at,
                    "state": one.state,
                    "content": one.content_digest,
                }
                for one in reset.listed(reading)
            ]
        )


@group.command(name="list")
@seat_options
def list_(email: str, office: str | None) -> None:
    """List the firms within sight of the seat."""
    database = open_database()
    with database.reading(acting(database, email, office), now()) as reading:
        print_json(
            [{"ref": f.ref, "public_id": f.public_id, "name": f.name, "state": f.state} for f in queries.firms(reading)]
        )
