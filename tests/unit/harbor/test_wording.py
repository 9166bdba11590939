"""The facts of the record in words, for pages and papers alike."""

from __future__ import annotations

import pytest

from pool.harbor.conditions import ConditionResult, Value
from pool.harbor.facts import facts_on
from pool.harbor.sources import HarborSources
from pool.harbor.wording import fact_word
from pool.journeys.report_record import facts_in_words
from tests.unit.harbor.story import day

#: Their words are their names.
SPOKEN = frozenset({"audit_booked", "incidents_concealed", "misstatement", "tier"})


@pytest.mark.parametrize("name", sorted(facts_on(HarborSources(), day(0))))
def test_fact_of_the_record_has_words_of_its_own(name: str) -> None:
    assert (fact_word(name).lower() == name.replace("_", " ")) == (name in SPOKEN)


def test_paper_lists_the_facts_of_a_condition_in_words() -> None:
    facts: dict[str, Value] = {
        "attestation_age_days": 10,
        "registration_status": "complete",
        "audit_booked": False,
        "ethics_outcome": None,
    }
    one = ConditionResult(condition="C2", name="", met=True, deemed=False, core=True, facts=facts, recorded_at=None)
    assert facts_in_words(one) == (
        "Age of the signature, days: 10; Registration: complete; Audit booked: no; Outcome of the ethics review: none"
    )
