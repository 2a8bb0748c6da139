"""A real Firefox with a throw-away profile, driven over Marionette, its own remote control.

Firefox tells a page only that a call failed. Whether the preflight or the request itself was
refused is read from the recording: after a refused preflight the request never came.
"""

import time
from pathlib import Path
from typing import Any

from addon.launch import finder, firefox, processes
from recording.chromium import origin_of
from recording.outcomes import Call, read_flows
from recording.programs import RecordingError

REMEDY = "Install Firefox from your distribution, or use --browser chromium."
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key WebDriver wraps an element's id in


class Firefox:
    """Opens pages and presses buttons; knows in the end what became of every call."""

    def __init__(self, proxy_port: int, certificate: Path, folder: Path) -> None:
        browser = next(finder.installed("firefox"), None)
        if browser is None:
            raise RecordingError(f"No Firefox found. {REMEDY}")
        profile = folder / "firefox"
        firefox.write_preferences(profile, firefox.through_proxy(proxy_port))
        command = firefox.command(
            browser.path, profile, "about:blank", headless=True, more=firefox.REMOTE_CONTROL
        )
        self._process = processes.start(
            command, folder / "firefox.log", environment=firefox.environment()
        )
        self._marionette = firefox.connect(profile, self._process, wait_for_pages=True)
        firefox.trust(self._marionette, certificate)
        self._marionette.context("content")
        self._visits: list[tuple[str, list[dict[str, Any]]]] = []

    @property
    def version(self) -> str:
        """Name and version of the browser."""
        return f"Firefox {self._marionette.version}"

    def open(self, url: str) -> None:
        """Load a page."""
        self._marionette.command("WebDriver:Navigate", url=url)
        self._visits.append((origin_of(url), []))

    def press(self, button: str) -> None:
        """Press a button and wait until the page shows the outcome."""
        found = self._marionette.command(
            "WebDriver:FindElement", using="css selector", value=f"#{button}"
        )
        self._marionette.command("WebDriver:ElementClick", id=found["value"][ELEMENT])
        while self._marionette.script("return document.body.dataset.busy") != "no":
            time.sleep(0.05)
        last = "return window.wrappedJSObject.calls.at(-1)"
        self._visits[-1][1].append(self._marionette.script(last))
        time.sleep(0.3)

    def calls(self, recording: Path) -> list[Call]:
        """Every call, as the page saw it end and as the recording saw it pass."""
        flows = [flow for flow in read_flows(recording) if "Origin" in flow.request.headers]
        calls = []
        for page, outcomes in self._visits:
            for outcome in outcomes:
                blocked = not outcome["readable"]
                call = Call(page, outcome["method"], [outcome["url"]], blocked=blocked)
                if flows and flows[0].request.method == "OPTIONS":
                    call.preflights = 1
                    flows.pop(0)
                call.at_preflight = not flows or flows[0].request.url != outcome["url"]
                while not call.at_preflight and (answer := flows.pop(0).response):
                    if answer.status_code != 302 or not flows:
                        break
                    if flows[0].request.url != answer.headers["Location"]:
                        break
                    call.urls.append(flows[0].request.url)
                calls.append(call)
        return calls

    def close(self) -> None:
        """End the browser."""
        self._marionette.close()
        processes.stop(self._process)
