"""Named people who stay in character: a small pool to act in.

Orchid Health (manager Mara, member Milo) and Birch Credit (manager Ben) are member firms; Ada leads audits, Bruno and
Chen audit; Pia plans, Rita registers, Theo reviews, Dora decides, Edda reviews ethics, Ivo keeps impartiality, Tess is
treasurer, Amos administers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from auditors.roster.tables import Auditor, Competence
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Work
from pool.members import service

START = utc(2026, 9, 1, 9)
PASSWORD = "seven tall trees by the water"

FIRM_PEOPLE = (
    ("mara", "Mara Voss", "Orchid Health", Office.FIRM_MANAGER),
    ("milo", "Milo Brandt", "Orchid Health", Office.FIRM_MEMBER),
    ("ben", "Ben Osei", "Birch Credit", Office.FIRM_MANAGER),
)
AUDITORS = (
    ("ada", "Ada Lindqvist", ("F1", "F2", "F5", "X-HEA", "X-FIN", "X-GEN", "X-CON")),
    ("bruno", "Bruno Keller", ("F1", "F2", "F3", "F4", "X-HEA", "X-FIN", "X-GEN", "X-CON")),
    ("chen", "Chen Yu", ("F2", "F3", "F4", "F5", "F6", "X-HEA", "X-EDU")),
)
POOL_PEOPLE = (
    ("pia", "Pia Duarte", Office.PLANNER),
    ("rita", "Rita Sørensen", Office.REGISTRAR),
    ("theo", "Theo Marchetti", Office.TECHNICAL_REVIEWER),
    ("dora", "Dora Haddad", Office.DECISION_MAKER),
    ("edda", "Edda Novák", Office.ETHICS_REVIEWER),
    ("ivo", "Ivo Petrov", Office.IMPARTIALITY_OFFICER),
    ("tess", "Tess Okafor", Office.TREASURER),
    ("amos", "Amos Berg", Office.ADMINISTRATOR),
)


@dataclass
class Pool:
    """A seeded pool: actors by first name, firms and auditors by name, all internal keys."""

    database: Database
    actors: dict[str, Actor] = field(default_factory=dict)
    firm_ids: dict[str, int] = field(default_factory=dict)
    firm_refs: dict[str, str] = field(default_factory=dict)
    auditor_ids: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.actors[name]
        except KeyError:
            raise AttributeError(name) from None


def seed(database: Database, *, at: datetime = START, demo: bool = True) -> Pool:
    """Fill a migrated, empty database with the named people and return them."""
    pool = Pool(database)
    database.run_work(_seed, pool, at, demo, actor=SYSTEM, at=at)
    return pool


def _seed(work: Work, pool: Pool, at: datetime, demo: bool) -> None:
    for key, person, firm, office in FIRM_PEOPLE:
        if firm not in pool.firm_ids:
            view = service.admit_firm(
                work,
                name=firm,
                country="DE",
                contact_email=f"office@{firm.split()[0].lower()}.example",
                joined_on=date(2026, 1, 5),
                is_demo=demo,
            )
            pool.firm_ids[firm], pool.firm_refs[firm] = view.id, view.ref
        _sit(work, pool, key, person, office, firm_id=pool.firm_ids[firm], demo=demo)
    for key, person, codes in AUDITORS:
        auditor = work.add(
            Auditor(
                ref=work.next_reference("AUR"),
                name=person,
                region="EU",
                languages=["en", "de"],
                day_rate_minor=90_000,
                currency="EUR",
                is_demo=demo,
            )
        )
        assert auditor.id is not None
        pool.auditor_ids[key] = auditor.id
        for code in codes:
            work.add(
                Competence(
                    auditor_id=auditor.id,
                    code=code,
                    level=3,
                    valid_from=date(2025, 1, 1),
                    valid_until=date(2028, 12, 31),
                    evidence_note="seeded for tests",
                )
            )
        _sit(work, pool, key, person, Office.AUDITOR, auditor_id=auditor.id, demo=demo)
    for key, person, office in POOL_PEOPLE:
        _sit(work, pool, key, person, office, demo=demo)


def _sit(
    work: Work,
    pool: Pool,
    key: str,
    name: str,
    office: Office,
    *,
    firm_id: int | None = None,
    auditor_id: int | None = None,
    demo: bool,
) -> None:
    person = service.add_person(work, name=name, email=f"{key}@pool.example", password=PASSWORD, is_demo=demo)
    seat = service.give_seat(work, person_id=person.id, office=office, firm_id=firm_id, auditor_id=auditor_id)
    pool.actors[key] = seat.actor()
