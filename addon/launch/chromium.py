"""How a Chromium, Chrome, Edge or Brave is started with a throw-away profile."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .certificates import key_pin

QUIET = (
    "--no-first-run",
    "--no-default-browser-check",
    "--component-updater=url-source=about:blank",  # some are asked for all the same
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--metrics-recording-only",
    "--password-store=basic",  # else the desktop asks for the key ring
    "--use-mock-keychain",  # the same on macOS
)
"""Nothing of the browser's own on the network, no questions at the start."""

UNWANTED_FEATURES = (
    "DialMediaRouteProvider",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "Translate",
)
ACTIVE_PORT = "DevToolsActivePort"
"""File in the profile whose first line is the port of remote debugging."""


def through_proxy(port: int, certificate: Path) -> tuple[str, ...]:
    """Switches that send everything through the proxy and trust exactly its certificates."""
    return (
        f"--proxy-server=127.0.0.1:{port}",
        "--proxy-bypass-list=<-loopback>",  # else localhost goes past the proxy
        f"--ignore-certificate-errors-spki-list={key_pin(certificate)}",
        "--disable-quic",
    )


def without_features(more: Sequence[str] = ()) -> str:
    """The switch for features; there can be only one, the last one wins."""
    return f"--disable-features={','.join([*UNWANTED_FEATURES, *more])}"


def sandbox() -> tuple[str, ...]:
    """As root on Linux, Chromium does not start with its sandbox."""
    return ("--no-sandbox",) if sys.platform == "linux" and os.geteuid() == 0 else ()


def write_preferences(profile: Path, third_party_cookies: bool | None) -> None:
    """Make a fresh profile.

    Args:
        third_party_cookies: allowed or blocked; None: as this browser's default.
    """
    preferences: dict[str, Any] = {"background_mode": {"enabled": False}}
    if third_party_cookies is not None:
        preferences["profile"] = {"cookie_controls_mode": 0 if third_party_cookies else 1}
    file = profile / "Default" / "Preferences"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(preferences), encoding="utf-8")


def command(
    path: str,
    profile: Path,
    proxy: tuple[str, ...],
    url: str,
    *,
    headless: bool = False,
    debug_port: int | None = None,
    more: Sequence[str] = (),
) -> list[str]:
    """The command line that opens `url`.

    Args:
        proxy: what `through_proxy` gave.
        debug_port: port of remote debugging, on loopback; 0: any, see `ACTIVE_PORT`.
        more: further switches, which win.
    """
    words = [path, f"--user-data-dir={profile}", *QUIET, without_features(), *proxy, *sandbox()]
    if headless:
        words.append("--headless=new")
    if debug_port is not None:
        words += [
            f"--remote-debugging-port={debug_port}",
            "--remote-debugging-address=127.0.0.1",
        ]
    return [*words, *more, url]
