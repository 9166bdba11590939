"""When files agree, when they only say more or less, and when they contradict."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pool.registry.inspection import FileDigest, FileWarning, Inspection, Merged, merge


def said(file: str, **fields: Any) -> Inspection:
    """Return an inspection of a file that states ``fields``."""
    return Inspection(file, fields.pop("format", "hf-model-card"), **fields)


def pair(field: str, one: Any, other: Any) -> Merged:
    """Merge two files that state one field, and hold that their order changes nothing."""
    files = [said("a", **{field: one}), said("b", **{field: other})]
    merged = merge(files)
    turned = merge(files[::-1])
    assert getattr(turned, field) == getattr(merged, field) or field in ("datasets", "base_model")
    assert [item.field for item in turned.contradictions] == [item.field for item in merged.contradictions]
    return merged


@pytest.mark.parametrize(
    ("field", "one", "other", "value"),
    [
        ("name", "tutor", "tutor", "tutor"),
        ("name", "tutor", "school/tutor", "school/tutor"),
        ("version", "1.0", None, "1.0"),
        ("base_model", "a/b", "a/b", "a/b"),
        ("base_model", None, ("a/b", "c/d"), ("a/b", "c/d")),
        ("base_model", ("c/d", "a/b"), ("a/b", "c/d"), ("c/d", "a/b")),
        ("method", "lora", "adapter", "lora"),
        ("method", "qlora", "lora", "qlora"),
        ("method", "dora", "adapter", "dora"),
        ("datasets", ("x",), ("x", "y"), ("x", "y")),
        ("datasets", (), ("x",), ("x",)),
        ("licence", "apache-2.0", "Apache-2.0", "Apache-2.0"),
        ("licence", None, None, None),
    ],
)
def test_files_agree_when_one_only_says_more(field: str, one: Any, other: Any, value: Any) -> None:
    merged = pair(field, one, other)
    assert merged.contradictions == ()
    assert getattr(merged, field) == value


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("name", "tutor", "mentor"),
        ("name", "school/tutor", "clinic/tutor"),
        ("version", "1.0", "1.0.0"),
        ("base_model", "a/b", "A/b"),
        ("base_model", "a/b", "./b"),
        ("base_model", "a/b", ("a/b", "c/d")),
        ("method", "lora", "full"),
        ("method", "qlora", "dora"),
        ("method", "full", "adapter"),
        ("datasets", ("x",), ("y",)),
        ("datasets", ("x", "y"), ("y", "z")),
        ("licence", "mit", "apache-2.0"),
    ],
)
def test_files_contradict_when_neither_says_the_other(field: str, one: Any, other: Any) -> None:
    merged = pair(field, one, other)
    assert getattr(merged, field) is None
    [contradiction] = merged.contradictions
    assert contradiction.field == field
    assert [(value.file, value.value) for value in contradiction.values] == [("a", one), ("b", other)]


def test_silent_file_is_not_listed_among_those_that_contradict() -> None:
    merged = merge([said("a", name="x"), said("b"), said("c", name="y"), said("d", name="x")])
    assert [value.file for value in merged.contradictions[0].values] == ["a", "c", "d"]


def test_formats_that_differ_are_no_contradiction() -> None:
    merged = merge([said("a", format="cyclonedx", format_version="1.6"), said("b", format="peft-adapter")])
    assert (merged.format, merged.format_version, merged.contradictions) == (None, None, ())
    merged = merge([said("a", format="cyclonedx", format_version="1.6"), said("b", format="cyclonedx")])
    assert (merged.format, merged.format_version) == ("cyclonedx", None)


def test_one_file_alone_is_merged_as_itself() -> None:
    one = said("a", name="x", digests=(FileDigest("a", "sha256", "00"),), datasets=("d",))
    assert merge([one]).as_json() == one.as_json()


def test_nothing_merges_to_nothing() -> None:
    assert merge([]) == Merged()


def test_digest_stated_otherwise_than_counted_is_a_contradiction() -> None:
    weights = said("w", format="safetensors", digests=(FileDigest("w", "sha256", "11"),))
    right = said("bom", digests=(FileDigest("bom", "sha256", "aa"), FileDigest("w", "sha256", "11")))
    wrong = said("bom", digests=(FileDigest("bom", "sha256", "aa"), FileDigest("w", "sha256", "22")))
    agreed = merge([weights, right])
    assert agreed.digests == (FileDigest("w", "sha256", "11"), FileDigest("bom", "sha256", "aa"))
    assert agreed.warnings == ()
    clash = merge([weights, wrong])
    assert clash.digests is None
    assert [(value.file, value.value) for value in clash.contradictions[0].values] == [
        ("w", "w sha256:11"),
        ("bom", "w sha256:22"),
    ]


def test_two_given_files_of_one_name_do_not_contradict() -> None:
    files = [said("x.json", digests=(FileDigest("x.json", "sha256", value),)) for value in ("11", "22")]
    assert merge(files).contradictions == ()


def test_stated_digest_that_no_weights_meet_is_warned_about() -> None:
    weights = said("w", format="safetensors", digests=(FileDigest("w", "sha256", "11"),))
    bom = said("bom", digests=(FileDigest("bom", "sha256", "aa"), FileDigest("tutor", "sha256", "22")))
    assert [warning.code for warning in merge([weights, bom]).warnings] == ["digest-not-met"]
    assert merge([bom]).warnings == ()


@pytest.mark.parametrize(
    ("path", "suggested"),
    [
        ("./tern-13b", True),
        ("tern-13b", True),
        ("/cache/models--harborline--tern-13b/snapshots/0", True),
        ("./heron", False),
    ],
)
def test_path_or_bare_name_suggests_a_public_model_and_stays_a_contradiction(path: str, suggested: bool) -> None:
    merged = merge([said("a", base_model="harborline/tern-13b"), said("b", base_model=path)])
    assert merged.base_model is None
    assert ("base-model-may-be" in {warning.code for warning in merged.warnings}) == suggested


def test_warnings_name_their_file_and_stand_once() -> None:
    warning = FileWarning("licence-not-stated", "licence", "The card names no licence.")
    merged = merge([said("a", warnings=(warning, warning)), said("b", warnings=(warning,))])
    assert [item.message for item in merged.warnings] == [
        "a: The card names no licence.",
        "b: The card names no licence.",
    ]


def test_three_files_merge_alike_in_any_order() -> None:
    files = [
        said("a", name="tutor", method="adapter", licence="mit", base_model="a/b"),
        said("b", name="school/tutor", method="lora", licence="MIT"),
        said("c", method="qlora", base_model="a/b", datasets=("d",)),
    ]
    results = {
        (merged.name, merged.method, merged.licence, merged.base_model, merged.datasets, merged.contradictions)
        for merged in map(merge, permutations(files))
    }
    assert results == {("school/tutor", "qlora", "MIT", "a/b", ("d",), ())}
