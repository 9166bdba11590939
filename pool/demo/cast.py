"""The cast of the demo: invented firms, people, auditors and base models. Nothing here is real.

Risk figures of the deployments are those of the edition's worked cases, named by their number.
"""

from __future__ import annotations

from dataclasses import dataclass

from pool.kernel.roles import Office


@dataclass(frozen=True, slots=True)
class FirmCast:
    """A firm with its people: (key, name, office)."""

    key: str
    name: str
    country: str
    people: tuple[tuple[str, str, Office], ...]


@dataclass(frozen=True, slots=True)
class AuditorCast:
    """An auditor: competences with levels, languages, region, day rate in minor units."""

    key: str
    name: str
    region: str
    languages: tuple[str, ...]
    competences: tuple[tuple[str, int], ...]
    day_rate_minor: int


@dataclass(frozen=True, slots=True)
class ModelCast:
    """A fine-tuned model: from a folder of files, or hosted at a provider."""

    key: str
    firm: str
    name: str
    base: str
    folder: str = ""
    hosted: tuple[str, str, str, str] | None = None
    method: str = "lora"


@dataclass(frozen=True, slots=True)
class DeploymentCast:
    """A deployment: its figures are those of a worked case of the edition.

    ``firm`` is who deploys where that is a party of the model other than its tuner.
    """

    key: str
    model: str
    case: str
    name: str
    purpose: str
    context: str
    markets: tuple[str, ...]
    firm: str = ""


MANAGER, MEMBER = Office.FIRM_MANAGER, Office.FIRM_MEMBER

FIRMS = (
    FirmCast("elisabeth", "St. Elisabeth Hospital Group", "DE", (("hanna", "Hanna Riedel", MANAGER),)),
    FirmCast(
        "xiaodao",
        "小岛健康科技 Xiaodao Health",
        "CN",
        (("lin", "林晓岚 Lin Xiaolan", MANAGER), ("wu", "Wu Jian", MEMBER)),
    ),
    FirmCast("nordkai", "Nordkai Logistics", "DE", (("jonas", "Jonas Petersen", MANAGER),)),
    FirmCast("kestrel", "Kestrel Retail Cloud", "US", (("maya", "Maya Brooks", MANAGER),)),
    FirmCast("birch", "Birch Credit Union", "US", (("ben", "Ben Osei", MANAGER), ("ruth", "Ruth Alvarez", MEMBER))),
    FirmCast("granite", "Granite National Lending", "US", (("carl", "Carl Whitman", MANAGER),)),
    FirmCast("meridian", "Meridian Assistants", "FR", (("elise", "Élise Fournier", MANAGER),)),
    FirmCast("civic", "Civic Systems", "NL", (("sanne", "Sanne de Vries", MANAGER),)),
    FirmCast("lykeion", "Λύκειον Εκπαίδευση", "GR", (("nikos", "Νίκος Παππάς", MANAGER),)),
    FirmCast("lumen", "Lumen Companion", "IE", (("aoife", "Aoife Brennan", MANAGER),)),
    FirmCast("copperleaf", "Copperleaf Water", "AT", (("georg", "Georg Huber", MANAGER),)),
    FirmCast("linden", "Linden & Roe Legal Tools", "GB", (("priya", "Priya Nair", MANAGER),)),
    FirmCast("urozhai", "Урожай Консультации", "KZ", (("aigerim", "Айгерим Сапарова", MANAGER),)),
    FirmCast("playfield", "Playfield Studio", "SE", (("lars", "Lars Ekholm", MANAGER),)),
    FirmCast("tablespoon", "Tablespoon Kitchen", "US", (("dana", "Dana Kim", MANAGER),)),
)

