"""Put lines with right-to-left letters into the order in which they are drawn, and join Arabic letters.

The levels follow the Unicode Bidirectional Algorithm without explicit embeddings: override and isolate controls are
taken out of every text beforehand (`pool.reports.wording`), because a name must not turn its neighbours around.
Source: UAX 9, rules P2-P3, W1-W7, N1-N2, I1-I2, L1-L4; UAX 53 and the Unicode Standard, 9.2 (Arabic joining).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

RIGHT_TO_LEFT = frozenset({"R", "AL"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN"})
_MIRRORED = {
    left: right for pair in ("()", "[]", "{}", "<>", "«»", "‹›") for left, right in (tuple(pair), tuple(pair[::-1]))
}
_ZWNJ, _ZWJ, _TATWEEL = "\u200c", "\u200d", "\u0640"


def has_right_to_left(text: str) -> bool:
    """Tell whether any letter of ``text`` is written from right to left."""
    if text.isascii():
        return False
    return any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text)


def is_right_to_left(text: str) -> bool:
    """Tell whether the first strong letter of ``text`` runs from right to left."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind == "L":
            return False
        if kind in RIGHT_TO_LEFT:
            return True
    return False


def mirrored(letter: str) -> str:
    """Return the bracket that stands for ``letter`` where the line runs from right to left."""
    return _MIRRORED.get(letter, letter)


def levels_of(clusters: Sequence[str], *, right_to_left: bool) -> list[int]:
    """Return the embedding level of each cluster (a letter with its marks) of one line."""
    base = 1 if right_to_left else 0
    kinds = _weak([unicodedata.bidirectional(cluster[0]) or "L" for cluster in clusters], base=base)
    kinds = _neutral(_brackets(clusters, kinds, base=base), base=base)
    levels = [base + _rise(kind, base) for kind in kinds]
    for index in range(len(clusters) - 1, -1, -1):  # L1: spaces at the end of a line lie at its own level
        if not clusters[index].isspace():
            break
        levels[index] = base
    return levels


def drawing_order(levels: Sequence[int]) -> list[int]:
    """Return the indices of one line from left to right."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        index = 0
        while index < len(order):
            if levels[order[index]] < level:
                index += 1
                continue
            end = index
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[index:end] = reversed(order[index:end])
            index = end
    return order


def _rise(kind: str, base: int) -> int:
    if base == 0:
        return {"L": 0, "R": 1}.get(kind, 2)
    return {"R": 0}.get(kind, 1)


def _weak(kinds: list[str], *, base: int) -> list[str]:
    """Settle numbers and the marks around them (W1 to W7)."""
    start = "R" if base else "L"
    out = list(kinds)
    previous = strong = start
    for index, kind in enumerate(out):
        if kind == "NSM":
            out[index] = kind = previous
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            out[index] = "AN"
        previous = out[index]
    out = ["R" if kind == "AL" else kind for kind in out]
    for index in range(1, len(out) - 1):
        before, kind, after = out[index - 1 : index + 2]
        if before == after and ((kind == "ES" and before == "EN") or (kind == "CS" and before in ("EN", "AN"))):
            out[index] = before
    for index, kind in enumerate(out):
        if kind == "ET" and (_touches(out, index, 1) or _touches(out, index, -1)):
            out[index] = "EN"
    out = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in out]
    strong = start
    for index, kind in enumerate(out):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            out[index] = "L"
    return out


def _touches(kinds: Sequence[str], index: int, step: int) -> bool:
    """Tell whether a row of number marks from ``index`` on meets a European number."""
    while 0 <= index < len(kinds) and kinds[index] == "ET":
        index += step
    return 0 <= index < len(kinds) and kinds[index] == "EN"


def _brackets(clusters: Sequence[str], kinds: list[str], *, base: int) -> list[str]:
    """Give both brackets of a pair one direction, by what stands inside and before them (N0)."""
    line, other = ("R", "L") if base else ("L", "R")
    out = list(kinds)
    for opening, closing in _pairs(clusters, kinds):
        inside = {_strong(kind) for kind in out[opening + 1 : closing]}
        if line in inside:
            out[opening] = out[closing] = line
        elif other in inside:
            before = next((_strong(kind) for kind in reversed(out[:opening]) if _strong(kind)), line)
            out[opening] = out[closing] = before
    return out


def _strong(kind: str) -> str:
    """Return the direction that a kind counts as beside neutrals; numbers count as right to left."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind, "")


