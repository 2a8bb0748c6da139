"""What a bug report should say of an installation: no paths, no names of people or machines."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from .. import __version__

LIBRARIES = ("click", "cryptography", "jinja2", "pandas", "publicsuffixlist", "pyarrow")


def lines() -> Iterator[str]:
    """The version, then one line for each thing that our behaviour may depend on."""
    from addon.launch import finder

    browsers = ", ".join(browser.name for browser in finder.installed())
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    encoding = getattr(sys.stdout, "encoding", None) or "none"  # it may be closed
    rows = {
        "mitmproxy": _version("mitmproxy"),
        "Python": f"{platform.python_version()}, {platform.python_implementation()}",
        "system": system,
        "browsers": browsers or "none found",
        "encoding": f"{encoding}, files {sys.getfilesystemencoding()}",
        "libraries": ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
    }
    yield f"cors-audit {__version__}"
    for name, value in rows.items():
        yield f"{name + ':':<11}{value}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
