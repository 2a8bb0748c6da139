"""Let end-to-end tests be recorded, so that `cors-audit check` can gate them. Copy it to yours.

    python -m pytest e2e --through mitmdump    # a proxy that Playwright's browser is sent through
    python -m pytest e2e --through record      # a browser and a proxy by `cors-audit record`

Both leave `e2e.flow`, the recording, and `e2e.html`, its report, in the current folder. It needs
pytest, playwright and cors-audit, and no plugin. A Chromium of your own: CHROMIUM=/path/to/it.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

RECORDING, REPORT, LOG = "e2e.flow", "e2e.html", Path("e2e.log")
SECONDS = 120


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the tests are recorded."""
    parser.addoption("--through", choices=sorted(ROADS), default="mitmdump")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser whose traffic is recorded until the last test is over."""
    expect.set_options(timeout=SECONDS * 1000)  # busy machines of CI take their time
    road = ROADS[request.config.getoption("--through")]
    with sync_playwright() as playwright, road(playwright) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without cookies or caches of other tests."""
    context = browser.new_context(ignore_https_errors=True)  # the proxy signs them itself
    yield context.new_page()
    context.close()


@contextmanager
def through_mitmdump(playwright: Playwright) -> Iterator[Browser]:
    """Playwright's own browser, sent through a mitmdump with the addon."""
    addon = subprocess.run(["cors-audit", "addon"], stdout=subprocess.PIPE, text=True, check=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ["mitmdump", "-s", addon.stdout.strip(), "-w", RECORDING]
    words += ["--listen-host", "127.0.0.1", "--listen-port", str(port)]
    words += ["--set", f"cors_report={REPORT}"]
    with LOG.open("w") as log:
        proxy = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        wait_until(lambda: listens(port), proxy)
        yield playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"),
            # Chromium leaves localhost out of every proxy unless it is told.
            proxy={"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"},
        )
    finally:
        proxy.terminate()  # it writes the report before it ends
        proxy.wait(SECONDS)


@contextmanager
def through_record(playwright: Playwright) -> Iterator[Browser]:
    """The browser that `cors-audit record` starts, attached to by its remote debugging."""
    words = ["cors-audit", "record", "--headless", "--debug-port", "0"]
    words += ["-o", RECORDING, "--report", REPORT]
    if chromium := os.environ.get("CHROMIUM"):
        words += ["--browser", chromium]
    with LOG.open("w") as log:
        recorder = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        wait_until(lambda: debugging() is not None, recorder)
        browser = playwright.chromium.connect_over_cdp(debugging() or "")
        yield browser
        browser.new_browser_cdp_session().send("Browser.close")
    finally:
        with suppress(subprocess.TimeoutExpired):
            recorder.wait(SECONDS)  # it writes the report before it ends
        recorder.terminate()


ROADS: dict[str, Callable[[Playwright], AbstractContextManager[Browser]]] = {
    "mitmdump": through_mitmdump,
    "record": through_record,
}


def listens(port: int) -> bool:
    """Does somebody answer on this port of loopback?"""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def debugging() -> str | None:
    """Address of remote debugging, once `cors-audit record` has told it."""
    found = re.search(r"Remote debugging: (\S+)", LOG.read_text())
    return found and found[1]


def wait_until(ready: Callable[[], bool], program: subprocess.Popen[bytes]) -> None:
    """Return once it is ready; fail with what the program said if it ends or takes too long."""
    deadline = time.monotonic() + SECONDS
    while not ready():
        if program.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"{program.args} does not start:\n{LOG.read_text()}")
        time.sleep(0.05)
