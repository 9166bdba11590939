"""What every page must be.

Well-formed, one heading, labelled inputs, no inline code. Used on each page in web tests.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import html5lib

_LABELLED = ("input", "select", "textarea")
_UNLABELLED_TYPES = ("hidden", "submit", "button", "reset", "image")
_CONTROLS = ("a", "button", "summary")
_FORBIDDEN_ELEMENTS = ("style", "iframe", "object", "embed", "base", "font", "center", "marquee")
#: Words that no page may use of itself. Source: decisions of the pool, number 14.
_FORBIDDEN_WORDS = re.compile(
    r"\b(protected|compliant|certified|guaranteed|guarantees|immune|approved by the pool|fair|fairly)\b",
    re.IGNORECASE,
)
_MACHINE_TRACES = re.compile(r"Undefined|\{\{|\}\}|\{%|<function |object at 0x|Traceback|%\([a-z_]+\)s")


def check_html(text: str, url: str) -> list[str]:
    """Return what is wrong with a page, each as ``url: problem``; an empty list means that all is well."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    document = parser.parse(text)
    problems = [f"markup: {code} at {where}" for where, code, _data in parser.errors]
    page = _Page(document)
    for check in (
        _head,
        _landmarks,
        _headings,
        _ids,
        _inputs,
        _controls,
        _code,
        _tables,
        _pictures,
        _forms,
        _words,
    ):
        problems += check(page)
    return [f"{url}: {problem}" for problem in problems]


def check_fragment(text: str, url: str) -> list[str]:
    """Return what is wrong with a piece of a page (an answer to htmx): the checks that need no whole page."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    page = _Page(parser.parseFragment(text))
    problems: list[str] = []
    for check in (_ids, _inputs, _controls, _code, _tables, _pictures, _forms, _words):
        problems += check(page)
    return [f"{url}: {problem}" for problem in problems]


class _Page:
    """A parsed page with the few questions the checks ask."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.elements = [e for e in document.iter() if isinstance(e.tag, str)]
        self.parents = {child: parent for parent in self.elements for child in parent}
        self.ids = Counter(e.get("id") for e in self.elements if e.get("id") is not None)

    def all(self, *names: str) -> Iterator[Any]:
        """Yield the elements of these names in order."""
        return (e for e in self.elements if _name(e) in names)

    def within(self, element: Any, name: str) -> bool:
        """Say whether an element stands inside another of this name."""
        above = self.parents.get(element)
        while above is not None:
            if _name(above) == name:
                return True
            above = self.parents.get(above)
        return False


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _spoken(element: Any) -> str:
    """Return the accessible name as far as a page without a browser can tell."""
    if element.get("aria-label"):
        return str(element.get("aria-label"))
    inner = [e for e in element.iter() if isinstance(e.tag, str)]
    alternatives = [e.get("alt") or e.get("aria-label") or "" for e in inner]
    return _text(element) or " ".join(a for a in alternatives if a) or str(element.get("title") or "")


def _shown(element: Any) -> str:
    return f"<{_name(element)} {' '.join(f'{k}={v!r}' for k, v in list(element.attrib.items())[:3])}>"


def _head(page: _Page) -> list[str]:
    found = []
    root = next(page.all("html"), None)
    if root is None or not root.get("lang"):
        found.append("the page names no language")
    titles = [e for e in page.all("title") if page.within(e, "head")]
    if len(titles) != 1 or not _text(titles[0]):
        found.append("the page needs exactly one title")
    return found


def _landmarks(page: _Page) -> list[str]:
    found = [f"one <{name}> is needed" for name in ("main",) if len(list(page.all(name))) != 1]
    skips = [e for e in page.all("a") if e.get("href") == "#main"]
    if not skips or "main" not in page.ids:
        found.append("the skip link or its target is missing")
    names = [e.get("aria-label") or e.get("aria-labelledby") for e in page.all("nav")]
    if len(names) > 1 and (None in names or len(set(names)) != len(names)):
        found.append("several <nav> need names of their own")
    return found


def _headings(page: _Page) -> list[str]:
    heads = [e for e in page.all("h1", "h2", "h3", "h4", "h5", "h6") if not page.within(e, "dialog")]
    levels = [int(_name(e)[1]) for e in heads]
    found = [] if levels.count(1) == 1 else [f"one h1 is needed, {levels.count(1)} found"]
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    found += [f"a heading jumps from h{a} to h{b}" for a, b in jumps]
    return found + [f"empty heading {_shown(e)}" for e in heads if not _spoken(e)]