def _pairs(clusters: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of matching brackets, by opening. Source: UAX 9, BD16."""
    waiting: list[tuple[str, int]] = []
    found: list[tuple[int, int]] = []
    for index, cluster in enumerate(clusters):
        if kinds[index] != "ON" or cluster not in "()[]{}":
            continue
        if cluster in "([{":
            waiting.append((mirrored(cluster), index))
        elif any(wanted == cluster for wanted, _place in waiting):
            while waiting:
                wanted, place = waiting.pop()
                if wanted == cluster:
                    found.append((place, index))
                    break
    return sorted(found)


def _neutral(kinds: list[str], *, base: int) -> list[str]:
    """Give neutral letters the direction of their two neighbours, or of the line (N1, N2)."""
    line = "R" if base else "L"
    out = list(kinds)
    index = 0
    while index < len(out):
        if out[index] not in _NEUTRAL:
            index += 1
            continue
        end = index
        while end < len(out) and out[end] in _NEUTRAL:
            end += 1
        before = "L" if index and out[index - 1] == "L" else ("R" if index else line)
        after = "L" if end < len(out) and out[end] == "L" else ("R" if end < len(out) else line)
        out[index:end] = [before if before == after else line] * (end - index)
        index = end
    return out


@lru_cache(maxsize=1)
def _forms() -> dict[tuple[str, str], str]:
    """Return (letter, place) -> joined form, read from the Unicode names of the compatibility forms."""
    forms: dict[tuple[str, str], str] = {}
    for code in (*range(0xFB50, 0xFBC2), *range(0xFBD3, 0xFBFF + 1), *range(0xFE80, 0xFEFC + 1)):
        parts = unicodedata.decomposition(chr(code)).split()
        if parts and parts[0] in ("<initial>", "<medial>", "<final>", "<isolated>"):
            forms.setdefault(("".join(chr(int(part, 16)) for part in parts[1:]), parts[0][1:-1]), chr(code))
    return forms


def join_arabic(text: str) -> str:
    """Replace Arabic letters by the forms they take beside each other, lam with alef by their ligature."""
    if not any("\u0600" <= letter <= "\u06ff" for letter in text):
        return text
    forms = _forms()
    letters = _with_ligatures(text, forms)
    return "".join(_joined(letters, index, forms) for index in range(len(letters)))


def _with_ligatures(text: str, forms: dict[tuple[str, str], str]) -> list[str]:
    """Cut ``text`` into letters; lam and alef that follow each other are one."""
    letters: list[str] = []
    for letter in text:
        if letters and letters[-1] == "\u0644" and ("\u0644" + letter, "isolated") in forms:
            letters[-1] += letter
        else:
            letters.append(letter)
    return letters


def _joined(letters: Sequence[str], index: int, forms: dict[tuple[str, str], str]) -> str:
    letter = letters[index]
    if (letter, "isolated") not in forms and (letter, "final") not in forms:
        return letter
    before = _neighbour(letters, index, -1)
    after = _neighbour(letters, index, 1)
    joins_before = (letter, "final") in forms and _joins_onward(before, forms)
    joins_after = _joins_onward(letter, forms) and ((after, "final") in forms or after in (_TATWEEL, _ZWJ))
    place = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get(
        (joins_before, joins_after), "isolated"
    )
    return forms.get((letter, place), letter)


def _joins_onward(letter: str, forms: dict[tuple[str, str], str]) -> bool:
    return letter in (_TATWEEL, _ZWJ) or (letter, "initial") in forms


def _neighbour(letters: Sequence[str], index: int, step: int) -> str:
    """Return the next letter that is no mark; marks do not hinder joining."""
    index += step
    while 0 <= index < len(letters) and unicodedata.category(letters[index][0]) == "Mn":
        index += step
    return letters[index] if 0 <= index < len(letters) else ""
