"""A real Chromium uses the sample application while the addon listens in a real mitmdump.

The findings appear live, the report lies there at the end, and the same traffic saved with
`-w` and judged offline gives the same result.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from addon.launch import proxy
from addon.launch.processes import free_port
from analysis import audit
from analysis.result import AuditResult

from . import chromium

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_flows"


@dataclass(frozen=True)
class Session:
    """What one browsed story left behind."""

    folder: Path
    log: str
    flow: Path

    @property
    def live(self) -> AuditResult:
        """The report of the live session."""
        return AuditResult.from_dict(json.loads((self.folder / "live.json").read_text()))


@pytest.fixture(scope="module", params=["02-json-preflight-refused", "05-hidden-500"])
def session(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    no_browser: Callable[[str], NoReturn],
) -> Session:
    """Browse a story of the FastAPI kind, so that no Node.js is needed."""
    if not chromium.find():
        no_browser("no Chromium on this machine")
    sys.path.insert(0, str(SAMPLES))
    try:
        from record import act_out, mitmdump_command, start_servers
        from recording.chromium import Chromium
        from recording.programs import Programs, RecordingError
        from recording.stories import STORIES
    finally:
        sys.path.remove(str(SAMPLES))
    folder = tmp_path_factory.mktemp("live")
    story = next(each for each in STORIES if each.name == request.param)
    flow, port = folder / "session.flow", free_port()
    confdir, log = folder / "conf", folder / "mitmdump.log"
    command = mitmdump_command(port, flow, confdir)
    command += ["-s", str(ROOT / "addon" / "cors_audit.py")]
    command += ["--set", f"cors_report={folder / 'live.json'}"]
    command += ["--set", r"cors_scope=~d ^(localhost|127\.0\.0\.1)$"]
    with Programs(folder / "programs.log") as programs:
        try:
            start_servers(programs, story)
        except RecordingError as error:
            pytest.fail(str(error))
        with proxy.Proxy(command, port, log) as mitmdump:
            browser = Chromium(port, proxy.authority(confdir), folder)
            try:
                act_out(story, browser, None)
            finally:
                browser.close()
        assert mitmdump.process.returncode == 0
    return Session(folder, log.read_text(), flow)


def test_every_finding_was_said_while_browsing(session: Session) -> None:
    loud = [f for f in session.live.findings if f.kind in ("broken", "dangerous")]
    assert loud
    for finding in loud:
        assert f"[{finding.rule}]" in session.log


def test_the_end_says_where_the_report_is(session: Session) -> None:
    assert f"Report: {session.folder / 'live.json'}" in session.log
    assert "Addon error" not in session.log
    assert "Traceback" not in session.log


def test_live_and_offline_are_one_engine(session: Session) -> None:
    live, offline = session.live, audit([str(session.flow)])
    assert live.findings == offline.findings
    assert live.policies == offline.policies
    renamed = [
        {**row, "capture": "live"} for row in offline.to_dict()["exchanges"]
    ]  # fmt: skip
    assert live.to_dict()["exchanges"] == renamed
