"""Choose the font for every letter: the papers' own fonts first, then fonts installed on the machine.

The own fonts cover Latin, Greek, Cyrillic and Chinese and lie beside this file (`fonts/`). Another script is drawn with
the first installed TrueType font that has it. A letter that no font has is drawn as U+FFFD, and reported.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from pool.reports.sfnt import NotUsable, faces_in

OWN_FONTS = Path(__file__).with_name("fonts")
REPLACEMENT = "\ufffd"
SYSTEM_FOLDERS: tuple[Path, ...] = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
MOST_FILES = 2000

#: Families drawn upright and evenly first, so that a name does not come in a slanted or typewriter face.
_PREFERRED = (re.compile(r"NotoSans.*Regular"), re.compile(r"DejaVuSans\."), re.compile(r"Regular"))
_LAST = re.compile(r"Bold|Italic|Oblique|Mono|Condensed|Narrow|Thin|Light|Black|Medium|Display|Emoji", re.IGNORECASE)

_lock = threading.Lock()


class PaperFont(TTFont):
    """A TrueType font whose text can be copied out of the paper as it was typed."""

    def addObjects(self, doc: Any) -> None:
        """Write the font; then mend the table from glyphs to letters, which knows only four digits."""
        pieces = len(self.state[doc].subsets) if doc in self.state else 0
        super().addObjects(doc)
        for name, thing in doc.idToObject.items():
            if pieces and name.startswith("toUnicodeCMap:") and isinstance(thing.content, str):
                thing.content = _CODE.sub(_as_typed, thing.content)


_CODE = re.compile(r"(?<=> )<([0-9A-F]{4,6})>")


def _as_typed(match: re.Match[str]) -> str:
    """Write letters past U+FFFF as surrogate pairs, and joined Arabic forms as the letters they are made of."""
    code = int(match[1], 16)
    letter = chr(code)
    if 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:
        letter = unicodedata.normalize("NFKC", letter)
    return f"<{letter.encode('utf-16-be', 'surrogatepass').hex().upper()}>"


@dataclass(frozen=True, kw_only=True)
class Face:
    """A font ready to draw with: its registered name and what it covers."""

    name: str
    covers: frozenset[int]

    def has(self, text: str) -> bool:
        """Tell whether the face has every letter of ``text``."""
        return all(ord(letter) in self.covers for letter in text)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stretch of text in one font."""

    font: str
    text: str


def register(name: str, path: Path, index: int = 0) -> Face:
    """Load a font once per process and return its face. Raises: TTFError."""
    with _lock:
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(PaperFont(name, str(path), subfontIndex=index))
        font: Any = pdfmetrics.getFont(name)
    return Face(name=name, covers=frozenset(font.face.charToGlyph) - {0xFFFF})


@lru_cache(maxsize=1)
def own_faces() -> dict[str, Face]:
    """Return the four fonts of the papers by name."""
    return {path.stem: register(path.stem, path) for path in sorted(OWN_FONTS.glob("*.ttf"))}


def font_files(folders: Iterable[Path]) -> list[Path]:
    """Return the font files below ``folders``, likeliest first; the order depends on their names alone."""
    found: list[Path] = []
    for folder in folders:
        if folder.is_dir():
            found += [path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".ttc")]
    return sorted(found, key=_preference)[:MOST_FILES]


def _preference(path: Path) -> tuple[bool, int, str]:
    rank = next((rank for rank, pattern in enumerate(_PREFERRED) if pattern.search(path.name)), len(_PREFERRED))
    return bool(_LAST.search(path.name)), rank, str(path)


@dataclass
class Installed:
    """The fonts of the machine, opened one after the other only as letters ask for them."""

    folders: tuple[Path, ...] = SYSTEM_FOLDERS
    _coverage: list[tuple[Path, int, frozenset[int]]] = field(default_factory=list)
    _faces: dict[tuple[Path, int], Face | None] = field(default_factory=dict)
    _files: list[Path] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def face_for(self, text: str) -> Face | None:
        """Return the first installed face that has every letter of ``text``."""
        with self._turn:
            return self._search(text)

    def _search(self, text: str) -> Face | None:
        wanted = {ord(letter) for letter in text}
        for path, index, covers in list(self._coverage):
            if wanted <= covers and (face := self._face(path, index)):
                return face
        while (more := self._next_file()) is not None:
            for path, index, covers in more:
                if wanted <= covers and (face := self._face(path, index)):
                    return face
        return None

    def _next_file(self) -> list[tuple[Path, int, frozenset[int]]] | None:
        """Open one more file; None when there are no more."""
        if self._files is None:
            self._files = font_files(self.folders)
        if not self._files:
            return None
        path = self._files.pop(0)
        try:
            entries = [(path, index, covers) for index, covers in enumerate(faces_in(path))]
        except (NotUsable, OSError):
            entries = []
        self._coverage += entries
        return entries

    def _face(self, path: Path, index: int) -> Face | None:
        key = (path, index)
        if key not in self._faces:
            try:
                self._faces[key] = register(f"installed:{path}:{index}", path, index)
            except (TTFError, OSError, ValueError, KeyError, AssertionError):
                # A font that the PDF writer cannot read is as good as none.
                self._faces[key] = None
        return self._faces[key]


