"""What a model card says: front matter wherever it stands, never prose, never more of YAML than plain values."""

from __future__ import annotations

import pytest

from pool.kernel.refusals import Invalid
from pool.registry.inspection import Inspection, Malformed, NotRecognised, OverLimit, inspect_bytes, limits


def card(matter: str, *, before: str = "", after: str = "\n# Title\n") -> Inspection:
    """Inspect a card with this front matter."""
    return inspect_bytes("README.md", f"{before}---\n{matter}\n---\n{after}".encode())


def codes(inspection: Inspection) -> set[str]:
    """Return the warning codes."""
    return {warning.code for warning in inspection.warnings}


def test_complete_card_has_no_warning() -> None:
    inspection = card(
        "model_name: tutor\nversion: 1.10\nbase_model: a/b\nbase_model_relation: merge\ndatasets: [c/d]\nlicense: mit"
    )
    assert inspection.warnings == ()
    assert (inspection.name, inspection.version, inspection.base_model) == ("tutor", "1.10", "a/b")
    assert (inspection.method, inspection.datasets, inspection.licence) == ("merge", ("c/d",), "mit")
    assert (inspection.format, inspection.format_version) == ("hf-model-card", None)


def test_line_ends_and_byte_order_mark_change_nothing_but_the_digest() -> None:
    plain = "---\nbase_model: a/b\nlicense: mit\n---\n\n# Title\n"
    one = inspect_bytes("README.md", plain.encode())
    for other in (
        "\ufeff" + plain,
        plain.replace("\n", "\r\n"),
        "\ufeff" + plain.replace("\n", "\r\n"),
        plain.replace("\n", "\r"),
    ):
        inspection = inspect_bytes("README.md", other.encode())
        assert {**inspection.as_json(), "digests": []} == {**one.as_json(), "digests": []}


@pytest.mark.parametrize("before", ["\n", "  \n\n", "<!-- note -->\n", "# Title\n\nText.\n\n", "```\n---\n```\n"])
def test_metadata_below_the_first_line_are_read_with_a_warning(before: str) -> None:
    inspection = card("base_model: a/b", before=before)
    assert inspection.base_model == "a/b"
    assert "metadata-not-at-top" in codes(inspection)


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\n---\n\nText: with a colon\n\n---\n",
        "# Title\n\n```yaml\n---\nbase_model: a/b\n---\n```\n",
        "---\n\nA line above, and no metadata.\n",
        "Just a line.\n",
    ],
)
def test_page_without_metadata_is_understood_with_warnings(text: str) -> None:
    inspection = inspect_bytes("README.md", text.encode())
    assert inspection.base_model is None
    assert {"metadata-missing", "base-model-not-stated", "name-not-stated"} <= codes(inspection)


def test_empty_metadata_are_metadata() -> None:
    inspection = inspect_bytes("README.md", b"---\n---\n\n# Title\n")
    assert "metadata-missing" not in codes(inspection)
    assert "base-model-not-stated" in codes(inspection)


def test_heading_is_only_suggested_as_a_name() -> None:
    inspection = card("# a comment\nlicense: mit", after="\n# Tutor #\n")
    assert inspection.name is None
    warning = next(warning for warning in inspection.warnings if warning.code == "name-not-stated")
    assert warning.message.endswith("the first heading is: Tutor")


def test_name_of_the_one_result_list_is_the_name() -> None:
    assert card("model-index:\n- name: tutor\n  results: []").name == "tutor"
    assert card("model-index:\n- name: a\n- name: b").name is None


@pytest.mark.parametrize(
    ("matter", "base"),
    [
        ("base_model: [a/b]", "a/b"),
        ("base_model: [a/b, c/d, a/b]", ("a/b", "c/d")),
        ("base_model:\n- a/b\n- null", "a/b"),
        ("tags: ['base_model:adapter:a/b', 'base_model:a/b']", "a/b"),
        ("base_model: null", None),
        ("base_model: {a: b}", None),
    ],
)
def test_base_models_are_none_one_or_several(matter: str, base: str | tuple[str, ...] | None) -> None:
    assert card(matter).base_model == base


def test_base_in_the_tags_that_differs_is_shown() -> None:
    inspection = card("base_model: a/b\ntags: ['base_model:finetune:c/d']")
    assert inspection.base_model == ("a/b", "c/d")
    assert "base-model-disagrees" in codes(inspection)


@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("unsloth/gemma-2-9b-bnb-4bit", "base-model-quantised"),
        ("thebloke/tern-13B-GPTQ", "base-model-quantised"),
        ("/data/models/tern", "base-model-local-path"),
        ("C:/models/tern", "base-model-local-path"),
        ("../tern", "base-model-local-path"),
        ("cache/models--harborline--tern-13b/snapshots/0", "base-model-local-path"),
    ],
)
def test_base_that_is_no_registered_model_is_warned_about(base: str, code: str) -> None:
    inspection = card(f"base_model: {base}")
    assert inspection.base_model == base
    assert code in codes(inspection)


