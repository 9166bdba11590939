"""The only door through which words enter a paper.

Every text is cleaned here and cut into drawable runs. There is no markup language anywhere in the papers: text is drawn
letter by letter and nothing ever parses it, so a tag, a link or an image path in a name is just letters. Source: the
parser of ReportLab's Paragraph has run code given in text before (CVE-2019-17626, CVE-2019-19450, CVE-2023-33733).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from pool.kernel.words import gettext as _
from pool.reports.bidi import join_arabic
from pool.reports.fonts import REPLACEMENT, FontBook, Run
from pool.reports.values import Notice

#: Marks that may stand on one letter; more would climb over the lines above and hide them.
MOST_MARKS = 4
MOST_LISTED = 40

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TIED_SPACES = frozenset("\u00a0\u202f\u2007\u2009\u200a")

#: Scripts whose letters change shape or place beside each other in ways that this press does not know.
_SHAPED_SCRIPTS = (
    "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA",
    "MYANMAR", "KHMER", "TIBETAN", "MONGOLIAN", "SYRIAC", "NKO", "BALINESE", "JAVANESE", "TAI THAM",
)  # fmt: skip


@dataclass
class Press:
    """The words of one paper: cleans text, chooses fonts, keeps what could not be printed as given."""

    fonts: FontBook = field(default_factory=FontBook)
    #: What is drawn again on every page, such as the running head, kept once set.
    kept: dict[tuple[object, ...], object] = field(default_factory=dict)
    _dropped: set[str] = field(default_factory=set)
    _unshaped: set[str] = field(default_factory=set)
    _clean: dict[str, str] = field(default_factory=dict)

    def clean(self, text: object) -> str:
        """Return ``text`` fit for drawing: composed, one kind of line end and space, no invisible controls."""
        given = str(text)
        if given.isascii() and given.isprintable():
            return given
        if given not in self._clean:
            self._clean[given] = self._cleaned(given)
        return self._clean[given]

    def runs(self, text: object, *, bold: bool = False) -> tuple[Run, ...]:
        """Return ``text`` cleaned and cut into runs of one font."""
        return self.fonts.runs(self.clean(text), bold=bold)

    def notices(self) -> tuple[Notice, ...]:
        """Return what could not be printed as given, in a fixed order."""
        found: list[Notice] = []
        missing = sorted(self.fonts.missing)
        if missing:
            listed = ", ".join(_named(letter) for letter in missing[:MOST_LISTED])
            more = len(missing) - MOST_LISTED
            if more > 0:
                listed += _(" and %(n)s more", n=more)
            sentence = _(
                "No font on this machine has these letters; the sign \ufffd stands in their place: %(letters)s.",
                letters=listed,
            )
            found.append(Notice(kind="missing_letter", text=sentence))
        for script in sorted(self._unshaped):
            sentence = _(
                "Letters of the script %(script)s are printed one by one, without the shapes they take when joined.",
                script=script.title(),
            )
            found.append(Notice(kind="unshaped_script", text=sentence))
        sentences = {
            "turning": _("Invisible signs that turn the direction of text were left out."),
            "control": _("Invisible control characters were left out."),
            "marks": _("Marks heaped on one letter were left out."),
        }
        for kind in sorted(self._dropped):
            found.append(Notice(kind=f"left_out_{kind}", text=sentences[kind]))
        return tuple(found)

    def _cleaned(self, given: str) -> str:
        text = unicodedata.normalize("NFC", given.replace("\r\n", "\n"))
        out: list[str] = []
        marks = 0
        for letter in join_arabic(text):
            kept = self._kept(letter)
            marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
            if marks > MOST_MARKS:
                self._dropped.add("marks")
                continue
            out.append(kept)
        return "".join(out)

    def _kept(self, letter: str) -> str:
        """Return what is drawn for one letter; empty where nothing is."""
        kind = unicodedata.category(letter)
        if letter in "\n\r\u2028\u2029\x0b\x0c\x85":
            return "\n"
        if letter in _TIED_SPACES:
            return "\u00a0"
        if kind == "Zs" or letter == "\t":
            return " "
        if kind == "Cc" or letter in _TURNING:
            self._dropped.add("turning" if letter in _TURNING else "control")
            return ""
        if kind == "Cf" or _is_variation(letter):
            return ""
        if kind in ("Cs", "Co"):  # half a letter, or one that means something else on each machine
            self.fonts.missing[letter] = self.fonts.missing.get(letter, 0) + 1
            return REPLACEMENT
        self._note_script(letter)
        return letter

    def _note_script(self, letter: str) -> None:
        if letter >= "\u0700" and not "\u2000" <= letter <= "\ud7ff":
            name = unicodedata.name(letter, "")
            script = next((script for script in _SHAPED_SCRIPTS if name.startswith(script + " ")), None)
            if script:
                self._unshaped.add(script)


def _is_variation(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def _named(letter: str) -> str:
    """Return a letter's number and name in ASCII, since the letter itself cannot be printed."""
    name = unicodedata.name(letter, "")
    return f"U+{ord(letter):04X} {name}".rstrip()
