"""What an audit team must know, and the fewest people who know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from pool.policy.effort_rules import SECTOR
from pool.policy.loading import Edition
from pool.policy.overlays import FiredClass, obligations_of

LEAD_FUNCTION = "F1"
LAW_FUNCTION = "F5"
GENERAL_SECTOR = "X-GEN"
LEAD = "lead"

Profile = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a team must know: any of ``options`` (competence code and least level) meets it.

    ``for_classes`` names the statutory classes that ask for law knowledge.
    """

    options: tuple[tuple[str, int], ...]
    lead: bool = False
    for_classes: tuple[str, ...] = ()

    def is_met_by(self, profile: Profile) -> bool:
        """Say whether a person with ``profile`` (competence code to level) meets the need."""
        return any(profile.get(code, 0) >= level for code, level in self.options)


@dataclass(frozen=True, slots=True)
class Role:
    """One place in the team and the needs its holder covers."""

    name: str
    needs: tuple[Need, ...]

    def may_be_held_by(self, profile: Profile) -> bool:
        """Say whether a person with ``profile`` covers every need of the role."""
        return all(need.is_met_by(profile) for need in self.needs)


@dataclass(frozen=True, slots=True)
class RolePlan:
    """The roles of an audit, lead first. ``uncovered`` names needs that no listed person meets (then roles
    are a draft).

    ``covered`` is false where no team of the allowed size covers all needs at present: the pool is short,
    never the firm.
    """

    roles: tuple[Role, ...]
    covered: bool
    uncovered: tuple[Need, ...] = ()

    @property
    def people(self) -> int:
        """Return how many people the team has."""
        return len(self.roles)


def sector_of(edition: Edition, context: str | None) -> str:
    """Return the competence sector of a context code; general business where none is stated."""
    return edition.effort.competence.sector_of_context.get(context or "", GENERAL_SECTOR)


def competence_needs(
    edition: Edition, *, tier: str, context: str | None = None, classes: Iterable[FiredClass] = (), on: date
) -> tuple[Need, ...]:
    """Return what the team must know at ``tier``, the lead's need first.

    Law knowledge is needed once for all statutory classes that fire and have an obligation in force on ``on``.
    Source: ``competence`` of effort.yaml.
    """
    rules = edition.effort.competence
    needs = [_need(edition, functions, tier, context) for functions in rules.required[tier]]
    needs[0] = Need(needs[0].options, lead=True)
    asking = _classes_in_force(edition, classes, on)
    if not asking:
        return tuple(needs)
    for place, need in enumerate(needs):
        if any(code == LAW_FUNCTION for code, _level in need.options) and len(need.options) == 1:
            needs[place] = Need(need.options, need.lead, asking)
            return tuple(needs)
    return (*needs, Need(((LAW_FUNCTION, rules.law_level),), for_classes=asking))


def _need(edition: Edition, functions: Sequence[str], tier: str, context: str | None) -> Need:
    rules = edition.effort.competence
    options = []
    for function in functions:
        if function == SECTOR:
            options.append((sector_of(edition, context), rules.sector_level[tier]))
        elif function == LEAD_FUNCTION:
            options.append((function, rules.lead_level))
        else:
            options.append((function, rules.function_level))
    return Need(tuple(options))


def _classes_in_force(edition: Edition, classes: Iterable[FiredClass], on: date) -> tuple[str, ...]:
    fired = tuple(classes)
    asking = {one.statute_class for one in obligations_of(edition, fired) if one.applies_from <= on}
    return tuple(found.id for found in fired if found.id in asking)


def fix_roles(edition: Edition, needs: Sequence[Need], profiles: Sequence[Profile]) -> RolePlan:
    """Return the roles of an audit: the fewest people who cover all needs, lead included.

    Among the splits of that size the one is taken whose scarcest role most people can hold; ties by the order of needs.
    Source: decision 11 of the edition.
    """
    rules = edition.effort
    uncovered = tuple(need for need in needs if not any(need.is_met_by(profile) for profile in profiles))
    if not uncovered:
        holders = _Holders(needs, profiles)
        for people in range(rules.min_people, min(rules.max_people, len(needs)) + 1):
            split = _best_split(len(needs), people, holders)
            if split is not None:
                return RolePlan(_roles(needs, split), covered=True)
    return RolePlan(_roles(needs, _even_split(len(needs), rules.max_people)), covered=False, uncovered=uncovered)


class _Holders:
    """Who can hold a set of needs, remembered per set; people with the same competence count each."""

    def __init__(self, needs: Sequence[Need], profiles: Sequence[Profile]) -> None:
        self._by_need = [
            frozenset(person for person, profile in enumerate(profiles) if need.is_met_by(profile)) for need in needs
        ]
        self._known: dict[tuple[int, ...], frozenset[int]] = {}

    def of(self, block: tuple[int, ...]) -> frozenset[int]:
        """Return the people who meet every need of ``block``."""
        if block not in self._known:
            self._known[block] = frozenset.intersection(*(self._by_need[need] for need in block))
        return self._known[block]


Split = tuple[tuple[int, ...], ...]


def _best_split(needs: int, people: int, holders: _Holders) -> Split | None:
    best: tuple[tuple[int, int], Split] | None = None
    for split in _splits(needs, people):
        groups = [holders.of(block) for block in split]
        if not all(groups) or not _can_all_be_filled(groups):
            continue
        counts = [len(group) for group in groups]
        rank = (min(counts), sum(counts))
        if best is None or rank > best[0]:
            best = (rank, split)
    return best[1] if best else None


def _splits(needs: int, people: int) -> Iterator[Split]:
    """Yield every split of ``0..needs-1`` into ``people`` blocks once; the block of need 0, the lead's, comes first."""

    def grow(next_need: int, blocks: list[list[int]]) -> Iterator[Split]:
        if people - len(blocks) > needs - next_need:
            return
        if next_need == needs:
            yield tuple(tuple(block) for block in blocks)
            return
        for block in blocks:
            block.append(next_need)
            yield from grow(next_need + 1, blocks)
            block.pop()
        if len(blocks) < people:
            blocks.append([next_need])
            yield from grow(next_need + 1, blocks)
            blocks.pop()

    yield from grow(0, [])


def _can_all_be_filled(groups: Sequence[frozenset[int]]) -> bool:
    """Say whether different people can fill all roles. Source: Hall's theorem."""
    return all(
        len(frozenset.union(*chosen)) >= size
        for size in range(2, len(groups) + 1)
        for chosen in combinations(groups, size)
    )


def _even_split(needs: int, people: int) -> Split:
    size = min(needs, people)
    return tuple(tuple(range(start, needs, size)) for start in range(size))


def _roles(needs: Sequence[Need], split: Split) -> tuple[Role, ...]:
    return tuple(
        Role(LEAD if place == 0 else f"member-{place}", tuple(needs[need] for need in block))
        for place, block in enumerate(split)
    )
