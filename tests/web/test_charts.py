"""Charts: escaped, without style or script, named, and with the same numbers beneath."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from pool.web import boards, charts
from pool.web.svg import el, picture

EVIL = '<script>alert("x")</script>&\''
SVG = "{http://www.w3.org/2000/svg}"


def _parse(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def _all() -> list[str]:
    day = date(2026, 3, 2)
    parts = [
        charts.Part(EVIL, 30, "30"),
        charts.Part("Relief", -3, "−3"),
        charts.Part("b", 1, "1", strong=True),
    ]
    spans = [
        charts.Span(day, date(2026, 6, 1), "good_standing"),
        charts.Span(date(2026, 6, 1), None, "at_risk"),
    ]
    bars = [
        boards.Bar(EVIL, day, day, "/audits/1", tier="high", pinned=True),
        boards.Bar("away", date(2026, 3, 5), date(2026, 3, 9), kind="leave"),
    ]
    board = boards.plan_board("p", title=EVIL, start=day, days=14, rows=[boards.Row(EVIL, bars)], today=day)
    month = boards.Month(day, 4, {day: [boards.DayMark("booked", EVIL, "/a", half=0)]})
    return [
        charts.stacked_bar("a", title=EVIL, parts=parts, head=("x", "y")).svg,
        charts.comparison_bars("b", title=EVIL, parts=parts, head=("x", "y")).svg,
        charts.standing_timeline("c", title=EVIL, lines=[(EVIL, spans)], start=day, end=date(2026, 12, 1),
                                 marks=[(date(2026, 6, 1), EVIL)]).svg,
        charts.intensity_gauge("d", title=EVIL, value=0.62, load=0.3).svg,
        boards.calendar_strip("e", title=EVIL, month=month, today=day).svg,
        board.axis,
        board.rows[0][1],
    ]  # fmt: skip


def test_every_chart_is_well_formed_named_and_without_code() -> None:
    for text in _all():
        root = _parse(text)
        names = {e.get("id") for e in root.iter()}
        assert root.get("aria-labelledby") in names
        assert root.get("aria-describedby") in names
        assert root.find(f"{SVG}title") is not None
        assert root.get("role") in ("img", "group")
        for element in root.iter():
            assert element.tag != f"{SVG}script"
            assert "style" not in element.attrib
            assert not [a for a in element.attrib if a.startswith("on")]


def test_chart_with_links_is_a_group_and_each_link_speaks() -> None:
    row = _parse(_all()[6])
    links = list(row.iter(f"{SVG}a"))
    assert row.get("role") == "group"
    assert [(link.get("href"), bool(link.get("aria-label"))) for link in links] == [("/audits/1", True)]


def test_stacked_bar_draws_positive_parts_and_lists_all() -> None:
    parts = [charts.Part("A", 3, "3"), charts.Part("B", 1, "1"), charts.Part("C", -1, "−1")]
    chart = charts.stacked_bar("a", title="t", parts=parts, head=("Facility", "Share"))
    widths = [e.get("width") for e in _parse(chart.svg).iter(f"{SVG}rect")]
    assert widths == ["75%", "25%"]
    assert chart.rows == (("A", "3"), ("B", "1"), ("C", "−1"))
    assert chart.marks == ("tint-1", "tint-2", "")


@pytest.mark.parametrize(
    ("value", "tier"), [(0.0, "Low"), (0.3999, "Low"), (0.4, "Medium"), (0.7, "High"), (1.0, "High")]
)
def test_gauge_names_the_tier_by_its_lower_edge(value: float, tier: str) -> None:
    assert ("Tier", tier) in charts.intensity_gauge("g", title="t", value=value).rows


def test_plan_board_places_half_days_and_cuts_at_its_edges() -> None:
    monday = date(2026, 3, 2)
    bars = [
        boards.Bar("a", monday, monday, first_half=1),
        boards.Bar("b", date(2026, 2, 1), date(2026, 2, 2)),
        boards.Bar("c", date(2026, 3, 11), date(2026, 3, 20)),
    ]
    board = boards.plan_board("p", title="t", start=monday, days=10, rows=[boards.Row("Ada", bars)])
    rects = list(_parse(board.rows[0][1]).iter(f"{SVG}rect"))
    rects = [e for e in rects if "board-bar" in (e.get("class") or "")]
    assert [(e.get("x"), e.get("width")) for e in rects] == [("5%", "5%"), ("90%", "10%")]
    assert len(board.table) == 3


def test_words_of_a_short_bar_stand_beside_it_where_there_is_room() -> None:
    monday = date(2026, 3, 2)
    short = boards.Bar("Kestrel Retail Cloud", monday, monday)
    after = boards.Bar("b", date(2026, 3, 4), date(2026, 3, 5))
    alone, crowded = (
        boards.plan_board("p", title="t", start=monday, days=50, rows=[boards.Row("Ada", bars)])
        for bars in ([short], [short, after])
    )

    def places(board: boards.Board) -> list[str | None]:
        inner = _parse(board.rows[0][1]).iter(f"{SVG}svg")
        return [one.get("x") for one in inner if one.get("x") is not None]

    assert places(alone) == ["2%"], "beside, so that nothing is cut"
    assert places(crowded)[0] == "0%", "no room: inside, cut"


def test_empty_charts_say_so() -> None:
    text = charts.stacked_bar("a", title="t", parts=[], head=("x", "y")).svg
    assert "There is nothing to show yet." in text


def test_writer_refuses_what_a_strict_page_may_not_hold() -> None:
    bad: list[tuple[str, dict[str, str]]] = [
        ("script", {}),
        ("rect", {"style": "x"}),
        ("rect", {"onclick": "x"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("a", {"href": "//evil.example/"}),
    ]
    for name, attributes in bad:
        with pytest.raises(ValueError, match=r"allowed|here|links"):
            el(name, **attributes)


def test_picture_is_as_wide_as_its_place() -> None:
    root = _parse(picture(key="k", title="t", description="d", height=10))
    assert (root.get("width"), root.get("viewBox")) == ("100%", None)


def _texts(text: str) -> list[tuple[str, str, str]]:
    return [(e.text or "", e.get("x", ""), e.get("y", "")) for e in _parse(text).iter(f"{SVG}text")]


def test_long_label_of_a_bar_stands_in_lines_with_its_amount_beneath() -> None:
    label = "Law and rights of affected people in several member states of a union"
    parts = [charts.Part(label, 2, "12 000.00 EUR"), charts.Part("Trips", 1, "1.00 EUR")]
    found = _texts(charts.comparison_bars("a", title="t", parts=parts, head=("x", "y")).svg)
    lines = [one for one in found if one[0] and one[0] in label]
    assert " ".join(one[0] for one in lines) == label and max(len(one[0]) for one in lines) <= charts.PHONE_LETTERS
    heights = {words: float(y) for words, _x, y in found}
    assert heights["12 000.00 EUR"] > max(heights[one[0]] for one in lines), "no word covers another"
    assert heights["1.00 EUR"] == heights["Trips"], "a short label keeps its amount beside it"


def test_names_of_near_days_stand_on_rows_of_their_own_and_short_states_in_a_key() -> None:
    day = date(2026, 3, 2)
    spans = [charts.Span(day, date(2026, 11, 20), "good_standing"), charts.Span(date(2026, 11, 20), None, "at_risk")]
    marks = [(date(2026, 11, 28), "Suspension"), (date(2026, 11, 24), "today"), (date(2026, 4, 1), "signed")]
    chart = charts.standing_timeline(
        "c", title="t", lines=[("known", spans)], start=day, end=date(2026, 12, 1), marks=marks
    )
    heights = {words: y for words, _x, y in _texts(chart.svg)}
    assert heights["today"] != heights["Suspension"] and heights["signed"] == heights["today"]
    assert "At risk" in heights, "a state too short for its word is named beneath"
