"""Rules about firms, people and seats: names that cannot be mistaken, passwords, seats that exclude each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from pool.kernel.refusals import Conflict, Invalid
from pool.kernel.roles import FIRM_OFFICES, POOL_OFFICES, Office, office_word
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 128
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,189}", re.ASCII)

#: Which seats one person may never hold together, and why. Read both ways.
#: Source: ISO/IEC 17021-1 5.2 and 9.5; separation rules of the edition's effort.yaml.
EXCLUSIONS: tuple[tuple[frozenset[Office], frozenset[Office], str], ...] = (
    (
        FIRM_OFFICES,
        POOL_OFFICES | {Office.AUDITOR, Office.REGULATOR},
        _l("Who works for a member firm neither audits for the pool nor decides in it."),
    ),
    (
        frozenset({Office.AUDITOR}),
        frozenset({Office.PLANNER, Office.TREASURER, Office.ADMINISTRATOR, Office.IMPARTIALITY_OFFICER}),
        _l("Who audits neither assigns audits, nor pays for them, nor judges interests."),
    ),
    (
        frozenset({Office.DECISION_MAKER}),
        frozenset({Office.ADMINISTRATOR, Office.TREASURER}),
        _l("Who decides on audits does not set prices."),
    ),
    (
        frozenset({Office.APPEAL_PANEL_MEMBER}),
        frozenset({Office.DECISION_MAKER, Office.TECHNICAL_REVIEWER, Office.ADMINISTRATOR}),
        _l("Who hears appeals took no part in what is appealed."),
    ),
    (
        frozenset({Office.IMPARTIALITY_OFFICER}),
        frozenset({Office.PLANNER}),
        _l("Who judges interests does not assign audits."),
    ),
    (
        frozenset({Office.REGULATOR}),
        POOL_OFFICES | {Office.AUDITOR},
        _l("A regulator sees what a grant names and does not work in the pool."),
    ),
)


class SeatExcluded(Conflict):
    """Two seats that one person may never hold together."""


class WeakPassword(Invalid):
    """A password that is too short, too long or too common."""


class BadName(Invalid):
    """A name that is empty, too long or could be mistaken."""


class BadEmail(Invalid):
    """No usable e-mail address."""


def refuse_excluded(held: Iterable[Office], wanted: Office) -> None:
    """Refuse ``wanted`` where a seat already held excludes it.

    Raises: SeatExcluded with the rule's reason.
    """
    for office in held:
        for one, other, why in EXCLUSIONS:
            if (office in one and wanted in other) or (office in other and wanted in one):
                raise SeatExcluded(
                    _("This person already holds the seat “%(held)s”. %(why)s", held=office_word(office), why=why),
                    field="office",
                    next_step=_("Give the seat to another person, or end the other seat first."),
                )


_COMMON = frozenset(
    {
        "password1234", "123456789012", "qwertyuiop12", "letmeinplease", "correcthorse", "passwordpassword",
        "adminadminadmin", "welcomewelcome", "iloveyouiloveyou", "changemechangeme", "auditpoolaudit",
    }
)  # fmt: skip


def check_password(password: str, *, email: str = "", field: str = "password") -> None:
    """Refuse a weak password; length decides, composition does not. Source: OWASP ASVS 5.0 V6.2.

    Raises: WeakPassword.
    """
    lowered = password.lower()
    if len(password) < MIN_PASSWORD_CHARS:
        raise WeakPassword(
            _("The password has fewer than %(n)s characters.", n=MIN_PASSWORD_CHARS),
            field=field,
            next_step=_("Use a sentence you can remember."),
        )
    if len(password) > MAX_PASSWORD_CHARS:
        raise WeakPassword(
            _("The password has more than %(n)s characters.", n=MAX_PASSWORD_CHARS),
            field=field,
            next_step=_("Use a shorter one."),
        )
    local = email.partition("@")[0].lower()
    if lowered in _COMMON or len(set(lowered)) < 5 or (len(local) > 3 and local in lowered):
        raise WeakPassword(
            _("This password is easy to guess."), field=field, next_step=_("Use several unrelated words.")
        )


def check_email(email: str, *, field: str = "email") -> str:
    """Return the address in lower case.

    Raises: BadEmail.
    """
    cleaned = email.strip().lower()
    if not _EMAIL.fullmatch(cleaned) or len(cleaned) > 254:
        raise BadEmail(
            _("%(email)s is not an e-mail address.", email=repr(email)),
            field=field,
            next_step=_("Write it like name@firm.example."),
        )
    return cleaned


#: Letters of other scripts that look like a Latin one. Source: the common cases of Unicode UTS 39 confusables.
_LOOKALIKE = str.maketrans(
    "аесорхуіјѕԁɡһӏԛԝҽνοραεικτυχωӨ0",
    "aecopxyijsdghlqwevopaeiktuxwoo",
)


def name_skeleton(name: str) -> str:
    """Return the key under which a name is unique: names that look alike have the same. Source: UTS 39, reduced."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    kept = "".join(c for c in folded if unicodedata.category(c) not in {"Cf", "Zs", "Pd", "Po", "Mn"})
    return kept.translate(_LOOKALIKE).replace("rn", "m").replace("vv", "w").replace("1", "l")


def check_name(name: str, *, field: str = "name") -> str:
    """Return a name with single spaces.

    Control, format and direction characters are refused: a name must read the same everywhere.
    Raises: BadName.
    """
    cleaned = " ".join(name.split())
    if not 2 <= len(cleaned) <= 200:
        raise BadName(_("A name has 2 to 200 characters."), field=field, next_step=_("Correct the name."))
    if any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} for c in cleaned):
        raise BadName(
            _("The name holds invisible characters."), field=field, next_step=_("Type it without formatting.")
        )
    for word in cleaned.split():
        scripts = {unicodedata.name(c, "").split()[0] for c in word if c.isalpha()} & {"LATIN", "CYRILLIC", "GREEK"}
        if len(scripts) > 1:
            raise BadName(
                _("The word %(word)s mixes letters of different alphabets.", word=repr(word)),
                field=field,
                next_step=_("Write each word in one alphabet."),
            )
    return cleaned


def runs(valid_from: datetime, valid_until: datetime | None, at: datetime) -> bool:
    """Tell whether a half-open validity holds at an instant."""
    return valid_from <= at and (valid_until is None or at < valid_until)
