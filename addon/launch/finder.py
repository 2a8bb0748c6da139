"""Which browsers there are on this machine: their names and places on Linux, macOS and Windows."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from .processes import LaunchError

Family = Literal["chromium", "firefox"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A browser that we know how to start."""

    id: str
    """What a person types after --browser."""
    name: str
    family: Family
    programs: tuple[str, ...]
    """Names on the PATH."""
    mac: str
    """Place below an applications folder."""
    windows: str
    """Place below a program folder."""


KINDS = (
    Kind(
        "chromium", "Chromium", "chromium",
        ("chromium", "chromium-browser"),
        "Chromium.app/Contents/MacOS/Chromium",
        r"Chromium\Application\chrome.exe",
    ),
    Kind(
        "chrome", "Google Chrome", "chromium",
        ("google-chrome", "google-chrome-stable", "chrome"),
        "Google Chrome.app/Contents/MacOS/Google Chrome",
        r"Google\Chrome\Application\chrome.exe",
    ),
    Kind(
        "edge", "Microsoft Edge", "chromium",
        ("microsoft-edge", "microsoft-edge-stable", "msedge"),
        "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        r"Microsoft\Edge\Application\msedge.exe",
    ),
    Kind(
        "brave", "Brave", "chromium",
        ("brave-browser", "brave-browser-stable", "brave"),
        "Brave Browser.app/Contents/MacOS/Brave Browser",
        r"BraveSoftware\Brave-Browser\Application\brave.exe",
    ),
    Kind(
        "firefox", "Firefox", "firefox",
        ("firefox", "firefox-esr"),
        "Firefox.app/Contents/MacOS/firefox",
        r"Mozilla Firefox\firefox.exe",
    ),
)  # fmt: skip
"""In the order of preference."""

PROGRAM_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
FIREFOX_LIKE = ("firefox", "librewolf", "waterfox")


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that is there."""

    name: str
    family: Family
    path: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What the search asks the machine."""

    platform: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    which: Callable[[str], str | None] = shutil.which
    is_file: Callable[[str], bool] = os.path.isfile


def places(kind: Kind, machine: Machine) -> Iterator[str]:
    """Where the installers of this system put this browser, besides the PATH."""
    environment = machine.environment
    if machine.platform == "darwin":
        for folder in ("/Applications", f"{environment.get('HOME', '')}/Applications"):
            yield f"{folder}/{kind.mac}"
    elif machine.platform == "win32":
        for variable in PROGRAM_FOLDERS:
            if below := environment.get(variable):
                yield f"{below}\\{kind.windows}"
    else:
        for program in kind.programs:
            yield f"/snap/bin/{program}"


def _path_of(kind: Kind, machine: Machine) -> str | None:
    for program in kind.programs:
        if found := machine.which(program):
            return found
    return next((place for place in places(kind, machine) if machine.is_file(place)), None)


def installed(family: Family | None = None, machine: Machine | None = None) -> Iterator[Browser]:
    """The browsers of this machine, the preferred one first."""
    machine = machine or Machine()
    for kind in KINDS:
        if family in (None, kind.family) and (path := _path_of(kind, machine)):
            yield Browser(kind.name, kind.family, path)


def choose(wanted: str | None = None, machine: Machine | None = None) -> Browser:
    """The browser to use.

    Args:
        wanted: one of our names (`edge`), a program on the PATH, or a path; None: any.

    Raises:
        LaunchError: it is not there.
    """
    machine = machine or Machine()
    if wanted is None:
        if found := next(installed(machine=machine), None):
            return found
        raise LaunchError(
            f"no browser found. Looked for {', '.join(kind.name for kind in KINDS)}: on the PATH "
            f"as {', '.join(name for kind in KINDS for name in kind.programs)}, and where "
            "installers put them. Install one of them, or name its program with --browser PATH."
        )
    kind = next((kind for kind in KINDS if kind.id == wanted.lower()), None)
    if kind is not None:
        if place := _path_of(kind, machine):
            return Browser(kind.name, kind.family, place)
        looked = ", ".join([*kind.programs, *places(kind, machine)])
        raise LaunchError(f"{kind.name} was not found. Looked for {looked}. {_others(machine)}")
    path = machine.which(wanted)
    if path is None:
        raise LaunchError(
            f"there is no program {wanted!r} to start. --browser takes a path, a program on the "
            f"PATH, or one of {', '.join(kind.id for kind in KINDS)}. {_others(machine)}"
        )
    stem = path.replace("\\", "/").rpartition("/")[2]
    family: Family = "firefox" if any(n in stem.lower() for n in FIREFOX_LIKE) else "chromium"
    name = next((kind.name for kind in KINDS if stem in kind.programs), stem)
    return Browser(name, family, path)


def _others(machine: Machine) -> str:
    names = [browser.name for browser in installed(machine=machine)]
    return f"Installed: {', '.join(names)}." if names else "No other browser was found either."


def private_folder(browser: Browser, home: Path) -> Path | None:
    """Where a confined browser may write: snaps see neither /tmp nor hidden folders.

    Returns:
        The folder for throw-away profiles, or None for the usual temporary one.
    """
    name = _snap(browser.path)
    return home / "snap" / name / "common" if name else None


def _snap(path: str) -> str | None:
    """Name of the snap behind a program: a link below /snap, or Ubuntu's script that calls it."""
    for candidate in (path, os.path.realpath(path)):
        if candidate.startswith("/snap/"):
            return PurePosixPath(path).name.partition(".")[0].removesuffix("-browser")
    try:
        with open(path, "rb") as file:
            beginning = file.read(4096)
    except OSError:
        return None
    if beginning.startswith(b"#!") and (b"exec /snap/bin/" in beginning):
        called = beginning.partition(b"exec /snap/bin/")[2].split(maxsplit=1)[0]
        return called.decode("ascii", "replace").strip("\"'").partition(".")[0]
    return None
