"""The demo's story: fifteen firms, ten auditors and twenty-six deployments go through the same journeys as users.

Days are told backwards from the day on which the demo is made, so that the demo is always of today: audits lie in the
past quarter, a period is closed, some work is under way, some lies ahead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from pool.demo import audits, cast
from pool.demo.cast import DeploymentCast
from pool.demo.teller import MAIL, PASSWORD, Teller
from pool.journeys import book, daily, plan, reset, settle, submit
from pool.kernel.listing import ListRequest
from pool.kernel.roles import Office
from pool.kernel.storage import Database, Work, takes_numbers
from pool.members import service as members
from pool.policy.loading import load_edition
from pool.registry import queries as registry
from pool.registry.inspection import inspect_path, merge
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem_json import problem_to_json

log = logging.getLogger("pool.demo")

#: Monitoring is filed this often, in days, by level; a report counts for its interval.
MONITORING_DAYS = {"low": 170, "medium": 85, "high": 28}
LEVELS = {"low": 1, "medium": 2, "high": 3}


def files_folder() -> Path:
    """Return the folder of the model files: inside the installed package, else the tests' samples."""
    packed = Path(__file__).parent / "files"
    return packed if packed.is_dir() else Path(__file__).parent.parent.parent / "tests" / "samples"


def tell(database: Database, today: date, say: Callable[[str], None] = log.info, *, files: Path | None = None) -> None:
    """Tell the whole story into an empty, migrated database; ``files`` is the folder for the bytes of model files."""
    teller = Teller(database, today, files)
    say("people: 15 firms, 10 auditors, the pool's offices")
    teller.do("clock", _seat_everybody)
    _profiles(teller)
    say("registry: foundation models, fine-tuned models, deployments")
    _registry(teller)
    refs = {one.key: one for one in cast.DEPLOYMENTS}
    say("first audits: requested, planned, done, decided")
    done = _first_audits(teller)
    say("a period: costs, shares, statements")
    _close_period(teller)
    say("work of today: bookings in every state")
    _later(teller)
    teller.go_to(0)
    _ask_for_a_reset(teller)
    for step in teller.read("clock", daily.due_steps):
        teller.do("clock", daily.STEPS[step.kind], **step.payload)
    say(f"done: {len(refs)} deployments, {len(done)} audits decided")


def _ask_for_a_reset(teller: Teller) -> None:
    """Have one administrator ask for a new sign-in: it waits for another one's word."""
    words = "lost the phone; called back under the number in the agreement"
    teller.do("amos", reset.ask_reset, email=f"wu@{MAIL}", reason=words)


# --- people ----------------------------------------------------------------------------------------------------------


@takes_numbers
def _seat_everybody(work: Work) -> None:
    for key, name, office in cast.POOL_PEOPLE:
        _sit(work, key, name, office)
    for firm in cast.FIRMS:
        view = members.admit_firm(
            work, name=firm.name, country=firm.country, contact_email=f"{firm.key}@{MAIL}", is_demo=True
        )
        for key, name, office in firm.people:
            _sit(work, key, name, office, firm_id=view.id)


def _sit(
    work: Work, key: str, name: str, office: Office, *, firm_id: int | None = None, auditor_id: int | None = None
) -> None:
    person = members.add_person(work, name=name, email=f"{key}@{MAIL}", password=PASSWORD, is_demo=True)
    members.give_seat(work, person_id=person.id, office=office, firm_id=firm_id, auditor_id=auditor_id)


def _profiles(teller: Teller) -> None:
    from auditors.roster import service as roster

    for one in cast.AUDITORS:

        @takes_numbers
        def join(work: Work, one: cast.AuditorCast = one) -> None:
            auditor = roster.add_auditor(
                work,
                name=one.name,
                region=one.region,
                languages=one.languages,
                day_rate_minor=one.day_rate_minor,
                currency="EUR",
                is_demo=True,
            )
            with work.as_pool():
                _sit(work, one.key, one.name, Office.AUDITOR, auditor_id=auditor.id)
            for code, level in one.competences:
                # Ines' health competence runs out soon, so that the roster has something to warn of.
                until = teller.day(-25) if (one.key, code) == ("ines", "X-HEA") else teller.day(-700)
                roster.add_competence(
                    work,
                    auditor=auditor.ref,
                    code=code,
                    level=level,
                    valid_from=teller.day(800),
                    valid_until=until,
                    evidence_note="certificate and witnessed audit, seen by the administrator",
                )

        teller.do("amos", join)


