"""The templates by themselves: every macro and refusal checked as HTML; colours against WCAG."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pool.kernel.listing import Cursor, Page
from pool.kernel.money import Money
from pool.kernel.refusals import Invalid
from pool.web import assets, boards, charts, display, forms, parts
from pool.web.paging import Column, Filter, ListSpec, list_view
from tests.support.html_checks import check_html

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "templates"
EVIL = "<img src=x onerror=alert(1)> \"' %(n)s %"
FRAME: dict[str, Any] = {
    "nav": [parts.NavItem(label="Home", url="/home", current=True, count=2)],
    "seat": parts.SeatView(person=EVIL, office="Planner", scope=EVIL, switch_url="/seats", sign_out_url="/out"),
    "notices": [parts.Notice(text=EVIL, kind="good", url="/x", link="See")],
    "crumbs": [parts.Crumb(label="All", url="/"), parts.Crumb(label=EVIL)],
    "edition": "2026.1",
    "demo": True,
    "sign_in_url": "/in",
}


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "trimmed"])
def env(request: pytest.FixtureRequest) -> Environment:
    """Return the template engine as the application makes it, with and without trimmed blocks."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=request.param,
        lstrip_blocks=request.param,
    )
    display.install(made, csrf_token=lambda: "csrf", csp_nonce=lambda: "nonce", now=lambda: NOW)
    return made


def _page(env: Environment, content: str, **context: Any) -> str:
    source = (
        '{% extends "base.html" %}{% import "macros/ui.html" as ui %}{% block title %}Test{% endblock %}'
        "{% block content %}" + content + "{% endblock %}"
    )
    return env.from_string(source).render({**FRAME, **context})


def _problems(text: str, url: str) -> list[str]:
    """Return the page's problems; the percent form stands in our own bad text and is no trace of ours."""
    return [problem for problem in check_html(text, url) if "%(n)s" not in problem]


def _action(**changes: Any) -> parts.Action:
    return parts.Action(**{"label": "Go on", "url": "/go", "method": "post", "fields": {"a": EVIL}, **changes})


def _explanation() -> parts.Explanation:
    return parts.Explanation(rule=EVIL, inputs=[("Base", Decimal("3.5"))], source="S", edition="E", url="/r")


OBJECT = """
{% call ui.object_head(evil, "DEP-2026-0001", state="in_audit", sentence=evil,
   primary_action=action, must_act=evil, kicker=evil, actions=[action]) %}
{{ ui.tier_bar("medium", 0.41) }}{{ ui.tier_bar(none) }}
{{ ui.standing_mark("at_risk", since=day, until=day,
   due={"state": "suspended", "since": day}, waiting_since=day) }}
{% endcall %}
{{ ui.tabs([{"label": evil, "url": "/t", "current": true, "count": 0}]) }}
{{ ui.facts(facts, title="Facts") }}
{{ ui.figure_number("Payable", money, kind="money", hint=evil, explanation=explanation) }}
{{ ui.approval("Decision", signatures, content_digest="sha256:" ~ "ab" * 32, action=action) }}
{% call ui.panel("Due", actions=[action], note=evil, id="due") %}{{ ui.due_list(due) }}{% endcall %}
{{ ui.timeline(events, title="History") }}{{ ui.timeline([]) }}
{{ ui.steps(steps) }}{{ ui.empty(evil, evil, action=action) }}{{ ui.note(evil, kind="overdue", title=evil) }}
"""


def test_page_of_an_object_is_sound_and_escapes_everything(env: Environment) -> None:
    day = date(2026, 11, 1)
    kinds = (
        "text",
        "ref",
        "number",
        "days",
        "percent",
        "score",
        "date",
        "due",
        "instant",
        "digest",
        "state",
        "tier",
    )
    values: tuple[Any, ...] = (
        EVIL, EVIL, 5, Decimal("2.5"), 0.3, 0.61, day, day, NOW, "sha256:" + "cd" * 32, "open", "low",
    )  # fmt: skip
    facts = [parts.Fact(label=k, value=v, kind=k, hint=EVIL) for k, v in zip(kinds, values, strict=True)]
    facts += [
        parts.Fact(label="none", value=None, explain=_explanation()),
        parts.Fact(label="l", value="x", url="/x"),
    ]
    text = _page(
        env,
        OBJECT,
        evil=EVIL,
        action=_action(),
        day=day,
        money=Money(123, "EUR"),
        facts=facts,
        explanation=_explanation(),
        signatures=[
            parts.Signature(role="Prepared by", who=EVIL, at=NOW),
            parts.Signature(role="Approved by", why_not=EVIL),
        ],
        due=[
            parts.Due(label=EVIL, url="/d", due_on=day, why=EVIL),
            parts.Due(label="x", url="/d", meaning="blocked"),
        ],
        events=[
            parts.Event(at=NOW, who=EVIL, what=EVIL, seat="lead", why=EVIL, before={"A": 1}, after={"A": EVIL}),
            parts.Event(at=NOW - timedelta(days=1), who="x", what="y", url="/z"),
        ],
        steps=[parts.Step(label=s, state=s, url="/s") for s in ("done", "current", "blocked", "open")],
    )
    assert _problems(text, "object") == []
    assert "<img" not in text


