"""A small legal plan, as documents, with people who stay in character.

Ada leads and evaluates models; Ben evaluates and knows finance; Cleo leads and knows finance, also in German; Dan
evaluates; Eve reviews ethics; Finn leads and evaluates, but speaks German only.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pool.kernel.digest import digest_of
from scheduling.verify import verify

Document = dict[str, Any]


def held(code: str, level: int, valid_from: str = "2024-01-01", valid_until: str | None = None) -> Document:
    return {"code": code, "level": level, "valid_from": valid_from, "valid_until": valid_until}


def auditor(name: str, *competences: Document, **changes: Any) -> Document:
    return {
        "id": name,
        "competences": list(competences),
        "languages": ["en"],
        "region": None,
        "max_half_days": 20,
        "day_rate_minor": 80_000,
        "unavailable": [],
        **changes,
    }


def need(code: str, level: int = 2) -> Document:
    return {"code": code, "min_level": level}


def audit(name: str, firm: str, needs: list[Document], **changes: Any) -> Document:
    return {
        "id": name,
        "firm": firm,
        "tier": "medium",
        "needs": needs,
        "lead": need("F1", 3),
        "language": "en",
        "region": None,
        "half_days": 2,
        "people": 1,
        "window": {"from": "2027-03-01am", "until": "2027-03-13am"},
        "pinned": None,
        "excluded": [],
        **changes,
    }


def problem(auditors: list[Document], audits: list[Document], **changes: Any) -> Document:
    return {
        "format_version": 1,
        "horizon": {"first_day": "2027-03-01", "last_day": "2027-03-19"},
        "currency": "EUR",
        "seed": 7,
        "limits": {"lead_audits_in_a_row": 3, "lead_years_in_a_row": 4, "max_people": 4, "effort": 1},
        "travel_minor": 30_000,
        "holidays": ["2027-03-10"],
        "auditors": auditors,
        "audits": audits,
        "interests": [],
        "rotation": [],
        **changes,
    }


def legal_pair() -> tuple[Document, Document]:
    """Return a problem and a legal plan for it: three audits, four people at work."""
    asked = problem(
        [
            auditor("ada", held("F1", 3), held("F2", 3), day_rate_minor=100_000),
            auditor("ben", held("F2", 2), held("X-FIN", 2)),
            auditor("cleo", held("F1", 3), held("X-FIN", 3), languages=["en", "de"]),
            auditor("dan", held("F2", 2)),
            auditor("eve", held("F7", 3)),
            auditor("finn", held("F1", 3), held("F2", 3), languages=["de"]),
        ],
        [
            audit("bank", "acme", [need("F1"), need("F2"), need("X-FIN")], half_days=4, people=2),
            audit("shop", "beta", [need("F1")], tier="low"),
            audit("clinic", "gamma", [need("F1"), need("F2")], tier="high", people=2),
        ],
    )
    plan = {
        "problem_digest": "",
        "status": "feasible",
        "assignments": [
            placed("bank", "ada ben", "2027-03-01am 2027-03-01pm 2027-03-02am 2027-03-02pm"),
            placed("shop", "cleo", "2027-03-01am 2027-03-01pm"),
            placed("clinic", "ada dan", "2027-03-03am 2027-03-03pm"),
        ],
        "unplaced": [],
        "objective": dict.fromkeys(
            (
                "unplaced_pinned",
                "unplaced_high",
                "unplaced_medium",
                "unplaced_low",
                "money_minor",
                "load_squares",
                "start_half_days",
            ),
            0,
        ),
    }
    return sealed(asked, plan)


def placed(name: str, team: str, half_days: str) -> Document:
    """Return an assignment; the first of ``team`` leads."""
    lead, *members = team.split()
    seats = [{"auditor": lead, "role": "lead"}, *({"auditor": who, "role": "member"} for who in members)]
    return {"audit": name, "team": seats, "half_days": half_days.split()}


def sealed(asked: Document, plan: Document) -> tuple[Document, Document]:
    """Return copies in which the plan names the problem and states the objective that its assignments make."""
    asked, plan = deepcopy(asked), deepcopy(plan)
    plan["problem_digest"] = digest_of(asked)
    plan["objective"] = verify(asked, plan)["objective"]
    return asked, plan


def broken_rules(asked: Document, plan: Document) -> set[str]:
    """Return the names of the rules that the checker finds broken."""
    return {violation["rule"] for violation in verify(asked, plan)["violations"]}