POOL_PEOPLE = (
    ("pia", "Pia Duarte", Office.PLANNER),
    ("rita", "Rita Sørensen", Office.REGISTRAR),
    ("theo", "Theo Marchetti", Office.TECHNICAL_REVIEWER),
    ("dora", "Dora Haddad", Office.DECISION_MAKER),
    ("edda", "Edda Novák", Office.ETHICS_REVIEWER),
    ("ivo", "Ivo Petrov", Office.IMPARTIALITY_OFFICER),
    ("tess", "Tess Okafor", Office.TREASURER),
    ("amos", "Amos Berg", Office.ADMINISTRATOR),
    ("vera", "Vera Lindgren", Office.ADMINISTRATOR),
)

AUDITORS = (
    AuditorCast(
        "ada",
        "Ada Lindqvist",
        "EU",
        ("en", "de"),
        (("F1", 3), ("F2", 2), ("F5", 2), ("X-HEA", 2), ("X-GEN", 2), ("X-CON", 2)),
        95_000,
    ),
    AuditorCast(
        "bruno",
        "Bruno Keller",
        "EU",
        ("en", "de"),
        (("F2", 3), ("F3", 2), ("F4", 2), ("X-FIN", 2), ("X-INF", 2)),
        88_000,
    ),
    AuditorCast(
        "chen", "Chen Yu 陈宇", "CN", ("en", "zh"), (("F1", 3), ("F2", 3), ("F3", 2), ("F5", 2), ("X-HEA", 2)), 76_000
    ),
    AuditorCast(
        "dimitra",
        "Δήμητρα Αλεξίου",
        "EU",
        ("en", "el"),
        (("F1", 3), ("F5", 3), ("F6", 2), ("X-EDU", 2), ("X-PUB", 2)),
        82_000,
    ),
    AuditorCast(
        "emeka", "Emeka Obi", "EU", ("en", "fr"), (("F1", 3), ("F2", 2), ("F4", 3), ("X-CON", 2), ("X-EMP", 2)), 90_000
    ),
    AuditorCast("farah", "Farah Haidari", "EU", ("en", "fr"), (("F3", 3), ("F5", 2), ("F6", 3), ("X-PUB", 2)), 84_000),
    AuditorCast(
        "grace", "Grace Holloway", "US", ("en",), (("F1", 3), ("F2", 2), ("F5", 3), ("X-FIN", 3), ("X-GEN", 2)), 105_000
    ),
    AuditorCast(
        "hiro", "Hiro Tanaka", "EU", ("en",), (("F2", 3), ("F4", 3), ("F6", 2), ("X-INF", 2), ("X-CON", 2)), 92_000
    ),
    AuditorCast(
        "ines",
        "Inês Carvalho",
        "EU",
        ("en", "de"),
        (("F1", 3), ("F3", 2), ("F6", 2), ("X-HEA", 3), ("X-EDU", 2)),
        87_000,
    ),
    AuditorCast(
        "jakub",
        "Jakub Wiśniewski",
        "EU",
        ("en", "de"),
        (("F1", 3), ("F2", 2), ("F5", 2), ("X-GEN", 3), ("X-INF", 2)),
        79_000,
    ),
)

#: provider, name, version, aliases, markets where it is registered
BASES = (
    ("northlight", "aurora-7b-instruct", "1.2", ("northlight/aurora-7b-instruct",), ("EU", "US", "CN")),
    ("harborline", "tern-13b", "2.0", ("harborline/tern-13b",), ("EU", "US")),
    ("harborline", "tern-13b-instruct", "2.0", ("harborline/tern-13b-instruct",), ("EU", "US", "US-CO")),
    ("open-lantern", "lantern-3b", "0.9", ("open-lantern/lantern-3b",), ("EU", "US")),
    ("kite-labs", "heron-9b", "3.1", ("kite-labs/heron-9b",), ("EU", "US", "CN", "US-CA", "US-CO")),
)