SPEC = ListSpec(
    name="things",
    columns=(
        Column("name", "Name", sort=True, primary=True),
        Column("state", "State", "state", sort=True),
        Column("share", "Share", "money"),
    ),
    filters=(Filter("state", "State", (("open", EVIL), ("closed", "Closed"))),),
    search="Name",
    default_sort="name",
)
LIST = """{{ ui.page_head("Things", "All of them", actions=[action]) }}
{% call(item, key) ui.list(view, "Things", "None yet", "They come later.", empty_action=action) %}
{% if key == "name" %}<a href="/t">{{ item.name }}</a>{% endif %}{% endcall %}"""


@pytest.mark.parametrize("query", [{}, {"q": EVIL, "state": "open", "sort": "-state"}])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_list_page_is_sound_in_each_state(env: Environment, query: dict[str, str], count: int) -> None:
    rows = tuple({"name": EVIL, "state": "open", "share": Money(5, "EUR")} for _ in range(count))
    page: Page[dict[str, Any]] = Page(rows, SPEC.parse(query), Cursor("x", 1), Cursor("a", 1, backwards=True))
    text = _page(env, LIST, view=list_view(SPEC, page, path="/things"), action=_action(method="get"))
    assert _problems(text, "list") == []
    assert text.count('role="cell"') == 3 * count
    assert ("None yet" in text, "Nothing fits" in text) == (
        not count and not query,
        not count and bool(query),
    )


def test_short_table_is_sound(env: Environment) -> None:
    source = """{{ ui.page_head("T") }}
    {{ ui.table("Shares", ["A", "B"], [["x", m]], kinds=["text", "money"], foot=["Sum", m]) }}"""
    assert _problems(_page(env, source, m=Money(5, "EUR")), "table") == []


EVERY_FIELD = forms.Form(
    "all",
    [
        forms.Section(
            "First",
            [
                forms.Text(name="text", label=EVIL, help=EVIL, example=EVIL),
                forms.LongText(name="long", label="Long", required=False),
                forms.Email(name="mail", label="Mail"),
                forms.Secret(name="pw", label="Password"),
                forms.Integer(name="n", label="Number", unit="persons"),
                forms.DecimalField(name="d", label="Decimal"),
                forms.MoneyField(name="m", label="Money", currency="EUR"),
                forms.DateField(name="day", label="Day", least=date(2026, 1, 1)),
                forms.InstantField(name="at", label="At"),
            ],
            intro=EVIL,
        ),
        forms.Section(
            "Second",
            [
                forms.Check(name="check", label="Check", help="why"),
                forms.Choice(name="choice", label="Choice", choices=[("a", EVIL)]),
                forms.Radio(
                    name="radio",
                    label="Radio",
                    cards=True,
                    source=EVIL,
                    choices=[("a", "A", EVIL), ("b", "B")],
                ),
                forms.MultiChoice(name="multi", label="Multi", choices=[("a", "A"), ("b", "B")]),
                forms.FileField(name="file", label="File", several=True, accept=".json"),
                forms.Hidden(name="hidden", default=EVIL),
            ],
        ),
    ],
)


@pytest.mark.parametrize("sent", [False, True])
def test_form_page_with_every_field_is_sound(env: Environment, sent: bool) -> None:
    bound = EVERY_FIELD.bind({"text": EVIL, "long": "\nkept", "radio": "z", "n": "x"}) if sent else EVERY_FIELD.fresh()
    if sent:
        bound.add_refusal(Invalid(EVIL, field="text"))
    template = env.get_template("shared/form.html")
    page = {"form_title": "All", "form_action": "/f", "submit_label": "Send", "cancel_url": "/c"}
    text = template.render({**FRAME, **page, "bound": bound, "autosave_url": "/save"})
    assert _problems(text, "form") == []
    # Every error stands at its field, but a hidden field has no place of its own.
    assert text.count("field-error") == len(set(bound.errors) - {"hidden"})
    assert ("error-summary" in text) is sent


