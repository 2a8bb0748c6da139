"""Where the documents' commands run: a copy of this repository, prepared as a user's folder.

The copy is what a clone would hold if everything were committed now. In it lie the recordings and
results that the documents speak of by name; programs that open a window are played by scripts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .blocks import ROOT, files

RECORDINGS = {
    "session.flow": "03-method-and-header-not-allowed.flow",
    "before.flow": "10-fixed.flow",
    "after.flow": "11-slash-too-many.flow",
    "e2e.flow": "01-no-cors-headers.flow",
    "more/login.flow": "07-login-redirect.flow",
    "nightly/monday.flow": "10-fixed.flow",
    "nightly/tuesday.flow": "11-slash-too-many.flow",
}
"""Names in documents, and the sample that lies there."""
RESULTS = {"main.json": "10-fixed.flow", "branch.json": "11-slash-too-many.flow"}
SECONDS = 600
"""After which a command hangs, however busy the machine is."""


def clone(target: Path) -> None:
    """Copy what a clone would hold into a new folder."""
    for name in files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)


def script(path: Path, *lines: str) -> None:
    """A program of these lines of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)


class Place:
    """A folder to type commands in.

    Args:
        folder: an empty folder; everything lies below it.
    """

    def __init__(self, folder: Path) -> None:
        self.here = folder / "clone"
        self.opened = folder / "opened"
        """What would have been shown in a window, a line each."""
        programs, home = folder / "programs", folder / "home"
        home.mkdir()
        clone(self.here)
        python = f'exec "{sys.executable}"'
        script(programs / "cors-audit", f'{python} -m analysis "$@"')
        script(programs / "python", f'{python} "$@"')
        script(programs / "show", f'echo "$1" >>"{self.opened}"')
        for name in ("mitmdump", "mitmproxy", "mitmweb"):
            script(programs / name, f'exec "{Path(sys.executable).with_name(name)}" "$@"')
        self.environment = {
            **os.environ,
            "BROWSER": str(programs / "show"),
            "HOME": str(home),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.here),
        }

    def lay_out_recordings(self) -> None:
        """Put the recordings there that documents name."""
        samples = self.here / "sample_flows"
        for name, sample in RECORDINGS.items():
            (self.here / name).parent.mkdir(exist_ok=True)
            shutil.copy(samples / sample, self.here / name)

    def lay_out_results(self) -> None:
        """Make what documents name that is not a recording of mitmproxy."""
        for name, sample in RESULTS.items():
            self.run(f"cors-audit report sample_flows/{sample} -o {name}")
        self.run("mitmdump -n -q -r session.flow --set hardump=session.har")

    def run(self, command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Type a command, in the clone or elsewhere; output and errors come together."""
        return subprocess.run(
            command, shell=True, cwd=folder or self.here, env=self.environment, timeout=SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False,
        )  # fmt: skip
