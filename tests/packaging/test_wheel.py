"""The built wheel, installed alone in an environment that does not know the checkout, is the whole product."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DEMO_SECONDS = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own; its libraries are borrowed from this one."""
    home = tmp_path_factory.mktemp("installed")
    venv.EnvBuilder(with_pip=False, symlinks=True).create(home)
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(home), "platbase": str(home)}))
    # A path file adds this folder without reading the path files in it, so the checkout stays unknown.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    run([str(uv), "pip", "install", "--python", f"{home}/bin/python", "--offline", "--no-deps", "--quiet", str(wheel)])
    return home / "bin" / "audit-pool"


def run(arguments: list[str], *, cwd: Path | None = None, seconds: float = 120) -> str:
    """Run a command away from the checkout and without its variables; return what it printed."""
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("POOL_", "PYTHON", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        arguments, cwd=cwd or Path("/"), env=bare, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("pool", "pool"),
        ("auditors", "auditors"),
        ("scheduling", "scheduling"),
        ("templates", "pool/_templates"),
        ("migrations", "pool/_migrations"),
    ],
)
def test_wheel_when_built_holds_each_file_of_the_folder(wheel: Path, folder: str, place: str) -> None:
    wanted = {
        f"{place}/{path.relative_to(CHECKOUT / folder)}"
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert wanted - names_in(wheel) == set()


def test_wheel_when_built_holds_nothing_but_the_product(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names_in(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pool", "auditors", "scheduling"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names_in(wheel))


def test_command_when_installed_alone_does_not_run_the_checkout(command: Path) -> None:
    python = str(command.with_name("python"))
    place = run([python, "-c", "import pool; print(pool.__file__)"]).strip()
    assert Path(place).is_relative_to(command.parents[1])
    assert "demo" in run([str(command), "--help"])


@pytest.mark.slow
def test_demo_when_installed_alone_makes_a_pool_and_a_paper(command: Path, tmp_path: Path) -> None:
    printed = run([str(command), "demo", "--check", "--data", str(tmp_path)], seconds=DEMO_SECONDS)
    assert ".pdf" in printed
