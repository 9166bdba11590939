"""Libraries in their homes, and the doors through which data could become code, shut."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest
import yaml
from yaml.constructor import SafeConstructor

from tests.architecture.imports import MODULES, Module

#: Library -> where it may be imported. A place ends with "." when everything below it may.
HOMES: dict[str, tuple[str, ...]] = {
    "flask": ("pool.web.",),
    "flask_babel": ("pool.web.",),
    "flask_login": ("pool.web.",),
    "flask_wtf": ("pool.web.",),
    "werkzeug": ("pool.web.",),
    "wtforms": ("pool.web.",),
    "apscheduler": ("scheduling.clockwork",),
    "ortools": ("scheduling.",),
    "pandas": ("pool.reports.", "bulk"),
    "reportlab": ("pool.reports.",),
    "alembic": ("pool.schema",),
    "argon2": ("pool.members.",),
    "pyotp": ("pool.members.", "pool.web.signin."),
    "rfc8785": ("pool.kernel.digest", "pool.harbor.entries"),
    "segno": ("pool.web.",),
}
CODE_FROM_DATA = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "xml", "imp"}


def _at_home(module: Module, homes: tuple[str, ...]) -> bool:
    return any(
        module.name.rpartition(".")[2] == home
        or f"{module.name}.".startswith(home if home.endswith(".") else f"{home}.")
        for home in homes
    )


@pytest.mark.parametrize("library", sorted(HOMES))
def test_library_when_imported_is_at_home(library: str) -> None:
    strangers = [
        f"{module.place}:{line}"
        for module in MODULES.values()
        for imported, line in module.imported()
        if imported.split(".")[0] == library and not _at_home(module, HOMES[library])
    ]
    assert strangers == []


def _reads_safely(module: Module, call: ast.Call) -> bool:
    loaders = [ast.unparse(k.value) for k in call.keywords if k.arg == "Loader"]
    if not loaders:
        return False
    loader = getattr(import_module(module.name), loaders[0], None) or getattr(yaml, loaders[0].rpartition(".")[2])
    return issubclass(loader, SafeConstructor)


def test_uploads_when_read_can_not_become_code() -> None:
    wrong = [
        f"{module.place}:{line} imports {imported}"
        for module in MODULES.values()
        for imported, line in module.imported()
        if imported.split(".")[0] in CODE_FROM_DATA
    ]
    wrong += [
        f"{module.place}:{call.lineno} calls {name}"
        for module in MODULES.values()
        for name, call in module.calls()
        if name in ("eval", "exec", "compile", "__import__", "os.system", "os.popen", "numpy.load", "np.load")
        or name.endswith((".read_pickle", ".to_pickle"))
        or (name in ("yaml.load", "yaml.load_all") and not _reads_safely(module, call))
        or any(k.arg == "shell" and getattr(k.value, "value", True) for k in call.keywords)
    ]
    assert wrong == []


def test_sql_text_when_written_is_never_put_together_from_values() -> None:
    """Hold that ``text(...)`` takes a constant: values go in as parameters.

    The kernel's storage numbers its placeholders; what it puts together holds no value.
    """
    wrong = [
        f"{module.place}:{call.lineno}"
        for module in MODULES.values()
        if module.name != "pool.kernel.storage"
        for name, call in module.calls()
        if name.rpartition(".")[2] in ("text", "sql_text", "exec_driver_sql")
        and name.partition(".")[0] in ("text", "sql_text", "sqlalchemy", "connection", "session", "work")
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert wrong == []


def test_markup_when_trusted_is_trusted_in_the_web_room_only() -> None:
    wrong = [
        f"{module.place}:{line}"
        for module in MODULES.values()
        for imported, line in module.imported()
        if imported == "markupsafe.Markup" and module.room != "pool.web"
    ]
    assert wrong == []
