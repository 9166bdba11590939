"""One small writer of SVG: elements as values, everything escaped, no style attributes, no scripts.

This is the only place of the product that calls a text safe for a page (``Markup``).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from markupsafe import Markup

#: Our keyword names whose SVG names differ by more than underscores.
_NAMES = {
    "class_": "class",
    "view_box": "viewBox",
    "pattern_units": "patternUnits",
    "preserve": "preserveAspectRatio",
}
_ELEMENTS = frozenset(
    {"svg", "g", "rect", "line", "path", "circle", "text", "title", "desc", "a", "defs", "pattern", "polygon"}
)


@dataclass(frozen=True)
class Element:
    """One SVG element. Children that are texts are escaped when written."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element | str, ...]

    def written(self) -> str:
        """Return the element as SVG text."""
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        inner = "".join(c.written() if isinstance(c, Element) else escape(c) for c in self.children)
        return f"<{self.name}{attributes}>{inner}</{self.name}>"


def el(name: str, *children: Element | str | None, **attributes: str | int | float | None) -> Element:
    """Make an element; attributes that are None are left out, ``text_anchor`` is written ``text-anchor``.

    Raises: ValueError for elements and attributes a strict page may not hold.
    """
    if name not in _ELEMENTS:
        raise ValueError(f"no element {name} here")
    pairs = tuple((_attribute(key), _text(value)) for key, value in attributes.items() if value is not None)
    for key, value in pairs:
        if key == "style" or key.startswith("on"):
            raise ValueError(f"attribute {key} is not allowed")
        if key == "href" and (value.startswith("//") or not value.startswith(("/", "#", "?"))):
            raise ValueError(f"a chart links to pages of its own only, not to {value!r}")
    return Element(name, pairs, tuple(child for child in children if child is not None))


def _attribute(key: str) -> str:
    return _NAMES.get(key, key.rstrip("_").replace("_", "-"))


def _text(value: str | int | float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def share(value: float) -> str:
    """Return a fraction of the width (0 to 1) as a percentage, so that bars stretch and letters do not."""
    return f"{value * 100:.3f}".rstrip("0").rstrip(".") + "%"


def picture(
    *children: Element | None,
    key: str,
    title: str,
    description: str,
    height: int,
    links: bool = False,
    class_: str = "",
) -> Markup:
    """Return a whole chart as page text: as wide as its place, ``height`` pixels high, named and described.

    ``links`` says that parts of it can be followed; then it is a group, not one picture, to assistive
    technology.
    """
    whole = el(
        "svg",
        el("title", title, id=f"{key}-title"),
        el("desc", description, id=f"{key}-desc"),
        *children,
        class_=f"chart-svg {class_}".strip(),
        role="group" if links else "img",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
        width="100%",
        height=height,
        xmlns="http://www.w3.org/2000/svg",
    )
    return Markup(whole.written())
