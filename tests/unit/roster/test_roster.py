"""Auditors in the database: profile, competence, leave, interests; who may say what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from auditors.roster import queries, service
from auditors.roster.queries import AuditorMissing, InterestMissing
from auditors.roster.rules import BadRosterValue, NotYourRoster
from auditors.roster.service import CompetenceEnded, LeaveOverAudits
from auditors.roster.values import PlannableAuditor
from pool.journeys import roster as journeys
from pool.journeys.roster import NoAccount, UnknownCompetence
from pool.kernel.clock import utc
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Refusal
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database
from pool.members.queries import actor_of
from pool.members.rules import SeatExcluded
from scheduling import service as scheduling
from scheduling.interval import HalfDay
from tests.support import people
from tests.unit.scheduling.test_rows import open_audit

AT = utc(2026, 9, 7, 9)
ADA = "AUR-2026-0001"
MONDAY = HalfDay.morning(date(2026, 9, 14))
NEW: dict[str, Any] = {
    "name": "Dilara Sahin",
    "region": "EU",
    "languages": ["de", "tr"],
    "day_rate_minor": 85_000,
    "currency": "EUR",
}


class Desk:
    """The seeded pool, with short ways to act and ask."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.pool = people.seed(database)
        self.at = AT

    def do(self, who: str, journey: Any, /, **named: Any) -> Any:
        return self.database.run_work(journey, actor=self.pool.actors[who], at=self.at, **named)

    def ask(self, who: str, query: Any, /, *arguments: Any, **named: Any) -> Any:
        with self.database.reading(self.pool.actors[who], self.at) as reading:
            return query(reading, *arguments, **named)

    def plannable(self, name: str, **span: date) -> PlannableAuditor:
        found = self.ask(
            "pia",
            queries.for_problem,
            first_day=span.get("first_day", date(2026, 9, 14)),
            last_day=span.get("last_day", date(2026, 10, 13)),
        )
        return next(
            one for one in found if isinstance(one, PlannableAuditor) and one.auditor.id == self.pool.auditor_ids[name]
        )


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    database = Database(sqlite_url)
    yield Desk(database)
    database.dispose()


@pytest.fixture
def any_desk(database: Database) -> Desk:
    return Desk(database)


# --------------------------------------------------------------------------------------------------
# Profile and competence


def test_added_auditor_stands_in_the_roster_and_has_a_seat(any_desk: Desk) -> None:
    view = any_desk.do(
        "pia", journeys.add_auditor, account_email="dilara@pool.example", password="twelve blue doors", **NEW
    )
    assert (view.ref, view.languages, view.max_half_days) == ("AUR-2026-0004", ("de", "tr"), 30)
    actor = any_desk.ask("pia", actor_of, email="dilara@pool.example")
    assert actor.auditor_id == view.id
    any_desk.pool.actors["dilara"] = actor
    assert any_desk.ask("dilara", queries.profile, view.ref).auditor == view