# --- registry --------------------------------------------------------------------------------------------------------


#: Firms named as parties of other firms' models.
PARTIES = {"xiaodao-bounded": {"elisabeth": "data"}}


def _registry(teller: Teller) -> None:
    teller.go_to(230)
    bases: dict[str, str] = {}
    for provider, name, version, aliases, markets in cast.BASES:
        base = teller.do(
            "rita",
            submit.add_foundation,
            provider=provider,
            name=name,
            version=version,
            aliases=aliases,
            is_demo=True,
        )
        bases[aliases[0]] = base.ref
        for market in sorted({*markets, "US"} if any(m.startswith("US-") for m in markets) else set(markets)):
            teller.do(
                "rita",
                submit.record_foundation_status,
                foundation=base.ref,
                market=market,
                status="registered",
                valid_from=teller.day(300),
                evidence_note=f"extract of the register of {market}, seen by the registrar",
            )
    for one in cast.MODELS:
        model = _register_model(teller, one, bases[one.base])
        for firm, role in PARTIES.get(one.key, {}).items():
            name = next(known.name for known in cast.FIRMS if known.key == firm)
            teller.do(manager_of(one.key), submit.name_party, model=model, firm=name, role=role)
    _register_deployments(teller, FIRST)


def _register_deployments(teller: Teller, keys: Iterable[str]) -> None:
    models = {view.name: view.ref for view in teller.read("rita", registry.models, ListRequest(size=200)).items}
    names = {one.key: one.name for one in cast.MODELS}
    for one in cast.DEPLOYMENTS:
        if one.key in keys:
            _register_deployment(teller, one, models[names[one.model]])


def manager_of(key: str) -> str:
    """Return the manager of the firm that a model or deployment belongs to."""
    model = next((m for m in cast.MODELS if m.key == key), None)
    if model is None:
        deployment = next(d for d in cast.DEPLOYMENTS if d.key == key)
        if not deployment.firm:
            return manager_of(deployment.model)
    key_of_firm = model.firm if model is not None else deployment.firm
    firm = next(f for f in cast.FIRMS if f.key == key_of_firm)
    return firm.people[0][0]


def _register_model(teller: Teller, one: cast.ModelCast, foundation: str) -> str:
    paths = sorted((files_folder() / one.folder).iterdir()) if one.folder else []
    files = [inspect_path(path) for path in paths if path.is_file()]
    if teller.store is not None:
        for path in paths:
            teller.store.put(path.read_bytes(), 1_000_000)
    merged = merge(files)
    named: dict[str, Any] = {}
    if one.hosted:
        provider, job, snapshot, endpoint = one.hosted
        named = {
            "hosted": True,
            "host_provider": provider,
            "host_job": job,
            "host_snapshot": snapshot,
            "host_endpoint": endpoint,
        }
    done = teller.do(
        manager_of(one.key),
        submit.register_model,
        name=one.name,
        foundation=foundation,
        version=merged.version or "1.0",
        method=merged.method or one.method,
        licence=merged.licence or "",
        datasets=list(merged.datasets or ()),
        stated_base=one.base,
        contradictions=[item.as_json() for item in merged.contradictions],
        contradictions_settled="The adapter's configuration is right: it was written by the training run."
        if merged.contradictions
        else "",
        files=[submit.file_of(file, path.stat().st_size) for file, path in zip(files, paths, strict=True)],
        **named,
    )
    return str(done.ref)


def indicators_of(case: str) -> dict[str, Any]:
    """Return the fifteen figures of one of the edition's worked cases."""
    worked = load_edition().documents["vignettes.yaml"]["vignettes"]
    return dict(next(one for one in worked if one["id"] == case)["indicators"])


def ref_of(teller: Teller, key: str) -> str:
    """Return the reference of a deployment of the cast."""
    name = next(one.name for one in cast.DEPLOYMENTS if one.key == key)
    return str(next(view.ref for view in teller.read("rita", registry.all_deployments) if view.name == name))


#: Deployments that stop short of the record, so that pages show every way of not being there yet.
NOT_ATTESTED = {"D21"}
NO_ETHICS = {"D20"}
REFUSED_ETHICS = {"D10"}


