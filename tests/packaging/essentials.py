"""What every installation must be able to do, with no clone around.

Each function of `ESSENTIALS` raises `AssertionError` where the installation cannot.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

BIN = "Scripts" if os.name == "nt" else "bin"
SAMPLE = "05-hidden-500.flow"
FOUND = "hidden-error-status"
"""What this sample shows."""
SUFFIXES = (".html", ".json", ".sarif", ".xml", ".csv", ".md")
TABLES = """
import sys
from analysis import audit
from analysis.batch import frames
result = audit([sys.argv[1]])
assert result.series and result._repr_html_()
for table in frames.ROWS:
    made = {name: str(dtype) for name, dtype in result.to_frame(table).dtypes.items()}
    assert made == frames.dtypes(table), made
print("as promised")
"""
MITMDUMP = "from mitmproxy.tools.main import mitmdump; mitmdump()"


@dataclass(frozen=True)
class Installation:
    """cors-audit in an environment of its own."""

    environment: Path
    """Root of the virtual environment."""
    command: Path
    """`cors-audit` as a user calls it."""
    version: str
    """That must be in it."""

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.environment / BIN / "python"

    def run(self, folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `cors-audit WORDS` in a folder."""
        return run(folder, self.command, *words)

    def addon(self, folder: Path) -> Path:
        """What `cors-audit addon` names."""
        return Path(self.run(folder, "addon").stdout.strip())

    def samples(self, folder: Path) -> Path:
        """The bundled recordings."""
        return self.addon(folder).parents[1] / "sample_flows"


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with nothing that would lead it to a clone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**kept, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def says_its_version(installed: Installation, folder: Path) -> None:
    """`--version` is that of the distribution, and its files are those of the environment."""
    first = installed.run(folder, "--version").stdout.splitlines()[0]
    assert first == f"cors-audit {installed.version}", first
    addon = installed.addon(folder)
    assert addon.is_relative_to(installed.environment.resolve()), addon


def explains(installed: Installation, folder: Path) -> None:
    """`rules` and `explain`, and the same by `python -m analysis`."""
    rules = installed.run(folder, "rules")
    assert FOUND in rules.stdout, rules.stderr
    page = installed.run(folder, "explain", FOUND)
    assert "Instead:" in page.stdout, page.stderr
    assert run(folder, installed.python, "-m", "analysis", "explain", FOUND).stdout == page.stdout


def shows_the_demo(installed: Installation, folder: Path) -> None:
    """`demo`: samples and templates are there."""
    done = installed.run(folder, "demo", "--no-open", "-o", "demo.html")
    assert done.returncode == 0, done.stderr
    assert "<!doctype html>" in (folder / "demo.html").read_text(encoding="utf-8")


def reports_in_every_format(installed: Installation, folder: Path) -> None:
    """`report` with every format that needs no extra, `check` and `policy`."""
    sample = installed.samples(folder) / SAMPLE
    outputs = [word for suffix in SUFFIXES for word in ("-o", f"r{suffix}")]
    done = installed.run(folder, "report", sample, *outputs)
    assert done.returncode == 0, done.stderr
    result = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert FOUND in [finding["rule"] for finding in result["findings"]]
    assert result["tool"]["version"] == installed.version
    assert all((folder / f"r{suffix}").stat().st_size for suffix in SUFFIXES)
    assert installed.run(folder, "check", sample).returncode == 1
    assert installed.run(folder, "policy", sample, "--for", "express").returncode == 0


def makes_tables(installed: Installation, folder: Path) -> None:
    """`audit` of a folder with several recordings, and its tables with the dtypes promised."""
    done = run(folder, installed.python, "-c", TABLES, installed.samples(folder))
    assert done.stdout == "as promised\n", done.stderr


def serves_its_own_mitmdump(installed: Installation, folder: Path) -> None:
    """`mitmdump -s "$(cors-audit addon)"`, of the same environment."""
    listens(installed, installed.python, folder)


def listens(installed: Installation, python: Path, folder: Path) -> None:
    """The addon works in the mitmdump of `python`, and its folder is not on the module path."""
    addon = installed.addon(folder)
    probe = folder / "probe.py"
    probe.write_text("import sys\nprint('path', sys.path)\n", encoding="utf-8")
    done = run(
        folder, python, "-c", MITMDUMP, "-n", "-r", addon.parents[1] / "sample_flows" / SAMPLE,
        "-s", addon, "-s", probe, "--set", "cors_report=live.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((folder / "live.json").read_text(encoding="utf-8"))
    assert [finding["rule"] for finding in result["findings"]] == [FOUND]
    path = next(line for line in done.stdout.splitlines() if line.startswith("path "))
    own = python.parent.parent == installed.environment
    assert (repr(str(addon.parents[1])) in path) is own, path


ESSENTIALS: Mapping[str, Callable[[Installation, Path], None]] = {
    "version": says_its_version,
    "rules": explains,
    "demo": shows_the_demo,
    "tables": makes_tables,
    "report": reports_in_every_format,
    "addon": serves_its_own_mitmdump,
}
