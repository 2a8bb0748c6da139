"""WebKitGTK's MiniBrowser, driven over the Web Inspector protocol.

It has Safari's engine but not its network stack: cookies and the HTTP cache are libsoup's. There
is no headless mode, so it gets a display of its own. Third-party cookies follow its default
(refused) unless told otherwise. Certificates are not checked, because GnuTLS knows the machine's
trust store only.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from addon.launch.processes import LaunchError, free_port, stop, wait_for_port

from .case import Case
from .inspector import Inspector
from .proxy import LabError, Proxy
from .truth import Observation, Outcome
from .webkit_log import NetworkLog

PLACES = (
    "lib/*/webkit*gtk-*/MiniBrowser",  # Debian
    "lib*/webkit*gtk-*/MiniBrowser",
    "libexec/webkit*gtk-*/MiniBrowser",  # Fedora
)
"""Below `/usr`; it is on no path."""
DOMAINS = ("Page", "Runtime", "Network", "Console", "Worker")
LISTED_PAGE = re.compile(r"/socket/\d+/\d+/WebPage")
START_SECONDS = 30
STEP_SECONDS = 4.0
SETTLE_SECONDS = 0.06

ASK_VERSION = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
print(*(getattr(library, f"webkit_get_{part}_version")() for part in ("major", "minor", "micro")),
    sep=".")
"""


def find() -> str | None:
    """Path of the browser, if there is one and a display server to show it."""
    if not shutil.which("Xvfb"):
        return None
    found = [path for place in PLACES for path in sorted(Path("/usr").glob(place))]
    return str(found[-1]) if found else None


def version_of(binary: Path) -> str:
    """WebKitGTK's version; neither MiniBrowser nor its user agent tells."""
    for library in binary.parent.parent.glob(f"lib{binary.parent.name}.so.*"):
        command = [sys.executable, "-c", ASK_VERSION, str(library)]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        return asked.stdout.strip() or "of unknown version"
    return "of unknown version"


class WebKit:
    """A browser with a fresh profile; use as a context manager."""

    name = "webkit"

    def __init__(self, proxy: Proxy, folder: Path, third_party_cookies: bool = False) -> None:
        binary = find()
        if not binary:
            raise LabError("no MiniBrowser found, or no Xvfb: install WebKitGTK and xvfb")
        self.version = version_of(Path(binary))
        self._folder = folder
        self._port = free_port()
        self._command = [
            binary,
            f"--proxy=http://127.0.0.1:{proxy.port}",
            "--ignore-tls-errors",
            f"--cookies-policy={'always' if third_party_cookies else 'no-third-party'}",
            "--enable-developer-extras=true",
            "about:blank",
        ]
        self.log = NetworkLog()

    def __enter__(self) -> WebKit:
        self._display, name = start_display()
        environment = {
            "HOME": str(self._folder),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "DISPLAY": name,
            "WEBKIT_INSPECTOR_HTTP_SERVER": f"127.0.0.1:{self._port}",
        }
        with (self._folder / "webkit.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_for_port(self._port, self._process, START_SECONDS)
            self._inspector = Inspector(self._port, page_socket(self._port), DOMAINS)
        except LaunchError:
            stop(self._process)
            stop(self._display)
            raise
        self._inspector.listener = self.log.take
        return self

    def __exit__(self, *_: object) -> None:
        self._inspector.close()
        stop(self._process)
        stop(self._display)

    def run(self, case: Case, url: str) -> list[Outcome]:
        """Open the page of a case and wait until all is over."""
        with contextlib.suppress(LabError):  # the page that was asked may be gone before it answers
            self._inspector.send("Page.navigate", url=url)
        deadline = time.monotonic() + 5 + STEP_SECONDS * len(case.steps)
        expression = (
            f"location.href.split('#')[0] === {json.dumps(url)}"
            " ? document.documentElement.dataset.results : undefined"
        )
        while not (results := self._evaluate(expression)):
            if time.monotonic() > deadline:
                raise LabError(f"case {case.name} did not come to an end")
            time.sleep(0.02)
        time.sleep(SETTLE_SECONDS + case.settle)
        return [
            Outcome(found["begun"] / 1000, found["ended"] / 1000, found["outcome"])
            for found in json.loads(results)
        ]

    def _evaluate(self, expression: str) -> str | None:
        """Value of an expression in the page, or nothing while it is being replaced."""
        try:
            answer = self._inspector.send(
                "Runtime.evaluate", expression=expression, returnByValue=True
            )
        except LabError:
            return None
        value = answer["result"].get("value")
        return value if isinstance(value, str) else None

    def observations(self) -> list[Observation]:
        """All requests of the run."""
        return self.log.observations()


def page_socket(port: int) -> str:
    """Where the page's inspector listens: the only one on the list of what can be inspected."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        listed = LISTED_PAGE.search(connection.getresponse().read().decode())
        connection.close()
        if listed:
            return listed[0]
        time.sleep(0.05)
    raise LabError("WebKit lists no page")


def start_display() -> tuple[subprocess.Popen[bytes], str]:
    """A display that nobody sees, on a number of its own choice."""
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-nolisten", "tcp"],
        pass_fds=[write_end],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as told:
        number = told.readline().strip()
    if not number:
        stop(process)
        raise LabError("Xvfb does not start")
    return process, f":{number}"