@pytest.mark.parametrize("base", ["harborline/tern-13b", "a/mobile-4bits-lab", "https://huggingface.co/a/b"])
def test_base_with_a_public_name_is_not_warned_about(base: str) -> None:
    assert not {"base-model-quantised", "base-model-local-path"} & codes(card(f"base_model: {base}"))


@pytest.mark.parametrize(
    ("matter", "method"),
    [
        ("base_model_relation: adapter", "adapter"),
        ("base_model_relation: adapter\ntags: [LoRA]", "lora"),
        ("base_model_relation: finetune", "full"),
        ("base_model_relation: quantized", "quantized"),
        ("tags: [qlora, lora]", "qlora"),
        ("tags: [mergekit, merge]", "merge"),
        ("tags: ['base_model:merge:a/b']", "merge"),
        ("library_name: peft", "adapter"),
        ("library_name: peft\ntags: [dora]", "dora"),
        ("tags: [bone, road]", None),
    ],
)
def test_method_comes_from_relation_and_tags(matter: str, method: str | None) -> None:
    inspection = card(matter)
    assert inspection.method == method
    assert ("method-not-stated" in codes(inspection)) == (method is None)


def test_methods_that_disagree_give_none() -> None:
    inspection = card("base_model_relation: finetune\ntags: [lora]")
    assert inspection.method is None
    assert "method-disagrees" in codes(inspection)


@pytest.mark.parametrize(
    ("matter", "licence", "code"),
    [
        ("license: apache-2.0", "apache-2.0", None),
        ("license: [mit]", "mit", None),
        ("license: [mit, apache-2.0]", None, "licence-several"),
        ("license: other\nlicense_name: house-1", "house-1", None),
        ("license: other", "other", None),
        ("language: no", None, "licence-not-stated"),
    ],
)
def test_licence_is_one_or_none(matter: str, licence: str | None, code: str | None) -> None:
    inspection = card(matter)
    assert inspection.licence == licence
    assert {code for code in codes(inspection) if code.startswith("licence")} == ({code} if code else set())


def test_datasets_may_be_one_text_or_entries_with_names() -> None:
    assert card("datasets: a/b").datasets == ("a/b",)
    assert card("datasets:\n- name: a\n- id: b\n- c").datasets == ("a", "b", "c")
    assert "wrong-type" in codes(card("datasets:\n- {rows: 5}"))


def test_values_unfit_for_a_form_are_left_out() -> None:
    for value in ('"a\\u202eb"', '"a\\u0007b"', "x" * 501):
        inspection = card(f"model_name: {value}")
        assert inspection.name is None
        assert "unusable-text" in codes(inspection)


@pytest.mark.parametrize(
    "matter",
    [
        "a: &x 1\nb: *x",
        "a: &x 1",
        "a: !!python/object/apply:os.system [x]",
        "a: !custom 1",
        "a: 1\na: 2",
        "? [a, b]\n: 1",
        "a: 'open",
        "a: [1",
        "a: 1\n...\nb: 2",
        "- a",
        "text",
        "a: {b: {c: 1, c: 2}}",
        "\tb: 1",
    ],
)
def test_yaml_beyond_plain_values_is_refused(matter: str) -> None:
    with pytest.raises(Malformed):
        inspect_bytes("README.md", f"---\n{matter}\n---\n".encode())


def test_yaml_over_the_limits_is_refused() -> None:
    for matter in (
        "a: " + "[" * 40 + "]" * 40,
        "a: " + "{b: " * 40 + "1" + "}" * 40,
        "a: " + "x" * limits.FRONT_MATTER_BYTES,
        "a: [" + "1," * limits.FRONT_MATTER_NODES + "]",
    ):
        with pytest.raises(OverLimit):
            card(matter)


def test_card_under_another_name_is_told_by_its_keys() -> None:
    data = b"---\nbase_model: a/b\n---\n\n# Title\n"
    assert inspect_bytes("card.txt", data).base_model == "a/b"
    for other in (b"---\nlayout: post\n---\n\n# Title\n", b"# Title\n", b"base_model: a/b\n"):
        with pytest.raises(NotRecognised):
            inspect_bytes("card.txt", other)


def test_card_over_the_limit_is_refused() -> None:
    with pytest.raises(OverLimit):
        inspect_bytes("README.md", b"x\n" * limits.CARD_BYTES)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_card_in_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        inspect_bytes("README.md", "---\nlicense: mit\n---\n\n# Prüfung\n".encode(encoding))
