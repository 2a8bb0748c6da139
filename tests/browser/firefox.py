"""Firefox with a throw-away profile, whose console says why it refused what it refused.

The console's CORS messages carry a key as their category and name the URL; observers of the
network layer add which requests were made. Cookies follow Firefox's default (partitioned by
site) unless told otherwise.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from .case import Case
from .firefox_log import observations
from .marionette import Marionette
from .proxy import LabError, Proxy, free_port, stop, wait_for_port
from .truth import Observation, Outcome

NAMES = ("firefox", "firefox-esr")
STEP_SECONDS = 4.0
SETTLE_SECONDS = 0.12

WATCH = (Path(__file__).with_name("firefox_watch.js")).read_text()


def find() -> str | None:
    """Path of the browser, if there is one and certutil to make it trust the proxy."""
    if not shutil.which("certutil"):
        return None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


QUIET: dict[str, object] = {
    "network.trr.mode": 5,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.server": "",
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "extensions.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
"""Nothing of Firefox's own goes out."""


def preferences(proxy_port: int, third_party_cookies: bool) -> dict[str, object]:
    """Everything through the proxy."""
    values: dict[str, object] = {
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": proxy_port,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxy_port,
        "network.proxy.no_proxies_on": "",
        "network.proxy.allow_hijacking_localhost": True,  # else localhost goes past the proxy
        "network.prefetch-next": True,
        "browser.send_pings": True,
        "dom.security.https_first": False,  # http pages are wanted
        "dom.security.https_first_schemeless": False,
        "media.autoplay.default": 0,
    }
    if third_party_cookies:
        values["network.cookie.cookieBehavior"] = 0
    return values


class Program:
    """Firefox with a new profile, under remote control; use as a context manager."""

    def __init__(self, folder: Path, preferences: Mapping[str, object]) -> None:
        binary = find()
        if not binary:
            raise LabError("no Firefox found, or no certutil: install firefox and libnss3-tools")
        self.profile = folder / "profile"
        self.profile.mkdir()
        self._port = free_port()
        values = {**QUIET, **preferences, "marionette.port": self._port}
        (self.profile / "user.js").write_text(
            "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in values.items())
        )
        self._command = [
            binary,
            "--headless",
            "--no-remote",
            "--marionette",
            "--remote-allow-system-access",
            "--profile",
            str(self.profile),
        ]
        self._folder = folder

    def __enter__(self) -> Self:
        environment = os.environ | {"HOME": str(self._folder), "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}
        with (self._folder / "firefox.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_for_port(self._port, self._process, 60)
        self.marionette = Marionette(self._port)
        return self

    def __exit__(self, *_: object) -> None:
        self.marionette.close()
        stop(self._process)


class Firefox(Program):
    """The lab's browser: goes through the proxy, and is watched."""

    name = "firefox"

    def __init__(self, proxy: Proxy, folder: Path, third_party_cookies: bool = False) -> None:
        super().__init__(folder, preferences(proxy.port, third_party_cookies))
        database = f"sql:{self.profile}"
        subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
        subprocess.run(
            [
                "certutil",
                "-A",
                "-d",
                database,
                "-n",
                "lab",
                "-t",
                "C,,",
                "-i",
                str(proxy.certificate),
            ],
            check=True,
        )
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        super().__enter__()
        self.version = self.marionette.version
        self.marionette.context("chrome")
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
        except LabError:
            return None
        return found if isinstance(found, str) else None

    def observations(self) -> list[Observation]:
        """All requests of the run."""
        self._drain()
        return observations(self._events)
