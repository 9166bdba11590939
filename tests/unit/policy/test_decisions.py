"""One test for each line of the decisions that edition 2026.1 carries."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from pool.policy.effort import audit_effort, may_lead_again
from pool.policy.loading import Edition
from tests.unit.policy.cases import EDITION, FOLDER

EFFORT = EDITION.documents["effort.yaml"]


def test_the_edition_is_in_force_under_its_own_version() -> None:
    assert (EDITION.id, EDITION.status) == ("2026.1", "in force")
    assert {document["policy_version"] for document in EDITION.documents.values()} == {"2026.1"}


def test_decision_5_arrears_decide_nothing() -> None:
    contribution = next(one for one in EDITION.safe_harbor["conditions"] if one["id"] == "C9")
    assert contribution["enabled"] is False
    assert "never refused, delayed or ranked lower" in contribution["why_disabled"]
    one_step = EDITION.safe_harbor["safe_harbor_scenarios"]["one_step"]
    assert {s["expect"] for s in one_step if "contribution_overdue_days" in s["facts"]} == {"good_standing"}


@pytest.mark.parametrize("name", ["I6", "R3", "R4", "R5"])
def test_decision_10_price_follows_no_verdict_and_no_certificate(name: str) -> None:
    assert name not in {**EDITION.effort.increases, **EDITION.effort.reductions}
    assert name in {left["id"] for left in EFFORT["left_out"]}


def test_decision_10_no_adjustment_speaks_of_findings_or_certificates() -> None:
    for rule in (*EDITION.effort.increases.values(), *EDITION.effort.reductions.values()):
        assert not re.search("finding|cycle|certificate", rule.when)
    acts = [one["act"] for one in EDITION.documents["credits.yaml"]["credits"]["earned"]]
    assert not [act for act in acts if "finding" in act]


def test_decision_10_follow_up_is_done_by_others() -> None:
    assert any("did not grade" in rule for rule in EDITION.effort.separation)


def test_decision_11_one_to_four_people_with_the_lead_among_them() -> None:
    assert (EDITION.effort.min_people, EDITION.effort.max_people) == (1, 4)
    assert EFFORT["roles"]["lead_included"] is True


def test_decision_11_a_quarter_is_desk_time_and_the_calendar_counts_half_days() -> None:
    assert EDITION.effort.desk_share == Fraction(1, 4)
    assert EDITION.effort.half_days_per_day == 2
    assert "same consecutive half-days for all" in EFFORT["calendar"]["rule"]


def test_decision_11_cost_shares_use_exact_days() -> None:
    days = audit_effort(EDITION, intensity=Fraction("0.675"), load=Fraction("0.35473")).days
    assert days == Fraction("4.75") * (Fraction("0.75") + Fraction("0.5") * Fraction("0.35473"))


def test_decision_12_leads_rotate() -> None:
    rotation = EDITION.effort.rotation
    assert (rotation.max_audits_in_a_row, rotation.max_years_in_a_row, rotation.cycles_off) == (3, 4, 1)
    run = [date(2026, 1, 1), date(2026, 6, 1), date(2027, 1, 1)]
    assert not may_lead_again(EDITION, led_in_a_row=run, on=date(2027, 6, 1))
    assert may_lead_again(EDITION, led_in_a_row=run[:2], on=date(2027, 6, 1))


def test_decision_14_words_never_used_stand_nowhere_in_the_edition() -> None:
    never = EDITION.words["never"]
    assert set(never) == {"protected", "compliant", "certified", "guaranteed", "immune", "approved by the pool"}
    pattern = re.compile("|".join(rf"\b{word}\b" for word in never), re.IGNORECASE)
    for file in sorted(FOLDER.rglob("*.yaml")):
        if file.name != "words.yaml":
            assert not pattern.search(file.read_text(encoding="utf-8")), file.name


def test_decision_14_public_words_and_legal_effect() -> None:
    words = [one["word"] for one in EDITION.words["public"]]
    assert words == ["participation record", "conditions met on D", "audit statement", "listing"]
    assert EDITION.words["approved_sentences"] == ()
    assert EDITION.words["papers_say"].startswith("It is not")
    for overlay in EDITION.overlays.values():
        assert overlay.legal_effect["shown"] == EDITION.words["legal_effect"]["none_known"]
        assert set(overlay.legal_effect) == {"basis", "parties", "wording", "checked_by", "checked_on", "shown"}


def test_decision_15_three_prices_have_three_names() -> None:
    assert [one["word"] for one in EDITION.words["prices"]] == [
        "estimate",
        "market comparison",
        "stand-alone cost of whole facilities",
    ]


def test_the_manifest_says_what_is_carried_and_what_is_not() -> None:
    manifest: Any = EDITION.documents["manifest.yaml"]
    assert [one["id"] for one in manifest["decisions_carried"]] == [5, 10, 11, 12, 14, 15]
    assert len(manifest["decisions_open"]) == 2


def test_findings_have_all_six_severities() -> None:
    severities = EDITION.safe_harbor["remediation"]["severities"]
    assert list(severities) == ["critical", "major", "minor", "observation", "opportunity", "good_practice"]


def test_editions_are_equal_by_digest(tmp_path: Any) -> None:
    assert isinstance(EDITION, Edition)
    assert EDITION.digest.startswith("sha256:") and len(EDITION.digest) == 71
