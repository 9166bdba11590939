"""What the source files of the product say about themselves: imports, calls and classes, by module name."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
WINGS = ("pool", "auditors", "scheduling")


@dataclass(frozen=True)
class Module:
    """One source file of the product."""

    name: str
    path: Path

    @cached_property
    def source(self) -> str:
        """Return the text of the file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Return the parsed file."""
        return ast.parse(self.source, filename=str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Return every node of the file."""
        return tuple(ast.walk(self.tree))

    @property
    def is_package(self) -> bool:
        """Tell whether this is the ``__init__`` of a package."""
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        """Return the room: ``pool.costs`` for ``pool.costs.tables``; ``scheduling`` is one room."""
        parts = self.name.split(".")
        return parts[0] if parts[0] == "scheduling" else ".".join(parts[:2])

    @property
    def place(self) -> str:
        """Return the path as a person would look for it."""
        return str(self.path.relative_to(CHECKOUT))

    def imported(self) -> Iterator[tuple[str, int]]:
        """Yield each imported dotted name and its line; ``from a import b`` gives ``a.b``."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + int(self.is_package)]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield each call with the dotted text of what is called (``work.session.commit``, ``eval``)."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node

    def defines_tables(self) -> bool:
        """Tell whether the file declares an SQLModel table."""
        return any(
            isinstance(node, ast.ClassDef)
            and any(k.arg == "table" and getattr(k.value, "value", False) is True for k in node.keywords)
            for node in self.nodes
        )

    def heirs_of(self, ending: str) -> set[str]:
        """Return the classes of the file with a base whose name ends so (``SafeLoader``)."""
        return {
            node.name
            for node in self.nodes
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith(ending) for base in node.bases)
        }


def _modules() -> dict[str, Module]:
    found = {}
    for wing in WINGS:
        for path in sorted((CHECKOUT / wing).rglob("*.py")):
            parts = path.relative_to(CHECKOUT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = Module(name, path)
    return found


MODULES = _modules()
TABLE_MODULES = {name for name, module in MODULES.items() if module.defines_tables()}


def target(imported: str) -> str | None:
    """Return the product's module behind an imported dotted name, or None where it is not ours."""
    if imported in MODULES:
        return imported
    parent = imported.rpartition(".")[0]
    return parent if parent in MODULES else None


def contract(identity: str) -> dict[str, object]:
    """Return one import contract of ``pyproject.toml``."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return next(found for found in contracts if found["id"] == identity)


def layered_rooms() -> list[str]:
    """Return the rooms that the contract names, top first."""
    layers = contract("rooms")["layers"]
    assert isinstance(layers, list)
    names = " ".join(layers).replace("|", " ").replace(":", " ").replace("(", " ").replace(")", " ")
    return names.split()
