"""Nothing that a person types can act in a paper, stop it, or vanish from it. Source: trust.md, X10."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pool.reports.firm_report import render_firm_report
from pool.reports.statement import render_statement
from pool.reports.values import CostSection, Deadline, FirmReport, LegalEffect, Remedy, Rendered
from tests.reports.paper_reading import active_parts, reader_of, squeezed, text_of
from tests.reports.sample_reports import audits, clinic, cost, findings, rich_report, rich_statement

#: Name of the case -> what is typed, and what must be found in the paper (None: the same).
CORPUS: dict[str, tuple[str, str | None]] = {
    "image of a local file": ('<img src="/etc/passwd" width="10" height="10"/>', None),
    "image from the web": ('<img src="http://127.0.0.1:9/x.png"/>', None),
    "image as data": ('<img src="data:image/png;base64,iVBORw0KGgo="/>', None),
    "link that is a program": ('<a href="javascript:app.alert(1)">look</a>', None),
    "link to the web": ('<link href="https://example.org/">here</link>', None),
    "unclosed tag": ("<b>bold <font color='red'>and red", None),
    "closed before opened": ("</para></b></i>", None),
    "colour that runs code": ("""<font color="[[[getattr(pow,Word('__globals__'))['os']]]]">x</font>""", None),
    "entities": ("&lt;b&gt; &amp; &#x41; &nbsp; &unknown;", None),
    "comment and cdata": ("<!-- gone? --><![CDATA[ still here ]]><?pi x?>", None),
    "templates": ("{{7*7}} ${7*7} %(name)s %s %d {0} #{x}", None),
    "closing of strings": (") Tj /F1 12 Tf (injected\\) \\( \\\\ endstream endobj", None),
    "very long word": ("Donaudampfschifffahrt" * 60, None),
    "very long chinese": ("深度学习模型合规审计" * 50, None),
    "control characters": ("be\x00fore\x07 \x1bafter\x7f", "before after"),
    "turning letters": ("safe\u202eexe.fdp\u202c \u2066name\u2069", "safeexe.fdp name"),
    "invisible letters": ("zero\u200bwidth\ufeff \u00adsoft", "zerowidth soft"),
    "lines": ("first\r\nsecond\u2028third\x0bfourth", "first second third fourth"),
    "half a letter": ("half \ud800 letter", "half \ufffd letter"),
    "private letters": ("private \ue000 letter \U000f0000", "private \ufffd letter \ufffd"),
    "heaped marks": ("a" + "\u0301" * 200 + "b", None),
}


def report_with(text: str) -> FirmReport:
    """Return a report in which every text that a person may type is ``text``."""
    finding = replace(
        findings()[0],
        ref=text,
        grade=text,
        requirement=text,
        statement=text,
        state=text,
        evidence=text,
        deadlines=(Deadline(what=text, due_on=date(2026, 1, 2), done_on=date(2026, 1, 1)),),
        remedy=Remedy(correction=text, root_cause=text, action=text),
        verified_by=text,
    )
    audit = replace(
        audits()[0],
        ref=text,
        kind=text,
        team=(text, text),
        deployments=(text,),
        outcome=text,
        decided_by=text,
        findings=(finding,),
    )
    deployment = clinic(text)
    deployment = replace(
        deployment,
        ref=text,
        model=text,
        base_model=text,
        purpose=text,
        context=text,
        markets=(text,),
        reasons=tuple(replace(reason, id=text, text=text) for reason in deployment.reasons),
        nearest_rule=text,
        duties=tuple(replace(duty, id=text, name=text) for duty in deployment.duties[:2]),
        basis=tuple(replace(line, condition=text, name=text, facts=text) for line in deployment.basis[:2]),
        next_step=text,
    )
    return replace(
        rich_report(),
        firm_name=text,
        firm_ref=text,
        period=text,
        edition=text,
        edition_digest=text,
        number=text,
        deployments=(deployment,),
        audits=(audit,),
        cost=cost_with(text),
        limits=(text,),
        legal_effects=(
            LegalEffect(jurisdiction=text, text=text, basis=text, checked_by=text, checked_on=date(2026, 1, 1)),
        ),
    )


def cost_with(text: str) -> CostSection:
    """Return a share whose texts are all ``text``."""
    share = cost()
    assert share.market_comparison is not None
    return replace(
        share,
        period=text,
        exact_total=text,
        lines=tuple(replace(line, facility_id=text, name=text, driver=text) for line in share.lines[:1]),
        total_minor=share.lines[0].amount_minor,
        market_comparison=replace(share.market_comparison, source=text),
    )


def assert_harmless(rendered: Rendered, *, expected: str) -> None:
    """Assert that the paper has the text, leads nowhere outside and shows no picture."""
    assert active_parts(rendered.pdf) == []
    assert squeezed(expected) in squeezed(text_of(rendered.pdf))


@pytest.mark.parametrize("case", CORPUS)
def test_firm_report_when_every_text_is_hostile_is_printed_as_letters(case: str) -> None:
    typed, expected = CORPUS[case]
    rendered = render_firm_report(report_with(typed))
    if case == "heaped marks":
        assert active_parts(rendered.pdf) == []
        assert [notice.kind for notice in rendered.warnings] == ["left_out_marks"]
    else:
        assert_harmless(rendered, expected=expected or typed)


@pytest.mark.parametrize("case", CORPUS)
def test_statement_when_every_text_is_hostile_is_printed_as_letters(case: str) -> None:
    typed, expected = CORPUS[case]
    statement = replace(
        rich_statement(), firm_name=typed, firm_ref=typed, pay_to=typed, proved=(typed,), cost=cost_with(typed)
    )
    rendered = render_statement(statement)
    if case == "heaped marks":
        assert active_parts(rendered.pdf) == []
    else:
        assert_harmless(rendered, expected=expected or typed)


def test_active_parts_when_a_link_leads_outside_finds_it() -> None:
    """The positive control: the check sees what it looks for."""
    import io

    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.linkURL("javascript:app.alert(1)", (0, 0, 10, 10))
    canvas.drawString(10, 10, "x")
    canvas.save()
    assert active_parts(out.getvalue()) == ["/URI", "/URI"]


def test_firm_report_when_links_are_inside_lead_to_its_own_pages() -> None:
    reader = reader_of(render_firm_report(rich_report()).pdf)
    links = [annotation.get_object() for page in reader.pages for annotation in page.get("/Annots", [])]
    assert {link["/Subtype"] for link in links} == {"/Link"}
    assert all("/A" not in link and "/Dest" in link for link in links)


def test_no_module_of_the_press_parses_markup() -> None:
    """The markup parser of the library is not used anywhere: text is only drawn."""
    import re
    from pathlib import Path

    import pool.reports

    (folder,) = pool.reports.__path__
    sources = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).glob("*.py")}
    parsing = re.compile(
        r"import .*\b(Paragraph|XPreformatted|TableOfContents|Image|ImageReader|drawImage|linkURL)\b|\bxml\b"
    )
    assert {name for name, source in sources.items() if parsing.search(source)} == set()
