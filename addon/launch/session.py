"""One recording from start to end: the proxy, the browser, and nothing left of them afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from . import chromium, firefox, processes, proxy
from .finder import Browser, private_folder
from .guard import Guard
from .processes import LaunchError

POLL_SECONDS = 0.1
ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a recording; not every system has each of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record, and how."""

    browser: Browser
    url: str
    """Opened at the start."""
    capture: Path
    """An existing, empty file."""
    headless: bool = False
    third_party_cookies: bool | None = None
    """Allowed or blocked; None: as the browser's default."""
    port: int | None = None
    """Of the proxy, on 127.0.0.1; None: a free one."""
    debug_port: int | None = None
    """Of the browser's remote debugging, on loopback; 0: any free one; None: none."""
    timeout: float | None = None
    """Seconds after which the recording ends."""
    browser_arguments: tuple[str, ...] = ()
    proxy_settings: tuple[str, ...] = ()
    """What `proxy.settings` gave."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a recording ended."""

    because: str
    complete: bool = True
    """False: the proxy ended by itself, and what was under way then is missing."""


Say = Callable[[str], None]


def record(plan: Plan, say: Say) -> Ending:
    """Record until the browser is closed, a signal comes, or the time is over.

    Args:
        say: is given each line for the person, as it comes.

    Raises:
        LaunchError: the recording did not come about.
        KeyboardInterrupt: it was ended before it had begun.
    """
    with _signals_as_interrupts(), _folder(plan.browser) as folder, Guard(folder) as guard:
        return _Recording(plan, say, folder, guard).run()


class _Recording:
    def __init__(self, plan: Plan, say: Say, folder: Path, guard: Guard) -> None:
        self._plan, self._say, self._guard = plan, say, guard
        self._folder = folder
        self._profile = folder / "profile"
        self._confdir = folder / "mitmproxy"
        self._proxy_log = folder / "mitmdump.log"
        self._browser_log = folder / "browser.log"
        self._asked_for_port = plan.debug_port is not None
        self._proxy_log.touch()

    def run(self) -> Ending:
        """Start everything, wait, end everything."""
        port = self._plan.port or processes.free_port()
        processes.require_free(port, "choose another --port or leave the option out")
        if self._plan.debug_port:
            processes.require_free(self._plan.debug_port, "choose another --debug-port, such as 0")
        words = [
            *proxy.command(self._confdir, port, self._plan.capture),
            *self._plan.proxy_settings,
        ]
        with self._proxy_log.open("rb") as lines:
            with proxy.Proxy(words, port, self._proxy_log) as mitmdump:
                self._guard.watch(mitmdump.process.pid)
                browser = self._start_browser(port)
                self._say("Recording. Findings appear here.")
                ending = self._wait(mitmdump.process, browser, lines)
                _ignore_signals()  # what follows takes seconds and must be finished
                processes.stop(browser, 5)
            self._forward(lines)
        return ending

    def _start_browser(self, port: int) -> subprocess.Popen[bytes]:
        plan, certificate = self._plan, proxy.authority(self._confdir)
        path = plan.browser.path
        # What the browser puts into the temporary folder shall go with ours.
        environment = os.environ | {"TMPDIR": str(self._folder), "TMP": str(self._folder)}
        if plan.browser.family == "firefox":
            firefox.write_preferences(
                self._profile,
                firefox.through_proxy(port),
                firefox.cookies(plan.third_party_cookies),
            )
            self._say("Preparing the profile; Firefox takes a few seconds for that.")
            firefox.prepare(path, self._profile, certificate, self._browser_log, self._guard)
            words = firefox.command(
                path,
                self._profile,
                plan.url,
                headless=plan.headless,
                debug_port=plan.debug_port,
                more=plan.browser_arguments,
            )
            environment |= firefox.ENVIRONMENT
        else:
            chromium.write_preferences(self._profile, plan.third_party_cookies)
            words = chromium.command(
                path,
                self._profile,
                chromium.through_proxy(port, certificate),
                plan.url,
                headless=plan.headless,
                debug_port=plan.debug_port,
                more=plan.browser_arguments,
            )
        browser = processes.start(words, self._browser_log, environment=environment)
        self._guard.watch(browser.pid)
        return browser

    def _wait(
        self,
        mitmdump: subprocess.Popen[bytes],
        browser: subprocess.Popen[bytes],
        lines: BinaryIO,
    ) -> Ending:
        """Show what is found until it is over."""
        begun = time.monotonic()
        try:
            while True:
                self._forward(lines)
                self._tell_debug_port()
                if mitmdump.poll() is not None:
                    return self._proxy_died(mitmdump.returncode)
                if browser.poll() is not None:
                    return self._browser_ended(browser.returncode)
                if self._plan.timeout and time.monotonic() - begun > self._plan.timeout:
                    return Ending(f"{self._plan.timeout:g} seconds are over")
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            return Ending("Ctrl+C, or a signal")

    def _forward(self, lines: BinaryIO) -> None:
        """Show what mitmdump has written since the last time."""
        for line in lines:
            self._say(line.decode("utf-8", "replace").rstrip())

    def _tell_debug_port(self) -> None:
        """Tell once where the browser can be attached to, as soon as it listens."""
        if self._asked_for_port and (address := self._debug_address()):
            self._asked_for_port = False
            self._say(f"Remote debugging: {address}")

    def _debug_address(self) -> str | None:
        try:
            if self._plan.browser.family == "firefox":
                text = (self._profile / firefox.ACTIVE_PORT).read_text("utf-8")
                return f"ws://127.0.0.1:{json.loads(text)['ws_port']}"
            text = (self._profile / chromium.ACTIVE_PORT).read_text("ascii")
            return f"http://127.0.0.1:{int(text.splitlines()[0])}"
        except (OSError, ValueError, LookupError):
            return None  # not there yet, or not all of it

    def _proxy_died(self, code: int) -> Ending:
        what = f"mitmdump ended by itself with exit code {code}"
        said = f"It last said:\n{processes.last_lines(self._proxy_log)}"
        if not self._plan.capture.stat().st_size:
            raise LaunchError(f"{what} before it had written a recording. {said}")
        return Ending(f"{what}; what it had written is kept. {said}", complete=False)

    def _browser_ended(self, code: int) -> Ending:
        if code == 0:
            return Ending("the browser was closed")
        name = self._plan.browser.name
        how = f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        said = processes.last_lines(self._browser_log)
        if not self._plan.capture.stat().st_size:
            raise LaunchError(
                f"{name} ({self._plan.browser.path}) {how} before anything was recorded. It last "
                f"said:\n{said}\nDoes it start by itself? Try another one with --browser."
            )
        return Ending(f"{name} {how}; what came until then is kept")


@contextlib.contextmanager
def _folder(browser: Browser) -> Iterator[Path]:
    """A folder that only we may read. The guard removes it."""
    try:
        place = private_folder(browser, Path.home())
        if place is not None:
            place.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="cors-record-", dir=place))
    except OSError as error:
        raise LaunchError(
            f"no folder can be made for the browser's profile: {error.strerror or error}. Set "
            "TMPDIR to one that you may write to."
        ) from error
    yield made


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Every signal that asks us to end raises `KeyboardInterrupt`, until the block is left."""
    numbers = [getattr(signal, name) for name in ENDINGS if hasattr(signal, name)]
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """From now on until the block above is left."""
    for name in ENDINGS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
