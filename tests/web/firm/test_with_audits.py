"""The firm's pages once audits, findings and statements exist."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from pool.web.firm.deployment import TABS
from tests.support.people import Pool
from tests.support.web import get_page, sign_in
from tests.support.world import CANARY, build
from tests.support.world_audits import build_audits, build_money


def test_pages_of_a_firm_with_everything_hold_nothing_of_another(
    pool: Pool, client: FlaskClient, tmp_path: Path
) -> None:
    world = build(pool)
    build_audits(world, tmp_path / "files")
    build_money(world)
    sign_in(client, pool.mara)
    (own,) = (world.made["Orchid Health"]["deployment"],)
    home = get_page(client, "/firm")
    pages = [home, *(get_page(client, f"/firm/{name}") for name in ("models", "deployments", "people"))]
    pages += [get_page(client, f"/firm/deployments/{own}" + ("" if tab == "facts" else f"/{tab}")) for tab in TABS]
    assert not any(CANARY["Birch Credit"] in page for page in pages)
    assert any(CANARY["Orchid Health"] in page for page in pages)
    assert "Where your records stand" in home
