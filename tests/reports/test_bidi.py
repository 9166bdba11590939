"""Right-to-left lines come into drawing order, and Arabic letters take their joined forms."""

from __future__ import annotations

import unicodedata

import pytest

from pool.reports.bidi import drawing_order, is_right_to_left, join_arabic, levels_of, mirrored


def drawn(text: str) -> str:
    """Return one line from left to right."""
    levels = levels_of(list(text), right_to_left=is_right_to_left(text))
    return "".join(mirrored(text[index]) if levels[index] % 2 else text[index] for index in drawing_order(levels))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("plain text", "plain text"),
        ("אבג", "גבא"),
        ("car אבג next", "car גבא next"),
        ("אבג 123 דהו", "והד 123 גבא"),
        ("אבג (Ltd) 26", "26 (Ltd) גבא"),
        ("firm (אבג) 26", "firm (גבא) 26"),
        ("אבג 12.50", "12.50 גבא"),
        ("a אב, גד b", "a דג ,בא b"),
        ("אבג – AI Ltd", "AI Ltd – גבא"),
        ("", ""),
    ],
)
def test_line_when_drawn_stands_in_the_order_of_the_standard(typed: str, expected: str) -> None:
    assert drawn(typed) == expected


def test_arabic_letters_when_side_by_side_take_initial_medial_and_final_forms() -> None:
    names = [unicodedata.name(letter) for letter in join_arabic("ببب ب")]
    assert names == [
        "ARABIC LETTER BEH INITIAL FORM",
        "ARABIC LETTER BEH MEDIAL FORM",
        "ARABIC LETTER BEH FINAL FORM",
        "SPACE",
        "ARABIC LETTER BEH ISOLATED FORM",
    ]


def test_arabic_letters_when_the_neighbour_does_not_join_stay_apart() -> None:
    names = [unicodedata.name(letter) for letter in join_arabic("دار")]
    assert names == [
        "ARABIC LETTER DAL ISOLATED FORM",
        "ARABIC LETTER ALEF ISOLATED FORM",
        "ARABIC LETTER REH ISOLATED FORM",
    ]


def test_lam_and_alef_when_side_by_side_are_one_sign() -> None:
    assert [unicodedata.name(letter) for letter in join_arabic("سلام")] == [
        "ARABIC LETTER SEEN INITIAL FORM",
        "ARABIC LIGATURE LAM WITH ALEF FINAL FORM",
        "ARABIC LETTER MEEM ISOLATED FORM",
    ]


def test_text_without_arabic_when_joined_is_the_same() -> None:
    assert join_arabic("Ελένη 张伟 שלום") == "Ελένη 张伟 שלום"
