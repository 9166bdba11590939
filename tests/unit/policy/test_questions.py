"""The fifteen questions in plain words."""

from __future__ import annotations

import pytest

from pool.policy.questions import Question, questions
from tests.unit.policy.cases import EDITION

ASKED = questions(EDITION)


def test_there_is_one_question_per_indicator_in_its_order() -> None:
    assert [question.id for question in ASKED] == list(EDITION.indicators.all)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.id)
def test_question_is_asked_explained_and_shown_by_example(question: Question) -> None:
    assert question.label.endswith("?")
    assert question.help and question.example and question.unit
    assert len(question.label) < 90


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.id)
def test_question_has_the_answers_of_its_scale(question: Question) -> None:
    indicator = EDITION.indicators.all[question.id]
    assert [(choice.value, choice.anchor) for choice in question.choices] == [
        (level.value, level.anchor) for level in indicator.levels
    ]
    expected = {"ordinal": "choice", "flag": "yes_no"}.get(indicator.kind, "share" if indicator.is_share else "count")
    assert question.kind == expected
    assert question.grows is indicator.growth


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.id)
def test_question_uses_no_trade_words(question: Question) -> None:
    text = f"{question.label} {question.help} {question.example}".lower()
    for word in ("indicator", "deployment criticality", "indeterminacy", "ordinal", "conformity", "annex", "art."):
        assert word not in text
