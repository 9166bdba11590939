"""Invented reports for the tests of the papers: rich, small, large, and full of hostile text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pool.kernel.clock import utc
from pool.reports.values import (
    AuditSection,
    BasisLine,
    CostLine,
    CostSection,
    CostStatement,
    Deadline,
    DeploymentSection,
    DutyLine,
    FindingSection,
    FirmReport,
    MarketComparison,
    Reason,
    Remedy,
    StandingSpan,
    StandingView,
)

DUTY_NAMES = (
    "Registration of model and deployment", "Standing of the foundation model", "Roles and accountability",
    "Screen for prohibited and unwanted uses", "Competence of people", "Risk assessment before deployment",
    "Assessment of impact on persons", "Ethics review", "Change control and reclassification",
    "Training data provenance",
    "Data quality and representativeness", "Personal data and confidentiality", "Intellectual property and licences",
    "Evaluation of parameter changes", "Safety regression tests", "Fairness and bias tests", "Security and robustness",
    "Fine-tuning record", "Technical documentation", "Event logging", "Information for deployers",
    "Transparency to users and labelling", "Notice, explanation and human review for affected people",
    "Human oversight",
    "Complaints and feedback", "Care for vulnerable people", "Monitoring after deployment", "Incident reporting",
    "Remedy procedure", "Stop, rollback and retirement", "Engagement with shared audit",
    "Review and attestation by management", "Indicator reports to the registry", "Agreements along the value chain",
)  # fmt: skip

CONDITION_NAMES = (
    ("C1", "Lawfully registered foundation model", "registered in the EU register; registered in the CN filing list"),
    (
        "C2",
        "Registration complete and truthful to date",
        "attestation 41 days old of at most 365; no unreported change",
    ),
    ("C3", "Ethics review through the collective mechanism", "level 2 of 2; approved with conditions; none overdue"),
    ("C4", "Engagement with shared audit where available", "requested 2026-05-03; no offer yet; no refusal"),
    ("C5", "Reasonable remediation of identified harms and findings", "0 critical, 0 major, 0 minor overdue"),
    ("C6", "Incidents reported in time", "1 incident, reported 2 days before its deadline"),
    ("C7", "No negligent misstatement open", "none"),
    ("C8", "Monitoring at the effective level", "level 2 of 2"),
)


def duties(intensity: Decimal) -> tuple[DutyLine, ...]:
    """Return 34 duties whose levels look like those of an edition."""
    lines = []
    for index, name in enumerate(DUTY_NAMES):
        level = min(Decimal(3), (intensity * 3 + Decimal(index % 3) / 4).quantize(Decimal("0.01")))
        floor = Decimal((index * 7) % 5 // 3)
        lines.append(
            DutyLine(id=f"D{index + 1:02d}", name=name, level=level, legal_floor=floor, required=max(level, floor))
        )
    return tuple(lines)


def basis(*, deemed: bool) -> tuple[BasisLine, ...]:
    """Return the eight conditions; with ``deemed`` the fourth waits for the pool."""
    return tuple(
        BasisLine(
            condition=condition,
            name=name,
            met=condition != "C8" or deemed,
            deemed=deemed and condition == "C4",
            deemed_since=date(2026, 5, 3) if deemed and condition == "C4" else None,
            facts=facts,
            recorded_at=None if condition == "C7" else utc(2026, 9, 3 + index, 14, 20),
        )
        for index, (condition, name, facts) in enumerate(CONDITION_NAMES)
    )


def clinic(name: str = "临床问诊助手 Clinic Desk") -> DeploymentSection:
    """Return a high-tier deployment that waits for the pool."""
    return DeploymentSection(
        name=name,
        ref="DEP-2026-0011",
        model="meditune-qwen-lora 3.2 (LoRA)",
        base_model="Qwen2.5-14B-Instruct, 阿里云, registered",
        purpose="Prepares the first interview of patients in regional hospitals; a nurse reads every "
        "summary before use.",
        context="Health: triage support in hospitals",
        markets=("CN", "EU", "US-TX"),
        tier="high",
        intensity=Decimal("0.8432"),
        reasons=(
            Reason(
                id="H1",
                text="Outputs take part in decisions on life, health, liberty, critical infrastructure or "
                "essential "
                "services (health/advises)",
                value=Decimal("0.8432"),
            ),
            Reason(id="H3", text="A listed context of the EU AI Act, Annex III, is named", value=Decimal("0.7500")),
        ),
        nearest_rule="none above; with a person confirming each output the intensity would be 0.61 (medium).",
        duties=duties(Decimal("0.8432")),
        standing=StandingView(
            state="good_standing",
            on=date(2026, 11, 24),
            known=date(2026, 11, 24),
            since=date(2026, 6, 1),
            until=date(2027, 5, 31),
            deemed_since=date(2026, 5, 3),
            history=(
                StandingSpan(state="pending", from_on=date(2026, 2, 10), to_on=date(2026, 6, 1)),
                StandingSpan(state="good_standing", from_on=date(2026, 6, 1), to_on=date(2026, 9, 12)),
                StandingSpan(state="at_risk", from_on=date(2026, 9, 12), to_on=date(2026, 9, 30)),
                StandingSpan(state="good_standing", from_on=date(2026, 9, 30), deemed=True),
            ),
        ),
        basis=basis(deemed=True),
        next_step="Accept one of the dates that the pool offers until 2026-12-05.",
    )


def tutor() -> DeploymentSection:
    """Return a medium-tier deployment at risk with a suspension due."""
    return DeploymentSection(
        name="Εκπαιδευτικός βοηθός Παιδεία",
        ref="DEP-2026-0012",
        model="paideia-mistral-ft 1.0",
        base_model="Mistral-7B-v0.3, registered",
        purpose="Explains homework to pupils from fourteen years on; answers are logged and sampled weekly "
        "by teachers.",
        context="Education: tutoring",
        markets=("EU",),
        tier="medium",
        intensity=Decimal("0.5120"),
        reasons=(
            Reason(id="M2", text="Minors are among the identifiable users of the deployment", value=Decimal("0.5120")),
        ),
        nearest_rule="H2 (mass consumer autonomy) from 50 000 monthly users on; now 11 400.",
        duties=duties(Decimal("0.5120")),
        standing=StandingView(
            state="at_risk",
            on=date(2026, 11, 24),
            known=date(2026, 11, 24),
            since=date(2026, 10, 2),
            due_state="suspended",
            due_since=date(2026, 11, 17),
            history=(
                StandingSpan(state="pending", from_on=date(2025, 12, 1), to_on=date(2026, 1, 20)),
                StandingSpan(state="good_standing", from_on=date(2026, 1, 20), to_on=date(2026, 10, 2)),
                StandingSpan(state="at_risk", from_on=date(2026, 10, 2)),
            ),
        ),
        basis=basis(deemed=False),
        next_step="Send the monitoring report of the third quarter; it was due on 2026-10-02.",
    )


def letters() -> DeploymentSection:
    """Return a low-tier deployment with a Cyrillic name and everything met."""
    return DeploymentSection(
        name="Помощник для писем",
        ref="DEP-2026-0013",
        model="pismo-llama-lora 0.9",
        base_model="Llama-3.1-8B, registered",
        purpose="Drafts internal letters.",
        context="Office work",
        markets=("EU",),
        tier="low",
        intensity=Decimal("0.1875"),
        nearest_rule="M1 (external users) as soon as letters leave the firm without a reader.",
        duties=duties(Decimal("0.1875")),
        standing=StandingView(
            state="good_standing",
            on=date(2026, 11, 24),
            known=date(2026, 11, 24),
            since=date(2026, 3, 2),
            until=date(2028, 3, 1),
        ),
        basis=tuple(replace(line, met=True) for line in basis(deemed=False)),
    )


def findings() -> tuple[FindingSection, ...]:
    """Return one finding of every grade, in several states."""
    return (
        FindingSection(
            ref="FND-2026-0031",
            grade="major",
            requirement="D15 item 2: after every change of parameters the safety tests of the base model "
            "are run again.",
            statement="Version 3.1 went live on 2026-08-14 without the regression run; the run of "
            "2026-08-20 shows 7 of 212 "
            "refusals lost, among them two on dosage of anticoagulants.",
            evidence="Run log sha256:5b1e0c…; release note 3.1; interview with the release manager on 2026-09-02.",
            state="verified_closed",
            deadlines=(
                Deadline(what="Answer", due_on=date(2026, 9, 24), done_on=date(2026, 9, 19)),
                Deadline(what="Remedy", due_on=date(2026, 10, 24), done_on=date(2026, 10, 11)),
            ),
            remedy=Remedy(
                correction="Version 3.1 was taken back the same day; 3.2 with all refusals restored went "
                "live on 2026-09-05.",
                root_cause="The release pipeline let a person skip the safety suite with a flag meant for "
                "documentation.",
                action="The flag is gone. A release without a green run of the suite cannot be tagged; two "
                "people hold the key.",
            ),
            verified_by="Dr. Zoë Ångström (auditor)",
            verified_on=date(2026, 10, 20),
        ),
        FindingSection(
            ref="FND-2026-0032",
            grade="minor",
            requirement="D20 item 1: events are logged with the version of the model that produced them.",
            statement="In 14 of 60 sampled records the version is missing since the logging library was changed.",
            state="response_accepted",
            deadlines=(Deadline(what="Remedy", due_on=date(2026, 12, 18)),),
            remedy=Remedy(
                correction="Missing versions were filled in from deployment times.",
                root_cause="The new library drops unknown fields.",
                action="A contract test between service and log store runs at each build.",
            ),
        ),
        FindingSection(
            ref="FND-2026-0033",
            grade="observation",
            requirement="D05 item 3: people who override the model are trained once a year.",
            statement="Training took place, but the list of participants is kept in a private mailbox.",
            state="noted",
        ),
        FindingSection(
            ref="FND-2026-0034",
            grade="good_practice",
            requirement="D25 item 1: complaints reach a person.",
            statement="Patients reach a named nurse within one hour, in four languages.",
            state="noted",
        ),
    )


def audits() -> tuple[AuditSection, ...]:
    """Return an audit with findings and one without any."""
    return (
        AuditSection(
            ref="AUD-2026-0007",
            kind="Initial audit, two stages",
            team=("Dr. Zoë Ångström (lead)", "李娜", "Милан Петровић"),
            starts_on=date(2026, 8, 31),
            ends_on=date(2026, 9, 4),
            deployments=("DEP-2026-0011 临床问诊助手 Clinic Desk",),
            outcome="Statement issued, with one minor finding open",
            decided_on=date(2026, 10, 28),
            decided_by="Ελένη Παπαδοπούλου",
            findings=findings(),
        ),
        AuditSection(
            ref="AUD-2026-0015",
            kind="Desk audit",
            team=("王小明 (lead)",),
            starts_on=date(2026, 3, 9),
            deployments=("DEP-2026-0013 Помощник для писем",),
            outcome="Listing confirmed",
            decided_on=date(2026, 3, 20),
            decided_by="Ελένη Παπαδοπούλου",
        ),
    )


def cost() -> CostSection:
    """Return a share of five shared facilities and one direct cost."""
    lines = (
        CostLine(
            facility_id="administration", name="Administration", amount_minor=84_146,
            driver="one part per member and deployment", weight=3, total_weight=41, users=12,
        ),
        CostLine(
            facility_id="methodology", name="Methodology and templates", amount_minor=111_079,
            driver="intensity-weighted deployments", weight=154, total_weight=1_733, users=12,
        ),
        CostLine(
            facility_id="domain-health", name="Competence in health", amount_minor=509_091,
            driver="planned half-days of health auditors", weight=14, total_weight=22, users=2,
        ),
        CostLine(
            facility_id="domain-education", name="Competence in education", amount_minor=174_194,
            driver="planned half-days of education auditors", weight=6, total_weight=31, users=4,
        ),
        CostLine(
            facility_id="trips", name="Trips, round tour of October", amount_minor=20_808,
            driver="kilometres of the stand-alone trip", weight=412, total_weight=1_980, users=5,
        ),
        CostLine(
            facility_id="direct-0031", name="Follow-up of FND-2026-0031", amount_minor=96_000, driver="", direct=True
        ),
    )  # fmt: skip
    return CostSection(
        period="2026 Q3",
        currency="EUR",
        lines=lines,
        total_minor=sum(line.amount_minor for line in lines),
        exact_total="1418461375/1426",
        estimate_minor=1_020_000,
        market_comparison=MarketComparison(
            amount_minor=1_890_000, source="offer of a private audit house for the same scope", dated=date(2026, 7, 14)
        ),
        closed_on=date(2026, 10, 15),
    )


def rich_report() -> FirmReport:
    """Return a report with everything in it."""
    return FirmReport(
        firm_name="Müller & 张伟 医疗科技 (Zürich) – Ιατρική Τεχνολογία",
        firm_ref="FRM-2026-0003",
        as_of=utc(2026, 11, 24, 9, 0),
        period="1 January to 24 November 2026",
        edition="2026.1",
        edition_digest="sha256:9f2b6c1d0e5a4b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e",
        number="RPT-2026-0042",
        deployments=(clinic(), tutor(), letters()),
        audits=audits(),
        cost=cost(),
        limits=("The tier follows what the firm declared and auditors saw; a change of use since then is not in it.",),
        demo=True,
    )


def bare_report() -> FirmReport:
    """Return a report of a firm that has just joined: nothing in it yet."""
    return replace(rich_report(), deployments=(), audits=(), cost=None, limits=(), demo=False, firm_name="Neu GmbH")


def large_report(count: int) -> FirmReport:
    """Return a report with many deployments and as many audits."""
    return replace(
        rich_report(),
        deployments=tuple(
            replace((clinic, tutor, letters)[index % 3](), name=f"Deployment {index + 1} 部署")
            for index in range(count)
        ),
        audits=tuple(replace(audits()[index % 2], ref=f"AUD-2026-{index + 100:04d}") for index in range(count)),
    )


def rich_statement() -> CostStatement:
    """Return a statement with everything in it."""
    return CostStatement(
        firm_name="Müller & 张伟 医疗科技 (Zürich)",
        firm_ref="FRM-2026-0003",
        as_of=utc(2026, 10, 15, 16, 30),
        edition="2026.1",
        edition_digest="sha256:9f2b6c1d0e5a4b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e",
        number="STM-2026-0107",
        cost=cost(),
        due_on=date(2026, 11, 14),
        proved=(
            "The lines of all members sum to the cost of each facility, to the last cent.",
            "No member pays more than it would alone, facility by facility.",
        ),
        demo=True,
    )
