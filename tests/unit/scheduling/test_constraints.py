"""Each hard rule: a legal plan, one sabotage, and exactly that rule is reported."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from scheduling.constraints import RULES
from scheduling.verify import verify
from tests.unit.scheduling.cases import Document, broken_rules, held, legal_pair, placed, sealed

Sabotage = Callable[[Document, Document], object]


def of(plan: Document, name: str) -> Document:
    return next(entry for entry in plan["assignments"] if entry["audit"] == name)


def person(asked: Document, name: str) -> Document:
    return next(entry for entry in asked["auditors"] if entry["id"] == name)


def asked_audit(asked: Document, name: str) -> Document:
    return next(entry for entry in asked["audits"] if entry["id"] == name)


def on(name: str, half_days: str) -> Sabotage:
    return lambda asked, plan: of(plan, name).update(half_days=half_days.split())


def team(name: str, people: str) -> Sabotage:
    return lambda asked, plan: of(plan, name).update(team=placed(name, people, "")["team"])


def role(name: str, seat: int, new: str) -> Sabotage:
    return lambda asked, plan: of(plan, name)["team"][seat].update(role=new)


def asks(name: str, **changes: object) -> Sabotage:
    return lambda asked, plan: asked_audit(asked, name).update(changes)


def has(name: str, **changes: object) -> Sabotage:
    return lambda asked, plan: person(asked, name).update(changes)


def add(key: str, **entry: object) -> Sabotage:
    return lambda asked, plan: asked[key].append(entry)


def drop(name: str) -> Sabotage:
    return lambda asked, plan: plan["assignments"].remove(of(plan, name))


def also_unplaced(name: str) -> Sabotage:
    return lambda asked, plan: plan["unplaced"].append({"audit": name, "funnel": []})


def twice(name: str) -> Sabotage:
    return lambda asked, plan: plan["assignments"].append(deepcopy(of(plan, name)))


def ghost_audit(asked: Document, plan: Document) -> None:
    plan["assignments"].append({**deepcopy(of(plan, "shop")), "audit": "ghost"})


def full_row_within_the_plan(asked: Document, plan: Document) -> None:
    asked_audit(asked, "clinic")["firm"] = "acme"
    asked["rotation"].append({"auditor": "ada", "firm": "acme", "lead_audits": 2, "lead_years": 1})


ACME = {"auditor": "ada", "firm": "acme"}
SABOTAGES: list[tuple[str, str, Sabotage]] = [
    ("an audit nobody asked for", "unknown-audit", ghost_audit),
    ("an unplaced audit nobody asked for", "unknown-audit", also_unplaced("ghost")),
    ("an auditor nobody knows", "unknown-auditor", team("clinic", "ada ghost")),
    ("an audit left out", "audit-once", drop("shop")),
    ("an audit placed and unplaced", "audit-once", also_unplaced("shop")),
    ("an audit placed twice", "audit-once", twice("shop")),
    ("one too few", "team-size", team("clinic", "ada")),
    ("one too many", "team-size", team("bank", "ada ben dan")),
    ("one person on two seats", "distinct-team", team("clinic", "ada ada")),
    ("two leads", "lead-qualified", role("clinic", 1, "lead")),
    ("no lead", "lead-qualified", role("clinic", 0, "member")),
    ("a lead who may not lead", "lead-qualified", team("clinic", "dan ada")),
    ("a need nobody covers", "competence-cover", team("bank", "ada dan")),
    (
        "a need covered below its level",
        "competence-cover",
        has("ben", competences=[held("F2", 2), held("X-FIN", 1)]),
    ),
    ("a seat that brings nothing", "member-competence", team("clinic", "ada eve")),
    (
        "a need that expires on the last day",
        "competence-valid",
        has("ben", competences=[held("F2", 2), held("X-FIN", 2, valid_until="2027-03-02")]),
    ),
    (
        "a need that begins too late",
        "competence-valid",
        has("ben", competences=[held("F2", 2), held("X-FIN", 2, valid_from="2027-03-02")]),
    ),
    (
        "a lead whose competence has expired",
        "competence-valid",
        has("ada", competences=[held("F1", 3, valid_until="2027-03-03"), held("F2", 3)]),
    ),
    (
        "a member whose competence has expired",
        "competence-valid",
        has("dan", competences=[held("F2", 2, valid_until="2027-03-03")]),
    ),
    ("another language", "language", asks("clinic", language="de")),
    ("an open interest", "interest", add("interests", **ACME, kind="employment", **{"from": "2026-01-01"})),
    (
        "a cooling-off that ends on the second day",
        "interest",
        add("interests", **ACME, kind="consultancy", until="2027-03-02"),
    ),
    (
        "an interest that begins during the audit",
        "interest",
        add("interests", **ACME, kind="family", **{"from": "2027-03-02"}),
    ),
    ("three audits in a row", "rotation", add("rotation", **ACME, lead_audits=3, lead_years=1)),
    ("four years in a row", "rotation", add("rotation", **ACME, lead_audits=1, lead_years=4)),
    ("a fourth audit within the plan", "rotation", full_row_within_the_plan),
    ("leave", "calendar", has("ben", unavailable=[{"from": "2027-03-02pm", "until": "2027-03-05am"}])),
    ("two audits at once", "double-booking", on("clinic", "2027-03-02am 2027-03-02pm")),
    ("two audits that overlap", "double-booking", on("clinic", "2027-03-02pm 2027-03-03am")),
    ("too much work", "load-limit", has("ada", max_half_days=5)),
    ("too short", "duration", on("bank", "2027-03-01am 2027-03-01pm 2027-03-02am")),
    ("too long", "duration", on("shop", "2027-03-01am 2027-03-01pm 2027-03-02am")),
    ("a weekend", "working-day", on("shop", "2027-03-06am 2027-03-06pm")),
    ("a holiday", "working-day", on("shop", "2027-03-10am 2027-03-10pm")),
    ("a gap", "consecutive", on("shop", "2027-03-01am 2027-03-02am")),
    ("backwards", "consecutive", on("shop", "2027-03-01pm 2027-03-01am")),
    ("the same half-day twice", "consecutive", on("shop", "2027-03-01am 2027-03-01am")),
    ("after the window", "window", on("shop", "2027-03-15am 2027-03-15pm")),
    ("before the window", "window", asks("shop", window={"from": "2027-03-01pm", "until": "2027-03-13am"})),
    ("another start than pinned", "pin", asks("shop", pinned={"start": "2027-03-02am"})),
    ("another lead than pinned", "pin", asks("shop", pinned={"team": [{"auditor": "ada", "role": "lead"}]})),
    ("another role than pinned", "pin", asks("clinic", pinned={"team": [{"auditor": "dan", "role": "lead"}]})),
    ("an auditor who declined", "excluded", asks("clinic", excluded=["dan"])),
]


@pytest.mark.parametrize(("rule", "sabotage"), [pytest.param(r, s, id=f"{r}: {name}") for name, r, s in SABOTAGES])
def test_plan_when_sabotaged_breaks_exactly_that_rule(rule: str, sabotage: Sabotage) -> None:
    asked, plan = legal_pair()
    assert broken_rules(asked, plan) == set()
    sabotage(asked, plan)
    assert broken_rules(*sealed(asked, plan)) == {rule}


def test_plan_when_outside_the_horizon_breaks_the_window() -> None:
    asked, plan = legal_pair()
    asks("shop", window={"from": "2027-03-01am", "until": "2027-05-01am"})(asked, plan)
    on("shop", "2027-03-22am 2027-03-22pm")(asked, plan)
    assert broken_rules(*sealed(asked, plan)) == {"window"}


def test_plan_when_made_for_another_problem_breaks_the_digest() -> None:
    asked, plan = legal_pair()
    asked["seed"] = 8
    assert broken_rules(asked, plan) == {"problem-digest"}


@pytest.mark.parametrize("level", list(legal_pair()[1]["objective"]))
def test_plan_when_it_understates_a_level_breaks_the_objective(level: str) -> None:
    asked, plan = legal_pair()
    plan["objective"][level] -= 1
    assert broken_rules(asked, plan) == {"objective"}


def test_sabotages_when_counted_reach_every_rule() -> None:
    assert {rule for _name, rule, _how in SABOTAGES} | {"problem-digest", "objective"} == set(RULES)
    assert len(SABOTAGES) >= 20


ALLOWED: list[tuple[str, Sabotage]] = [
    ("a weekend between", on("shop", "2027-03-05pm 2027-03-08am")),
    ("a holiday between", on("shop", "2027-03-09pm 2027-03-11am")),
    ("a cooling-off that is over", add("interests", **ACME, kind="employment", until="2027-03-01")),
    ("an interest that begins later", add("interests", **ACME, kind="employment", **{"from": "2027-03-03"})),
    ("an interest seen and allowed", add("interests", **ACME, kind="employment", blocks=False)),
    ("an interest in another firm", add("interests", auditor="ada", firm="beta", kind="employment")),
    ("two audits in a row so far", add("rotation", **ACME, lead_audits=2, lead_years=3)),
    ("a member whose row is full", add("rotation", auditor="ben", firm="acme", lead_audits=3, lead_years=4)),
    ("leave the day before", has("cleo", unavailable=[{"from": "2027-02-20am", "until": "2027-03-01am"}])),
    ("leave right after", has("cleo", unavailable=[{"from": "2027-03-02am", "until": "2027-03-05am"}])),
    ("exactly the load limit", has("ada", max_half_days=6)),
    (
        "competence renewed without a gap",
        has(
            "ben",
            competences=[
                held("F2", 2),
                held("X-FIN", 2, valid_until="2027-03-02"),
                held("X-FIN", 3, valid_from="2027-03-02"),
            ],
        ),
    ),
    (
        "an alternative competence",
        asks("shop", needs=[{"code": "F4", "min_level": 3, "or": [{"code": "X-FIN", "min_level": 3}]}]),
    ),
    ("any language", asks("clinic", language=None)),
    (
        "the pinned start and lead",
        asks("shop", pinned={"start": "2027-03-01am", "team": [{"auditor": "cleo", "role": "lead"}]}),
    ),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in ALLOWED])
def test_plan_when_only_the_edge_is_touched_stays_legal(change: Sabotage) -> None:
    asked, plan = legal_pair()
    change(asked, plan)
    assert broken_rules(*sealed(asked, plan)) == set()


def test_verify_when_a_rule_is_broken_says_whom_and_when() -> None:
    asked, plan = legal_pair()
    has("ben", unavailable=[{"from": "2027-03-02pm", "until": "2027-03-05am"}])(asked, plan)
    verdict = verify(*sealed(asked, plan))
    assert verdict["valid"] is False
    assert verdict["violations"] == [
        {
            "rule": "calendar",
            "audit": "bank",
            "auditor": "ben",
            "at": "2027-03-02pm",
            "text": "The auditor is not available.",
        }
    ]


def test_verify_when_legal_gives_the_objective_worked_out_by_hand() -> None:
    asked, plan = legal_pair()
    asks("shop", region="north")(asked, plan)
    assert verify(*sealed(asked, plan)) == {
        "valid": True,
        "violations": [],
        "objective": {
            "unplaced_pinned": 0,
            "unplaced_high": 0,
            "unplaced_medium": 0,
            "unplaced_low": 0,
            # bank 2 days of 1,000 and 800; shop 1 day of 800 and one trip of 300; clinic 1 day of 1,000 and 800.
            "money_minor": 200_000 + 160_000 + 80_000 + 30_000 + 100_000 + 80_000,
            # ada 6, ben 4, cleo 2, dan 2 half-days.
            "load_squares": 36 + 16 + 4 + 4,
            # bank and shop at once, clinic after two days.
            "start_half_days": 4,
        },
    }