@lru_cache(maxsize=1)
def installed() -> Installed:
    """Return the fonts of this machine, looked for once per process."""
    return Installed()


class FontBook:
    """The fonts of one paper: cuts text into runs of one font and remembers what no font has."""

    def __init__(self, system: Installed | None = None) -> None:
        faces = own_faces()
        regular = [faces["PoolPaperSans-Regular"], faces["PoolPaperHan-Regular"]]
        bold = [faces["PoolPaperSans-Bold"], faces["PoolPaperHan-Bold"]]
        self._chains = {False: regular, True: [*bold, *regular]}
        self._system = system or installed()
        self._runs: dict[tuple[str, bool], tuple[Run, ...]] = {}
        self.missing: dict[str, int] = {}

    def runs(self, text: str, *, bold: bool = False) -> tuple[Run, ...]:
        """Return ``text`` cut into runs. Letters that no font has come back as U+FFFD."""
        if (text, bold) not in self._runs:
            before = dict(self.missing)
            self._runs[text, bold] = tuple(self._cut(text, bold=bold))
            if self.missing != before:  # counted each time it is met, so it is not remembered
                return self._runs.pop((text, bold))
        return self._runs[text, bold]

    def _cut(self, text: str, *, bold: bool) -> Iterable[Run]:
        """Cut by what the first font has; the rest goes as whole stretches, so that a name keeps one face."""
        first = self._chains[bold][0]
        runs: list[Run] = []
        for stretch, plain in _stretches(text, first.covers):
            runs += [Run(font=first.name, text=stretch)] if plain else self._others(stretch, self._chains[bold])
        return _merged(runs)

    def _others(self, stretch: str, chain: Sequence[Face]) -> list[Run]:
        """Return runs for letters that the first font lacks."""
        if stretch in self.missing:
            return [self._replaced(stretch, chain)]
        for face in chain[1:]:
            if face.has(stretch):
                return [Run(font=face.name, text=stretch)]
        if found := self._system.face_for(stretch):
            return [Run(font=found.name, text=stretch)]
        if len(stretch) > 1:
            return [run for letter in stretch for run in self._others(letter, chain)]
        return [self._last_resort(stretch, chain)]

    def _last_resort(self, letter: str, chain: Sequence[Face]) -> Run:
        """Return another writing of the letter if one can be drawn, else the replacement."""
        for form in ("NFKC", "NFKD"):
            other = unicodedata.normalize(form, letter)
            if other != letter:
                for face in chain:
                    if face.has(other):
                        return Run(font=face.name, text=other)
                if found := self._system.face_for(other):
                    return Run(font=found.name, text=other)
        return self._replaced(letter, chain)

    def _replaced(self, letter: str, chain: Sequence[Face]) -> Run:
        self.missing[letter] = self.missing.get(letter, 0) + 1
        return Run(font=chain[0].name, text=REPLACEMENT)


def _stretches(text: str, covers: frozenset[int]) -> Iterable[tuple[str, bool]]:
    """Cut ``text`` where the first font begins or ends to have its letters; a mark stays with its letter."""
    start, state = 0, True
    for index, letter in enumerate(text):
        has = ord(letter) in covers
        if has and not state and unicodedata.combining(letter):
            continue
        if has != state:
            if index > start:
                yield text[start:index], state
            start, state = index, has
    if start < len(text):
        yield text[start:], state


def _merged(runs: Sequence[Run]) -> list[Run]:
    """Join neighbours of one font."""
    out: list[Run] = []
    for run in runs:
        if out and out[-1].font == run.font:
            out[-1] = Run(font=run.font, text=out[-1].text + run.text)
        else:
            out.append(run)
    return out
