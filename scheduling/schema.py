"""JSON Schemas (2020-12) of the open problem and plan, made from the same names and bounds as the values."""

from __future__ import annotations

from typing import Any

from scheduling.constraints import RULE_WORDS
from scheduling.interval import DATE_PATTERN, HALF_DAY_PATTERN, MAX_CALENDAR_DAYS
from scheduling.plan import FUNNEL_STEPS, LEVELS, STATUSES
from scheduling.problem import (
    MAX_HALF_DAYS,
    MAX_LEVEL,
    MAX_LISTED,
    MAX_NEEDS,
    MAX_PEOPLE,
    MAX_RATE_MINOR,
    MAX_SEED,
    ROLES,
    TIERS,
    Limits,
)
from scheduling.problem_json import FORMAT_VERSION

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def problem_schema() -> Schema:
    """Return the schema of a planning problem."""
    return {
        "$schema": DIALECT,
        "title": "Audit Pool planning problem",
        "description": "Stretches of time are half-open: 'from' belongs to them, 'until' does not. A half-day is "
        "written 2026-12-01am or 2026-12-01pm. People work from Monday to Friday, except on holidays. The plan names "
        "its problem by sha256 over the RFC 8785 bytes of the document as it is given.",
        **_object(
            {
                "format_version": {"const": FORMAT_VERSION},
                "horizon": _object(
                    {"first_day": _ref("date"), "last_day": _ref("date")},
                    about=f"First and last day of the plan, both included; at most {MAX_CALENDAR_DAYS} days.",
                ),
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code of all prices."},
                "auditors": _many(_ref("auditor"), MAX_LISTED),
                "audits": _many(_ref("audit"), MAX_LISTED),
            },
            optional={
                "interests": _many(_ref("interest")),
                "rotation": _many(_ref("lead_row")),
                "holidays": {**_many(_ref("date")), "uniqueItems": True},
                "travel_minor": _whole(0, MAX_RATE_MINOR, "Price of one trip out of the auditor's region."),
                "seed": _whole(0, MAX_SEED, "Starts the search; equal problems with equal seeds give equal plans."),
                "limits": _ref("limits"),
            },
        ),
        "$defs": _problem_parts(),
    }


def plan_schema() -> Schema:
    """Return the schema of a plan, with the names of all rules, levels and funnel steps."""
    return {
        "$schema": DIALECT,
        "title": "Audit Pool plan",
        "description": "Legal when every rule of '#/$defs/rule' holds; 'audit-pool plan verify' says so.",
        **_object(
            {
                "problem_digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                "status": {
                    "enum": list(STATUSES),
                    "description": "optimal: proved at every level of the objective; feasible: legal, not proved best.",
                },
                "assignments": _many(
                    _object(
                        {
                            "audit": _ref("text"),
                            "team": _many(_ref("seat")),
                            "half_days": _many(_ref("half_day")),
                        }
                    )
                ),
                "unplaced": _many(_object({"audit": _ref("text"), "funnel": _many(_ref("funnel_entry"))})),
                "objective": _object(
                    {
                        level: {"type": "integer", "description": f"{number}. {words}"}
                        for number, (level, words) in enumerate(LEVELS.items(), start=1)
                    },
                    about="Levels in order; no number of lesser levels outweighs a greater one. Smaller is better.",
                ),
            }
        ),
        "$defs": {
            **_common_parts(),
            "funnel_entry": _object({"rule": _ref("funnel_step"), "left": {"type": "integer", "minimum": 0}}),
            "funnel_step": {
                "description": "Auditors left after a rule, in this order; the last entry is 0 and says what is "
                "missing. 'competence-cover:CODE' names a need that none of those left covers.",
                "anyOf": [_names(FUNNEL_STEPS), {"type": "string", "pattern": "^competence-cover:.{1,200}$"}],
            },
            "rule": {
                "description": "Names of the hard rules, as they stand in the violations of 'plan verify'.",
                **_names(RULE_WORDS),
            },
        },
    }


