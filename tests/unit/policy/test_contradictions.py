"""Answers below what a kind of use presumes are told; they never move a tier."""

from __future__ import annotations

from datetime import date

import pytest

from pool.policy.assessment import assess
from pool.policy.contradictions import Contradiction, contradictions_of
from pool.policy.loading import load_edition
from tests.support.firm_stage import MILD

EDITION = load_edition()


@pytest.mark.parametrize("context", sorted(EDITION.indicators.contexts))
def test_answer_when_it_lies_below_the_presumed_level_contradicts(context: str) -> None:
    presumed = EDITION.indicators.contexts[context].presumed_domain
    for stated in range(5):
        found = contradictions_of(EDITION, {"domain_consequence": stated}, context=context)
        expected = (Contradiction("domain_consequence", context, stated, presumed),) if stated < presumed else ()
        assert found == expected
        assert [one.may_be_evidence for one in found] == [presumed - stated == 1] * len(found)


def test_open_answers_when_asked_contradict_nothing() -> None:
    assert contradictions_of(EDITION, {}, context="justice") == ()
    assert contradictions_of(EDITION, {"domain_consequence": 0}, context=None) == ()
    assert contradictions_of(EDITION, {"domain_consequence": 0}, context="unheard") == ()


def test_tier_when_an_answer_contradicts_follows_the_answers_alone() -> None:
    plain, clinical = (
        assess(EDITION, MILD, context=context, on=date(2026, 9, 1)) for context in (None, "clinical_decision_support")
    )
    assert (plain.tier, plain.intensity) == (clinical.tier, clinical.intensity)
