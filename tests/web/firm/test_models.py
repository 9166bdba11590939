"""Models of a firm: intake of files, contradictions, hosted fine-tunes, the list, the link to the catalogue."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pool.journeys import submit
from pool.kernel.clock import now
from pool.kernel.listing import ListRequest
from pool.registry import queries
from pool.web.firm.model_intake import MOST_KEPT
from tests.support.firm_stage import Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import arrived, checked, get_page, post, proofs, same_for_all, send, sign_in

SAMPLES = Path(__file__).parents[2] / "samples" / "claims-triage"
ADAPTER = ("adapter_config.json", (SAMPLES / "adapter_config.json").read_bytes())
CARD = ("README.md", (SAMPLES / "README.md").read_bytes())
BOM = ("bom.cdx.json", (SAMPLES / "bom.cdx.json").read_bytes())
PICKLE = ("weights.bin", b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.")
NEW = "/firm/models/new"


def values_of(text: str) -> dict[str, str]:
    """Return the value of each text input of a page."""
    found = dict(re.findall(r'<input class="form-control"[^>]* name="(\w+)" value="([^"]*)"', text))
    found.update(re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>\n([^<]*)</textarea>', text))
    return found


def kept_of(text: str) -> list[str]:
    """Return the digests of the files that a page carries along."""
    return re.findall(r'name="kept" value="([0-9a-f]{64})" checked', text)


def read(client: FlaskClient, *files: tuple[str, bytes]) -> str:
    answer = post(client, NEW, action="read", files={"files": list(files)})
    return arrived(client, answer)


def test_list_when_empty_teaches_what_to_do(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.milo)
    text = get_page(client, "/firm/models")
    assert "No model yet" in text and NEW in text


def test_files_when_dropped_fill_the_form(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    get_page(client, NEW)
    text = read(client, ADAPTER, BOM)
    told = json.loads(BOM[1])["metadata"]["component"]
    assert "What we understood" in text
    assert values_of(text)["name"].endswith(told["name"])
    assert values_of(text)["method"] == "lora"
    assert len(kept_of(text)) == 2


def test_model_when_registered_from_files_keeps_them_as_evidence(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    sign_in(client, pool.mara)
    text = read(client, ADAPTER)
    form = {**proofs(text), **values_of(text), "name": "claims-triage", "kept": kept_of(text), "action": "submit"}
    form["foundation"] = stage.foundation()
    shown = arrived(client, send(client, NEW, form, files={"files": []}))
    assert "claims-triage" in shown and "adapter_config.json" in shown
    with pool.database.reading(pool.mara, now()) as reading:
        (listed,) = queries.models(reading, ListRequest()).items
        _view, files, _parties = queries.model(reading, listed.ref)
    address = f"/firm/models/{listed.ref}/files/{files[0].sha256}"
    assert client.get(address).get_data() == ADAPTER[1]
    assert client.get(f"/firm/models/{listed.ref}/files/{'0' * 64}").status_code == 404


def test_double_click_on_register_makes_one_model(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    form = {**proofs(get_page(client, f"{NEW}?by=hand")), "name": "by hand", "action": "submit"}
    first, second = send(client, NEW, form), send(client, NEW, form)
    assert (first.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    with pool.database.reading(pool.mara, now()) as reading:
        assert len(queries.models(reading, ListRequest()).items) == 1


def test_faulty_file_is_named_and_the_others_and_the_words_stay(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    answer = post(client, NEW, action="read", files={"files": [ADAPTER, PICKLE]})
    text = checked(answer, NEW)
    assert answer.status_code == 422
    assert "weights.bin" in text and "Python pickle" in text
    assert len(kept_of(text)) == 1
    form = {**proofs(text), "name": "typed by me", "description": "mine", "kept": kept_of(text), "action": "read"}
    again = send(client, NEW, form, files={"files": [PICKLE]})
    assert values_of(again.get_data(as_text=True))["name"] == "typed by me"
    assert "mine" in again.get_data(as_text=True)


def test_only_faulty_files_leave_the_first_step(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    answer = post(client, NEW, action="read", files={"files": [PICKLE]})
    assert answer.status_code == 422 and "weights.bin" in checked(answer, NEW)
    empty = post(client, NEW, action="read", files={"files": []})
    assert empty.status_code == 422 and "Choose at least one file" in checked(empty, NEW)


def test_contradictions_have_to_be_settled(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    other = ("other.json", ADAPTER[1].replace(b'"base_model_name_or_path": "', b'"base_model_name_or_path": "else/'))
    text = read(client, ADAPTER, other)
    assert "The files disagree" in text
    form = {**proofs(text), **values_of(text), "name": "triage", "kept": kept_of(text), "action": "submit"}
    refused = send(client, NEW, form, files={"files": []})
    assert refused.status_code == 422 and "Which value is right" in refused.get_data(as_text=True)
    form = {
        **proofs(refused.get_data(as_text=True)),
        **{k: v for k, v in form.items() if k not in ("csrf_token", "request_key")},
    }
    form |= {"contradictions_settled": "The first one; the other file is old."}
    assert "The first one; the other file is old." in arrived(client, send(client, NEW, form, files={"files": []}))


def test_digest_that_the_session_never_sent_is_not_read(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    (sha,) = kept_of(read(client, ADAPTER))
    stranger = sign_in(client.application.test_client(), pool.ben)
    form = {**proofs(get_page(stranger, f"{NEW}?by=hand")), "name": "stolen", "kept": sha, "action": "read"}
    answer = send(stranger, NEW, form)
    assert sha not in arrived(stranger, answer)


def test_page_after_reading_shows_again_what_was_typed_and_read(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    (sha,) = kept_of(read(client, ADAPTER))
    form = {
        **proofs(get_page(client, f"{NEW}?by=hand")),
        "name": "typed by hand",
        "kept": sha,
        "action": "read",
    }
    answer = send(client, NEW, form)
    place = answer.headers["Location"]
    first = arrived(client, answer)
    assert "typed by hand" in first and kept_of(first) == [sha]
    read(client, ADAPTER)
    again = get_page(client, place)
    assert "typed by hand" in again and kept_of(again) == [sha], "going back finds the page as it stood"
    stranger = sign_in(client.application.test_client(), pool.ben)
    assert stranger.get(place).headers["Location"] == NEW, "only in the session that read the files"


def test_session_keeps_the_latest_pages_of_read_files_only(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    places = [
        post(client, NEW, action="read", files={"files": [ADAPTER]}).headers["Location"] for _ in range(MOST_KEPT + 1)
    ]
    assert [client.get(place).status_code for place in places] == [303] + [200] * MOST_KEPT


def test_hosted_fine_tune_needs_no_file_but_its_job(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.milo)
    form = {"name": "hosted one", "hosted": "1", "host_provider": "Tideline"}
    refused = post(client, NEW, form, on=f"{NEW}?by=hosted")
    assert refused.status_code == 422 and "names its job or snapshot" in refused.get_data(as_text=True)
    made = post(client, NEW, {**form, "host_job": "ft-77"}, on=f"{NEW}?by=hosted")
    assert "Tideline" in arrived(client, made)


def test_base_model_of_the_catalogue_is_suggested(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.foundation()
    sign_in(client, pool.mara)
    named = (
        "adapter_config.json",
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": "northwind/sextant-8b"}).encode(),
    )
    assert f'value="{ref}" selected' in read(client, named)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_has_a_constant_count_of_queries(pool: Pool, client: FlaskClient, stage: Stage, rows: int) -> None:
    for number in range(rows):
        stage.model(name=f"model {number}")
    sign_in(client, pool.mara)
    with counted(pool.database) as sent:
        get_page(client, "/firm/models")
    assert len(sent) == 1


def test_list_is_searched_filtered_and_exported(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    for number in range(3):
        stage.model(name=f"=model {number}")
    sign_in(client, pool.mara)
    assert get_page(client, "/firm/models").count('class="ref"') >= 3
    csv = client.get("/firm/models?format=csv").get_data(as_text=True)
    assert csv.count("'=model") == 3
    assert "model 1" in get_page(client, "/firm/models?q=model+1")
    assert "Nothing fits" in get_page(client, "/firm/models?hosted=yes")


def test_link_to_the_catalogue_shows_on_the_page(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    foundation, model = stage.foundation(), stage.model()
    sign_in(client, pool.mara)
    assert "Not linked to a foundation model yet" in get_page(client, f"/firm/models/{model}")
    url = f"/firm/models/{model}/foundation"
    form = {"foundation": foundation, "reason": "training log", "version_no": "1"}
    assert "Sextant-8B" in arrived(client, post(client, url, form))
    stale = post(client, url, form)
    assert stale.status_code == 422 and "Somebody changed this" in stale.get_data(as_text=True)


@pytest.mark.parametrize("path", ["", "/foundation"])
def test_foreign_model_looks_like_an_absent_one(pool: Pool, client: FlaskClient, stage: Stage, path: str) -> None:
    foreign = stage.model(who=pool.ben)
    sign_in(client, pool.mara)
    absent = "MOD-2026-9999"
    a, b = (
        get_page(client, f"/firm/models/{foreign}{path}", status=404),
        get_page(client, f"/firm/models/{absent}{path}", status=404),
    )
    assert same_for_all(a, foreign) == same_for_all(b, absent)


def test_manager_names_a_party_who_then_reads_the_page_and_its_files_and_changes_nothing(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    model = stage.model(name="shared helper")
    page = f"/firm/models/{model}"
    sign_in(client, pool.ben)
    assert client.get(page).status_code == 404
    sign_in(client, pool.milo)
    assert "Name a party" not in get_page(client, page)
    assert client.get(f"{page}/parties").status_code == 403
    sign_in(client, pool.mara)
    assert "Name a party" in get_page(client, page)
    answer = post(client, f"{page}/parties", {"firm": "Nobody Ltd", "role": "data", "sure": "1"})
    assert answer.status_code == 422
    assert "No member firm is called Nobody Ltd." in answer.text
    assert post(client, f"{page}/parties", {"firm": "birch credit", "role": "data"}).status_code == 422
    shown = arrived(client, post(client, f"{page}/parties", {"firm": "birch credit", "role": "data", "sure": "1"}))
    assert "Birch Credit" in shown and "Gave the training data" in shown
    sign_in(client, pool.ben)
    shown = get_page(client, page)
    assert "Tuned the model" in shown and "Named as a party by the tuner" in shown
    assert "Name a party" not in shown and "Change the link" not in shown
    assert f"/firm/deployments/new?model={model}" in shown
    assert model in get_page(client, "/firm/models")
    assert client.get(f"{page}/parties").status_code == client.get(f"{page}/foundation").status_code == 403


def test_party_is_told_who_links_the_model_and_the_tuner_is_offered_the_link(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    model = stage.model(name="shared helper")
    stage.act(submit.name_party, pool.mara, model=model, firm="birch credit", role="data")
    link = f"/firm/models/{model}/foundation"
    for who, is_offered in ((pool.mara, True), (pool.ben, False)):
        page = f"/firm/deployments/{stage.deployment(model, who=who)}"
        sign_in(client, who)
        for shown in (get_page(client, page), get_page(client, f"{page}/sign")):
            assert (link in shown) is is_offered
            assert ("Orchid Health, its tuner, links it" in shown) is not is_offered
    assert "Orchid Health, then you" in get_page(client, page)
    sign_in(client, pool.mara)
    assert "Gave the training data" in get_page(client, f"/firm/models/{model}") and "Part: data" not in (
        get_page(client, f"/firm/models/{model}")
    )


def test_words_of_a_form_sent_after_the_sign_in_ended_can_be_copied(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    place = "/firm/models/new"
    form = {**proofs(get_page(client, f"{place}?by=hand")), "action": "submit", "name": "Ward <b>helper</b> two"}
    client.delete_cookie("pool")
    answer = client.post(place, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    text = checked(answer)
    assert "You are not signed in any more" in text and "Ward &lt;b&gt;helper&lt;/b&gt; two" in text
    # Words from elsewhere are not ours to repeat.
    unknown = client.post(place, data=form)
    assert unknown.status_code == 401 and "Ward" not in unknown.text