def _register_deployment(teller: Teller, one: DeploymentCast, model: str) -> None:
    who = manager_of(one.key)
    done = teller.do(
        who,
        submit.register_deployment,
        model=model,
        name=one.name,
        purpose=one.purpose,
        context=one.context,
        markets=one.markets,
        indicators=indicators_of(one.case),
        live_on=teller.now.date(),
    )
    if one.key in NOT_ATTESTED:
        return
    sign(teller, one.key, done.ref)
    tier = teller.read("rita", registry.deployment, done.ref).tier
    if tier != "low" and one.key not in NO_ETHICS:
        _ethics(teller, one.key, done.ref, refused=one.key in REFUSED_ETHICS)
    monitor(teller, one.key, done.ref, tier)


def sign(teller: Teller, key: str, ref: str) -> None:
    """Attest a deployment's registration by its firm's manager."""
    who = manager_of(key)
    teller.do(who, submit.attest, deployment=ref, signed_name=teller.actor(who).name)


def _ethics(teller: Teller, key: str, ref: str, *, refused: bool) -> None:
    request = teller.do(
        manager_of(key),
        submit.request_ethics,
        deployment=ref,
        answers={
            "who_may_be_harmed": "People who act on a wrong answer.",
            "how_it_is_noticed": "Weekly sample and complaints.",
            "what_was_done": "Boundary narrowed, hand-over to a person.",
        },
    )
    if refused:
        teller.do(
            "edda",
            submit.decide_ethics,
            request=request.ref,
            outcome="refused",
            reasons="Ranking people by predicted behaviour is not justified by the evidence handed in.",
        )
        return
    teller.do(
        "edda",
        submit.decide_ethics,
        request=request.ref,
        outcome="approved",
        reasons="Benefit is stated, harms are named and contained, people can reach a person.",
    )


def monitor(teller: Teller, key: str, ref: str, tier: str) -> None:
    """File a monitoring report up to yesterday."""
    teller.do(
        manager_of(key),
        submit.add_monitoring,
        deployment=ref,
        period_from=date.fromordinal(teller.now.date().toordinal() - MONITORING_DAYS[tier]),
        period_until=date.fromordinal(teller.now.date().toordinal() - 1),
        level=LEVELS[tier],
        sample_outputs={"low": 30, "medium": 100, "high": 300}[tier],
        off_scope_outputs=1,
        complaints=2,
        summary="Sample read by two people; one answer out of scope, handed over and put right.",
    )


def keep_up(teller: Teller, before: int, *tiers: str, attest: tuple[str, ...] = ()) -> None:
    """Go to a day and file monitoring for the deployments of some tiers; sign anew for those of ``attest``."""
    teller.go_to(before)
    known = {view.name: view.ref for view in teller.read("rita", registry.all_deployments)}
    for one in cast.DEPLOYMENTS:
        if one.key in NOT_ATTESTED or one.name not in known:
            continue
        ref = known[one.name]
        tier = teller.read("rita", registry.deployment, ref).tier
        if tier in tiers:
            monitor(teller, one.key, ref, tier)
        if tier in attest:
            sign(teller, one.key, ref)


# --- audits ----------------------------------------------------------------------------------------------------------

FIRST = ("D01", "D02", "D04", "D07", "D08", "D12", "D17")


def request(teller: Teller, key: str, *, window: tuple[int, int], until: str = "accepted", language: str = "en") -> str:
    """Take a booking of one deployment as far as ``until``; return its reference. Days count before today."""
    who = manager_of(key)
    booking = teller.do(
        who,
        book.request_booking,
        deployments=[ref_of(teller, key)],
        window_from=teller.day(window[0]),
        window_until=teller.day(window[1]),
        language=language,
    ).ref
    steps: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("submitted", lambda: teller.do(who, book.submit, booking=booking)),
        ("screened", lambda: teller.do("pia", book.screen, booking=booking)),
        ("quoted", lambda: teller.do("amos", book.quote, booking=booking)),
        (
            "accepted",
            lambda: teller.do(who, book.accept, booking=booking, signed_name=teller.actor(who).name),
        ),
    )
    if until == "draft":
        return str(booking)
    for state, step in steps:
        step()
        if state == until:
            break
    return str(booking)


