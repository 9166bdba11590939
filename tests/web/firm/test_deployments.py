"""Deployments of a firm: the long form with its live panel, the list, the page and its views, acts on it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pool.kernel.clock import day_of, now
from pool.kernel.listing import ListRequest
from pool.policy.assessment import assess
from pool.policy.loading import load_edition
from pool.registry import queries
from pool.web.firm.deployment import TABS
from tests.support.firm_stage import GRAVE, MILD, Stage, answers
from tests.support.html_checks import check_fragment
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import arrived, checked, get_page, post, proofs, same_for_all, send, sign_in

NEW = "/firm/deployments/new"


def only_deployment(pool: Pool) -> queries.DeploymentView:
    with pool.database.reading(pool.mara, now()) as reading:
        (found,) = queries.deployments(reading, ListRequest()).items
    return found


def test_form_without_a_model_sends_to_the_models(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    assert "Register a model first" in get_page(client, NEW)
    assert "No deployment yet" in get_page(client, "/firm/deployments")


def test_form_asks_all_fifteen_questions(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    stage.model()
    sign_in(client, pool.milo)
    text = get_page(client, NEW)
    for indicator in load_edition().indicators.all:
        assert f'name="q_{indicator}"' in text
    assert "0 of 15" in text


def test_good_answers_register_a_deployment_with_its_tier(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    model = stage.model()
    sign_in(client, pool.mara)
    made = post(client, NEW, answers(GRAVE, model=model))
    shown = arrived(client, made)
    assert "Ward desk" in shown and "Its model is not linked" in shown
    found = only_deployment(pool)
    expected = assess(
        load_edition(),
        GRAVE,
        context="internal_documents",
        markets=["EU"],
        facts={"generative": True},
        on=day_of(now()),
    )
    assert (found.tier, float(found.intensity)) == (expected.tier, float(expected.intensity))


def test_bad_answers_come_back_with_everything_typed(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    model = stage.model()
    sign_in(client, pool.mara)
    wrong = answers(MILD, model=model, q_revenue_dependence="1.4", purpose="A purpose that I typed.", markets=[])
    answer = post(client, NEW, wrong)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "If you mean 1.4 percent, write 0.014." in text and "Choose an answer for “Markets”." in text
    assert "A purpose that I typed." in text and 'value="1.4"' in text
    assert re.search(r'name="q_autonomy" value="1" checked', text)


def test_numeric_facts_are_kept(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    model = stage.model()
    sign_in(client, pool.mara)
    made = post(
        client,
        NEW,
        answers(
            MILD, model=model, fact_modification_flop="1e21", fact_refusal_rate_drop="0.2", fact_weights_released="no"
        ),
    )
    arrived(client, made)
    assert only_deployment(pool).facts == {
        "generative": True, "modification_flop": 1e21, "refusal_rate_drop": 0.2, "weights_released": False,
    }  # fmt: skip


def test_preview_by_button_keeps_what_was_typed_and_fills_the_panel(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    stage.model()
    sign_in(client, pool.mara)
    answer = post(client, NEW, answers(GRAVE, name="half done"), action="preview")
    text = checked(answer, NEW)
    assert answer.status_code == 200 and "things to put right" not in text
    assert 'value="half done"' in text and "Auditor-days of a first audit" in text
    assert "European Union" in text


def test_enter_in_a_text_field_registers_or_reports_and_does_not_preview(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    """A browser presses the first submit button of the form, with scripts or without."""
    ref = stage.signed(indicators=GRAVE)
    sign_in(client, pool.mara)
    for url, form in ((NEW, "deployment-form"), (f"/firm/deployments/{ref}/change", "change-form")):
        text = get_page(client, url)
        start = text.index(f'<form id="{form}"')
        buttons = re.findall(r'<button[^>]* type="submit"[^>]*>', text[start : text.index("</form>", start)])
        assert [re.findall(r'value="(\w+)"', one)[0] for one in buttons[:3]] == ["submit", "preview", "submit"]


CLINICAL = "Kind of use “Clinical decision support, triage of patients” presumes level 4"


def test_contradiction_is_hinted_before_anything_is_saved(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    model = stage.model()
    sign_in(client, pool.mara)
    form = {**proofs(get_page(client, NEW)), **answers(MILD, model=model, context="clinical_decision_support")}
    live = send(client, "/firm/deployments/preview", form).get_data(as_text=True)
    assert CLINICAL in live and "you answered level 1" in live and "not further" in live
    assert "tier-1" in live, "a hint moves no tier"
    half = send(client, "/firm/deployments/preview", {**form, "q_autonomy": ""}).get_data(as_text=True)
    assert CLINICAL in half, "told as soon as the two answers stand"
    nearer = send(client, "/firm/deployments/preview", {**form, "q_domain_consequence": "3"}).get_data(as_text=True)
    assert "only with evidence that the ethics service has reviewed" in nearer
    held = send(client, "/firm/deployments/preview", {**form, "q_domain_consequence": "4"}).get_data(as_text=True)
    other = send(client, "/firm/deployments/preview", {**form, "context": "translation"}).get_data(as_text=True)
    assert "contradict" not in held + other
    shown = checked(post(client, NEW, answers(MILD, context="clinical_decision_support"), action="preview"), NEW)
    assert CLINICAL in shown, "without JavaScript the button tells the same"


def test_contradiction_is_hinted_on_the_deployment_until_it_ends(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.deployment(stage.model(foundation=stage.foundation()), context="clinical_decision_support")
    sign_in(client, pool.mara)
    for path in ("", "/tier", "/sign", "/change"):
        assert CLINICAL in get_page(client, f"/firm/deployments/{ref}{path}"), path
    quiet = stage.deployment(stage.model(name="other"), name="Quiet")
    assert "contradict" not in get_page(client, f"/firm/deployments/{quiet}")
    arrived(client, post(client, f"/firm/deployments/{ref}/end", {"reason": "wrong"}))
    assert "contradict" not in get_page(client, f"/firm/deployments/{ref}")


def test_facts_of_a_market_stand_open_only_where_it_is_ticked(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    stage.model()
    sign_in(client, pool.mara)
    folds = r'<details class="form-fold" data-with="markets" data-answer="([A-Z-]+)"( open)?>'
    asked = {"CN", "EU", "US-CA", "US-CO", "US-TX", "US-UT"}
    assert dict(re.findall(folds, get_page(client, NEW))) == dict.fromkeys(asked, "")
    ticked = checked(post(client, NEW, answers(MILD, markets=["US-TX", "US"]), action="preview"), NEW)
    assert {code for code, is_open in re.findall(folds, ticked) if is_open} == {"US-TX"}
    wrong = post(client, NEW, answers(MILD, fact_registered_users_cn="many")).get_data(as_text=True)
    assert {code for code, is_open in re.findall(folds, wrong) if is_open} == {"EU", "CN"}, "a wrong answer is seen"


def test_panel_tells_words_and_rounded_days_and_keeps_exact_figures_behind(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    ref = stage.signed(indicators=GRAVE)
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/deployments/{ref}/tier")
    figure = re.findall(r"Auditor-days of a first audit</p>\s*<p[^>]*>([^<]+)<", text)
    assert len(figure) == 1 and re.fullmatch(r"about [0-9]+(\.[0-9])? auditor-days", figure[0])
    assert re.search(r"of eight hours: [0-9]+\.[0-9]{4}", text), "the exact days stand in the explanation"
    plain = re.sub(r"<[^>]*>", " ", re.sub(r"<details.*?</details>", "", text, flags=re.S))
    assert not re.search(r"\b[HM][0-9]\b", plain), "ids stay behind the words"
    assert re.search(r"Rule H[0-9]", text)
    assert ">Full</strong>" in text and not re.search(r"\b[0-3]\.00\b", plain)


def test_history_tells_what_differs_between_entries_of_one_kind(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed()
    sign_in(client, pool.mara)
    for days, level in ((90, "1"), (30, "2")):
        until = day_of(now()) - timedelta(days=days)
        form = {
            "period_from": (until - timedelta(days=20)).isoformat(), "period_until": until.isoformat(),
            "level": level, "sample_outputs": "10", "off_scope_outputs": "0", "complaints": "0", "summary": "Seen.",
        }  # fmt: skip
        path = f"/firm/deployments/{ref}/monitoring/new"
        arrived(client, post(client, path, form, files={"file": ("sample.csv", b"a;b\n")}))
    gists = re.findall(r'<p class="timeline-gist">([^<]*)</p>', get_page(client, f"/firm/deployments/{ref}/history"))
    told = [gist for gist in gists if "Period until" in gist]
    assert len(told) == 2 and len(set(told)) == 2 and "Level: 2" in told[0]


def test_live_panel_answers_with_a_fragment_and_keeps_nothing(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    stage.model()
    sign_in(client, pool.mara)
    form = {**proofs(get_page(client, NEW)), **answers(GRAVE)}
    text = send(client, "/firm/deployments/preview", form).get_data(as_text=True)
    assert check_fragment(text, "preview") == []
    assert "Why" in text and "tier-3" in text and "<html" not in text
    part = send(client, "/firm/deployments/preview", {**form, "q_autonomy": ""}).get_data(as_text=True)
    assert "14 of 15" in part and "1 question is open" in part and "cannot be read" not in part
    unread = {**form, "q_autonomy": "", "q_revenue_dependence": "12 percent"}
    part = send(client, "/firm/deployments/preview", unread).get_data(as_text=True)
    assert "13 of 15" in part and "1 question is open" in part and "These answers cannot be read yet" in part
    with pool.database.reading(pool.mara, now()) as reading:
        assert queries.deployments(reading, ListRequest()).items == ()


def test_saved_draft_stands_in_the_form_again(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    model = stage.model()
    sign_in(client, pool.mara)
    form = {**proofs(get_page(client, NEW)), **answers(MILD, model=model, name="kept for later")}
    saved = send(client, "/firm/deployments/draft", {**form, "action": "autosave"})
    assert (saved.status_code, saved.get_json()) == (200, {"saved": True})
    text = get_page(client, NEW)
    assert 'value="kept for later"' in text and "stands here again" in text
    assert 'value="kept for later"' not in get_page(client, f"{NEW}?afresh=1")
    arrived(client, post(client, NEW, answers(MILD, model=model)))
    assert 'value="kept for later"' not in get_page(client, NEW)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_has_a_constant_count_of_queries(pool: Pool, client: FlaskClient, stage: Stage, rows: int) -> None:
    model = stage.model()
    for number in range(rows):
        stage.deployment(model, name=f"Desk {number}")
    sign_in(client, pool.mara)
    with counted(pool.database) as sent:
        get_page(client, "/firm/deployments")
    assert len(sent) == 2


def test_list_filters_sorts_and_exports(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    model = stage.model()
    stage.deployment(model, name="Quiet one")
    stage.deployment(model, name="Loud one", indicators=GRAVE)
    sign_in(client, pool.mara)
    assert "Loud one" in get_page(client, "/firm/deployments?tier=high")
    assert "Quiet one" not in get_page(client, "/firm/deployments?tier=high")
    text = get_page(client, "/firm/deployments?sort=-intensity")
    assert text.index("Loud one") < text.index("Quiet one")
    csv = client.get("/firm/deployments?format=csv").get_data(as_text=True)
    assert csv.count("\r\n") == 3 and "Not enrolled" in csv


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("signed", [False, True], ids=["draft", "signed"])
def test_every_view_of_a_deployment_is_sound(
    pool: Pool, client: FlaskClient, stage: Stage, tab: str, signed: bool
) -> None:
    ref = stage.signed(indicators=GRAVE) if signed else stage.deployment(stage.model())
    sign_in(client, pool.milo)
    text = get_page(client, f"/firm/deployments/{ref}" + ("" if tab == "facts" else f"/{tab}"))
    assert "Ward desk" in text and ref in text


def test_tier_view_shows_reasons_contributions_and_all_duties(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed(indicators=GRAVE)
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/deployments/{ref}/tier")
    assert len(re.findall(r'<span class="ref">D\d\d</span>', text)) == 34
    assert text.count("Weight times the place") == 3


def test_signing_shows_the_content_and_enrols(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.deployment(stage.model(foundation=stage.foundation()))
    sign_in(client, pool.mara)
    url = f"/firm/deployments/{ref}/sign"
    page = get_page(client, url)
    assert "Sextant-8B" in page and "statement 2026.1" in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    wrong = post(client, url, {"seen": seen, "signed_name": "Ben Osei", "true": "1"})
    assert wrong.status_code == 422 and "The typed name is not yours." in wrong.get_data(as_text=True)
    other = post(client, url, {"seen": "sha256:" + "0" * 64, "signed_name": "Mara Voss", "true": "1"})
    assert other.status_code == 422 and "Something changed" in other.get_data(as_text=True)
    shown = arrived(client, post(client, url, {"seen": seen, "signed_name": "mara voss", "true": "1"}))
    assert "Registered" in shown
    record = get_page(client, f"/firm/deployments/{ref}/record")
    assert "No. 0" in record and record.count("fits its digest") >= 1
    assert "C8" in record


def test_record_on_another_day_is_not_enrolled(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed()
    sign_in(client, pool.mara)
    yesterday = day_of(now()) - timedelta(days=1)
    text = get_page(client, f"/firm/deployments/{ref}/record?on={yesterday.isoformat()}")
    assert f'value="{yesterday.isoformat()}"' in text
    assert "Write a day as" in get_page(client, f"/firm/deployments/{ref}/record?on=soon")


def test_change_of_indicators_is_told_and_tiered_anew(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed()
    sign_in(client, pool.mara)
    url = f"/firm/deployments/{ref}/change"
    assert 'value="200"' in get_page(client, url)
    form = {f"q_{name}": str(value) for name, value in MILD.items()}
    form |= {"changed_on": day_of(now()).isoformat(), "what": "The other clinic joined."}
    nothing = post(client, url, form, files={"file": []})
    assert nothing.status_code == 422 and "No indicator differs" in nothing.get_data(as_text=True)
    more = {**form, "q_affected_persons": "5000"}
    shown = arrived(client, post(client, url, more, files={"file": ("count.csv", b"month;people\n10;5000\n")}))
    assert "Tier and duties" in shown
    facts = get_page(client, f"/firm/deployments/{ref}")
    assert "5\u202f000" in facts and "1 earlier answer" in facts and "sha256:" in facts


def test_ethics_review_is_asked_for_at_the_level_of_the_tier(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed(indicators=GRAVE)
    sign_in(client, pool.mara)
    assert "Ask for the review" in get_page(client, f"/firm/deployments/{ref}")
    url = f"/firm/deployments/{ref}/ethics/new"
    page = get_page(client, url)
    names = re.findall(r'<textarea [^>]*name="(\w+)"', page)
    assert len(names) >= 10
    empty = post(client, url, {"level": "3"})
    assert empty.status_code == 422
    shown = arrived(client, post(client, url, {"level": "3", **{name: f"about {name}" for name in names}}))
    assert "Full review" in shown and "about dim_privacy" in shown


def test_incident_runs_from_report_to_full_report(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed()
    sign_in(client, pool.milo)
    url = f"/firm/deployments/{ref}/incidents/new"
    at = now()
    form = {
        "severity": "serious", "description": "A note went to the wrong ward.",
        "occurred_at": (at - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"),
        "known_at": (at + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    wrong = post(client, url, form)
    assert wrong.status_code == 422 and "This instant has not come." in wrong.get_data(as_text=True)
    form["known_at"] = (at - timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M")
    shown = arrived(client, post(client, url, form))
    assert "A note went to the wrong ward." in shown and "Full report open" in shown
    (incident,) = re.findall(r'id="incident-(INC-[0-9-]+)"', shown)
    assert incident in get_page(client, "/firm")
    report = {
        "full_report": "A template named the wrong ward.",
        "containment": "Template withdrawn.",
        "measures_due_on": "",
    }
    done = arrived(client, post(client, f"/firm/incidents/{incident}/report", report))
    assert "Full report handed in" in done and "Template withdrawn." in done


def test_monitoring_report_is_checked_and_listed(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed()
    sign_in(client, pool.mara)
    url = f"/firm/deployments/{ref}/monitoring/new"
    today = day_of(now())
    form = {
        "period_from": (today - timedelta(days=90)).isoformat(), "period_until": today.isoformat(), "level": "2",
        "sample_outputs": "200", "off_scope_outputs": "300", "complaints": "1", "summary": "Two people looked.",
    }  # fmt: skip
    wrong = post(client, url, form, files={"file": []})
    assert wrong.status_code == 422 and "This is part of the sample." in wrong.get_data(as_text=True)
    good = {**form, "off_scope_outputs": "4"}
    shown = arrived(client, post(client, url, good, files={"file": ("sample.csv", b"a;b\n")}))
    assert "2.0" in shown and "Two people looked." in shown


def test_only_a_manager_ends_a_deployment(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed()
    url = f"/firm/deployments/{ref}/end"
    sign_in(client, pool.milo)
    assert client.get(url).status_code == 403
    assert "End this deployment" not in get_page(client, f"/firm/deployments/{ref}")
    sign_in(client, pool.mara)
    assert "End this deployment" in get_page(client, f"/firm/deployments/{ref}")
    refused = post(client, url, {"reason": ""})
    assert refused.status_code == 422
    shown = arrived(client, post(client, url, {"reason": "replaced"}))
    assert "Ended on" in shown
    assert "replaced" in get_page(client, f"/firm/deployments/{ref}/history")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tier",
        "/record",
        "/ethics",
        "/history",
        "/sign",
        "/change",
        "/ethics/new",
        "/incidents/new",
        "/monitoring/new",
        "/end",
    ],
)
def test_foreign_deployment_looks_like_an_absent_one(pool: Pool, client: FlaskClient, stage: Stage, path: str) -> None:
    foreign = stage.deployment(stage.model(who=pool.ben), who=pool.ben)
    sign_in(client, pool.mara)
    absent = "DEP-2026-9999"
    pages = [get_page(client, f"/firm/deployments/{ref}{path}", status=404) for ref in (foreign, absent)]
    assert same_for_all(pages[0], foreign) == same_for_all(pages[1], absent)


def test_answer_of_the_panel_matches_the_golden_vignettes(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    stage.model()
    sign_in(client, pool.mara)
    form = proofs(get_page(client, NEW))
    vignettes = load_edition().documents["vignettes.yaml"]["vignettes"]
    for vignette in vignettes[:4]:
        values = {
            name: int(value) if isinstance(value, bool) else value for name, value in vignette["indicators"].items()
        }
        text = send(client, "/firm/deployments/preview", {**form, **answers(values)}).get_data(as_text=True)
        found = assess(load_edition(), values, on=day_of(now()))
        assert f"tier-{ {'low': 1, 'medium': 2, 'high': 3}[found.tier] }" in text, json.dumps(values)
