"""The checker of pages finds each fault it names, and nothing on a sound page."""

from __future__ import annotations

import pytest

from tests.support.html_checks import check_fragment, check_html

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A</title>
<script defer nonce="n" src="/static/a.js"></script></head><body><a href="#main">Skip</a>
<nav aria-label="Main"><a href="/">Home</a></nav><main id="main"><h1>A</h1>
<form method="post" action="/x"><input type="hidden" name="csrf_token" value="a">
<input type="hidden" name="request_key" value="b"><label for="i">Name</label><input id="i" name="i">
<button>Go</button></form>
<table><caption>T</caption><thead><tr><th scope="col">A</th></tr></thead>
<tbody><tr><td>1</td></tr></tbody></table>
</main></body></html>"""


def test_sound_page_has_no_problem() -> None:
    assert check_html(SOUND, "/") == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("</h1>", "</h2>", "markup"),
        ('<html lang="en">', "<html>", "language"),
        ("<title>A</title>", "<title></title>", "title"),
        ("<h1>A</h1>", "", "one h1"),
        ("<h1>A</h1>", "<h1>A</h1><h1>B</h1>", "one h1"),
        ("<h1>A</h1>", "<h1>A</h1><h3>B</h3>", "jumps"),
        ('<a href="#main">Skip</a>', "", "skip link"),
        ('<nav aria-label="Main">', "<nav></nav><nav>", "<nav>"),
        ('<label for="i">Name</label>', "", "no label"),
        ('<label for="i">Name</label>', '<label for="j">Name</label>', "names no element"),
        ("<h1>A</h1>", '<h1 id="i">A</h1>', "stands 2 times"),
        ("<button>Go</button>", "<button></button>", "no words"),
        ("<h1>A</h1>", '<h1 style="x">A</h1>', "inline style"),
        ("<h1>A</h1>", '<h1 onclick="x">A</h1>', "inline onclick"),
        ("<h1>A</h1>", "<h1>A</h1><style>p{}</style>", "<style>"),
        ("<h1>A</h1>", "<h1>A</h1><script>1</script>", "inline script"),
        ('nonce="n" ', "", "without nonce"),
        ('src="/static/a.js"', 'src="https://cdn.example/a.js"', "from elsewhere"),
        ("<h1>A</h1>", '<h1>A</h1><div hx-get="/x"></div>', "hx-nonce"),
        ("<h1>A</h1>", '<h1>A</h1><img src="/a.png">', "alternative"),
        ("<h1>A</h1>", "<h1>A</h1><svg></svg>", "named nor hidden"),
        ('<th scope="col">A</th>', "<th>A</th>", "scope"),
        ("<caption>T</caption>", "", "caption"),
        ('name="request_key"', 'name="other"', "lacks request_key"),
        ("<h1>A</h1>", '<h1>A</h1><a href="javascript:x">x</a>', "proper address"),
        ("<h1>A</h1>", '<h1>A</h1><a href="#gone">x</a>', "leads nowhere"),
        ("<h1>A</h1>", "<h1>A</h1><fieldset><input aria-label='x'></fieldset>", "no legend"),
        ("<h1>A</h1>", "<h1>A</h1><p>You are Protected.</p>", "'protected'"),
        ("<h1>A</h1>", "<h1>A</h1><p>{{ name }}</p>", "trace"),
        ('method="post"', 'method="get"', "into the address"),
    ],
)
def test_each_fault_is_found(old: str, new: str, problem: str) -> None:
    assert old in SOUND
    found = check_html(SOUND.replace(old, new, 1), "/")
    assert any(problem in one for one in found), found


def test_fragment_needs_no_frame_but_labels() -> None:
    assert check_fragment("<p>saved</p>", "/") == []
    assert check_fragment("<input name='x'>", "/") == ["/: no label for <input name='x'>"]
