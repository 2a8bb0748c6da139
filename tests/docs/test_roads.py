"""The README's roads, followed word by word: from a clone to the report that opens.

Replaced in the commands are the ports, and a profile in `/tmp`. Windows open on a display that
nobody sees.
"""

from __future__ import annotations

import os
import re
import signal
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from addon.launch import finder, processes

from ..browser.test_record import BROWSER, Recorder
from ..browser.webkit import LabError, start_display
from ..tools.running import ask, origin_server
from .blocks import ROOT, blocks
from .place import Place, script
from .shop import shop
from .terminal import Terminal

FIRST = blocks("README.md", "sh")[0].commands()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A clone, and nothing prepared in it."""
    return Place(tmp_path)


@pytest.fixture
def chromium(no_browser: Callable[[str], NoReturn]) -> str:
    """Path of a Chromium."""
    found = next(finder.installed("chromium"), None)
    return found.path if found else no_browser("no Chromium on this machine")


@pytest.fixture
def display(no_browser: Callable[[str], NoReturn]) -> Iterator[Mapping[str, str]]:
    """Where windows open: variables of the environment."""
    try:
        process, name = start_display()
    except (LabError, FileNotFoundError) as error:
        no_browser(f"no Xvfb on this machine: {error}")
    yield {"DISPLAY": name, "WAYLAND_DISPLAY": ""}
    processes.stop(process)


def command(start: str) -> str:
    """The README's only command that begins so."""
    (found,) = {
        each
        for block in blocks("README.md", "sh")
        for each in block.commands()
        if each.startswith(start)
    }
    return found


def test_the_first_commands_of_the_readme(
    place: Place, chromium: str, display: Mapping[str, str], tmp_path: Path
) -> None:
    """Installed from a clone, recorded in a window that is closed, and the report opens."""
    install, record, install_and_demo, _ = FIRST
    # The person's own home: pip's cache is there. Of ours is only what shows a report; and modules
    # are compiled when they are used, not all of them at once.
    environment = {**os.environ, "BROWSER": place.environment["BROWSER"], **display}
    environment.pop("CI", None)  # there, nothing is opened
    environment["PIP_NO_COMPILE"] = "1"
    environment.pop("PYTHONPATH", None)
    place.environment = environment
    done = place.run(install)
    assert done.returncode == 0, done.stdout
    (tmp_path / "recorder").mkdir()
    recorder = Recorder(tmp_path / "recorder")
    environment["TMPDIR"] = str(recorder.temporary)
    try:
        with shop(tmp_path, "only-origins", ["products", "add"], unattended=True) as running:
            words = record.replace("http://localhost:3000", running.page)
            with Terminal(words, place.here, environment) as terminal:
                terminal.wait_for("[refused-by-cors-layer]")
                os.kill(recorder.pid(BROWSER), signal.SIGTERM)  # as when the window is closed
                assert terminal.end() == 0, terminal.text
        assert not recorder.left()
    finally:
        recorder.close()
    report = place.here / "cors-report.html"
    assert "cors-report.html" in terminal.text
    assert place.opened.read_text().splitlines() == [report.as_uri()]
    assert (place.here / "session.flow").stat().st_mode & 0o777 == 0o600
    report.unlink()
    del environment["TMPDIR"]
    assert install_and_demo.startswith(f"{install} && ")
    with Terminal(install_and_demo.removeprefix(f"{install} && "), place.here, environment) as demo:
        assert demo.end() == 0, demo.text
    assert place.opened.read_text().splitlines() == [report.as_uri()] * 2
    assert "problems broke this app" in demo.text


def test_the_gate_begins_with_these_words() -> None:
    """The last of them runs all tests, this one too; the gate runs it as it stands."""
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert FIRST[-1] in gate.splitlines()


def test_your_own_browser(place: Place, chromium: str, tmp_path: Path) -> None:
    """mitmdump with the addon and a browser that is sent through it; Ctrl+C makes the report."""
    port = _listen_elsewhere(place)
    words = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-component-update"
    script(tmp_path / "programs" / "chromium", f'exec "{chromium}" {words} "$@"')
    browse = command("chromium --user-data-dir=/tmp/cors-profile")
    browse = browse.replace("/tmp/cors-profile", str(tmp_path / "profile"))
    browse = browse.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    with (
        shop(tmp_path, "only-origins", ["products", "add"], unattended=True) as running,
        Terminal(command("mitmdump -s "), place.here, place.environment) as proxy,
    ):
        proxy.wait_for("proxy listening")
        browse = browse.replace("http://localhost:3000", running.page)
        with Terminal(browse, place.here, place.environment) as browser:
            proxy.wait_for("[refused-by-cors-layer]")
            browser.terminate()
            browser.end()
        proxy.ctrl_c()
        assert proxy.end() == 0, proxy.text
    page = (place.here / "cors-report.html").read_text(encoding="utf-8")
    assert running.api in page
    assert re.search(r"x broken +localhost:\d+ -> localhost:\d+ +POST /cart/items", proxy.text)


def test_a_recording_of_mitmdump(place: Place) -> None:
    """Recorded without the addon, judged afterwards."""
    port = _listen_elsewhere(place)
    with (
        origin_server() as server,
        Terminal(command("mitmdump -w "), place.here, place.environment) as proxy,
    ):
        proxy.wait_for("proxy listening")
        ask(port, f"http://127.0.0.1:{server}/closed")
        proxy.ctrl_c()
        assert proxy.end() == 0, proxy.text
    judged = place.run("cors-audit check session.flow")
    assert judged.returncode == 1, judged.stdout
    assert "[missing-allow-origin]" in judged.stdout


def _listen_elsewhere(place: Place) -> int:
    """Let mitmproxy listen on a free port by the file where people configure it."""
    port = processes.free_port()
    folder = Path(place.environment["HOME"]) / ".mitmproxy"
    folder.mkdir()
    (folder / "config.yaml").write_text(f"listen_host: 127.0.0.1\nlisten_port: {port}\n")
    return port


def test_what_recording_needs_comes_with_the_extra_dev() -> None:
    """The gate installs that, so that these packages can be had is shown there."""
    (words,) = (
        each
        for block in blocks("sample_flows/README.md", "sh")
        for each in block.commands()
        if " -m pip install " in each
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[^\w-]", each)[0] for each in needed}
    assert set(words.partition(" -m pip install ")[2].split()) <= names
