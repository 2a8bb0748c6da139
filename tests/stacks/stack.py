"""One server software as the proof needs it: how to start it, and where code goes. Data only."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from analysis import fixes

from . import npm

HERE = Path(__file__).parent
APPS = HERE / "apps"

PLACE = re.compile(r"^(?P<indent>[ \t]*)(?:#|//) \[(?P<name>[^]]+)\]$", re.MULTILINE)
"""A line of an application that says which place it is: `// [1]`, `# [after login]`."""
NUMBERED = re.compile(r"^(?:#|//) (?P<number>\d+)\. .*:$\n", re.MULTILINE)
"""The line above each piece of a printed text that belongs in several places."""

Code = Mapping[str, str]
"""Place to the code that stands there."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A configuration that is wrong, in the words of one server software."""

    code: Code = field(default_factory=dict)
    backend: Code = field(default_factory=dict)
    """For proxies: environment of the back end, as `backend.py` reads it."""
    boom: int = 500
    """Status of `/boom`."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One server software in one version."""

    id: str
    fix: str
    """Id of the stack in `analysis.fixes` whose code is put to the proof."""
    app: str
    """File in `apps/`, with marked places."""
    command: tuple[str, ...]
    """What starts it; `{file}`, `{folder}` and `{port}` are filled in."""
    variants: Mapping[str, Variant]
    """Those that it can produce, by a name of `variants.ALL`."""
    version: Callable[[], str]
    """Names and versions of what runs here; raises `Missing` where it cannot."""
    environment: Mapping[str, str] = field(default_factory=dict)
    tolerates: tuple[str, ...] = ()
    """What its makers let in, whatever is configured: spellings of the page's own origin, which
    browsers never send, and safelisted headers."""
    seen_as: tuple[str, ...] = ()
    """Names in `analysis.fixes` that are right for it besides its own: what it is built on."""
    proxy: bool = False
    """It stands in front of the plain back end."""

    @property
    def advice(self) -> fixes.Stack:
        """What is put to the proof."""
        found = fixes.stack(self.fix)
        assert found is not None
        return found


class Missing(Exception):
    """This software is not on the machine; the text says what to install."""


def pieces(printed: str) -> Code:
    """Our printed text by the places that it names itself; all of it is piece 1 if it names none.

    What stands above the first numbered line are remarks.
    """
    found = list(NUMBERED.finditer(printed))
    if not found:
        return {"1": printed}
    ends = [*(each.start() for each in found[1:]), len(printed)]
    return {
        each["number"]: printed[each.end() : end] for each, end in zip(found, ends, strict=True)
    }


def render(app: str, code: Code, values: Mapping[str, str]) -> str:
    """An application with code in its marked places; `@NAME@` of the application is filled in.

    Raises:
        KeyError: the code names a place that the application does not have.
    """
    for name, value in values.items():
        app = app.replace(f"@{name}@", value)
    places = {each["name"] for each in PLACE.finditer(app)}
    if unknown := set(code) - places:
        raise KeyError(f"no place for {sorted(unknown)}")

    def put(mark: re.Match[str]) -> str:
        lines = code.get(mark["name"], "").rstrip("\n").split("\n")
        return "\n".join(mark["indent"] + line if line else line for line in lines)

    return PLACE.sub(put, app)


def from_pypi(*names: str) -> Callable[[], str]:
    """Versions of these Python packages."""

    def versions() -> str:
        try:
            return ", ".join(f"{name} {metadata.version(name)}" for name in names)
        except metadata.PackageNotFoundError as error:
            raise Missing(f"pip install {error.name}") from error

    return versions


def from_npm(*names: str) -> Callable[[], str]:
    """Versions of packages beside `node/package.json`."""

    def versions() -> str:
        here = node_version()
        try:
            packages = [npm.package(name) for name in names]
        except (OSError, subprocess.SubprocessError) as error:
            raise Missing(f"npm could not install what {npm.FOLDER} lists") from error
        for each in packages:
            if int(here.partition(".")[0]) < each.oldest_node:
                raise Missing(f"{each.name} wants Node.js {each.oldest_node}, here is {here}")
        return ", ".join(f"{each.name} {each.version}" for each in packages)

    return versions


def node_version() -> str:
    """Of Node.js itself."""
    return from_machine("node", "--version")().partition(" ")[2]


def from_machine(command: str, *arguments: str) -> Callable[[], str]:
    """Version that an installed program tells of itself."""

    def version() -> str:
        path = shutil.which(command) or shutil.which(command, path="/usr/sbin:/sbin")
        if path is None:
            raise Missing(f"no {command} on this machine")
        told = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=20)
        found = re.search(r"\d+\.\d+(?:\.\d+)*", told.stdout + told.stderr)
        return f"{command} {found[0] if found else '?'}"

    return version


PYTHON = (sys.executable, "{file}")
"""Starts an application written in Python."""
NODE = ("node", "{file}")
"""Starts an application written in JavaScript."""
