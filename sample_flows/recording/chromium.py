"""A real Chromium, driven by Playwright, that reports its own verdicts over DevTools."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from addon.launch import chromium, finder
from recording.outcomes import Call
from recording.programs import RecordingError

REMEDY = "Install Chromium or Chrome from your distribution, or use --browser firefox."


def origin_of(url: str) -> str:
    """Scheme, host and port, written as the browser writes an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class DevToolsListener:
    """Turns the events of DevTools' Network domain into calls."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self._preflights: list[str] = []

    def listen(self, session: Any) -> None:
        """Hear what happens in one page."""
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFailed", self._failed)
        session.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        url, page = event["request"]["url"], origin_of(event["documentURL"])
        if event["initiator"]["type"] == "preflight":
            self._preflights.append(event["initiator"]["requestId"])
        elif known := self.calls.get(event["requestId"]):
            known.urls.append(url)
        elif event.get("type") in ("Fetch", "XHR") and origin_of(url) != page:
            self.calls[event["requestId"]] = Call(page, event["request"]["method"], [url])

    def _failed(self, event: dict[str, Any]) -> None:
        if not (call := self.calls.get(event["requestId"])):
            return
        if status := event.get("corsErrorStatus"):
            call.blocked, call.reason = True, status["corsError"]
            call.at_preflight = "Preflight" in status["corsError"]
        else:
            call.unexplained = event["errorText"]

    def finish(self) -> list[Call]:
        """All calls, each with its preflights: those may be announced before or after it."""
        for request in self._preflights:
            self.calls[request].preflights += 1
        return list(self.calls.values())


class Chromium:
    """Opens pages and presses buttons; knows in the end what became of every call."""

    def __init__(self, proxy_port: int, certificate: Path, folder: Path) -> None:
        browser = next(finder.installed("chromium"), None)
        if browser is None:
            raise RecordingError(f"No Chromium found. {REMEDY}")
        # Third-party cookies allowed: Debian's build blocks them in a fresh profile.
        chromium.write_preferences(folder / "chromium", third_party_cookies=True)
        self._playwright = sync_playwright().start()
        self._context = self._playwright.chromium.launch_persistent_context(
            folder / "chromium",
            executable_path=browser.path,
            chromium_sandbox=False,
            args=list(chromium.through_proxy(proxy_port, certificate)),
        )
        self._page = self._context.pages[0]
        self._devtools = self._context.new_cdp_session(self._page)
        self._listener = DevToolsListener()
        self._listener.listen(self._devtools)

    @property
    def version(self) -> str:
        """Name and version of the browser."""
        product = self._devtools.send("Browser.getVersion")["product"]
        return str(product).replace("HeadlessChrome/", "Chromium ").replace("Chrome/", "Chromium ")

    def open(self, url: str) -> None:
        """Load a page."""
        self._page.goto(url)

    def press(self, button: str) -> None:
        """Press a button and wait until the page shows the outcome."""
        self._page.click(f"#{button}")
        self._page.wait_for_function("document.body.dataset.busy === 'no'")
        self._page.wait_for_timeout(300)

    def screenshot(self, file: Path) -> None:
        """Picture of the page as it is now."""
        self._page.screenshot(path=file, full_page=True)

    def calls(self, _recording: Path) -> list[Call]:
        """Every cross-origin call, as DevTools told of it."""
        return self._listener.finish()

    def close(self) -> None:
        """End the browser."""
        self._context.close()
        self._playwright.stop()
