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
from pathlib import Path
from typing import Any

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


def preferences(proxy_port: int, marionette_port: int, third_party_cookies: bool) -> str:
    """The profile's `user.js`: everything through the proxy, nothing of Firefox's own."""
    values: dict[str, object] = {
        "marionette.port": marionette_port,
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": proxy_port,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxy_port,
        "network.proxy.no_proxies_on": "",
        "network.proxy.allow_hijacking_localhost": True,  # else localhost goes past the proxy
        "network.trr.mode": 5,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "network.prefetch-next": True,
        "browser.send_pings": True,
        "dom.security.https_first": False,  # http pages are wanted
        "dom.security.https_first_schemeless": False,
        "media.autoplay.default": 0,
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
    if third_party_cookies:
        values["network.cookie.cookieBehavior"] = 0
    return "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in values.items())


class Firefox:
    """A browser; use as a context manager."""

    name = "firefox"

    def __init__(self, proxy: Proxy, folder: Path, third_party_cookies: bool = False) -> None:
        binary = find()
        if not binary:
            raise LabError("no Firefox found, or no certutil: install firefox and libnss3-tools")
        profile = folder / "profile"
        profile.mkdir()
        database = f"sql:{profile}"
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
        self._port = free_port()
        (profile / "user.js").write_text(preferences(proxy.port, self._port, third_party_cookies))
        self._command = [
            binary,
            "--headless",
            "--no-remote",
            "--marionette",
            "--remote-allow-system-access",
            "--profile",
            str(profile),
        ]
        self._folder = folder
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> Firefox:
        environment = os.environ | {"HOME": str(self._folder), "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}
        with (self._folder / "firefox.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_for_port(self._port, self._process, 60)
        self._marionette = Marionette(self._port)
        self.version = self._marionette.version
        self._marionette.context("chrome")
        self._marionette.script(WATCH)
        return self

    def __exit__(self, *_: object) -> None:
        self._marionette.close()
        stop(self._process)

    def _drain(self) -> None:
        """Fetch what was observed so far."""
        self._marionette.context("chrome")
        self._events += json.loads(self._marionette.script("return window.corsLab.drain();"))

    def run(self, case: Case, url: str) -> list[Outcome]:
        """Open the page of a case and wait until all is over."""
        self._marionette.context("content")
        self._marionette.command("WebDriver:Navigate", url=url)
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
            found = self._marionette.script(source, url)
        except LabError:
            return None
        return found if isinstance(found, str) else None

    def observations(self) -> list[Observation]:
        """All requests of the run."""
        self._drain()
        return observations(self._events)
