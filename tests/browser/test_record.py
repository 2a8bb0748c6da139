"""`cors-audit record`, as a person or a test suite uses it: real browsers, a real mitmdump.

Whatever happens, the recording is judged, nothing is left running and no profile is left behind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import sync_playwright

from addon.launch import finder
from addon.launch.processes import free_port

from .certificates import write_leaf
from .sockets import reachable_at
from .test_live import SAMPLES

ROOT = Path(__file__).resolve().parents[2]
PAGE = """<!doctype html><title>shop</title><script>
(async () => {
  await fetch("API/data").catch(() => 0);
  await fetch("/done");
})();
</script>"""
PATIENCE = 90.0
FOUND = "[missing-allow-origin]"


class Shop:
    """A page that calls an API which sends no CORS headers, on two ports; http or https."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.done = threading.Event()
        """The page has made its calls."""
        shop, scheme = self, "https" if certificate else "http"

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = PAGE.replace("API", shop.api) if self.path == "/" else "{}"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page.encode())
                if self.path == "/done":
                    shop.done.set()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            for server in self._servers:
                server.socket = context.wrap_socket(server.socket, server_side=True)
        self.page, self.api = (f"{scheme}://localhost:{s.server_port}" for s in self._servers)

    def __enter__(self) -> Shop:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class Recorder:
    """`cors-audit record` in a folder of its own, with a home and a temporary folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder / "here", folder / "home"
        self.temporary = Path(tempfile.mkdtemp())  # short: sockets' paths have a limit
        self._started: list[subprocess.Popen[str]] = []
        self.folder.mkdir()
        self.home.mkdir()

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Begin."""
        process = subprocess.Popen(
            [sys.executable, "-m", "analysis", "record", *words],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "HOME": str(self.home),
                "TMPDIR": str(self.temporary),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def browse(self, shop: Shop, *words: str) -> subprocess.Popen[str]:
        """Begin, and return once the page has made its calls."""
        shop.done.clear()
        process = self.start("--headless", "--open", shop.page, *words)
        deadline = time.monotonic() + PATIENCE
        while not shop.done.wait(0.1):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
        return process

    def close(self) -> None:
        """End what a failed test has left."""
        for process in self._started:
            process.kill()
            process.communicate()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Begin, and wait for the end."""
        return self.end(self.start(*words, **environment))

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str, str]:
        """Exit code, standard output and standard error; nothing may be left."""
        out, err = process.communicate(timeout=PATIENCE)
        assert self.left() == [], err
        assert not list(self.temporary.iterdir()), err
        assert not (self.home / ".mitmproxy").exists()
        return process.returncode, out, err

    def left(self) -> list[str]:
        """Command lines of programs that work in our temporary folder."""
        return [words for _, words in self.programs()]

    def programs(self) -> Iterator[tuple[int, str]]:
        """Process ids and command lines of these programs."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                except OSError:
                    continue
                if str(self.temporary) in words:
                    yield int(entry.name), words

    def pid(self, program: str) -> int:
        """The one program of ours whose command line fits."""
        (pid,) = (pid for pid, words in self.programs() if re.search(program, words))
        return pid

    def findings(self, name: str = "report.json") -> set[tuple[str, str]]:
        """Rule and API of each finding of a report."""
        result = json.loads((self.folder / name).read_text())
        return {(finding["rule"], finding["api"]) for finding in result["findings"]}


BROWSER = r"^(?!.*--type=).*--user-data-dir="
MITMDUMP = r"/mitmdump\.py "


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """A place to record in."""
    made = Recorder(tmp_path)
    yield made
    made.close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A running shop."""
    with Shop() as running:
        yield running


@pytest.fixture
def chromium(no_browser: Callable[[str], NoReturn]) -> None:
    """Needs a Chromium."""
    if next(finder.installed("chromium"), None) is None:
        no_browser("no Chromium on this machine")


@pytest.fixture
def firefox(no_browser: Callable[[str], NoReturn]) -> None:
    """Needs a Firefox."""
    if next(finder.installed("firefox"), None) is None:
        no_browser("no Firefox on this machine")


@contextmanager
def attached(process: subprocess.Popen[str]) -> Iterator[str]:
    """Address of remote debugging, read from what `record` says."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"Remote debugging: (\S+)", line):
            yield found[1]
            return
    pytest.fail("no address of remote debugging")


def test_ctrl_c_is_a_normal_end(recorder: Recorder, shop: Shop, chromium: None) -> None:
    process = recorder.browse(shop)
    process.send_signal(signal.SIGINT)
    code, out, err = recorder.end(process)
    assert code == 0, err
    assert FOUND in err  # live
    assert "missing-allow-origin" in out
    capture = recorder.folder / "session.flow"
    assert capture.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in recorder.folder.iterdir()) == [
        "cors-report.html", "session.flow",
    ]  # fmt: skip


