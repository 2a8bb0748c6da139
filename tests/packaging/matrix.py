"""Every installer, on several Pythons, with the lowest and the newest mitmproxy.

    python -m tests.packaging.matrix [--python PROGRAM]… [--only NAME]

Each row builds an environment from the wheel and a package index, and tries what every
installation must be able to do (`essentials`). Without `--python`: those Pythons from 3.11 on
that are on the PATH. Ends with 1 when a row fails. Needs the network.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis import __version__

from .building import ROOT, build
from .essentials import BIN, ESSENTIALS, Installation, run

PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
LOWEST = "mitmproxy==11.0.2"
"""The lowest version that pyproject.toml allows."""
VERSIONS = (
    "import platform; from importlib.metadata import version as v; "
    "print(platform.python_version(), v('mitmproxy'), v('click'), v('pandas'))"
)


@dataclass(frozen=True)
class Kit:
    """What the rows install with, and where."""

    tools: Path
    """Folder of pipx and uv."""
    python: str
    wheel: Path
    folder: Path

    @property
    def venv(self) -> Path:
        """Where a virtual environment of this row goes."""
        return self.folder / "venv"


def pip(kit: Kit, *more: str) -> Path:
    """Into a new virtual environment with its own pip."""
    _call([kit.python, "-m", "venv", kit.venv])
    _call([kit.venv / BIN / "python", "-m", "pip", "install", "-q", kit.wheel, *more])
    return kit.venv / BIN / "cors-audit"


def pip_lowest(kit: Kit) -> Path:
    """The same, with the lowest mitmproxy."""
    return pip(kit, LOWEST)


def uv_lowest(kit: Kit) -> Path:
    """The lowest version, of which there is a wheel, of everything that pyproject.toml names."""
    _call([kit.tools / "uv", "venv", "-q", "--python", kit.python, kit.venv])
    python = kit.venv / BIN / "python"
    install: list[str | Path] = [kit.tools / "uv", "pip", "install", "-q", "--python", python]
    lowest = ["--resolution", "lowest-direct", "--only-binary", ":all:"]
    _call([*install, *lowest, "-r", ROOT / "pyproject.toml"])
    _call([*install, "--no-deps", kit.wheel])
    return kit.venv / BIN / "cors-audit"


def pipx(kit: Kit) -> Path:
    """As an application of its own."""
    places = {"PIPX_HOME": kit.folder / "pipx", "PIPX_BIN_DIR": kit.folder / "bin"}
    _call([kit.tools / "pipx", "install", "-q", "--python", kit.python, kit.wheel], places)
    return kit.folder / "bin" / "cors-audit"


def uv_tool(kit: Kit) -> Path:
    """The same with uv."""
    places = {"UV_TOOL_DIR": kit.folder / "uv", "UV_TOOL_BIN_DIR": kit.folder / "bin"}
    _call([kit.tools / "uv", "tool", "install", "-q", "--python", kit.python, kit.wheel], places)
    return kit.folder / "bin" / "cors-audit"


ROWS: Mapping[str, Callable[[Kit], Path]] = {
    "pip": pip,
    "pip, lowest mitmproxy": pip_lowest,
    "uv pip, lowest of all": uv_lowest,
    "pipx": pipx,
    "uv tool": uv_tool,
}


def _call(command: list[str | Path], places: Mapping[str, Path] | None = None) -> None:
    environment = {**os.environ, **{name: str(path) for name, path in (places or {}).items()}}
    words = [str(word) for word in command]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed: {done.stderr[-2000:]}")


def _tried(command: Path, folder: Path) -> tuple[str, list[str]]:
    """What was installed, and which essentials fail."""
    environment = command.resolve().parents[1]
    installed = Installation(environment, command, __version__)
    failed = []
    for name, works in ESSENTIALS.items():
        place = folder / f"essential-{name}"
        place.mkdir()
        try:
            works(installed, place)
        except Exception:  # whatever it is, the row says so and the others go on
            traceback.print_exc()
            failed.append(name)
    return run(folder, installed.python, "-c", VERSIONS).stdout.strip(), failed


def _pythons(given: list[str] | None) -> Iterator[str]:
    for name in given or PYTHONS:
        found = shutil.which(name)
        if found:
            yield found
        elif given:
            sys.exit(f"{name}: no such program")


def main() -> None:
    """Try all rows and print them."""
    parser = argparse.ArgumentParser(description="Try every installer.")
    parser.add_argument("--python", action="append", metavar="PROGRAM")
    parser.add_argument("--only", choices=ROWS, help="one way to install")
    given = parser.parse_args()
    pythons = list(_pythons(given.python))
    rows = {name: row for name, row in ROWS.items() if given.only in (None, name)}
    if not pythons:
        sys.exit(f"none of {', '.join(PYTHONS)} on the PATH: name one with --python")
    bad = 0
    print("| installed with | Python, mitmproxy, click, pandas | works |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        _call([sys.executable, "-m", "venv", folder / "tools"])
        _call([folder / "tools" / BIN / "python", "-m", "pip", "install", "-q", "pipx", "uv"])
        (folder / "wheel").mkdir()
        wheel = build(ROOT, "wheel", folder / "wheel")
        for number, (python, (name, install)) in enumerate(
            (python, row) for python in pythons for row in rows.items()
        ):
            place = folder / str(number)
            place.mkdir()
            try:
                versions, failed = _tried(
                    install(Kit(folder / "tools" / BIN, python, wheel, place)), place
                )
            except RuntimeError as error:
                versions, failed = str(error), ["installing"]
            bad += bool(failed)
            print(f"| {name} | {versions} | {', '.join(failed) or 'all'} |", flush=True)
            shutil.rmtree(place)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
