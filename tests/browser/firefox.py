"""Firefox with a throw-away profile, whose console says why it refused what it refused.

The console's CORS messages carry a key as their category and name the URL; observers of the
network layer add which requests were made. Cookies follow Firefox's default (partitioned by
site) unless told otherwise.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from addon.launch import finder
from addon.launch import firefox as launch
from addon.launch.processes import LaunchError, stop

from .case import Case
from .firefox_log import observations
from .proxy import LabError, Proxy
from .truth import Observation, Outcome

STEP_SECONDS = 4.0
SETTLE_SECONDS = 0.12

WATCH = (Path(__file__).with_name("firefox_watch.js")).read_text()


PREFERENCES: dict[str, object] = {
    "network.prefetch-next": True,
    "browser.send_pings": True,
    "dom.security.https_first": False,  # http pages are wanted
    "dom.security.https_first_schemeless": False,
    "media.autoplay.default": 0,
}


def find() -> str | None:
    """Path of the browser, if there is one."""
    return next((browser.path for browser in finder.installed("firefox")), None)


class Program:
    """Firefox with a new profile, under remote control; use as a context manager."""

    def __init__(self, folder: Path, *preferences: Mapping[str, object]) -> None:
        binary = find()
        if not binary:
            raise LabError("no Firefox found: install firefox")
        self.profile = folder / "profile"
        launch.write_preferences(self.profile, *preferences)
        self._command = launch.command(
            binary, self.profile, "about:blank", headless=True, more=launch.REMOTE_CONTROL
        )
        self._folder = folder

    def __enter__(self) -> Self:
        environment = launch.environment() | {"HOME": str(self._folder)}
        with (self._folder / "firefox.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.marionette = launch.connect(self.profile, self._process)
        return self

    def __exit__(self, *_: object) -> None:
        self.marionette.close()
        stop(self._process)


class Firefox(Program):
    """The lab's browser: goes through the proxy, and is watched."""

    name = "firefox"

    def __init__(self, proxy: Proxy, folder: Path, third_party_cookies: bool = False) -> None:
        super().__init__(
            folder,
            launch.through_proxy(proxy.port),
            launch.cookies(True if third_party_cookies else None),
            PREFERENCES,
        )
        self._certificate = proxy.certificate
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        super().__enter__()
        launch.trust(self.marionette, self._certificate)
        self.version = self.marionette.version
        self.marionette.script(WATCH)
        return self

    def _drain(self) -> None:
        """Fetch what was observed so far."""
        self.marionette.context("chrome")
        self._events += json.loads(self.marionette.script("return window.corsLab.drain();"))

    def run(self, case: Case, url: str) -> list[Outcome]:
        """Open the page of a case and wait until all is over."""
        self.marionette.context("content")
        self.marionette.command("WebDriver:Navigate", url=url)
        deadline = time.monotonic() + 5 + STEP_SECONDS * len(case.steps)
        source = (
            "return location.href.split('#')[0] === arguments[0]"
            " ? document.documentElement.dataset.results : undefined"
        )
        while not (results := self._results(source, url)):
            if time.monotonic() > deadline:
                self._drain()
                raise LabError(f"case {case.name} did not come to an end")
            time.sleep(0.02)
        time.sleep(SETTLE_SECONDS + case.settle)
        self._drain()
        return [
            Outcome(found["begun"] / 1000, found["ended"] / 1000, found["outcome"])
            for found in json.loads(results)
        ]

    def _results(self, source: str, url: str) -> str | None:
        """The page's results, or nothing while the page is still being loaded."""
        try:
            found = self.marionette.script(source, url)
        except LaunchError:
            return None
        return found if isinstance(found, str) else None

    def observations(self) -> list[Observation]:
        """All requests of the run."""
        self._drain()
        return observations(self._events)