MODELS = (
    ModelCast("ward-helper", "elisabeth", "Ward helper", "northlight/aurora-7b-instruct", folder="arztbrief"),
    ModelCast("xiaodao-bounded", "xiaodao", "小岛导诊 1", "kite-labs/heron-9b", folder="xiao-daoshi"),
    ModelCast(
        "xiaodao-urgency",
        "xiaodao",
        "小岛分诊 2",
        "kite-labs/heron-9b",
        hosted=("Kite Labs", "ft-job-8831", "heron-9b:xd-2", ""),
    ),
    ModelCast("bill-reader", "nordkai", "Bill-of-lading reader", "open-lantern/lantern-3b", method="full"),
    ModelCast("kestrel-triage", "kestrel", "Ticket triage", "harborline/tern-13b-instruct", folder="claims-triage"),
    ModelCast(
        "kestrel-agent",
        "kestrel",
        "Service agent",
        "kite-labs/heron-9b",
        hosted=("Kite Labs", "ft-job-9120", "heron-9b:kr-4", ""),
    ),
    ModelCast("birch-score", "birch", "Score explainer", "harborline/tern-13b-instruct", folder="kredit-erklaerer"),
    ModelCast("granite-auto", "granite", "Auto-decision adapter", "harborline/tern-13b"),
    ModelCast("meridian-one", "meridian", "Meridian One", "kite-labs/heron-9b", method="full"),
    ModelCast("civic-tools", "civic", "Civic drafting and ranking", "northlight/aurora-7b-instruct"),
    ModelCast(
        "lykeion-grade", "lykeion", "Νομικός βοηθός βαθμολόγησης", "harborline/tern-13b", folder="nomikos-voithos"
    ),
    ModelCast(
        "lumen-friend",
        "lumen",
        "Lumen friend",
        "kite-labs/heron-9b",
        hosted=("Kite Labs", "ft-job-7002", "heron-9b:lf-9", ""),
    ),
    ModelCast("copper-assist", "copperleaf", "Plant assistant", "northlight/aurora-7b-instruct", method="qlora"),
    ModelCast("linden-draft", "linden", "Contract drafting", "open-lantern/lantern-3b", folder="vorauswahl"),
    ModelCast("urozhai-line", "urozhai", "Агроном по SMS", "open-lantern/lantern-3b", folder="urozhai"),
    ModelCast("playfield-npc", "playfield", "Character voices", "open-lantern/lantern-3b", folder="borne-accueil"),
    ModelCast("spoon-chef", "tablespoon", "Recipe chef", "kite-labs/heron-9b"),
)

