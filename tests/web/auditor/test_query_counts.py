"""Pages of auditors and reviewers cost the same number of queries whatever stands on them."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from auditors.roster import service as roster_service
from tests.support import casework
from tests.support.audit_pages import answered
from tests.support.casework import World
from tests.support.queries import counted
from tests.support.web import get_page, sign_in

#: page -> the queries it takes, with one row or with three
COUNTS = {
    "/auditor/": 13,
    "/auditor/audits": 3,
    "/auditor/findings": 1,
    "/auditor/interests": 1,
    "/auditor/calendar": 10,
    "/auditor/audits/AUD-2026-0001": 18,
    "/pool/decisions": 11,
    "/pool/decisions/AUD-2026-0001": 24,
}


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(world: World, client: FlaskClient, rows: int) -> None:
    for number in range(2 * rows):
        ref = casework.open_audit(world)
        casework.to_stage2(world, ref)
        casework.rate_all(world, ref)
        for _finding in range(rows):
            answered(world, ref)
        if number >= rows:
            casework.to_submitted(world, ref)
        world.run("ada", roster_service.declare_interest, auditor="AUR-2026-0001", firm_name=f"Firm {number}",
                  kind="family", from_on=date(2024, 1, 1))  # fmt: skip
    found = {}
    for url in COUNTS:
        sign_in(client, world.ada if url.startswith("/auditor") else world.theo)
        with counted(world.database) as sent:
            get_page(client, url)
        found[url] = len(sent)
    assert found == COUNTS
