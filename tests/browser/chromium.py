"""Chromium, driven over DevTools, that tells of every request what became of it.

Third-party cookies are allowed by preference, as upstream Chromium has it; distributions differ.
Only the proxy's CA is trusted, by its key: ignoring all certificate errors would change caching.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from addon.launch import chromium as launch
from addon.launch import finder

from .case import Case
from .cdp import DevTools, Event
from .chromium_log import NetworkLog
from .proxy import LabError, Proxy
from .truth import Observation, Outcome

STEP_SECONDS = 4.0
QUIET_SECONDS = 0.06
SETTLE_SECONDS = 1.5
ATTACH: dict[str, Any] = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
    launch.without_features(("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable")),
)


def find() -> str | None:
    """Path of the browser, if there is one."""
    return next((browser.path for browser in finder.installed("chromium")), None)


class Chromium:
    """A browser with a fresh profile; use as a context manager."""

    name = "chromium"

    def __init__(self, proxy: Proxy, folder: Path, third_party_cookies: bool = True) -> None:
        binary = find()
        if not binary:
            raise LabError("no Chromium found: install chromium or Chrome")
        profile = folder / "profile"
        launch.write_preferences(profile, third_party_cookies)
        command = launch.command(
            binary,
            profile,
            launch.through_proxy(proxy.port, proxy.certificate),
            "about:blank",
            headless=True,
            more=SWITCHES,
        )
        environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.log = NetworkLog()
        self._devtools = DevTools(command, environment, folder / "chromium.log")
        self._devtools.listener = self._listen

    def __enter__(self) -> Chromium:
        send = self._devtools.send
        self.version = str(send("Browser.getVersion")["product"]).rpartition("/")[2]
        target = send("Target.createTarget", url="about:blank")["targetId"]
        self._page = send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for method in ("Page.enable", "Runtime.enable", "Network.enable", "Log.enable"):
            send(method, self._page)
        send("Target.setAutoAttach", self._page, **ATTACH)
        # Service and shared workers belong to the browser, not to a page.
        workers = [{"type": "service_worker"}, {"type": "shared_worker"}]
        send("Target.setAutoAttach", **ATTACH, filter=workers)
        return self

    def __exit__(self, *_: object) -> None:
        self._devtools.close()

    def _listen(self, session: str, method: str, event: Event) -> None:
        """Take in an event; listen to frames and workers from their first request on."""
        if method != "Target.attachedToTarget":
            self.log.take(session, method, event)
            return
        child, post = event["sessionId"], self._devtools.post
        if event["targetInfo"]["type"] != "page":
            for enable in ("Network.enable", "Log.enable", "Runtime.enable"):
                post(enable, child)
            post("Target.setAutoAttach", child, **ATTACH)
        post("Runtime.runIfWaitingForDebugger", child)

    def run(self, case: Case, url: str) -> list[Outcome]:
        """Open the page of a case and wait until all is over."""
        send = self._devtools.send
        self.log.begin()
        send("Network.setCacheDisabled", self._page, cacheDisabled=not case.http_cache)
        send("Page.navigate", self._page, url=url)
        expression = "document.documentElement.dataset.results"
        results = ""

        def finished() -> bool:
            nonlocal results
            evaluated = self._evaluate(expression)
            results = evaluated if isinstance(evaluated, str) else ""
            return bool(results)

        if not self._devtools.wait(finished, 5 + STEP_SECONDS * len(case.steps)):
            raise LabError(f"case {case.name} did not come to an end")
        self._devtools.wait(lambda: self.log.quiet_for(QUIET_SECONDS), SETTLE_SECONDS)
        self._devtools.wait(lambda: False, case.settle)
        return [
            Outcome(found["begun"] / 1000, found["ended"] / 1000, found["outcome"])
            for found in json.loads(results)
        ]

    def _evaluate(self, expression: str) -> Any:
        """Value of an expression in the page, or nothing while it is being replaced."""
        try:
            answer = self._devtools.send(
                "Runtime.evaluate", self._page, expression=expression, returnByValue=True
            )
        except LabError:
            return None
        return answer["result"].get("value")

    def observations(self) -> list[Observation]:
        """All requests of the run."""
        return self.log.observations()
