"""The Node packages of the stack tests, installed once beside their `package.json`."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("node")
INSTALL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package."""

    name: str
    version: str
    oldest_node: int
    """Major version of Node.js that it wants at least; 0: it does not say."""


def package(name: str) -> Package:
    """A package by its name in `package.json`, after all of them were installed.

    Raises:
        OSError, subprocess.SubprocessError: npm is not there, or could not install.
    """
    _install()
    manifest = json.loads(_manifest(name).read_text())
    oldest = re.match(r">=\s*(\d+)", manifest.get("engines", {}).get("node", ""))
    return Package(manifest["name"], manifest["version"], int(oldest[1]) if oldest else 0)


@cache
def _install() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    versions = {name: version.rpartition("@")[2] for name, version in wanted.items()}
    if versions != {name: _installed(name) for name in versions}:
        flags = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(
            ["npm", "install", *flags],
            cwd=FOLDER,
            check=True,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )


def _installed(name: str) -> str | None:
    file = _manifest(name)
    return json.loads(file.read_text())["version"] if file.exists() else None


def _manifest(name: str) -> Path:
    return FOLDER / "node_modules" / name / "package.json"