def plan_now(teller: Teller) -> None:
    """Export the open problem, solve it, have it checked and publish it."""
    problem = teller.read("pia", plan.export_problem)
    answer = plan_to_json(solve(problem))
    kept = teller.do("pia", plan.keep_plan, problem=problem_to_json(problem), plan=answer)
    teller.do("pia", plan.publish_plan, plan=kept.ref)


def _first_audits(teller: Teller) -> tuple[str, ...]:
    teller.go_to(215)
    bookings = {key: request(teller, key, window=(200, 120)) for key in FIRST}
    plan_now(teller)
    for booking in bookings.values():
        audits.answer_all(teller, booking)
        audits.confirm(teller, booking)
    keep_up(teller, 203, "high")
    done = audits.hold(teller, bookings)
    return tuple(done)


def _close_period(teller: Teller) -> None:
    keep_up(teller, 80, "low", "medium", "high", attest=("medium", "high"))
    period = teller.do("tess", settle.open_period, from_on=teller.day(220), until_on=teller.day(82), currency="EUR").ref
    for facility, amount, document, note in (
        ("administration", 1_840_000, "PAY-114", "office, two quarters"),
        ("methodology", 960_000, "MTH-031", "test sets and templates"),
        ("X-HEA", 1_275_050, "HEA-007", "health desk and its auditors"),
        ("X-FIN", 2_310_000, "FIN-012", "finance desk and its auditors"),
        ("X-GEN", 412_300, "GEN-004", "general desk"),
        ("X-EDU", 655_010, "EDU-002", "education desk"),
        ("trips", 187_740, "TRV-019", "two trips on site"),
    ):
        teller.do(
            "tess",
            settle.add_cost,
            period=period,
            facility=facility,
            amount_minor=amount,
            document=document,
            note=note,
            incurred_on=teller.day(90),
        )
    teller.do("tess", settle.allocate, period=period)
    teller.do("amos", settle.review, period=period)
    teller.do("tess", settle.close, period=period)
    teller.do("tess", settle.open_period, from_on=teller.day(81), until_on=teller.day(-10), currency="EUR")


def _later(teller: Teller) -> None:
    teller.go_to(60)
    _register_deployments(teller, {one.key for one in cast.DEPLOYMENTS} - set(FIRST))
    keep_up(teller, 53, "high")
    running = {key: request(teller, key, window=(38, 8)) for key in ("D09", "D14", "D18")}
    plan_now(teller)
    for booking in running.values():
        audits.answer_all(teller, booking)
        audits.confirm(teller, booking)
    expired = request(teller, "D23", window=(20, -40), until="quoted")
    log.info("the estimate of %s is left to run out", expired)
    audits.under_way(teller, running)
    keep_up(teller, 16, "medium", "high", attest=("high",))
    withdrawn = request(teller, "D25", window=(0, -60), until="quoted")
    teller.do(manager_of("D25"), book.withdraw, booking=withdrawn, reason="the studio stops using it this month")
    ahead = {key: request(teller, key, window=(-8, -60)) for key in ("D13", "D19", "D05", "D15", "D22")}
    # Only one auditor of the pool speaks Chinese: the firm is engaged and waits, which is the pool's to mend.
    request(teller, "D03", window=(-8, -60), language="zh")
    plan_now(teller)
    for key in ("D13", "D19", "D15", "D22"):
        audits.answer_all(teller, ahead[key])
    for key in ("D13", "D19", "D22"):
        audits.confirm(teller, ahead[key])
    teller.do(manager_of("D22"), book.cancel, booking=ahead["D22"], reason="the model is replaced next month")
    teller.go_to(6)
    request(teller, "D16", window=(-20, -90), until="accepted")
    request(teller, "D20", window=(-20, -90), until="quoted")
    request(teller, "D06", window=(-20, -90), until="screened")
    request(teller, "D10", window=(-20, -90), until="submitted")
    returned = request(teller, "D11", window=(-20, -90), until="submitted")
    teller.do("pia", book.return_booking, booking=returned, items="Which languages do the people at the desk speak?")
    declined = request(teller, "D24", window=(-20, -90), until="screened")
    teller.do("pia", book.decline, booking=declined, reason="The deployment is replaced before an audit could begin.")
    request(teller, "D01", window=(-30, -120), until="draft")
    audits.incidents(teller)
    audits.interests(teller)