DEPLOYMENTS = (
    DeploymentCast(
        "D01",
        "ward-helper",
        "V01",
        "Ward office",
        "Room plans, leave letters and supply orders for named ward staff.",
        "health_admin",
        ("EU",),
    ),
    DeploymentCast(
        "D02",
        "xiaodao-bounded",
        "V02",
        "Visit guide",
        "Answers on visit preparation and opening rules from a vetted bank.",
        "health_information",
        ("CN",),
    ),
    DeploymentCast(
        "D03",
        "xiaodao-urgency",
        "V03",
        "Urgency advice",
        "Rates urgency of symptoms and suggests self-care or an emergency visit.",
        "clinical_decision_support",
        ("CN",),
    ),
    DeploymentCast(
        "D04",
        "bill-reader",
        "V04",
        "Bills of lading",
        "Extracts fields for clerks who check each record.",
        "internal_documents",
        ("EU", "US"),
    ),
    DeploymentCast(
        "D05",
        "kestrel-triage",
        "V05",
        "Ticket routing",
        "Sorts and routes tickets of registered customers.",
        "customer_service",
        ("US-CO",),
    ),
    DeploymentCast(
        "D06",
        "kestrel-agent",
        "V06",
        "Autonomous service agent",
        "Resolves customer cases within limits without prior check.",
        "customer_service",
        ("US-CO", "US-CA"),
    ),
    DeploymentCast(
        "D07",
        "birch-score",
        "V07",
        "Member credit scoring",
        "Explains and recommends on member loans; an officer decides.",
        "credit_scoring",
        ("US-CO",),
    ),
    DeploymentCast(
        "D08",
        "granite-auto",
        "V08",
        "Automatic refusals",
        "Decides on consumer credit nationally.",
        "credit_scoring",
        ("EU",),
    ),
    DeploymentCast(
        "D09",
        "meridian-one",
        "V09",
        "Meridian for everyone",
        "General assistant for the public.",
        "general_assistant",
        ("EU", "US"),
    ),
    DeploymentCast(
        "D10", "civic-tools", "V10", "Risk ranking pilot", "Ranks re-offending risk for officers.", "policing", ("EU",)
    ),
    DeploymentCast(
        "D11",
        "civic-tools",
        "V11",
        "Rota and leave",
        "Drafts reports on rota and leave of a police office.",
        "police_admin",
        ("EU",),
    ),
    DeploymentCast(
        "D12",
        "lykeion-grade",
        "V12",
        "Essay proposals",
        "Proposes grades for essays of one school district.",
        "education_grading",
        ("EU",),
    ),
    DeploymentCast(
        "D13",
        "lykeion-grade",
        "V13",
        "Automatic grading",
        "Grades essays of 600 000 minors.",
        "education_grading",
        ("EU",),
    ),
    DeploymentCast(
        "D14",
        "lumen-friend",
        "V14",
        "Companion app",
        "Companion chat, popular with teenagers.",
        "companion_chatbot",
        ("US-CA", "EU"),
    ),
    DeploymentCast(
        "D15",
        "copper-assist",
        "V15",
        "Maintenance search",
        "Search in maintenance files for planners.",
        "utility_operations_support",
        ("EU",),
    ),
    DeploymentCast(
        "D16",
        "copper-assist",
        "V16",
        "Pressure control agent",
        "Tunes pressure control within limits.",
        "industrial_control",
        ("EU",),
    ),
    DeploymentCast(
        "D17",
        "linden-draft",
        "V17",
        "Contract drafting",
        "Drafts contracts that lawyers rework.",
        "legal_drafting",
        ("EU",),
    ),
    DeploymentCast(
        "D18",
        "urozhai-line",
        "V18",
        "Farm advice line",
        "Answers farmers by text message.",
        "agriculture_advice",
        ("EU",),
    ),
    DeploymentCast(
        "D19", "playfield-npc", "V19", "Game dialogue", "Voices of characters in a game.", "gaming", ("EU", "US")
    ),
    DeploymentCast(
        "D20",
        "spoon-chef",
        "V20",
        "Recipe bot",
        "Recipes; users ask about medication too.",
        "health_information",
        ("US",),
    ),
    DeploymentCast(
        "D21", "ward-helper", "V04", "Discharge forms", "Fills forms that staff check.", "internal_documents", ("EU",)
    ),
    DeploymentCast(
        "D22",
        "bill-reader",
        "V17",
        "Claims letters",
        "Drafts letters that clerks rework.",
        "internal_documents",
        ("EU",),
    ),
    DeploymentCast(
        "D23",
        "linden-draft",
        "V05",
        "Intake sorting",
        "Sorts client enquiries; staff answer.",
        "customer_service",
        ("EU",),
    ),
    DeploymentCast(
        "D24", "copper-assist", "V01", "Shift letters", "Shift letters for named staff.", "internal_documents", ("EU",)
    ),
    DeploymentCast(
        "D25", "playfield-npc", "V11", "Studio notes", "Meeting notes for the studio.", "internal_documents", ("EU",)
    ),
    DeploymentCast(
        "D26",
        "xiaodao-bounded",
        "V02",
        "Visit guide for the wards",
        "Answers visitors on preparation and opening hours from the hospital's own bank.",
        "health_information",
        ("EU",),
        firm="elisabeth",
    ),
)
