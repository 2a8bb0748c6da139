"""How a Firefox is started with a throw-away profile.

Firefox has no switch that trusts a certificate authority. Its own database does, and so the
profile is prepared by a first start without a window: over Marionette, Firefox's remote control,
the proxy's authority is entered as trusted for web sites. The start that records is an ordinary
one, which no page can tell from a person's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import processes
from .certificates import base64_of
from .guard import Guard
from .marionette import Marionette
from .processes import LaunchError

QUIET: Mapping[str, object] = {
    "network.trr.mode": 5,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "messaging-system.rsexperimentloader.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "termsofuse.bypassNotification": True,
    "toolkit.telemetry.server": "",
    "trailhead.firstrun.didSeeAboutWelcome": True,
}
"""Nothing of the browser's own on the network, no questions at the start."""

ENVIRONMENT = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}
"""Lets `services.settings.server` be set in released versions, too."""

MARIONETTE_PORT = "MarionetteActivePort"
"""File in the profile that holds Marionette's port."""
ACTIVE_PORT = "WebDriverBiDiServer.json"
"""File in the profile that holds the address of remote debugging."""
START_SECONDS = 60

TRUST = """
const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
database.addCertFromBase64(arguments[0], "C,,");
"""


def through_proxy(port: int) -> dict[str, object]:
    """Preferences that send everything through the proxy."""
    return {
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": port,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": port,
        "network.proxy.no_proxies_on": "",
        "network.proxy.allow_hijacking_localhost": True,  # else localhost goes past the proxy
        "network.http.http3.enable": False,
    }


def cookies(third_party: bool | None) -> dict[str, object]:
    """Preferences for third-party cookies; None: Firefox's default, kept apart for each site."""
    if third_party is None:
        return {}
    return {"network.cookie.cookieBehavior": 0 if third_party else 1}


def write_preferences(profile: Path, *preferences: Mapping[str, object]) -> None:
    """Make a fresh profile; later preferences win."""
    merged: dict[str, object] = {**QUIET, "marionette.port": 0}
    for each in preferences:
        merged.update(each)
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in merged.items())
    profile.mkdir()
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")


def command(
    path: str,
    profile: Path,
    url: str,
    *,
    headless: bool = False,
    debug_port: int | None = None,
    more: Sequence[str] = (),
) -> list[str]:
    """The command line that opens `url`.

    Args:
        debug_port: port of WebDriver BiDi, on loopback; 0: any, see `ACTIVE_PORT`.
        more: further switches.
    """
    words = [path, "--no-remote", "--profile", str(profile)]
    if sys.platform == "win32":
        words.append("--wait-for-browser")  # else the program ends and leaves the browser alone
    if headless:
        words.append("--headless")
    if debug_port is not None:
        words.append(f"--remote-debugging-port={debug_port}")
    return [*words, *more, url]


REMOTE_CONTROL = ("--marionette", "--remote-allow-system-access")
"""Switches for a Firefox that is driven, with access to the browser itself."""


def environment() -> dict[str, str]:
    """The environment to start a Firefox in."""
    return os.environ | ENVIRONMENT


def connect(
    profile: Path, process: subprocess.Popen[bytes], wait_for_pages: bool = False
) -> Marionette:
    """The remote control of a Firefox that was started with `REMOTE_CONTROL`.

    Raises:
        LaunchError: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            port = int((profile / MARIONETTE_PORT).read_text("ascii"))
            return Marionette(port, wait_for_pages)
        except (OSError, ValueError):
            if process.poll() is not None:
                raise LaunchError(f"Firefox ended with exit code {process.returncode}") from None
            if time.monotonic() > deadline:
                raise LaunchError(f"Firefox did not answer in {START_SECONDS} s") from None
            time.sleep(0.05)


def trust(control: Marionette, certificate: Path) -> None:
    """Enter a certificate authority as trusted for web sites into the profile's database."""
    control.context("chrome")
    control.script(TRUST, base64_of(certificate))


def prepare(path: str, profile: Path, certificate: Path, log: Path, guard: Guard) -> None:
    """Make the profile trust exactly this authority, in a first start without a window.

    Raises:
        LaunchError: Firefox did not start, or refused.
    """
    words = command(path, profile, "about:blank", headless=True, more=REMOTE_CONTROL)
    process = processes.start(words, log, environment=environment())
    guard.watch(process.pid)
    try:
        control = connect(profile, process)
        trust(control, certificate)
        control.command("Marionette:Quit", flags=["eForceQuit"])
        control.close()
        process.wait(START_SECONDS)
    except (LaunchError, OSError, subprocess.TimeoutExpired) as error:
        processes.stop(process)
        raise LaunchError(
            f"Firefox ({path}) could not be prepared: {error}. It last said:\n"
            f"{processes.last_lines(log)}\nTry another one with --browser."
        ) from error
    guard.release(process.pid)
