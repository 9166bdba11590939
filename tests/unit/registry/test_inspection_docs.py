"""docs/model-files.md names every warning code, and none that is never given."""

from __future__ import annotations

import re
from pathlib import Path

import pool.registry.inspection

CHECKOUT = Path(__file__).resolve().parents[3]


def test_documented_warning_codes_are_those_of_the_code() -> None:
    page = (CHECKOUT / "docs" / "model-files.md").read_text(encoding="utf-8")
    table = page.split("## Warning codes")[1].split("## Limits")[0]
    documented = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(pool.registry.inspection.__path__[0]).glob("*.py")
    )
    given = set(re.findall(r'(?:warn|FileWarning)\(\s*"([a-z-]+)"', source))
    # The one place where a code is made from the field's name.
    given |= {f"{field}-not-stated" for field in re.findall(r'_stated\("([a-z]+)"', source)}
    assert documented == sorted(given)
