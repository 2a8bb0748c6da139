"""A window of Chromium or of Firefox that shows one file and remembers what the file tried.

Both do the same: `open` a file, `run` a script in its page, and say in `heard` what came out
of the page besides text: words on the console (violations of the content security policy are
among them), dialogs, requests, new windows.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from addon.launch.processes import LaunchError

from ..browser.firefox import Program

SECONDS = 20.0
SENTINEL = "http://127.0.0.1:9/sentinel.png"
"""An image that the page's own policy must refuse, which proves that we would have heard."""
TRY_IMAGE = "const tried = new Image(); tried.src = arguments[0]; document.body.append(tried);"
LOADED = "return location.href === arguments[0] && document.readyState === 'complete'"
LOADS = "return performance.getEntriesByType('resource').map((each) => each.name)"


class Window(Protocol):
    """What the tests need of a browser."""

    def open(self, path: Path) -> None:
        """Show a file; what was heard before is forgotten."""

    def run(self, source: str, *arguments: object) -> Any:
        """Run the body of a function in the page and return what it returns."""

    def heard(self) -> list[str]:
        """All that came out of the page since it was opened. The page is spoilt afterwards."""


class ChromiumWindow:
    """A context of its own in a Chromium started by playwright; close it."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self._said: list[str] = []
        self._asked: list[str] = []
        self.page.on("console", lambda message: self._said.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self._said.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("popup", lambda page: self._said.append(f"window: {page.url}"))
        self.page.on("request", lambda request: self._asked.append(request.url))

    def _dialog(self, dialog: Any) -> None:
        self._said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: Path) -> None:
        self._address = path.as_uri()
        self.again()

    def again(self, fragment: str = "") -> None:
        """Show the file anew, at a place in it."""
        self.page.goto("about:blank")
        self._said.clear()
        self._asked.clear()
        self.page.goto(self._address + fragment)

    def texts(self, selector: str) -> list[str]:
        """The text of every element that fits, blanks taken together."""
        return [" ".join(text.split()) for text in self.page.locator(selector).all_text_contents()]

    def run(self, source: str, *arguments: object) -> Any:
        return self.page.evaluate(f"(given) => (function () {{ {source} }})(...given)", arguments)

    def heard(self) -> list[str]:
        loads = [f"load: {name}" for name in self.run(LOADS)]
        asked = [f"request: {url}" for url in self._asked[1:]]
        self.run(TRY_IMAGE, SENTINEL)
        deadline = time.monotonic() + SECONDS
        while not any(SENTINEL in said for said in self._said):
            assert time.monotonic() < deadline, "the policy let the sentinel pass in silence"
            self.page.wait_for_timeout(10)
        return [said for said in self._said if SENTINEL not in said] + loads + asked

    def close(self) -> None:
        """End the context."""
        self.context.close()


Show = Callable[..., ChromiumWindow]
"""Writes a result's report and opens it: `show(result, **options of the context)`."""

LISTEN = """
if (!window.reportLab) {
  const heard = [];
  Services.console.registerListener({
    observe(message) {
      if (!(message instanceof Ci.nsIScriptError) || message.isFromChromeContext) return;
      heard.push({what: "console", text: message.errorMessage, page: message.innerWindowID});
    },
  });
  Services.obs.addObserver((subject) => {
    const channel = subject.QueryInterface(Ci.nsIHttpChannel);
    if (channel.loadInfo.triggeringPrincipal.isSystemPrincipal) return;
    heard.push({what: "request", text: channel.URI.spec, page: 1});
  }, "http-on-opening-request");
  Services.obs.addObserver(() => heard.push({what: "dialog", text: "opened", page: 1}),
    "common-dialog-loaded");
  window.reportLab = {take: () => JSON.stringify(heard.splice(0))};
}
"""


class FirefoxWindow:
    """The one window of a Firefox under Marionette."""

    def __init__(self, program: Program) -> None:
        self._marionette = program.marionette
        self._chrome(LISTEN)

    def _chrome(self, source: str, *arguments: object) -> Any:
        """Run a script in the browser's own window."""
        self._marionette.context("chrome")
        try:
            return self._marionette.script(source, *arguments)
        finally:
            self._marionette.context("content")

    @contextlib.contextmanager
    def without_script(self) -> Iterator[None]:
        """Pages opened meanwhile run no script."""
        source = "gBrowser.selectedBrowser.browsingContext.allowJavascript = arguments[0]"
        self._chrome(source, False)
        try:
            yield
        finally:
            self._chrome(source, True)

    def open(self, path: Path) -> None:
        self._go("about:blank")
        self._chrome("window.reportLab.take()")
        self._go(path.as_uri())

    def _go(self, address: str) -> None:
        self._marionette.command("WebDriver:Navigate", url=address)
        deadline = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(LaunchError):  # the page is being replaced
                if self.run(LOADED, address):
                    return
            assert time.monotonic() < deadline, f"Firefox does not show {address}"
            time.sleep(0.01)

    def run(self, source: str, *arguments: object) -> Any:
        return self._marionette.script(source, *arguments)

    def click(self, selector: str) -> None:
        """Click on every element that fits, in order."""
        for element in self._find(selector):
            self._command_on(element, "WebDriver:ElementClick")

    def displayed(self, selector: str) -> list[bool]:
        """For every element that fits: can it be seen?"""
        return [
            bool(self._command_on(element, "WebDriver:IsElementDisplayed"))
            for element in self._find(selector)
        ]

    def _find(self, selector: str) -> list[str]:
        found = self._marionette.command(
            "WebDriver:FindElements", using="css selector", value=selector
        )
        return [next(iter(each.values())) for each in found]

    def _command_on(self, element: str, name: str) -> Any:
        return self._marionette.command(name, id=element)["value"]

    def press(self, key: str) -> None:
        """Press and release a key; characters beyond letters as WebDriver numbers them."""
        keys = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self._marionette.command("WebDriver:PerformActions", actions=actions)

    def heard(self) -> list[str]:
        loads = [f"load: {name}" for name in self.run(LOADS)]
        windows = self._marionette.command("WebDriver:GetWindowHandles")
        loads += [f"window: {each}" for each in windows[1:]]
        self.run(TRY_IMAGE, SENTINEL)
        said: list[dict[str, Any]] = []
        deadline = time.monotonic() + SECONDS
        while not any(SENTINEL in each["text"] for each in said):
            assert time.monotonic() < deadline, "the policy let the sentinel pass in silence"
            said += json.loads(self._chrome("return window.reportLab.take()"))
        return [
            f"{each['what']}: {each['text']}"
            for each in said
            if each["page"] and SENTINEL not in each["text"]
        ] + loads
