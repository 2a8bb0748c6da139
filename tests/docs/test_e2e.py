"""The worked example for CI, carried out: a suite is recorded, the gate fails, the API is mended.

The suite, `sample_flows/e2e`, runs as its workflow says, by pytest in a folder of its own, and the
action's script judges what it has recorded.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ruamel.yaml import YAML

from addon.launch import finder, processes

from .blocks import ROOT, blocks
from .place import SECONDS, Place, script
from .shop import shop

E2E = ROOT / "sample_flows" / "e2e"
BUTTONS = ("products", "add", "quantity")
STEPS: list[dict[str, Any]] = YAML(typ="safe").load(E2E / "workflow.yml")["jobs"]["e2e"]["steps"]


@pytest.fixture
def place(tmp_path: Path, no_browser: Callable[[str], NoReturn]) -> Place:
    """A project with the suite in it, and a Chromium for it."""
    found = next(finder.installed("chromium"), None)
    if found is None:
        no_browser("no Chromium on this machine")
    made = Place(tmp_path)
    made.environment["CHROMIUM"] = found.path
    unwanted = shutil.ignore_patterns("node_modules", "package-lock.json")
    shutil.copytree(E2E, tmp_path / "project" / "e2e", ignore=unwanted)
    # The place that the action installs into.
    program = tmp_path / "runner" / "cors-audit" / "bin" / "cors-audit"
    script(program, f'exec "{tmp_path / "programs" / "cors-audit"}" "$@"')
    return made


def suite() -> str:
    """The workflow's command that runs the suite."""
    (command,) = (step["run"] for step in STEPS if "pytest e2e" in step.get("run", ""))
    return str(command)


def gate(place: Place, project: Path) -> subprocess.CompletedProcess[str]:
    """The workflow's last step: the action's script, with the inputs given there."""
    (given,) = (step["with"] for step in STEPS if step.get("uses", "").endswith("actions/check"))
    asked = {"CAPTURES": "", "FAIL_ON": "", "BASELINE": ""}
    asked |= {name.upper().replace("-", "_"): value for name, value in given.items()}
    here = {"RUNNER_TEMP": str(project.parent / "runner")}
    here["GITHUB_STEP_SUMMARY"] = str(project / "summary")
    return subprocess.run(
        ["bash", str(ROOT / ".github" / "actions" / "check" / "check.sh")],
        cwd=project, env={**place.environment, **here, **asked},
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


BEFORE, AFTER = ("only-origins", 1), ("fixed", 0)
"""Set-ups of the shop's API, and what the gate must answer."""


def runs(
    place: Place, project: Path, command: str, setups: Sequence[tuple[str, int]] = (BEFORE, AFTER)
) -> Iterator[int]:
    """Run the suite against the broken shop, then against the mended one.

    Yields:
        what the gate must answer, with the recording and the report of that run in `project`.
    """
    for setup, code in setups:
        with shop(project, setup, BUTTONS) as running:
            place.environment["SHOP"] = running.page
            done = place.run(command, project)
        assert done.returncode == 0, done.stdout
        assert "2 passed" in done.stdout
        assert "<!doctype html>" in (project / "e2e.html").read_text(encoding="utf-8").lower()
        yield code
        (project / "e2e.flow").unlink()


def test_the_workflow_is_red_before_the_fix_and_green_after(place: Place, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for code in runs(place, project, suite()):
        judged = gate(place, project)
        assert judged.returncode == code, judged.stdout + judged.stderr
        assert ("::error title=" in judged.stdout) == bool(code)
        assert (project / "cors-report.html").is_file()
    assert "1 problem broke this app" in (project / "summary").read_text(encoding="utf-8")


def test_the_browser_of_record(place: Place, tmp_path: Path) -> None:
    command = suite().replace("--through mitmdump", "--through record")
    for code in runs(place, tmp_path / "project", command):
        judged = place.run("cors-audit check e2e.flow", tmp_path / "project")
        assert judged.returncode == code, judged.stdout


def test_playwrights_own_runner(
    place: Place, tmp_path: Path, no_browser: Callable[[str], NoReturn]
) -> None:
    if shutil.which("npm") is None:
        no_browser("no npm on this machine")
    project = tmp_path / "project" / "e2e" / "node"
    installed = place.run("npm install --no-audit --no-fund", project)
    assert installed.returncode == 0, installed.stdout
    place.environment["PROXY_PORT"] = str(processes.free_port())
    for code in runs(place, project, "npm test", [BEFORE]):
        judged = place.run("cors-audit check e2e.flow", project)
        assert judged.returncode == code, judged.stdout


def test_the_readme_shows_this_workflow() -> None:
    shown = [block.text for block in blocks("README.md", "yaml")]
    assert (E2E / "workflow.yml").read_text(encoding="utf-8") in shown
