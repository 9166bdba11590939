"""Names of every script print right, or visibly do not, with a warning."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from pool.reports import fonts
from pool.reports.firm_report import render_firm_report
from pool.reports.fonts import OWN_FONTS, FontBook, Installed, font_files, own_faces
from pool.reports.sfnt import NotUsable, faces_in
from pool.reports.wording import Press
from tests.reports.paper_reading import text_of
from tests.reports.sample_reports import bare_report, clinic, rich_report

NAMES = {
    "Latin": "Žofie Łukasiewicz-Þórðardóttir & Søn Æble ßẞ Nguyễn Thị Bưởi",
    "Greek": "Ελευθερία Παπαδοπούλου ᾠδή",
    "Cyrillic": "Ђорђе Ћирић і Юлія Ґалаґан",
    "simplified Chinese": "张伟医疗科技（深圳）有限公司",
    "traditional Chinese": "臺灣龍騰顧問股份有限公司",
    "rare letters of names": "李喆、王堃、陶镕",
    "kana": "ソフトウェアかぶしきがいしゃ",
    "figures and currencies": "€ 12 – £ 7 – ¥ 9 … “quoted” №",
}


@pytest.mark.parametrize("script", NAMES)
def test_firm_report_when_named_in_a_script_of_its_own_fonts_prints_it(script: str) -> None:
    name = NAMES[script]
    rendered = render_firm_report(replace(bare_report(), firm_name=name, deployments=(clinic(name),)))
    assert rendered.warnings == ()
    assert name in text_of(rendered.pdf).replace("\n", " ") or name.replace(" ", "") in text_of(rendered.pdf)


def book(*folders: Path) -> FontBook:
    """Return a font book that knows only the fonts in ``folders`` beside its own."""
    return FontBook(Installed(folders=folders))


def test_letter_when_no_font_has_it_is_replaced_and_reported() -> None:
    press = Press(book())
    runs = press.runs("한 국 x")
    assert "".join(run.text for run in runs) == "\ufffd \ufffd x"
    assert [notice.kind for notice in press.notices()] == ["missing_letter"]
    assert "U+AD6D HANGUL SYLLABLE GUG, U+D55C HANGUL SYLLABLE HAN" in press.notices()[0].text


def test_firm_report_when_a_letter_is_missing_says_so_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Installed(folders=())
    monkeypatch.setattr(fonts, "installed", lambda: nothing)
    rendered = render_firm_report(replace(bare_report(), firm_name="𐎠𐎡 Ltd"))
    assert [notice.kind for notice in rendered.warnings] == ["missing_letter"]
    text = text_of(rendered.pdf)
    assert "\ufffd\ufffd Ltd" in text
    assert "Notes on printing" in text
    assert "U+103A0 OLD PERSIAN SIGN A" in text.replace("\n", " ")


def test_replacement_when_looked_for_is_a_drawn_sign_of_the_own_font() -> None:
    assert ord("\ufffd") in own_faces()["PoolPaperSans-Regular"].covers
    assert ord("\ufffd") in own_faces()["PoolPaperSans-Bold"].covers


def make_font(path: Path, letters: str) -> None:
    """Write a small TrueType font with a box for each letter."""
    pen = TTGlyphPen(None)
    for point in ((100, 0), (100, 700), (500, 700), (500, 0)):
        (pen.moveTo if point == (100, 0) else pen.lineTo)(point)
    pen.closePath()
    box = pen.glyph()
    names = [".notdef", *(f"u{ord(letter):05X}" for letter in letters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): f"u{ord(letter):05X}" for letter in letters})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular", "psName": f"{path.stem}-Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


def test_script_when_a_font_is_installed_is_printed_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_font(tmp_path / "Korean.ttf", "한국인공지능")
    machine = Installed(folders=(tmp_path,))
    monkeypatch.setattr(fonts, "installed", lambda: machine)
    rendered = render_firm_report(replace(bare_report(), firm_name="한국 인공 지능 Ltd"))
    assert rendered.warnings == ()
    assert "한국 인공 지능 Ltd" in text_of(rendered.pdf)


def test_letter_past_the_basic_plane_when_printed_comes_out_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_font(tmp_path / "Astral.ttf", "𠮷")
    machine = Installed(folders=(tmp_path,))
    monkeypatch.setattr(fonts, "installed", lambda: machine)
    rendered = render_firm_report(replace(bare_report(), firm_name="𠮷野家"))
    assert rendered.warnings == ()
    assert "𠮷野家" in text_of(rendered.pdf)


def test_arabic_when_a_font_is_installed_is_joined_and_runs_from_right_to_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = Press(book()).clean("شركة النور")
    make_font(tmp_path / "Arabic.ttf", "".join(sorted(set(joined) - {" "})))
    machine = Installed(folders=(tmp_path,))
    monkeypatch.setattr(fonts, "installed", lambda: machine)
    rendered = render_firm_report(replace(bare_report(), firm_name="شركة النور"))
    assert rendered.warnings == ()
    # The reader gives each word as it is spoken, and the words as they stand from left to right.
    assert "النور شركة" in text_of(rendered.pdf)


def test_unshaped_script_when_a_font_is_installed_is_printed_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_font(tmp_path / "Nagari.ttf", "नमस्ते")
    press = Press(book(tmp_path))
    press.runs("नमस्ते")
    assert [notice.kind for notice in press.notices()] == ["unshaped_script"]


def test_installed_fonts_when_broken_or_of_another_kind_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"")
    (tmp_path / "b.ttf").write_bytes(b"OTTO" + b"\0" * 40)
    (tmp_path / "c.ttc").write_bytes(b"ttcf\0\1\0\0\xff\xff\xff\xff" + b"\xff" * 60)
    (tmp_path / "d.ttf").write_bytes((OWN_FONTS / "PoolPaperSans-Regular.ttf").read_bytes()[:3000])
    make_font(tmp_path / "e.ttf", "한")
    assert [run.text for run in book(tmp_path).runs("한국")] == ["한", "\ufffd"]


def test_font_files_when_listed_come_upright_first(tmp_path: Path) -> None:
    for name in ("Zeta-Bold.ttf", "NotoSansThai-Regular.ttf", "AlphaMono.ttf", "DejaVuSans.ttf", "Beta.otf"):
        (tmp_path / name).touch()
    found = [path.name for path in font_files([tmp_path, tmp_path / "absent"])]
    assert found == ["NotoSansThai-Regular.ttf", "DejaVuSans.ttf", "AlphaMono.ttf", "Zeta-Bold.ttf"]


def test_bold_han_when_one_letter_is_only_regular_keeps_one_face_for_the_name() -> None:
    assert [run.font for run in book().runs("张伟", bold=True)] == ["PoolPaperHan-Bold"]
    assert [run.font for run in book().runs("臺灣", bold=True)] == ["PoolPaperHan-Regular"]


def test_own_fonts_when_read_cover_gb2312_and_the_first_level_of_big5() -> None:
    simplified = {
        text
        for lead in range(0xB0, 0xF8)
        for trail in range(0xA1, 0xFF)
        if (text := bytes([lead, trail]).decode("gb2312", "ignore")) and len(text) == 1
    }
    traditional = {
        text
        for lead in range(0xA4, 0xC6)
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
        if (text := bytes([lead, trail]).decode("big5", "ignore")) and len(text) == 1
    }
    faces = own_faces()
    assert [letter for letter in simplified if ord(letter) not in faces["PoolPaperHan-Regular"].covers] == []
    assert [letter for letter in simplified if ord(letter) not in faces["PoolPaperHan-Bold"].covers] == []
    assert [letter for letter in traditional if ord(letter) not in faces["PoolPaperHan-Regular"].covers] == []


def test_own_fonts_when_shipped_carry_their_licence_bear_no_reserved_name_and_stay_small() -> None:
    from fontTools.ttLib import TTFont

    files = sorted(OWN_FONTS.iterdir())
    assert [path.name for path in files] == [
        "OFL.txt",
        "PoolPaperHan-Bold.ttf",
        "PoolPaperHan-Regular.ttf",
        "PoolPaperSans-Bold.ttf",
        "PoolPaperSans-Regular.ttf",
    ]
    assert sum(path.stat().st_size for path in files) < 6_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in files[0].read_text(encoding="utf-8")
    for path in files[1:]:
        names = TTFont(path)["name"]
        bearing = " ".join(names.getDebugName(identity) for identity in (1, 2, 3, 4, 6))
        assert "Noto" not in bearing
        assert "Source" not in bearing
        assert names.getDebugName(0) and names.getDebugName(13)


def test_faces_in_when_the_library_reads_the_same_font_agree() -> None:
    for path in OWN_FONTS.glob("*.ttf"):
        (covers,) = faces_in(path)
        assert own_faces()[path.stem].covers == covers


def test_faces_in_when_the_file_is_no_font_refuses(tmp_path: Path) -> None:
    picture = tmp_path / "x.ttf"
    shutil.copy(Path(__file__), picture)
    with pytest.raises(NotUsable):
        faces_in(picture)


def test_rich_report_when_printed_needs_no_replacement() -> None:
    assert render_firm_report(rich_report()).warnings == ()