def _problem_parts() -> Schema:
    usual = Limits()
    return {
        **_common_parts(),
        "window": _object({"from": _ref("half_day"), "until": _ref("half_day")}, about="Half-open."),
        "need": _object(
            {"code": _ref("text"), "min_level": _whole(1, MAX_LEVEL, "")},
            optional={
                "or": {
                    **_many(_ref("need"), MAX_NEEDS),
                    "description": "Any of these serves as well; they do not nest.",
                }
            },
        ),
        "competence": _object(
            {
                "code": _ref("text"),
                "level": _whole(1, MAX_LEVEL, "1 assists, 2 works alone, 3 leads."),
                "valid_from": _ref("date"),
            },
            optional={"valid_until": _or_null("date", "First day on which it is no longer valid; null: open.")},
        ),
        "auditor": _object(
            {
                "id": _ref("text"),
                "competences": _many(_ref("competence")),
                "languages": _many(_ref("text")),
                "max_half_days": _whole(0, 2 * MAX_CALENDAR_DAYS, "Most half-days this plan may give to the person."),
                "day_rate_minor": _whole(0, MAX_RATE_MINOR, "Price of one day in minor units."),
            },
            optional={
                "region": _or_null("text", "Home region; null: not stated."),
                "unavailable": {**_many(_ref("window")), "description": "Leave, and what is booked already."},
            },
        ),
        "audit": _audit_part(),
        "pin": _object(
            {},
            optional={
                "start": _or_null("half_day", "First half-day, if it is fixed."),
                "team": {**_many(_ref("seat"), MAX_PEOPLE), "description": "Seats that are fixed; others may join."},
            },
        ),
        "interest": _object(
            {
                "auditor": _ref("text"),
                "firm": _ref("text"),
                "kind": {
                    "type": "string",
                    "pattern": "^[a-z][a-z0-9_-]{0,63}$",
                    "description": "For example employment, consultancy, ownership, family, competitor, reciprocity, "
                    "ethics_review, help_desk.",
                },
            },
            optional={
                "from": _or_null("date", "null: since ever."),
                "until": _or_null("date", "End of the cooling-off, the first clear day; null: open."),
                "blocks": {"type": "boolean", "default": True, "description": "false: seen and allowed."},
            },
        ),
        "lead_row": _object(
            {
                "auditor": _ref("text"),
                "firm": _ref("text"),
                "lead_audits": _whole(0, 100, "Audits led at the firm in a row."),
                "lead_years": _whole(0, 100, "Years led at the firm in a row."),
            },
            about="After a cycle off the row begins anew and is not listed.",
        ),
        "limits": _object(
            {},
            optional={
                "lead_audits_in_a_row": {**_whole(1, 100, ""), "default": usual.lead_audits_in_a_row},
                "lead_years_in_a_row": {**_whole(1, 100, ""), "default": usual.lead_years_in_a_row},
                "max_people": {**_whole(1, MAX_PEOPLE, "Largest team."), "default": usual.max_people},
                "effort": {
                    **_whole(0, 3600, "Deterministic time of the exact search, some seconds each; 0 leaves it out."),
                    "default": usual.effort,
                },
            },
        ),
    }


def _audit_part() -> Schema:
    return _object(
        {
            "id": _ref("text"),
            "firm": _ref("text"),
            "tier": {"enum": list(TIERS)},
            "needs": {
                **_many(_ref("need"), MAX_NEEDS),
                "description": "The team together covers all; everyone beside the lead covers at least one.",
            },
            "half_days": _whole(1, MAX_HALF_DAYS, "Consecutive working half-days, the same for the whole team."),
            "window": _ref("window"),
            "people": _whole(1, MAX_PEOPLE, "Size of the team, the lead included; fixed by screening."),
        },
        optional={
            "lead": {
                "anyOf": [_ref("need"), {"type": "null"}],
                "description": "What the lead must hold; null or left out: F1 at level 3.",
            },
            "language": _or_null("text", "Everyone in the team speaks it; null: any."),
            "region": _or_null("text", "Where the team works; null: remote, nobody travels."),
            "pinned": {"anyOf": [_ref("pin"), {"type": "null"}], "description": "What is fixed already."},
            "excluded": {
                **_many(_ref("text")),
                "description": "Auditors who declined this audit, were objected to, or judged its deployments before.",
            },
        },
    )


def _common_parts() -> Schema:
    return {
        "text": {"type": "string", "minLength": 1, "maxLength": 200},
        "date": {"type": "string", "pattern": DATE_PATTERN},
        "half_day": {"type": "string", "pattern": HALF_DAY_PATTERN},
        "seat": _object({"auditor": _ref("text"), "role": {"enum": list(ROLES)}}),
    }


def _object(required: Schema, *, optional: Schema | None = None, about: str = "") -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }
    return {"description": about, **schema} if about else schema


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _or_null(name: str, about: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "null"}], "description": about}


def _many(items: Schema, most: int | None = None) -> Schema:
    schema: Schema = {"type": "array", "items": items}
    return schema if most is None else {**schema, "maxItems": most}


def _whole(low: int, high: int, about: str) -> Schema:
    schema: Schema = {"type": "integer", "minimum": low, "maximum": high}
    return {**schema, "description": about} if about else schema


def _names(words: Any) -> Schema:
    return {"oneOf": [{"const": name, "description": str(text)} for name, text in words.items()]}
