"""The words of casework on pages: ratings, grades, roles, kinds, verdicts, and the story of a finding."""

from __future__ import annotations

from typing import Final

from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l

#: rating -> (meaning, word, when it is given). Source: rating_scale of the edition's test_points.yaml.
RATINGS: Final = {
    "conforming": ("good", _l("Conforming"), _l("The evidence shows that the duty works at the required level.")),
    "observation": ("neutral", _l("Observation"), _l("It works; it could become weak or be done better.")),
    "minor": ("due_soon", _l("Minor"), _l("A single lapse; the duty still works.")),
    "major": (
        "overdue",
        _l("Major"),
        _l("The condition under “Major if” holds, the duty is absent, or two of three samples fail."),
    ),
    "not_applicable": (
        "neutral",
        _l("Not applicable"),
        _l("The condition of the duty is not met. Say why."),
    ),
    "not_tested": (
        "neutral",
        _l("Not tested"),
        _l("The pool could not test; this does not count against the firm. Say why."),
    ),
}
#: Ratings that say that something was tested, and so need all four parts of the workpaper.
TESTED: Final = frozenset({"conforming", "observation", "minor", "major"})
#: Ratings that need a finding before fieldwork can end.
FAULTY: Final = frozenset({"minor", "major"})

#: grade -> (word, the rule for it). Source: remediation.severities of safe_harbor.yaml; ISO/IEC 17021-1, 3.11-3.13.
GRADES: Final = {
    "critical": (
        _l("Critical"),
        _l("A major lapse, or an event, with imminent or continuing harm to people. It must be contained at once."),
    ),
    "major": (
        _l("Major"),
        _l(
            "A duty is absent, or fails so that a listed harm would not be prevented or noticed; or two of three "
            "sampled items fail."
        ),
    ),
    "minor": (_l("Minor"), _l("A single lapse that leaves the duty working.")),
    "observation": (_l("Observation"), _l("A remark; no duty failed. It asks no answer and is looked at next time.")),
    "opportunity": (_l("Opportunity for improvement"), _l("What could be done better. It asks no answer.")),
    "good_practice": (_l("Good practice"), _l("What others may learn from. It asks no answer.")),
}
DEMANDING: Final = ("critical", "major", "minor")

KINDS: Final = {
    "initial": _l("Initial audit"),
    "surveillance": _l("Surveillance audit"),
    "renewal": _l("Renewal audit"),
    "special": _l("Special audit"),
    "follow_up": _l("Follow-up audit"),
}
_ROLES = {
    "lead": _l("Lead auditor"),
    "auditor": _l("Auditor"),
    "expert": _l("Technical expert"),
    "trainee": _l("Trainee"),
    "observer": _l("Observer"),
}
_READINESS = {
    "ready": _l("Ready"),
    "ready_with_concerns": _l("Ready, with concerns"),
    "not_ready": _l("Not ready"),
}
_VERDICTS = {
    "clarify": _l("Clarification asked of the team"),
    "await_action": _l("Waits for the firm's action"),
    "recommend": _l("Recommended for decision"),
}
#: outcome -> (meaning, word, what it says). Source: process.md 2.2.
OUTCOMES: Final = {
    "conforming": ("good", _l("Conforming"), _l("No finding that asks an answer is open.")),
    "conforming_with_minors": (
        "good",
        _l("Conforming, minors open"),
        _l("Only minor findings are open, each with an accepted plan or still in time."),
    ),
    "restricted": (
        "due_soon",
        _l("Restricted scope"),
        _l("Conforming for a part of the scope only; the reasons name the part."),
    ),
    "not_conforming": ("overdue", _l("Not conforming"), _l("Critical or major findings are open.")),
    "special_audit": (
        "due_soon",
        _l("Special audit needed"),
        _l("The evidence does not carry a decision; one more audit looks at what is missing."),
    ),
}
#: verdict of the impartiality officer -> (meaning, word, what follows)
INTEREST_VERDICTS: Final = {
    "unassessed": (
        "due_soon",
        _l("Not assessed yet"),
        _l("It blocks until the impartiality officer has looked at it."),
    ),
    "none": ("good", _l("No conflict"), _l("It does not block.")),
    "manage": ("neutral", _l("Allowed, printed in the report"), _l("Seen and allowed; the report names it.")),
    "prohibit": ("blocked", _l("May not audit"), _l("It blocks while it runs and for its cooling-off.")),
}
INTEREST_KINDS: Final = {
    "employment": (_l("Employment"), _l("You work or worked there, or hold an office.")),
    "consultancy": (_l("Consultancy"), _l("You advised on, built or ran the system or its management.")),
    "help_desk": (_l("Help desk"), _l("You helped the firm at the template help desk; that counts as advice.")),
    "ownership": (_l("Ownership"), _l("Shares, options, loans or another stake.")),
    "competitor": (_l("Competitor"), _l("You are tied to somebody who competes with the firm.")),
    "family": (_l("Family"), _l("A close relative or partner works there or owns a part.")),
    "supplier": (_l("Supplier or customer"), _l("You or your organisation buy from or sell to the firm.")),
    "reciprocity": (_l("Reciprocity"), _l("The firm audits, or audited, you or your organisation.")),
    "other": (_l("Something else"), _l("Anything an outsider might hold against you. Describe it.")),
}
LEAVE_KINDS: Final = {
    "leave": _l("Leave"),
    "illness": _l("Illness"),
    "training": _l("Training"),
    "other_work": _l("Other work"),
}
LEVELS: Final = {1: _l("assists"), 2: _l("works alone"), 3: _l("leads")}

