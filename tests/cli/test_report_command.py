"""``audit-pool report``: the paper, its facts and its bytes; and the folder of ``audit-pool demo``."""

from __future__ import annotations

from pathlib import Path

import pytest

from pool.cli.demo import BEGUN, DONE, refuse_strange
from pool.kernel.digest import sha256_hex
from tests.cli.asking import answer, refusal

KEYS = ["firm", "number", "as_of", "file", "pages", "sha256", "facts", "demo", "warnings"]


@pytest.mark.slow
@pytest.mark.usefixtures("demo_url")
def test_report_of_a_day_has_the_same_bytes_twice(tmp_path: Path) -> None:
    papers = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    told = [
        answer("report", "FIRM-2025-0005", "-o", path, "--on", "2026-01-01", "--as", "ben@demo.example")
        for path in papers
    ]
    assert list(told[0]) == KEYS
    assert told[0]["demo"] is True
    assert papers[0].read_bytes() == papers[1].read_bytes()
    assert {one["sha256"] for one in told} == {sha256_hex(papers[0].read_bytes())}
    assert papers[0].read_bytes().startswith(b"%PDF-")


@pytest.mark.slow
@pytest.mark.usefixtures("demo_url")
@pytest.mark.parametrize(
    ("argv", "field"),
    [
        (["FIRM-2025-9999", "-o", "x.pdf", "--as", "ben@demo.example"], "firm"),
        (["FIRM-2025-0001", "-o", "x.pdf", "--as", "ben@demo.example"], "firm"),
        (["FIRM-2025-0005", "-o", "x.pdf", "--as", "nobody@demo.example"], "as"),
        (["FIRM-2025-0005", "-o", "x.pdf", "--on", "2999-01-01", "--as", "ben@demo.example"], "on"),
        (["FIRM-2025-0005", "-o", "nowhere/x.pdf", "--as", "ben@demo.example"], "output"),
        (["FIRM-2025-0005", "--as", "ben@demo.example"], "output"),
        (["FIRM-2025-0005", "-o", "x.pdf"], "as"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_report_refuses(argv: list[str], field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal("report", *argv)["field"] == field
    assert list(tmp_path.iterdir()) == []


def test_demo_leaves_a_folder_of_others_alone(tmp_path: Path) -> None:
    """A real pool's folder looks like a demo's, but for the mark: its database is never touched."""
    for name in ("pool.sqlite", "secret"):
        (tmp_path / name).write_text("somebody's pool")
    assert refusal("demo", "--check", "--data", tmp_path)["field"] == "data"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pool.sqlite", "secret"]
    assert (tmp_path / "pool.sqlite").read_text() == "somebody's pool"
    file = tmp_path / "secret"
    assert refusal("demo", "--check", "--data", file)["field"] == "data"


@pytest.mark.parametrize("mark", [BEGUN, DONE])
def test_demo_knows_its_own_folder(mark: str, tmp_path: Path) -> None:
    refuse_strange(tmp_path)
    refuse_strange(tmp_path / "new")
    (tmp_path / mark).touch()
    (tmp_path / "pool.sqlite").touch()
    refuse_strange(tmp_path)