def test_auditor_sees_own_profile_only(any_desk: Desk) -> None:
    assert any_desk.ask("ada", queries.profile, ADA).auditor.name == "Ada Lindqvist"
    refusals = []
    for key in (ADA, "AUR-2026-0099"):
        with pytest.raises(AuditorMissing) as caught:
            any_desk.ask("bruno", queries.profile, key)
        refusals.append(caught.value.reason)
    assert refusals[0] == refusals[1]
    with pytest.raises(AuditorMissing):
        any_desk.ask("mara", queries.profile, ADA)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"region": "Europe"}, "region"),
        ({"languages": []}, "languages"),
        ({"languages": ["German"]}, "languages"),
        ({"day_rate_minor": -1}, "day_rate_minor"),
        ({"max_half_days": 63}, "max_half_days"),
        ({"currency": "EURO"}, "currency"),
    ],
)
def test_added_auditor_with_a_wrong_field_is_refused_by_name(desk: Desk, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as caught:
        desk.do("pia", service.add_auditor, **{**NEW, **changed})
    assert caught.value.field == field


def test_added_auditor_without_account_or_password_is_refused(desk: Desk) -> None:
    with pytest.raises(NoAccount):
        desk.do("pia", journeys.add_auditor, account_email="nobody@pool.example", **NEW)


def test_somebody_of_a_firm_never_becomes_an_auditor(desk: Desk) -> None:
    with pytest.raises(SeatExcluded) as caught:
        desk.do("pia", journeys.add_auditor, account_email="mara@pool.example", **NEW)
    assert "“Firm manager”" in caught.value.reason and "firm_manager" not in caught.value.reason


@pytest.mark.parametrize("who", ["mara", "ada", "rita", "tess", "ivo", "dora"])
def test_only_planner_and_administrator_keep_the_roster(desk: Desk, who: str) -> None:
    with pytest.raises(NotYourRoster):
        desk.do(who, service.add_auditor, **NEW)
    with pytest.raises((NotYourRoster, AuditorMissing)):
        desk.do(
            who, service.add_competence, auditor=ADA, code="F3", level=2, valid_from=date(2026, 1, 1),
            valid_until=date(2027, 1, 1), evidence_note="exam",
        )  # fmt: skip


def test_competence_counts_from_its_first_to_its_last_day(desk: Desk) -> None:
    desk.do(
        "pia", journeys.add_competence, auditor=ADA, code="F4", level=2, valid_from=date(2026, 10, 1),
        valid_until=date(2026, 10, 31), evidence_note="course of September",
    )  # fmt: skip
    found = desk.plannable("ada")
    for day, level in ((30, 0), (31, 2), (61, 2), (62, 0)):
        assert found.profile_on(date(2026, 8, 31) + timedelta(days=day)).get("F4", 0) == level


def test_competence_that_the_edition_does_not_know_is_refused(desk: Desk) -> None:
    with pytest.raises(UnknownCompetence) as caught:
        desk.do(
            "pia", journeys.add_competence, auditor=ADA, code="X-ZZZ", level=2, valid_from=date(2026, 1, 1),
            valid_until=date(2027, 1, 1), evidence_note="exam",
        )  # fmt: skip
    assert caught.value.field == "code"


def test_renewed_competence_follows_the_old_one_and_never_fills_a_gap_afterwards(desk: Desk) -> None:
    held = next(one for one in desk.ask("pia", queries.profile, ADA).competences if one.code == "F1")
    new = desk.do(
        "pia", service.renew_competence, competence=held.public_id, valid_until=date(2031, 12, 31), evidence_note="2028"
    )
    assert new.valid_from == held.valid_until + timedelta(days=1)
    short = desk.do(
        "pia", service.add_competence, auditor=ADA, code="F6", level=1, valid_from=date(2025, 1, 1),
        valid_until=date(2026, 1, 31), evidence_note="old",
    )  # fmt: skip
    late = desk.do(
        "pia", service.renew_competence, competence=short.public_id, valid_until=date(2027, 1, 31), evidence_note="new"
    )
    assert late.valid_from == AT.date()


def test_ended_competence_no_longer_counts_and_stays_in_the_profile(desk: Desk) -> None:
    held = next(one for one in desk.ask("pia", queries.profile, ADA).competences if one.code == "F2")
    desk.do("pia", service.end_competence, competence=held.public_id, reason="complaint upheld")
    assert "F2" not in desk.plannable("ada").profile_on(date(2026, 9, 14))
    assert [one.code for one in desk.ask("pia", queries.profile, ADA).competences].count("F2") == 1
    with pytest.raises(CompetenceEnded):
        desk.do("pia", service.end_competence, competence=held.public_id, reason="again")


def test_paused_auditor_is_not_planned(desk: Desk) -> None:
    desk.do("pia", service.change_auditor, auditor=ADA, state="paused")
    found = desk.ask("pia", queries.for_problem, first_day=date(2026, 9, 14), last_day=date(2026, 10, 13))
    assert [one.auditor.name for one in found] == ["Bruno Keller", "Chen Yu"]


def test_roster_list_costs_the_same_for_one_and_three_and_finds_by_name(desk: Desk) -> None:
    page = desk.ask("pia", queries.roster, ListRequest())
    assert [line.auditor.name for line in page.items] == ["Ada Lindqvist", "Bruno Keller", "Chen Yu"]
    assert dict(page.items[0].competences)["F1"] == 3
    assert page.items[0].expiring_on == date(2028, 12, 31)
    assert [one.auditor.name for one in desk.ask("pia", queries.roster, ListRequest(search="chen")).items] == [
        "Chen Yu"
    ]
    assert [one.auditor.name for one in desk.ask("ada", queries.roster, ListRequest()).items] == ["Ada Lindqvist"]


# --------------------------------------------------------------------------------------------------
# Leave and load


def test_leave_keeps_half_days_free_until_it_is_cancelled(any_desk: Desk) -> None:
    leave = any_desk.do("ada", service.set_leave, auditor=ADA, first=MONDAY, last=HalfDay(MONDAY.ordinal + 3))
    assert any_desk.plannable("ada").unavailable == (leave.window,)
    (span,) = any_desk.ask("pia", queries.calendar, first_day=date(2026, 9, 14), last_day=date(2026, 9, 20))
    assert (span.kind, span.first, span.last) == ("leave", MONDAY, HalfDay(MONDAY.ordinal + 3))
    any_desk.do("ada", service.cancel_leave, leave=leave.public_id)
    assert any_desk.plannable("ada").unavailable == ()


def test_leave_of_another_auditor_is_not_ones_own_to_set(desk: Desk) -> None:
    with pytest.raises(AuditorMissing):
        desk.do("bruno", service.set_leave, auditor=ADA, first=MONDAY, last=MONDAY)
    for who in ("ivo", "tess"):
        with pytest.raises(NotYourRoster):
            desk.do(who, service.set_leave, auditor=ADA, first=MONDAY, last=MONDAY)
    desk.do("pia", service.set_leave, auditor=ADA, first=MONDAY, last=MONDAY)


def test_leave_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    with pytest.raises(BadRosterValue):
        desk.do("ada", service.set_leave, auditor=ADA, first=MONDAY.next(), last=MONDAY)


def test_leave_over_half_days_given_to_an_audit_names_the_audit(desk: Desk) -> None:
    hold(desk, "AUD-2026-0001", 1)
    with pytest.raises(LeaveOverAudits) as caught:
        desk.do("ada", service.set_leave, auditor=ADA, first=MONDAY, last=MONDAY)
    assert caught.value.facts["audits"] == ["AUD-2026-0001"]


def hold(desk: Desk, audit_ref: str, count: int) -> None:
    audit_id = desk.database.run_work(open_audit, audit_ref, actor=SYSTEM, at=desk.at)
    desk.database.run_work(
        scheduling.hold,
        audit_id=audit_id,
        audit_ref=audit_ref,
        auditor_ids=[desk.pool.auditor_ids["ada"]],
        half_days=[HalfDay(MONDAY.ordinal + n) for n in range(count)],
        actor=SYSTEM,
        at=desk.at,
    )


def test_load_limit_is_per_thirty_days_less_what_is_given_away(desk: Desk) -> None:
    desk.do("pia", service.change_auditor, auditor=ADA, max_half_days=10)
    assert desk.plannable("ada").half_days_left == 10
    assert desk.plannable("ada", last_day=date(2026, 11, 12)).half_days_left == 20
    assert desk.plannable("ada", last_day=date(2026, 9, 18)).half_days_left == 10
    hold(desk, "AUD-2026-0001", 4)
    found = desk.plannable("ada")
    assert found.half_days_left == 6
    assert [(w.begins, w.ends) for w in found.unavailable] == [(MONDAY, HalfDay(MONDAY.ordinal + 4))]
    (line, *_rest) = desk.ask("pia", queries.roster, ListRequest()).items
    assert line.load == 4


# --------------------------------------------------------------------------------------------------
# Interests


def declare(desk: Desk, who: str = "ada", **changed: Any) -> Any:
    named = {"firm_name": "Orchid Health", "kind": "consultancy", "from_on": date(2024, 1, 1), **changed}
    return desk.do(who, journeys.declare_interest, **named)


def blocked(desk: Desk, first: date, last: date) -> bool:
    found = desk.ask(
        "pia", queries.blocking_interests, auditor_ids=[desk.pool.auditor_ids["ada"]],
        firm_id=desk.pool.firm_ids["Orchid Health"], first=first, last=last,
    )  # fmt: skip
    assert bool(found) == desk.plannable("ada").is_kept_from(desk.pool.firm_ids["Orchid Health"], first, last)
    return bool(found)


def test_interest_blocks_until_it_is_assessed(any_desk: Desk) -> None:
    tie = declare(any_desk, firm_name=" orchid  HEALTH ")
    assert (tie.firm_id, tie.firm_name, tie.verdict, tie.source) == (
        any_desk.pool.firm_ids["Orchid Health"],
        "orchid HEALTH",
        "unassessed",
        "declared",
    )
    assert blocked(any_desk, date(2026, 10, 1), date(2026, 10, 2))
    any_desk.do("ivo", journeys.assess_interest, interest=tie.public_id, verdict="none", reason="a shared train")
    assert not blocked(any_desk, date(2026, 10, 1), date(2026, 10, 2))


def test_prohibited_interest_blocks_through_its_cooling_off_and_not_longer(any_desk: Desk) -> None:
    tie = declare(any_desk, until_on=date(2024, 10, 31))
    any_desk.do(
        "ivo", journeys.assess_interest, interest=tie.public_id, verdict="prohibit", reason="wrote their manual"
    )
    assert blocked(any_desk, date(2026, 10, 31), date(2026, 11, 3))
    assert not blocked(any_desk, date(2026, 11, 1), date(2026, 11, 3))


def test_cooling_off_is_the_editions_and_only_the_assessment_sets_another(desk: Desk) -> None:
    tie = declare(desk, until_on=date(2024, 10, 31))
    assert tie.cooling_off_months == 24
    found = desk.do(
        "ivo", journeys.assess_interest, interest=tie.public_id, verdict="prohibit", reason="senior role",
        cooling_off_months=36,
    )  # fmt: skip
    assert found.cooling_off_months == 36
    assert blocked(desk, date(2027, 10, 30), date(2027, 10, 31))


@pytest.mark.parametrize("kind", ["help_desk", "consultancy"])
def test_help_from_the_template_desk_counts_as_advice_for_two_years(any_desk: Desk, kind: str) -> None:
    tie = declare(any_desk, kind=kind, until_on=date(2025, 5, 31))
    verdict = {"interest": tie.public_id, "verdict": "prohibit", "reason": "filled in their templates with them"}
    with pytest.raises(BadRosterValue) as caught:
        any_desk.do("ivo", journeys.assess_interest, **verdict, cooling_off_months=12)
    assert caught.value.field == "cooling_off_months"
    any_desk.do("ivo", journeys.assess_interest, **verdict)
    assert blocked(any_desk, date(2027, 5, 31), date(2027, 6, 3))
    assert not blocked(any_desk, date(2027, 6, 1), date(2027, 6, 3))


def test_interest_in_one_firm_does_not_keep_from_another(desk: Desk) -> None:
    declare(desk)
    other = desk.pool.firm_ids["Birch Credit"]
    assert not desk.plannable("ada").is_kept_from(other, date(2026, 10, 1), date(2026, 10, 2))


@pytest.mark.parametrize("who", ["ada", "pia", "amos", "dora", "mara", "rita"])
def test_only_the_impartiality_officer_assesses(desk: Desk, who: str) -> None:
    tie = declare(desk)
    with pytest.raises((NotYourRoster, InterestMissing)):
        desk.do(who, journeys.assess_interest, interest=tie.public_id, verdict="none", reason="fine")
    assert blocked(desk, date(2026, 10, 1), date(2026, 10, 2))


def test_assessment_needs_a_reason(desk: Desk) -> None:
    tie = declare(desk)
    with pytest.raises(BadRosterValue) as caught:
        desk.do("ivo", journeys.assess_interest, interest=tie.public_id, verdict="none", reason=" ")
    assert caught.value.field == "reason"


def test_interest_that_was_found_out_is_entered_as_detected(desk: Desk) -> None:
    tie = declare(desk, "ivo", auditor=ADA)
    assert tie.source == "detected"
    with pytest.raises(NotYourRoster):
        declare(desk, "tess", auditor=ADA)


def test_end_of_an_interest_is_a_new_fact_to_assess(desk: Desk) -> None:
    tie = declare(desk)
    desk.do("ivo", journeys.assess_interest, interest=tie.public_id, verdict="manage", reason="small")
    assert not blocked(desk, date(2026, 10, 1), date(2026, 10, 2))
    found = desk.do("ada", journeys.end_interest, interest=tie.public_id, until_on=date(2026, 9, 1))
    assert found.verdict == "unassessed"
    assert blocked(desk, date(2026, 10, 1), date(2026, 10, 2))


def test_interests_are_listed_for_the_officer_and_for_oneself(desk: Desk) -> None:
    tie = declare(desk)
    declare(desk, "bruno", kind="family")
    assert len(desk.ask("ivo", queries.interests, ListRequest(filters=(("verdict", ("unassessed",)),))).items) == 2
    assert [one.public_id for one in desk.ask("ada", queries.interests, ListRequest()).items] == [tie.public_id]
    with pytest.raises(InterestMissing):
        desk.ask("bruno", queries.interest, tie.public_id)