def _ids(page: _Page) -> list[str]:
    twice = [(name, count) for name, count in page.ids.items() if count > 1 or not name]
    found = [f"the id {name!r} stands {count} times" for name, count in twice]
    for element in page.elements:
        for attribute in ("aria-labelledby", "aria-describedby", "for", "aria-controls", "form", "list"):
            for name in (element.get(attribute) or "").split():
                if name not in page.ids:
                    found.append(f"{attribute} of {_shown(element)} names no element: {name}")
    for link in page.all("a"):
        href = link.get("href") or ""
        if len(href) > 1 and href.startswith("#") and href[1:] not in page.ids:
            found.append(f"the link {href} leads nowhere")
    return found


def _inputs(page: _Page) -> list[str]:
    labels = {e.get("for") for e in page.all("label") if _spoken(e)}
    found = []
    for element in page.all(*_LABELLED):
        if element.get("type") in _UNLABELLED_TYPES:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("id") in labels
        if not named and not page.within(element, "label"):
            found.append(f"no label for {_shown(element)}")
    for group in page.all("fieldset"):
        if not any(_name(child) == "legend" and _text(child) for child in group):
            found.append(f"no legend in {_shown(group)}")
    return found


def _controls(page: _Page) -> list[str]:
    found = [f"no words in {_shown(e)}" for e in page.all(*_CONTROLS) if not _spoken(e)]
    for link in page.all("a"):
        href = link.get("href")
        scripted = (href or "").strip().lower().startswith(("javascript:", "data:", "vbscript:"))
        if not href or scripted:
            found.append(f"no proper address in {_shown(link)}")
        if link.get("target") == "_blank":
            found.append(f"a link opens another window: {_shown(link)}")
        if any(_name(inner) in ("a", "button", "input") for inner in link.iter() if inner is not link):
            found.append(f"a control stands inside the link {_shown(link)}")
    return found


def _code(page: _Page) -> list[str]:
    found = [f"<{_name(e)}> is not allowed" for e in page.all(*_FORBIDDEN_ELEMENTS)]
    for element in page.elements:
        for attribute in element.attrib:
            name = str(attribute).lower()
            if name == "style" or name.startswith(("on", "hx-on")):
                found.append(f"inline {name} in {_shown(element)}")
        if any(str(a).startswith("hx-") for a in element.attrib) and not element.get("hx-nonce"):
            found.append(f"htmx without hx-nonce in {_shown(element)}")
    for script in page.all("script"):
        if not script.get("src") or _text(script):
            found.append("inline script")
        elif not script.get("nonce"):
            found.append(f"script without nonce: {script.get('src')}")
    for element in page.all("script", "link", "img"):
        if urlsplit(element.get("src") or element.get("href") or "").netloc:
            found.append(f"something from elsewhere: {_shown(element)}")
    return found


def _tables(page: _Page) -> list[str]:
    found = []
    for table in page.all("table"):
        heads = [e for e in table.iter() if isinstance(e.tag, str) and _name(e) == "th"]
        if not heads:
            found.append("a table without head cells")
        found += [f"a head cell without scope: {_text(e)}" for e in heads if not e.get("scope")]
        if not any(_name(child) == "caption" for child in table):
            found.append("a table without caption")
    return found


def _pictures(page: _Page) -> list[str]:
    found = [f"no alternative text for {_shown(e)}" for e in page.all("img") if e.get("alt") is None]
    for drawing in page.all("svg"):
        hidden = drawing.get("aria-hidden") == "true"
        named = drawing.get("aria-labelledby") or drawing.get("aria-label")
        nested = page.within(drawing, "svg")
        if not hidden and not named and not nested:
            found.append("an svg that is neither named nor hidden")
    return found


def _forms(page: _Page) -> list[str]:
    found = []
    for form in page.all("form"):
        names = {e.get("name") for e in form.iter() if isinstance(e.tag, str)}
        if (form.get("method") or "get").lower() == "post":
            missing = {"csrf_token", "request_key"} - names
            if missing:
                found.append(f"the form to {form.get('action')} lacks {', '.join(sorted(missing))}")
        elif "csrf_token" in names:
            found.append(f"the form to {form.get('action')} would put its token into the address")
        if any(_name(inner) == "form" for inner in form.iter() if inner is not form):
            found.append("a form inside a form")
    return found


def _words(page: _Page) -> list[str]:
    root = next(page.all("body"), page.document)
    text = " ".join("".join(root.itertext()).split())
    banned = sorted({word.lower() for word in _FORBIDDEN_WORDS.findall(text)})
    found = [f"the page uses the word {word!r}" for word in banned]
    return found + [f"a trace of the machine: {m!r}" for m in sorted(set(_MACHINE_TRACES.findall(text)))]