def test_nothing_is_overwritten_unless_named(
    recorder: Recorder, shop: Shop, chromium: None
) -> None:
    for name in ("session.flow", "named.flow", "named.json"):
        (recorder.folder / name).write_text("old")
    for words in ((), ("-o", "named.flow", "--report", "named.json")):
        process = recorder.browse(shop, *words)
        process.send_signal(signal.SIGTERM)
        code, _, err = recorder.end(process)
        assert code == 0, err
    assert (recorder.folder / "session.flow").read_text() == "old"
    assert (recorder.folder / "session-2.flow").stat().st_size
    assert (recorder.folder / "named.flow").stat().st_mode & 0o777 == 0o600
    assert ("missing-allow-origin", shop.api) in recorder.findings("named.json")


def test_tests_attach_to_the_browser_and_close_it(recorder: Recorder, chromium: None) -> None:
    """The sample application, its buttons pressed through the debugging port."""
    sys.path.insert(0, str(SAMPLES))
    try:
        from record import start_servers
        from recording.programs import Programs
        from recording.stories import STORIES
    finally:
        sys.path.remove(str(SAMPLES))
    story = next(each for each in STORIES if each.name == "05-hidden-500")
    with Programs(recorder.folder / "programs.log") as programs:
        start_servers(programs, story)
        process = recorder.start("--headless", "--debug-port", "0", "--report", "report.json")
        with attached(process) as address, sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(address)
            page = browser.contexts[0].pages[0]
            for visit in story.visits:
                page.goto(visit.page + "/")
                for button in visit.buttons:
                    page.click(f"#{button}")
                    page.wait_for_function("document.body.dataset.busy === 'no'")
            reached = reachable_at(pid for pid, _ in recorder.programs())
            browser.new_browser_cdp_session().send("Browser.close")
        code, _, err = recorder.end(process)
    assert code == 0, err
    assert reached == {("tcp", "127.0.0.1")}, "proxy and debugging are for this machine alone"
    assert "the browser was closed" in err
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "report", str(SAMPLES / f"{story.name}.flow"),
         "-o", "sample.json"],
        cwd=recorder.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0
    assert recorder.findings() == recorder.findings("sample.json") != set()


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_https_and_localhost_go_through_the_proxy(
    name: str, recorder: Recorder, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(name)
    certificate = write_leaf(tmp_path, "localhost")
    with Shop(certificate) as shop:
        process = recorder.browse(
            shop, "--browser", name, "--report", "report.json",
            "--set", f"ssl_verify_upstream_trusted_ca={certificate}",
        )  # fmt: skip
        process.send_signal(signal.SIGINT)
        code, _, err = recorder.end(process)
    assert code == 0, err
    assert ("missing-allow-origin", shop.api) in recorder.findings()
    engine = {row["engine"] for row in json.loads(
        (recorder.folder / "report.json").read_text())["exchanges"]}  # fmt: skip
    assert engine == {name}


def test_a_killed_browser_leaves_a_report(recorder: Recorder, shop: Shop, chromium: None) -> None:
    process = recorder.browse(shop, "--report", "report.json")
    os.kill(recorder.pid(BROWSER), signal.SIGKILL)
    code, _, err = recorder.end(process)
    assert code == 0, err
    assert "ended by signal 9" in err
    assert ("missing-allow-origin", shop.api) in recorder.findings()


def test_a_killed_proxy_leaves_the_journal(recorder: Recorder, shop: Shop, chromium: None) -> None:
    process = recorder.browse(shop, "--session", "journal")
    os.kill(recorder.pid(MITMDUMP), signal.SIGKILL)
    code, _, err = recorder.end(process)
    assert code == 2
    assert "mitmdump ended by itself" in err
    assert "cors-audit report journal" in err
    assert shop.api in (recorder.folder / "journal").read_text()


def test_nothing_outlives_a_killed_recorder(recorder: Recorder, shop: Shop, chromium: None) -> None:
    process = recorder.browse(shop)
    process.kill()
    process.communicate(timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while recorder.left() or list(recorder.temporary.iterdir()):
        assert time.monotonic() < deadline, recorder.left()
        time.sleep(0.1)
    (part,) = recorder.folder.iterdir()
    assert part.name == "session.flow.part"
    assert part.stat().st_size  # complete: mitmdump ends cleanly when we are gone


def test_a_taken_port(recorder: Recorder, chromium: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for option in ("--port", "--debug-port"):
            code, _, err = recorder.run("--headless", option, str(port))
            assert code == 2
            assert f"port {port} is taken" in err
            assert option in err
    assert not list(recorder.folder.iterdir())


def test_no_traffic_is_nothing_to_judge(recorder: Recorder, chromium: None) -> None:
    code, out, err = recorder.run("--headless", "--timeout", "2")
    assert (code, out) == (3, "")
    assert "nothing was recorded" in err
    assert "--open URL" in err
    assert not list(recorder.folder.iterdir())


def test_a_browser_that_does_not_start(recorder: Recorder, tmp_path: Path) -> None:
    broken = tmp_path / "chromium-broken"
    broken.write_text("#!/bin/sh\necho cannot open display >&2\nexit 7\n")
    broken.chmod(0o700)
    code, _, err = recorder.run("--headless", "--browser", str(broken))
    assert code == 2
    assert "ended with exit code 7 before anything was recorded" in err
    assert "  cannot open display" in err
    assert "--browser" in err
    assert not list(recorder.folder.iterdir())


def test_a_mistake_in_an_option_of_mitmproxy(recorder: Recorder, chromium: None) -> None:
    code, _, err = recorder.run("--headless", "--set", "cors_live=loud", "--port", str(free_port()))
    assert code == 2
    assert "mitmdump" in err
    assert "cors_live must be one of off, first, all" in err


def test_no_browser(recorder: Recorder, tmp_path: Path) -> None:
    code, _, err = recorder.run("--headless", PATH=str(tmp_path))
    assert code == 2
    assert "no browser found" in err
    assert "microsoft-edge" in err
    assert "--browser PATH" in err
    code, _, err = recorder.run("--headless", "--browser", "nonexistent", PATH=str(tmp_path))
    assert code == 2
    assert "there is no program 'nonexistent'" in err


@pytest.mark.skipif(sys.platform != "linux", reason="only there a display may be missing")
def test_no_display(recorder: Recorder, chromium: None) -> None:
    code, _, err = recorder.run(DISPLAY="", WAYLAND_DISPLAY="")
    assert code == 2
    assert "--headless" in err
    assert "xvfb-run" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "report.pdf"], "no report format '.pdf'"),
        (["--set", "confdir=/tmp"], "record sets this itself"),
        (["--open", "chrome://settings"], "give a URL such as http://localhost:3000"),
        (["-o", "."], "this is a folder"),
        (["-o", "/dev/null/x.flow"], "cannot write"),
        (["--fail-on", "loud"], "no kind, severity"),
    ],
)
def test_mistakes_are_found_before_anything_starts(
    words: list[str], said: str, recorder: Recorder, chromium: None
) -> None:
    code, _, err = recorder.run("--headless", *words)
    assert code == 2
    assert said in err
    assert not list(recorder.folder.iterdir())
