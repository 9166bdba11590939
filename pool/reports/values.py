"""What a paper says, as plain values: a journey gathers them, the press prints them, nothing is looked up.

Every text here may have been typed by a person anywhere; nothing in it is trusted as markup. Amounts are whole minor
units, days are dates, instants are aware UTC, levels and intensities are exact decimals.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pool.kernel.digest import digest_of

#: A total of weights is shown only where at least this many members used the facility: with two, each would read the
#: other's weight off the paper.
FEWEST_USERS_SHOWN = 3

#: Source: RFC 8785, 3.2.2.3 (numbers are IEEE 754 doubles).
LARGEST_EXACT_INTEGER = 2**53


class UnsoundReport(ValueError):
    """The values contradict each other; no paper is printed from them."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One rule that holds the tier up. ``value`` is the floor that the rule sets for the intensity, 0 to 1."""

    id: str
    text: str
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class DutyLine:
    """One duty of the edition. Levels run from 0 (none) to 3 (full); targets may lie between two levels."""

    id: str
    name: str
    level: Decimal
    legal_floor: Decimal
    required: Decimal


@dataclass(frozen=True, kw_only=True)
class BasisLine:
    """One condition of the record, with the facts that it was read from.

    ``facts`` is a sentence or list in words. ``deemed`` conditions are met only through an alternative;
    ``deemed_since`` is the day since when the pool has been asked; ``booked_for`` the day of the audit it confirmed.
    """

    condition: str
    name: str
    met: bool
    facts: str
    deemed: bool = False
    deemed_since: date | None = None
    booked_for: date | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StandingSpan:
    """A stretch of the record in one state. ``to_on`` is the first day after it; None where it still runs.

    ``deemed`` marks a stretch in which conditions counted as met only because the pool was late.
    """

    state: str
    from_on: date
    to_on: date | None = None
    deemed: bool = False


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """The participation record of one deployment: its state on ``on`` as known on ``known``.

    ``deemed_since`` is set where a condition counts as met only because the pool is late, ``booked_for`` where its
    audit is confirmed for a day. ``due_state`` and ``due_since`` say what the rules would bring about; nothing of it
    has taken effect.
    """

    state: str
    on: date
    known: date
    since: date | None = None
    until: date | None = None
    due_state: str | None = None
    due_since: date | None = None
    deemed_since: date | None = None
    booked_for: date | None = None
    history: tuple[StandingSpan, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeploymentSection:
    """One deployment: what it is, its tier with reasons, its duties, its record. ``intensity`` runs from 0 to 1."""

    name: str
    ref: str
    model: str
    base_model: str
    purpose: str
    context: str
    markets: tuple[str, ...]
    tier: str
    intensity: Decimal
    standing: StandingView
    reasons: tuple[Reason, ...] = ()
    nearest_rule: str = ""
    duties: tuple[DutyLine, ...] = ()
    basis: tuple[BasisLine, ...] = ()
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One date that a finding has to keep. ``done_on`` is None while it is open."""

    what: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What the firm did about a finding, in its own words."""

    correction: str = ""
    root_cause: str = ""
    action: str = ""


@dataclass(frozen=True, kw_only=True)
class FindingSection:
    """One finding: ``grade`` and ``state`` are ids, all other texts are people's words."""

    ref: str
    grade: str
    requirement: str
    statement: str
    state: str
    evidence: str = ""
    deadlines: tuple[Deadline, ...] = ()
    remedy: Remedy | None = None
    verified_by: str = ""
    verified_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RatedPoint:
    """A test point with its rating, an id. ``deployment`` is a reference, empty where the audit has one deployment."""

    point: str
    question: str
    rating: str
    deployment: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditSection:
    """One audit with its findings. ``outcome`` is empty until a decision stands; an audit without findings is valid.

    ``points`` are those the firm was sent with the report; none before.
    """

    ref: str
    kind: str
    team: tuple[str, ...]
    starts_on: date | None = None
    ends_on: date | None = None
    deployments: tuple[str, ...] = ()
    outcome: str = ""
    decided_on: date | None = None
    decided_by: str = ""
    findings: tuple[FindingSection, ...] = ()
    points: tuple[RatedPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """The firm's share of one facility.

    ``driver`` says in words what the cost follows; ``weight`` and ``total_weight`` are its amounts in whole numbers, of
    which ``per_unit`` make one of what people count in (a day, a part). ``users`` counts the members that used the
    facility. ``direct`` marks a cost that only this firm caused.
    """

    facility_id: str
    name: str
    driver: str
    amount_minor: int
    weight: int | None = None
    total_weight: int | None = None
    per_unit: int = 1
    users: int = 0
    direct: bool = False

    @property
    def shown_total_weight(self) -> int | None:
        """Return the total weight if it may be shown, else None."""
        return self.total_weight if self.users >= FEWEST_USERS_SHOWN else None


@dataclass(frozen=True, kw_only=True)
class MarketComparison:
    """A dated tariff or outside quote for the same scope."""

    amount_minor: int
    source: str
    dated: date


@dataclass(frozen=True, kw_only=True)
class CostSection:
    """The firm's share of one period. ``exact_total`` is in minor units, in lowest terms, such as ``400/3``.

    Raises: UnsoundReport where the lines do not sum to the total.
    """

    period: str
    currency: str
    lines: tuple[CostLine, ...]
    total_minor: int
    exact_total: str = ""
    estimate_minor: int | None = None
    market_comparison: MarketComparison | None = None
    closed_on: date | None = None

    def __post_init__(self) -> None:
        amounts = [self.total_minor, *(line.amount_minor for line in self.lines)]
        if any(type(amount) is not int for amount in amounts):
            raise UnsoundReport("Amounts are whole numbers of minor units.")
        if sum(amounts[1:]) != self.total_minor:
            raise UnsoundReport(f"The lines of {self.period} sum to {sum(amounts[1:])}, not to {self.total_minor}.")


@dataclass(frozen=True, kw_only=True)
class LegalEffect:
    """A sentence about legal effect that a named person checked, for one jurisdiction."""

    jurisdiction: str
    text: str
    basis: str
    checked_by: str
    checked_on: date


@dataclass(frozen=True, kw_only=True)
class FirmReport:
    """Everything one firm report says. ``limits`` adds sentences of the edition to what the paper says it is not.

    ``digest`` names these facts; left empty, the press works it out with `digest_of_facts`.
    ``as_of`` is the first instant of the day (UTC) whose facts these are: the same facts of a day give the same bytes.
    Raises: UnsoundReport where ``as_of`` carries no time zone.
    """

    firm_name: str
    firm_ref: str
    as_of: datetime
    period: str
    edition: str
    edition_digest: str
    number: str
    deployments: tuple[DeploymentSection, ...] = ()
    audits: tuple[AuditSection, ...] = ()
    cost: CostSection | None = None
    limits: tuple[str, ...] = ()
    legal_effects: tuple[LegalEffect, ...] = ()
    medium_from: Decimal = Decimal("0.40")
    high_from: Decimal = Decimal("0.70")
    digest: str = ""
    demo: bool = False
    lang: str = "en"

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise UnsoundReport("The instant of a report carries its time zone.")


@dataclass(frozen=True, kw_only=True)
class CostStatement:
    """One firm's cost statement for one period. ``proved`` holds sentences about what was shown of the split.

    Raises: UnsoundReport where ``as_of`` carries no time zone.
    """

    firm_name: str
    firm_ref: str
    as_of: datetime
    edition: str
    edition_digest: str
    number: str
    cost: CostSection
    due_on: date | None = None
    pay_to: str = ""
    proved: tuple[str, ...] = ()
    digest: str = ""
    demo: bool = False
    lang: str = "en"

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise UnsoundReport("The instant of a statement carries its time zone.")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something in the text that could not be printed as it was given. ``kind`` is stable, ``text`` is for people."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A finished paper: its bytes, what could not be printed as given, and its number of pages."""

    pdf: bytes
    warnings: tuple[Notice, ...]
    pages: int


def digest_of_facts(report: FirmReport | CostStatement) -> str:
    """Return ``sha256:<hex>`` over the canonical JSON of all facts of the paper but its own digest."""
    return digest_of(_encodable(asdict(replace(report, digest=""))))


def _encodable(value: Any) -> Any:
    """Make odd user values fit canonical JSON: stray halves of letters, and integers past what JSON keeps exactly."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(item) for item in value]
    if isinstance(value, int) and abs(value) >= LARGEST_EXACT_INTEGER:
        return str(value)
    return value
