"""The distributions of this tree and an installation of the wheel, made once."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from analysis import __version__

from .building import ROOT, build, unpack
from .essentials import BIN, Installation, run


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def tree(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    return unpack(sdist, tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment of its own, over the dependencies of the running Python."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    python = environment / BIN / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel]
    subprocess.run([*pip, "--no-index"], check=True, capture_output=True)
    place = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(environment, python, "-c", place).stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return Installation(environment, environment / BIN / "cors-audit", __version__)
