"""An edition of the rules: found, read, checked against its form, frozen, and named by one digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pool.kernel.digest import digest_of, sha256_hex
from pool.kernel.refusals import Missing
from pool.policy.audit_points import TestCatalogue, read_tests
from pool.policy.duty_catalogue import DutyCatalogue, read_duties
from pool.policy.effort_rules import EffortRules, read_effort
from pool.policy.indicators import FactQuestion, Indicators, read_indicators
from pool.policy.overlay_catalogue import Overlay, read_overlay
from pool.policy.reader import EditionRefused, FrozenDict, Node, open_file
from pool.policy.rulebook import TIERS, Rulebook, read_rulebook
from pool.policy.schedule import Schedule, read_schedule

PRESENT = "2026.1"
MANIFEST = "manifest.yaml"
_EDITIONS = Path(__file__).parent / "editions"
_NEEDED = (
    *(f"audit_templates/{name}.yaml" for name in (*TIERS, "sector_modules", "test_points")),
    *(
        f"{name}.yaml"
        for name in (
            "credits",
            "duties",
            "effort",
            "golden",
            "indicators",
            "safe_harbor",
            "sources",
            "statistics",
            "tiers",
        )
    ),
    *(f"{name}.yaml" for name in ("transitions", "vignettes", "words")),
)


class EditionMissing(Missing):
    """No edition of that name or folder is here."""


@dataclass(frozen=True)
class Edition:
    """One edition of the rules. Two editions are the same when their digests are.

    ``documents`` holds every file as frozen data; the other fields are the parts that functions compute with.
    """

    id: str
    status: str
    digest: str
    documents: Mapping[str, FrozenDict] = field(repr=False, compare=False)
    indicators: Indicators = field(repr=False, compare=False)
    rulebook: Rulebook = field(repr=False, compare=False)
    duty_catalogue: DutyCatalogue = field(repr=False, compare=False)
    overlays: Mapping[str, Overlay] = field(repr=False, compare=False)
    effort: EffortRules = field(repr=False, compare=False)
    tests: TestCatalogue = field(repr=False, compare=False)
    schedule: Schedule = field(repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def safe_harbor(self) -> FrozenDict:
        """Return ``safe_harbor.yaml`` as data; its conditions are evaluated in ``pool.harbor``."""
        return self.documents["safe_harbor.yaml"]

    @property
    def words(self) -> FrozenDict:
        """Return ``words.yaml``: public words, words never used, names of prices."""
        return self.documents["words.yaml"]

    @property
    def markets(self) -> tuple[str, ...]:
        """Return the codes a deployment may name as its markets."""
        return tuple(sorted(overlay.id for overlay in self.overlays.values() if overlay.is_market))

    @property
    def fact_questions(self) -> Mapping[str, FactQuestion]:
        """Return every fact that may be given beside the indicators, by id."""
        asked = [question for overlay in self.overlays.values() for question in overlay.facts_asked]
        return {question.id: question for question in (*self.indicators.trigger_facts, *asked)}


def load_edition(path_or_id: str | Path = PRESENT) -> Edition:
    """Return an edition, by its id among those the product ships or by its folder; a shipped one is read once.

    Raises:
        EditionMissing: no such edition.
        EditionRefused: a file or key breaks the form; ``others`` carries every further fault.
    """
    if isinstance(path_or_id, str) and path_or_id in shipped_editions():
        return _shipped(path_or_id)
    return _read(Path(path_or_id))


def shipped_editions() -> tuple[str, ...]:
    """Return the ids of the editions inside the product."""
    return tuple(sorted(folder.name for folder in _EDITIONS.iterdir() if (folder / MANIFEST).is_file()))


@lru_cache(maxsize=8)
def _shipped(name: str) -> Edition:
    return _read(_EDITIONS / name)


def _read(folder: Path) -> Edition:
    if not (folder / MANIFEST).is_file():
        raise EditionMissing(
            f"There is no edition at {folder.name or folder}.",
            field="edition",
            next_step=f"Name one of {', '.join(shipped_editions())}, or a folder that holds {MANIFEST}.",
        )
    faults: list[EditionRefused] = []
    contents = _contents(folder, faults)
    nodes = {name: open_file(name, data, faults) for name, data in contents.items()}
    _refuse_if(faults)
    edition = _assemble(nodes, _digest(contents))
    _refuse_if(faults)
    return edition


def _refuse_if(faults: list[EditionRefused]) -> None:
    if faults:
        first, *rest = faults
        first.others = tuple(rest)
        raise first


def _contents(folder: Path, faults: list[EditionRefused]) -> dict[str, bytes]:
    """Read the manifest and every file it lists, in its order; the list and the folder must agree."""
    manifest = open_file(MANIFEST, (folder / MANIFEST).read_bytes(), faults)
    listed = manifest.texts("files")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(there - set(listed)):
        manifest.fault(f"does not list {name}", key="files")
    for name in (*(n for n in listed if n not in there), *(n for n in _NEEDED if n not in listed)):
        manifest.fault(f"lacks {name}", key="files")
    if len(set(listed)) != len(listed):
        manifest.fault("lists a file twice", key="files")
    _refuse_if(faults)
    return {MANIFEST: (folder / MANIFEST).read_bytes(), **{name: (folder / name).read_bytes() for name in listed}}


def _digest(contents: Mapping[str, bytes]) -> str:
    return digest_of([[name, f"sha256:{sha256_hex(data)}"] for name, data in contents.items()])


def _assemble(nodes: Mapping[str, Node], digest: str) -> Edition:
    manifest = nodes[MANIFEST]
    version = manifest.text("policy_version")
    for node in nodes.values():
        if node.value.get("policy_version") != version:
            node.fault(f"is not {version}, the version of the manifest", key="policy_version")
    indicators = read_indicators(nodes["indicators.yaml"])
    rulebook = read_rulebook(nodes["tiers.yaml"], indicators)
    duties = read_duties(nodes["duties.yaml"])
    templates = {tier: nodes[f"audit_templates/{tier}.yaml"] for tier in TIERS}
    return Edition(
        id=version,
        status=manifest.text("status"),
        digest=digest,
        documents={name: node.value for name, node in nodes.items()},
        indicators=indicators,
        rulebook=rulebook,
        duty_catalogue=duties,
        overlays=_read_overlays(nodes, duties),
        effort=read_effort(nodes["effort.yaml"], indicators.contexts),
        tests=read_tests(
            nodes["audit_templates/test_points.yaml"],
            nodes["audit_templates/sector_modules.yaml"],
            templates,
            duties.duties,
        ),
        schedule=read_schedule(nodes["transitions.yaml"], nodes["safe_harbor.yaml"], manifest, duties.duties),
    )


def _read_overlays(nodes: Mapping[str, Node], duties: DutyCatalogue) -> dict[str, Overlay]:
    found: dict[str, Overlay] = {}
    for name, node in nodes.items():
        if name.startswith("jurisdictions/"):
            overlay = read_overlay(node, duties.duties)
            if overlay.id in found:
                node.fault(f"{overlay.id} is the id of another jurisdiction too", key="id")
            found[overlay.id] = overlay
    return found