#: verb of an activity entry -> what a reader of the story is told
_STORY = {
    "finding.drafted": _l("Drafted"),
    "finding.edit": _l("Draft changed"),
    "finding.discard": _l("Draft discarded"),
    "finding.issue": _l("Issued to the firm"),
    "finding.note": _l("Noted; no answer is asked"),
    "finding.acknowledge": _l("Acknowledged by the firm"),
    "finding.acknowledge_by_silence": _l("Acknowledged: the firm let the time to dispute pass"),
    "finding.dispute": _l("Disputed by the firm"),
    "finding.uphold": _l("Dispute settled: the finding stands"),
    "finding.regrade": _l("Dispute settled: the grade changed"),
    "finding.regrade_to_remark": _l("Dispute settled: it became a remark"),
    "finding.withdraw": _l("Dispute settled: the finding was withdrawn"),
    "finding.respond": _l("Answered with a remedy"),
    "finding.accept": _l("Remedy accepted"),
    "finding.send_back": _l("Remedy sent back"),
    "finding.implement": _l("Carried out, evidence handed in"),
    "finding.close_on_plan": _l("Closed on its plan; the next audit looks at it"),
    "finding.verify": _l("Verified and closed"),
    "finding.find_insufficient": _l("Evidence found insufficient"),
    "finding.contained": _l("Contained by the firm"),
    "evidence.attached": _l("File handed in"),
}
_STORY_MEANINGS = {
    "finding.dispute": "blocked",
    "finding.withdraw": "neutral",
    "finding.send_back": "due_soon",
    "finding.find_insufficient": "due_soon",
    "finding.verify": "good",
    "finding.accept": "good",
    "finding.close_on_plan": "good",
}
_REMEDIES = {
    "proposed": ("due_soon", _l("Waits for the lead auditor")),
    "sent_back": ("due_soon", _l("Sent back")),
    "accepted": ("neutral", _l("Accepted, being carried out")),
    "implemented": ("due_soon", _l("Waits for verification")),
    "insufficient": ("due_soon", _l("Evidence insufficient")),
    "verified": ("good", _l("Verified")),
}


def _readable(name: object) -> str:
    return str(name).replace("_", " ").capitalize()


def rating_word(rating: str | None) -> str:
    """Return the word for a rating; an unrated point says so."""
    return str(RATINGS[rating][1]) if rating in RATINGS else _("No rating yet")


def rating_meaning(rating: str | None) -> str:
    """Return which of the five meanings a rating carries."""
    return RATINGS[rating][0] if rating in RATINGS else "neutral"


def grade_word(grade: str) -> str:
    """Return the word for a grade."""
    return str(GRADES[grade][0]) if grade in GRADES else _readable(grade)


def grade_rule(grade: str) -> str:
    """Return the rule by which a grade is given."""
    return str(GRADES[grade][1]) if grade in GRADES else ""


def kind_word(kind: str) -> str:
    """Return the word for a kind of audit."""
    return str(KINDS.get(kind, _readable(kind)))


def role_word(role: str) -> str:
    """Return the word for a role in a team."""
    return str(_ROLES.get(role, _readable(role)))


def readiness_word(readiness: str) -> str:
    """Return the word for the result of stage 1."""
    return str(_READINESS.get(readiness, _readable(readiness)))


def verdict_word(verdict: str) -> str:
    """Return the word for the verdict of a technical review."""
    return str(_VERDICTS.get(verdict, _readable(verdict)))


def outcome_word(outcome: str) -> str:
    """Return the word for the outcome of an audit."""
    return str(OUTCOMES[outcome][1]) if outcome in OUTCOMES else _readable(outcome)


def outcome_meaning(outcome: str) -> str:
    """Return which of the five meanings an outcome carries."""
    return OUTCOMES[outcome][0] if outcome in OUTCOMES else "neutral"


def interest_word(verdict: str) -> str:
    """Return the word for the impartiality officer's verdict."""
    return str(INTEREST_VERDICTS[verdict][1]) if verdict in INTEREST_VERDICTS else _readable(verdict)


def interest_meaning(verdict: str) -> str:
    """Return which of the five meanings the verdict on an interest carries."""
    return INTEREST_VERDICTS[verdict][0] if verdict in INTEREST_VERDICTS else "neutral"


def interest_kind_word(kind: str) -> str:
    """Return the word for a kind of interest."""
    return str(INTEREST_KINDS[kind][0]) if kind in INTEREST_KINDS else _readable(kind)


def leave_word(kind: str) -> str:
    """Return the word for a kind of leave."""
    return str(LEAVE_KINDS.get(kind, _readable(kind)))


def level_word(level: int) -> str:
    """Return what a level of competence means."""
    return str(LEVELS.get(level, level))


def story_word(verb: str) -> str:
    """Return what happened, in words, for an activity's verb."""
    return str(_STORY.get(verb, _readable(verb.rpartition(".")[2])))


def story_meaning(verb: str) -> str:
    """Return which of the five meanings a step of a finding's story carries."""
    return _STORY_MEANINGS.get(verb, "neutral")


def remedy_word(state: str) -> str:
    """Return the word for where a remedy stands."""
    return str(_REMEDIES[state][1]) if state in _REMEDIES else _readable(state)


def remedy_meaning(state: str) -> str:
    """Return which of the five meanings a remedy's state carries."""
    return _REMEDIES[state][0] if state in _REMEDIES else "neutral"
