"""The wheel and the source distribution: what is in them, and that it works alone.

Dependencies are those of the running Python; `python -m tests.packaging.matrix` installs them,
too, with each installer, on each Python, with the lowest and the newest mitmproxy.
"""

from __future__ import annotations

import filecmp
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import __version__

from .building import ROOT, build
from .essentials import ESSENTIALS, Installation, listens

WHEEL = f"cors_audit-{__version__}-py3-none-any.whl"
SDIST = f"cors_audit-{__version__}.tar.gz"


def test_the_names_are_the_version_s(sdist: Path, wheel: Path) -> None:
    assert (sdist.name, wheel.name) == (SDIST, WHEEL)


def test_the_source_distribution_is_what_is_tracked(tree: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no clone: this is a source distribution itself")
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    tracked = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    packed = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    assert packed == tracked | {"PKG-INFO"}


def test_the_wheel_holds_what_works_at_run_time_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    samples = {name for name in packed if name.startswith("sample_flows/")}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("addon", "analysis", "reports")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed - samples == wanted
    assert {Path(name).suffix for name in samples} <= {".flow", ".md", ".json", ".ipynb"}
    assert {Path(name).name for name in samples if name.endswith(".flow")} == {
        path.name for path in (ROOT / "sample_flows").glob("*.flow")
    }


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_the_same_sources_give_the_same_bytes(
    kind: str, tree: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Built again, elsewhere, from files of another age: the unpacked source distribution."""
    first: Path = request.getfixturevalue(kind)
    again = build(tree, kind, tmp_path)
    assert filecmp.cmp(first, again, shallow=False)


@pytest.mark.parametrize("works", ESSENTIALS.values(), ids=ESSENTIALS.keys())
def test_an_installation_works_with_no_clone_around(
    works: Callable[[Installation, Path], None], installed: Installation, tmp_path: Path
) -> None:
    works(installed, tmp_path)


def test_the_installed_addon_works_in_another_mitmdump(
    installed: Installation, tmp_path: Path
) -> None:
    listens(installed, Path(sys.executable), tmp_path)
