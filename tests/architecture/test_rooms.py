"""The house's order where import-linter cannot say it: rooms, tables, services, the commit, the clock."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.imports import MODULES, TABLE_MODULES, Module, layered_rooms, target

DOORS = ("pool.web", "pool.jobs", "pool.cli", "pool.demo")
#: Names that hold anything and therefore nothing.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}
WALL_CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.fromtimestamp",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "date.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "func.now",
    "func.current_timestamp",
}


def product(*, but: tuple[str, ...] = ()) -> Iterator[Module]:
    """Yield the product's modules, without those of ``but``."""
    for module in MODULES.values():
        if not any(module.name == left_out or module.name.startswith(left_out + ".") for left_out in but):
            yield module


def imports_of(module: Module) -> Iterator[tuple[str, int]]:
    """Yield the product's modules that ``module`` imports, with the line."""
    for imported, line in module.imported():
        found = target(imported)
        if found and found != module.name:
            yield found, line


def test_contract_when_read_names_every_room_and_only_rooms_in_order() -> None:
    named = layered_rooms()
    rooms = {module.room for module in MODULES.values()} - {"pool", "auditors"}
    assert rooms - set(named) == set(), "rooms that stand in no line of the import contract"
    assert len(named) == len(set(named)), "a room stands in the contract twice"
    assert named[-1] == "pool.kernel"


def test_package_tops_when_read_are_empty() -> None:
    assert MODULES["pool"].source == ""
    assert [node for node in MODULES["auditors"].tree.body if not _is_docstring(node)] == []


def _is_docstring(node: object) -> bool:
    return type(node).__name__ == "Expr"


def test_tables_when_imported_are_imported_by_their_own_room_only() -> None:
    strangers = [
        f"{module.place}:{line} imports {found}"
        for module in product(but=("pool.schema",))
        for found, line in imports_of(module)
        if found in TABLE_MODULES and MODULES[found].room not in (module.room, "pool.kernel")
    ]
    assert strangers == []


def test_services_when_they_import_take_no_other_rooms_service() -> None:
    strangers = [
        f"{module.place}:{line} imports {found}"
        for module in product(but=("pool.journeys", *DOORS))
        for found, line in imports_of(module)
        if _is_service(found) and MODULES[found].room != module.room
    ]
    assert strangers == []


def test_pages_when_they_import_take_journeys_and_queries_not_services() -> None:
    """Hold that pages go through journeys. Sign-in and sessions touch one room only and ask it directly."""
    strangers = [
        f"{module.place}:{line} imports {found}"
        for module in product(but=("pool.web.session", "pool.web.signin"))
        if module.room == "pool.web"
        for found, line in imports_of(module)
        if _is_service(found)
    ]
    assert strangers == []


def _is_service(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last == "service" or last.endswith("_service")


def test_sql_when_written_stays_out_of_the_doors_and_journeys() -> None:
    wanted = (
        "sqlalchemy.select",
        "sqlmodel.select",
        "sqlalchemy.text",
        "sqlalchemy.insert",
        "sqlalchemy.update",
    )
    strangers = [
        f"{module.place}:{line} imports {imported}"
        for module in product()
        if module.room in ("pool.web", "pool.journeys")
        for imported, line in module.imported()
        if imported in wanted
    ]
    assert strangers == []


def test_commit_when_called_is_called_in_storage_only() -> None:
    strangers = [
        f"{module.place}:{call.lineno} {name}"
        for module in product(but=("pool.kernel.storage",))
        for name, call in module.calls()
        if name.rpartition(".")[2] == "commit"
    ]
    assert strangers == []


def test_clock_when_read_is_read_in_one_place() -> None:
    strangers = [
        f"{module.place}:{call.lineno} {name}"
        for module in product(but=("pool.kernel.clock",))
        for name, call in module.calls()
        if name in WALL_CLOCKS
    ]
    assert strangers == []


def test_files_when_named_say_what_they_hold() -> None:
    assert [m.place for m in product() if EMPTY_NAMES & set(m.name.split("."))] == []


def test_annotations_when_a_file_declares_tables_are_not_postponed_and_else_they_are() -> None:
    postponed = "from __future__ import annotations"
    wrong = [
        module.place
        for module in product()
        if module.tree.body
        and not all(_is_docstring(node) for node in module.tree.body)
        and not module.is_package
        and (postponed in module.source) == (module.defines_tables() or bool(module.heirs_of("SQLModel")))
    ]
    assert wrong == []