@pytest.mark.parametrize(("typed", "kind"), [("", "date"), ("31.12.2026", "text")])
def test_day_refused_when_empty_keeps_its_calendar_and_when_wrong_its_words(
    env: Environment, typed: str, kind: str
) -> None:
    form = forms.Form(name="day", sections=[forms.Section("A", [forms.DateField(name="on", label="Day")])])
    page = {"form_title": "All", "form_action": "/f", "submit_label": "Send", "cancel_url": "/c", "autosave_url": ""}
    text = env.get_template("shared/form.html").render({**FRAME, **page, "bound": form.bind({"on": typed})})
    assert f'type="{kind}" id="day-on" name="on" value="{typed}"' in text


def test_confirm_and_progress_pages_are_sound(env: Environment) -> None:
    confirm = env.get_template("shared/confirm.html").render(
        {**FRAME, "confirm_title": "Withdraw", "confirm_text": "It ends today.", "confirm_action": "/w",
         "confirm_label": "Withdraw", "back_url": "/b", "confirm_facts": [parts.Fact(label="A", value="B")]}
    )  # fmt: skip
    work = parts.Progress(
        title="Planning", done=1, total=3, lines=["read"], started_at=NOW, cancel_url="/c", back_url="/b"
    )
    progress = env.get_template("shared/progress.html").render({**FRAME, "work": work, "poll_url": "/p"})
    assert _problems(confirm, "confirm") + _problems(progress, "progress") == []
    assert '<progress class="progress-bar-own" max="100" value="33"' in progress


CHARTS = """{{ ui.page_head("Charts", none) }}
{{ ui.chart(stack, open=true) }}{{ ui.chart(gauge) }}{{ ui.plan_board(board) }}"""


def test_charts_on_a_page_are_sound(env: Environment) -> None:
    day = date(2026, 3, 2)
    bar = boards.Bar("AUD-1", day, day, "/a")
    text = _page(
        env,
        CHARTS,
        stack=charts.stacked_bar("stack", title="Made of?", parts=[charts.Part("A", 1, "1")], head=("F", "S")),
        gauge=charts.intensity_gauge("gauge", title="How much?", value=0.6),
        board=boards.plan_board(
            "board",
            title="Who?",
            start=day,
            days=7,
            rows=[boards.Row("Ada", [bar], group="G"), boards.Row("Bo")],
        ),
    )
    assert _problems(text, "charts") == []


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_every_refusal_says_what_why_and_what_next(env: Environment, code: int) -> None:
    template = env.get_template(f"errors/{code}.html")
    own = template.render({"status": code})
    told = template.render(
        {"status": code, "refusal": Invalid("Rule 7 says no.", next_step="Ask again."), "seat": None}
    )
    assert check_html(own, str(code)) + check_html(told, str(code)) == []
    assert ("Rule 7 says no." in told, "Ask again." in told) == (True, True)
    for words in re.findall(r"<dd[^>]*>(.*?)</dd>", own):
        assert words.strip()


def test_no_template_marks_text_as_safe() -> None:
    found = [
        p.name for p in TEMPLATES.rglob("*.html") if re.search(r"\|\s*safe\b|autoescape false", p.read_text("utf-8"))
    ]
    assert found == []


# ------------------------------------------------------------------ colours


def _tokens() -> dict[str, tuple[str, str]]:
    text = (assets.STATIC / "tokens.css").read_text("utf-8")
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in found}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours. Source: WCAG 2.2, relative luminance."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


INKS = ("ink", "muted", "accent", "accent-deep", "good", "due", "overdue", "blocked")
GROUNDS = ("paper", "sheet", "sunk")
PAIRS = [
    *[(ink, ground, 4.5) for ink in INKS for ground in GROUNDS],
    *[(name, f"{name}-soft", 4.5) for name in ("good", "due", "overdue", "blocked")],
    *[("on-accent", name, 4.5) for name in ("accent", "accent-deep", "good", "due", "overdue", "blocked", "muted")],
    ("accent-deep", "accent-soft", 4.5),
    ("edge", "sheet", 3.0),
    ("edge", "paper", 3.0),
]


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_colours_have_the_contrast_of_wcag(ink: str, ground: str, least: float, mode: int) -> None:
    tokens = _tokens()
    assert _contrast(tokens[ink][mode], tokens[ground][mode]) >= least


def test_style_sheets_take_colours_from_the_tokens_only() -> None:
    for name in ("pool.css", "forms.css", "charts.css"):
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b", (assets.STATIC / name).read_text("utf-8")) == []


def test_assets_change_their_address_with_their_content() -> None:
    assert re.fullmatch(r"/static/pool\.css\?v=[0-9a-f]{12}", assets.asset_url("pool.css"))
    assert assets.asset_integrity(assets.BOOTSTRAP).startswith("sha384-")
