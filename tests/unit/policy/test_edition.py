"""Editions are found, frozen, named by one digest; each kind of broken edition is refused with the key named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pool.policy.edition import EditionMissing, EditionRefused, check_edition, load_edition, shipped_editions
from pool.policy.loading import _read
from tests.unit.policy.cases import EDITION, FOLDER, copied_edition

Mend = Callable[[Any], Any]


def broken(folder: Path, file: str, mend: Mend) -> Path:
    """Copy the edition and change one file by ``mend``, which gets the plain document."""
    target = copied_edition(folder)
    path = target / file
    document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    mend(document)
    path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
    return target


def fields_refused(folder: Path) -> list[str]:
    with pytest.raises(EditionRefused) as caught:
        load_edition(folder)
    assert all(one.reason and one.next_step for one in caught.value.all())
    return [str(one.field) for one in caught.value.all()]


def put(*way: Any) -> Mend:
    """Return a change that puts the last argument at the place named by the others; ids find items of lists."""
    *keys, last, value = way

    def mend(document: Any) -> None:
        place = document
        for key in keys:
            place = (
                next(one for one in place if one.get("id") == key)
                if isinstance(place, list) and isinstance(key, str)
                else place[key]
            )
        if value is ...:
            del place[last]
        else:
            place[last] = value

    return mend


FORM: list[tuple[str, Mend, str]] = [
    ("indicators.yaml", put("indicators", "autonomy", "weight", ...), "indicators.yaml: indicators[autonomy].weight"),
    (
        "indicators.yaml",
        put("indicators", "autonomy", "weight", "much"),
        "indicators.yaml: indicators[autonomy].weight",
    ),
    ("indicators.yaml", put("indicators", "autonomy", "weight", 1.5), "indicators.yaml: indicators[autonomy].weight"),
    ("indicators.yaml", put("indicators", "autonomy", "kind", "vague"), "indicators.yaml: indicators[autonomy].kind"),
    (
        "indicators.yaml",
        put("indicators", "affected_persons", "curve", [[100, 0.5], [1000, 0.2]]),
        "indicators.yaml: indicators[affected_persons].curve",
    ),
    (
        "indicators.yaml",
        put("indicators", "affected_persons", "curve", [[1000, 0.0], [100, 0.2]]),
        "indicators.yaml: indicators[affected_persons].curve",
    ),
    (
        "indicators.yaml",
        put("indicators", "affected_persons", "curve", [[100, "low"]]),
        "indicators.yaml: indicators[affected_persons].curve",
    ),
    (
        "indicators.yaml",
        put("indicators", "autonomy", "levels", 2, "u", 0.1),
        "indicators.yaml: indicators[autonomy].levels",
    ),
    (
        "indicators.yaml",
        put("indicators", "autonomy", "levels", 2, "value", 7),
        "indicators.yaml: indicators[autonomy].levels",
    ),
    (
        "indicators.yaml",
        put("derived", "criticality", "matrix", 2, 1, 0.9),
        "indicators.yaml: derived.criticality.matrix",
    ),
    ("indicators.yaml", put("derived", "criticality", "matrix", [[0]]), "indicators.yaml: derived.criticality.matrix"),
    (
        "indicators.yaml",
        put("derived", "criticality", "matrix", 4, 4, "one"),
        "indicators.yaml: derived.criticality.matrix",
    ),
    (
        "indicators.yaml",
        put("secondary_triggers", "triggers", "S2", "raises", "D15", -1),
        "indicators.yaml: secondary_triggers.triggers[S2].raises",
    ),
    (
        "indicators.yaml",
        put("secondary_triggers", "triggers", "S2", "when", "op", "near"),
        "indicators.yaml: secondary_triggers.triggers[S2].when.op",
    ),
    ("tiers.yaml", put("thresholds", "medium", 0.8), "tiers.yaml: thresholds"),
    ("tiers.yaml", put("band_width", 0.5), "tiers.yaml: band_width"),
    ("tiers.yaml", put("tiers", "medium", "from", 0.3), "tiers.yaml: tiers"),
    ("tiers.yaml", put("rules", "H2", "cap", 1.2), "tiers.yaml: rules[H2].cap"),
    ("tiers.yaml", put("rules", "H2", "target_tier", "low"), "tiers.yaml: rules[H2].target_tier"),
    ("tiers.yaml", put("rules", "H2", "all", 1, "ind", "headcount"), "tiers.yaml: rules[H2].all[1].ind"),
    ("tiers.yaml", put("rules", "H2", "all", 1, "to", 1), "tiers.yaml: rules[H2].all[1].to"),
    ("tiers.yaml", put("rules", "H2", "all", []), "tiers.yaml: rules[H2].all"),
    ("tiers.yaml", put("rules", "H2", "reason", "{headcount} people"), "tiers.yaml: rules[H2].reason"),
    ("tiers.yaml", put("rules", 1, "id", "H1"), "tiers.yaml: rules[H1].id"),
    ("duties.yaml", put("duties", "D06", "tier_levels", "high", 1), "duties.yaml: duties[D06].tier_levels"),
    ("duties.yaml", put("duties", "D06", "tier_levels", "high", 4), "duties.yaml: duties[D06].tier_levels"),
    ("duties.yaml", put("duties", "D06", "sources", []), "duties.yaml: duties[D06].sources"),
    ("duties.yaml", put("duties", "D06", "ramp_class", "sudden"), "duties.yaml: duties[D06].ramp_class"),
    ("duties.yaml", put("duties", "D06", "group", "Z"), "duties.yaml: duties[D06].group"),
    ("duties.yaml", put("duties", "D06", "items", 0, "at", 3.0), "duties.yaml: duties[D06].items"),
    ("duties.yaml", put("duties", "D06", "items", 0, "hours", -1), "duties.yaml: duties[D06].items"),
    (
        "duties.yaml",
        put("ramp_classes", "core", "ramp_days_per_level", 0),
        "duties.yaml: ramp_classes.core.ramp_days_per_level",
    ),
    ("effort.yaml", put("base_days_full_audit", 3, [0.55, 0.1]), "effort.yaml: base_days_full_audit"),
    ("effort.yaml", put("split", "report", 0.5), "effort.yaml: split"),
    ("effort.yaml", put("calendar", "desk_steps", ["lunch"]), "effort.yaml: calendar.desk_steps"),
    ("effort.yaml", put("roles", "max_people", 0), "effort.yaml: roles.max_people"),
    ("effort.yaml", put("increases", "I1", "percent", -20), "effort.yaml: increases[I1].percent"),
    ("effort.yaml", put("increases", "I2", "max", ...), "effort.yaml: increases[I2].max"),
    ("effort.yaml", put("separation", "lead_rotation", "cycles_off", 0), "effort.yaml: separation.lead_rotation"),
    (
        "effort.yaml",
        put("competence", "required_by_tier", "low", ["F1"]),
        "effort.yaml: competence.required_by_tier.low",
    ),
    (
        "effort.yaml",
        put("competence", "sectors", "X-HEA", "contexts", ["nursing"]),
        "effort.yaml: competence.sectors[X-HEA].contexts",
    ),
    ("jurisdictions/eu.yaml", put("obligations", 0, "duty", "D99"), "jurisdictions/eu.yaml: obligations[0].duty"),
    ("jurisdictions/eu.yaml", put("obligations", 0, "class", "EU-ZZ"), "jurisdictions/eu.yaml: obligations[0].class"),
    ("jurisdictions/eu.yaml", put("obligations", 0, "min_level", 4), "jurisdictions/eu.yaml: obligations[0].min_level"),
    (
        "jurisdictions/eu.yaml",
        put("obligations", 0, "applies_from", "soon"),
        "jurisdictions/eu.yaml: obligations[0].applies_from",
    ),
    (
        "jurisdictions/eu.yaml",
        put("classes", "EU-ALL", "when", {"fact": "markets", "op": "has"}),
        "jurisdictions/eu.yaml: classes[EU-ALL].when.value",
    ),
    (
        "jurisdictions/eu.yaml",
        put("legal_effect", "wording", "all is well"),
        "jurisdictions/eu.yaml: legal_effect.checked_by",
    ),
    ("jurisdictions/eu.yaml", put("id", "CN"), "jurisdictions/eu.yaml: id"),
    (
        "jurisdictions/eu.yaml",
        put("facts_asked", 0, "kind", "feeling"),
        "jurisdictions/eu.yaml: facts_asked[art6_3_documented].kind",
    ),
    (
        "audit_templates/test_points.yaml",
        put("points", "TP-01", "duties", ["D99"]),
        "audit_templates/test_points.yaml: points[TP-01].duties",
    ),
    (
        "audit_templates/test_points.yaml",
        put("sampling", "records", "all of them"),
        "audit_templates/test_points.yaml: sampling.records",
    ),
    ("audit_templates/low.yaml", put("points", ["TP-01"]), "audit_templates/low.yaml: points"),
    (
        "audit_templates/sector_modules.yaml",
        put("modules", "X-HEA", "points", []),
        "audit_templates/sector_modules.yaml: modules[X-HEA].points",
    ),
    (
        "safe_harbor.yaml",
        put("remediation", "severities", "major", "close_days", "high", 900),
        "safe_harbor.yaml: remediation.severities.major.close_days",
    ),
    (
        "safe_harbor.yaml",
        put("validity", "limits_days", "attestation", "by_level", 3, 999),
        "safe_harbor.yaml: validity.limits_days.attestation.by_level",
    ),
    (
        "transitions.yaml",
        put("audit_quantities", "interval_months", 0, [0.0, 1]),
        "transitions.yaml: audit_quantities.interval_months",
    ),
    (
        "transitions.yaml",
        put("audit_quantities", "test_points", 0, [0.0, 99]),
        "transitions.yaml: audit_quantities.test_points",
    ),
    ("words.yaml", put("policy_version", "2025.4"), "words.yaml: policy_version"),
    ("manifest.yaml", put("files", 0, "audit_templates/extreme.yaml"), "manifest.yaml: files"),
]


@pytest.mark.parametrize(("file", "mend", "field"), FORM, ids=[f"{n:02}-{one[2]}" for n, one in enumerate(FORM)])
def test_broken_form_is_refused_with_file_and_key(file: str, mend: Mend, field: str, tmp_path: Path) -> None:
    assert field in fields_refused(broken(tmp_path, file, mend))


def swap_growth(document: Any) -> None:
    document["crossing_kinds"]["growth"]["indicators"].append("autonomy")


def one_more_duty(document: Any) -> None:
    document["duties"].append({**document["duties"][-1], "id": "D35"})


def drop_last(key: str) -> Mend:
    return lambda document: document[key].pop() and None


WHOLE: list[tuple[str, Mend, str]] = [
    ("indicators.yaml", put("indicators", "autonomy", "weight", 0.12), "indicators.yaml: weight"),
    ("indicators.yaml", put("never_inputs", 0, "autonomy"), "indicators.yaml: never_inputs"),
    (
        "indicators.yaml",
        put("secondary_triggers", "triggers", "S2", "raises", {"D77": 1}),
        "indicators.yaml: S2.raises",
    ),
    ("duties.yaml", one_more_duty, "duties.yaml: duties: 35"),
    ("tiers.yaml", drop_last("rules"), "tiers.yaml: rules: 17"),
    ("tiers.yaml", put("rules", "M1", "cap", 0.65), "golden.yaml: V02.s"),
    ("tiers.yaml", put("rules", "H1", "sources", ["GOSSIP:1"]), "tiers.yaml: rules[H1].sources"),
    (
        "duties.yaml",
        put("duties", "D06", "items", 0, "hours", 3.0),
        "transitions.yaml: no_cliff.constants.total_hours.low",
    ),
    ("duties.yaml", put("ramp_classes", "core", "grace_days", 3), "transitions.yaml: effective_level.parameters.core"),
    ("transitions.yaml", swap_growth, "transitions.yaml: crossing_kinds.growth.indicators"),
    ("safe_harbor.yaml", put("conditions", "C9", "enabled", True), "safe_harbor.yaml: conditions[C9]"),
    ("credits.yaml", put("instruments", 0, "pays_for", ["D99"]), "credits.yaml: V-AUD.pays_for"),
    (
        "compliance_templates/registration.yaml",
        put("sections", 0, "fields", 0, "duties", ["D99"]),
        "compliance_templates/registration.yaml: firm_name.duties",
    ),
    (
        "jurisdictions/eu.yaml",
        put("classes", "EU-HR1", "when", "all", 1, "fact", "moon"),
        "jurisdictions: EU: class EU-HR1 reads moon",
    ),
    ("jurisdictions/us_tx.yaml", put("facts_asked", 1, "kind", "number"), "jurisdictions: US-TX: public_body"),
    ("jurisdictions/eu.yaml", put("obligations", 0, "min_level", 3), "golden.yaml: V07 on 2026-07-15"),
    ("jurisdictions/eu.yaml", put("name", "A compliant union"), "jurisdictions/eu.yaml: name"),
    ("golden.yaml", put("vignettes", "V01", "tier", "high"), "golden.yaml: V01.tier"),
    ("golden.yaml", put("vignettes", "V01", "b", 0.1076), "golden.yaml: V01.b"),
    ("golden.yaml", put("vignettes", "V02", "reasons", ["M1"]), "golden.yaml: V02.reasons"),
    ("golden.yaml", put("vignettes", "V02", "floors", "H4", 0.4), "golden.yaml: V02.floors.H4"),
    ("golden.yaml", put("vignettes", "V02", "id", "V99"), "golden.yaml: V99"),
    ("golden.yaml", put("effort", "E3", "days", 3.0), "golden.yaml: E3.days"),
    ("golden.yaml", put("effort", "E3", "increases", {"I6": 1}), "golden.yaml: E3"),
    ("golden.yaml", put("calendar", 0, "half_days", 9), "golden.yaml: calendar"),
    ("golden.yaml", put("sampling", 0, "n", 9), "golden.yaml: sampling"),
    ("golden.yaml", put("sites", 0, "initial", 9), "golden.yaml: sites"),
    ("effort.yaml", put("type_factor", "initial", 1.1), "golden.yaml: V01.audit_days_initial"),
]


@pytest.mark.parametrize(("file", "mend", "start"), WHOLE, ids=[f"{n:02}-{one[2]}" for n, one in enumerate(WHOLE)])
def test_edition_that_does_not_fit_together_is_found_by_the_check(
    file: str, mend: Mend, start: str, tmp_path: Path
) -> None:
    problems = check_edition(load_edition(broken(tmp_path, file, mend)))
    assert [line for line in problems if line.startswith(start)]


def test_shipped_edition_passes_its_check() -> None:
    assert shipped_editions() == ("2026.1",)
    assert check_edition(EDITION) == []


def test_shipped_edition_is_loaded_once() -> None:
    fresh = _read(FOLDER)
    assert check_edition(fresh) == []
    assert load_edition() is load_edition("2026.1")
    assert fresh == EDITION


def test_several_faults_are_named_at_once(tmp_path: Path) -> None:
    folder = broken(tmp_path, "tiers.yaml", put("rules", "H2", "cap", 2))
    path = folder / "duties.yaml"
    path.write_text(path.read_text("utf-8").replace("ramp_class: core", "ramp_class: sudden", 1), encoding="utf-8")
    refused = fields_refused(folder)
    assert "tiers.yaml: rules[H2].cap" in refused
    assert any(field.startswith("duties.yaml: duties[D04].ramp_class") for field in refused)


def test_key_written_twice_is_refused(tmp_path: Path) -> None:
    folder = copied_edition(tmp_path)
    (folder / "words.yaml").write_text("policy_version: '2026.1'\npolicy_version: '2026.1'\n", encoding="utf-8")
    assert fields_refused(folder) == ["words.yaml: (file)"]


@pytest.mark.parametrize("text", ["a: [", "- 1\n- 2\n", "", "a: !!python/object:os.system {}\n", "\x00"])
def test_file_that_is_no_mapping_is_refused(text: str, tmp_path: Path) -> None:
    folder = copied_edition(tmp_path)
    (folder / "words.yaml").write_text(text, encoding="utf-8")
    assert fields_refused(folder) == ["words.yaml: (file)"]


def test_file_not_listed_or_not_there_is_refused(tmp_path: Path) -> None:
    folder = copied_edition(tmp_path)
    (folder / "extra.yaml").write_text("a: 1\n", encoding="utf-8")
    (folder / "words.yaml").unlink()
    refused = fields_refused(folder)
    assert set(refused) == {"manifest.yaml: files"} and len(refused) == 2


@pytest.mark.parametrize("place", ["2027.9", "/nowhere/at/all"])
def test_edition_that_is_not_there_is_missing(place: str) -> None:
    with pytest.raises(EditionMissing) as caught:
        load_edition(place)
    assert caught.value.field == "edition"


def test_digest_covers_every_byte_and_the_manifest(tmp_path: Path) -> None:
    folder = copied_edition(tmp_path)
    assert load_edition(folder).digest == EDITION.digest
    for name in ("manifest.yaml", "words.yaml", "jurisdictions/us_ut.yaml"):
        path = folder / name
        before = load_edition(folder).digest
        path.write_bytes(path.read_bytes() + b"# one more line\n")
        assert load_edition(folder).digest != before


def test_documents_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        EDITION.safe_harbor["conditions"] = ()
    with pytest.raises(AttributeError):
        EDITION.id = "2027.1"  # type: ignore[misc]  # refused, and so it shall be
    assert isinstance(EDITION.safe_harbor["conditions"], tuple)


def test_manifest_lists_the_files_of_the_folder() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert there == {*EDITION.documents["manifest.yaml"]["files"], "manifest.yaml"}
