"""One Chromium and one mitmdump for many recordings, and the pages that the browser opens."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from addon.launch.certificates import key_pin

from ..browser import chromium
from ..browser.proxy import LabError, Proxy
from . import recorder
from .gate import API, LOOKALIKE, PAGE, STRANGERS, Gate

CALLS = Path(__file__).with_name("calls.js").read_text()
BLOCKED = "TypeError"
"""What a page gets of a call that the browser blocked."""

Outcome = Any
"""[status, body, X-Total] or the name of an error, as `calls.js` says."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What pages got of their calls."""

    told: list[Outcome]
    """The front end."""
    strangers: list[Outcome]
    """Pages of other sites."""
    undeclared: list[Outcome]
    """The front end, of calls that it had not made before."""


class World:
    """Use as a context manager; the gate must be open before."""

    def __init__(self, gate: Gate, folder: Path) -> None:
        self.gate = gate
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> World:
        binary = chromium.find()
        if binary is None:
            raise LabError("no Chromium found: install chromium or Chrome")
        with self._stack as stack:
            ports = {"http": 1, "https": self.gate.port}
            script = Path(recorder.__file__)
            unused = self._folder / "start.flow"
            self._proxy = stack.enter_context(Proxy(unused, self._folder, ports, (script,)))
            playwright = stack.enter_context(sync_playwright())
            pin = key_pin(self._proxy.certificate)
            self._browser = playwright.chromium.launch(
                executable_path=binary,
                args=["--no-sandbox", f"--ignore-certificate-errors-spki-list={pin}"],
                proxy={"server": f"http://127.0.0.1:{self._proxy.port}"},
            )
            stack.callback(self._browser.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def session(self, recording: Path, does: str, *, strangers: bool) -> list[Outcome]:
        """Record the front end's users at work, and what else is open in their browser.

        Args:
            does: function of `calls.js`.

        Returns:
            What the front end got of its calls.
        """
        with self._recording(recording), self._page() as page:
            told = self._visit(page, PAGE, does)
            if strangers:
                self._strangers(page)
        return told

    def trial(self, recording: Path, trespass: Path, does: str) -> Trial:
        """Record the users at work, and apart from that what nobody should be able to do."""
        with self._page() as page:
            with self._recording(recording):
                told = self._visit(page, PAGE, does)
            with self._recording(trespass):
                return Trial(told, self._strangers(page), self._visit(page, PAGE, "undeclared"))

    def _strangers(self, page: Page) -> list[Outcome]:
        told = []
        for origin in (*STRANGERS, LOOKALIKE):
            told += self._visit(page, origin, "stranger")
        return told + self._visit(page, STRANGERS[0], "sandboxed")

    def _visit(self, page: Page, origin: str, does: str) -> list[Outcome]:
        page.goto(f"{origin}/")
        told: list[Outcome] = page.evaluate(f"(api) => {{ {CALLS}; return {does}(api); }}", API)
        return told

    @contextmanager
    def _page(self) -> Iterator[Page]:
        """In a fresh profile: no cookies, and nothing in the caches."""
        context = self._browser.new_context()
        try:
            yield context.new_page()
        finally:
            context.close()

    @contextmanager
    def _recording(self, file: Path) -> Iterator[None]:
        self._tell_recorder(str(file))
        try:
            yield
        finally:
            self._tell_recorder("")

    def _tell_recorder(self, file: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._proxy.port, timeout=20)
        connection.request("GET", f"http://{recorder.HOST}/?{quote(file, safe='')}")
        if connection.getresponse().status != 204:
            raise LabError("the recorder does not obey")
        connection.close()
