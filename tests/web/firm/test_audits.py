"""An audit in the firm's pages: team, report to comment on, findings, results, decision."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from auditors.casework import queries, service
from tests.support import casework
from tests.support.audit_pages import world
from tests.support.casework import World
from tests.support.queries import counted
from tests.support.web import arrived, get_page, post, proofs, same_for_all, send, sign_in

__all__ = ["world"]


@pytest.fixture
def audit(world: World) -> str:
    """Give an audit of Orchid Health in stage 2, every point rated."""
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    return ref


def _reported(world: World, ref: str) -> None:
    world.run("ada", service.end_fieldwork, audit_ref=ref)
    world.run("ada", service.write_report, audit_ref=ref, summary="What we saw on the wards.")
    world.run("ada", service.send_report, audit_ref=ref)


def test_audit_under_way_shows_team_and_who_acts(world: World, audit: str, client: FlaskClient) -> None:
    sign_in(client, world.mara)
    text = get_page(client, f"/firm/audits/{audit}")
    assert "Fieldwork is under way." in text and "Ada Lindqvist (Lead auditor)" in text
    assert "Must act: Auditor" in text and "None issued so far" in text
    assert "Results per test point" not in text, "ratings are the team's until the report"
    assert "duties it is held against" in text


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_whatever_it_holds(world: World, audit: str, client: FlaskClient, rows: int) -> None:
    refs = [casework.issue(world, audit) for _n in range(rows)]
    sign_in(client, world.mara)
    with counted(world.database) as sent:
        text = get_page(client, f"/firm/audits/{audit}")
    assert all(ref in text for ref in refs)
    assert len(sent) == 20


def test_report_is_commented_once(world: World, audit: str, client: FlaskClient) -> None:
    address = f"/firm/audits/{audit}/comment"
    sign_in(client, world.milo)
    assert client.get(address).status_code == 409, "there is no report yet"
    _reported(world, audit)
    page = get_page(client, f"/firm/audits/{audit}")
    assert "Comment on the facts" in page and "What we saw on the wards." in page
    assert "None. An audit without findings is a valid audit." in page
    assert "What we saw on the wards." in get_page(client, address)
    assert post(client, address, {"comment": ""}).status_code == 422
    form = {**proofs(get_page(client, address)), "action": "submit", "comment": "The figure is of July"}
    answers = [send(client, address, form) for _click in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    text = arrived(client, answers[0])
    assert "The figure is of July" in text and "You commented on the facts." in text and address not in text
    assert client.get(address).status_code == 409
    world.run("ada", service.answer_comment, audit_ref=audit, answer="Mended in the report")
    assert "Mended in the report" in get_page(client, f"/firm/audits/{audit}")
    (part,) = world.ask("mara", queries.audit_file, audit).participants
    assert part.comment == "The figure is of July"


def test_report_sent_for_comment_shows_the_rating_of_each_point_and_no_working_paper(
    world: World, audit: str, client: FlaskClient
) -> None:
    world.run("bruno", service.rate_point, audit_ref=audit, point_id="TP-02", rating="observation", **casework.RATED)
    _reported(world, audit)
    sign_in(client, world.mara)
    text = get_page(client, f"/firm/audits/{audit}")
    assert "Results per test point" in text and "2 conforming, 1 observation" in text
    for point in casework.POINTS:
        assert f"What does {point} ask?" in text
    assert casework.RATED["sample"] not in text and casework.RATED["result"] not in text

    world.run("mara", service.comment_report, audit_ref=audit, comment="")
    world.run("ada", service.submit_report, audit_ref=audit)
    assert "Results per test point" in get_page(client, f"/firm/audits/{audit}"), "what was shown stays shown"


def test_shared_audit_shows_the_other_firm_by_name_only(world: World, client: FlaskClient) -> None:
    ref = casework.open_audit(world, firms=("Orchid Health", "Birch Credit"))
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref, deployment="DEP-2026-0002")
    sign_in(client, world.mara)
    text = get_page(client, f"/firm/audits/{ref}")
    assert finding not in text and "/firm/deployments/DEP-2026-0002" not in text


def test_foreign_and_absent_audits_look_the_same(world: World, client: FlaskClient) -> None:
    foreign, absent = casework.open_audit(world, firms=("Birch Credit",)), "AUD-2026-0999"
    sign_in(client, world.mara)
    key = {**proofs(get_page(client, "/firm/people")), "action": "submit", "comment": "x"}
    for tail in ("", "/comment"):
        seen = [client.get(f"/firm/audits/{ref}{tail}") for ref in (foreign, absent)]
        assert [one.status_code for one in seen] == [404, 404]
        assert len({same_for_all(one.get_data(as_text=True), foreign, absent) for one in seen}) == 1, tail
    answers = [client.post(f"/firm/audits/{ref}/comment", data=key) for ref in (foreign, absent)]
    assert [one.status_code for one in answers] == [404, 404]
    assert len({same_for_all(one.get_data(as_text=True), foreign, absent) for one in answers}) == 1
