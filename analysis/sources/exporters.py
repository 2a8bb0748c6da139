"""Who writes HAR files, and what of the wire each of them holds."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..frozen import frozen
from .stored import Stored

_CREATOR = re.compile(rb'"creator"\s*:\s*\{[^{}]{0,500}?"name"\s*:\s*"([^"\\\x00-\x1f]{1,60})"')
NEAR_ENDS = 2**20
"""Bytes at either end of a file in which its exporter is looked for."""


@frozen
class Exporter:
    """A program that writes HAR files."""

    who: str
    """As people call it."""
    preflights: bool
    """Does it write them down?"""
    refused: bool
    """Does it write what was answered to calls that the browser then refused?"""
    credentials: bool
    """Does it write cookies and `Authorization` without being asked to?"""
    connection: str | None = None
    """The field of an entry that tells connections apart, if one does. `connection` of HAR 1.2
    is no such field: browsers write the server's port, or the proxy's, into it."""
    saw_the_wire: bool = False
    """Where it has no answer, there was none."""


EXPORTERS: Mapping[str, Exporter] = {
    "WebInspector": Exporter("Chrome's developer tools", True, True, False, "_connectionId"),
    "Firefox": Exporter("Firefox's developer tools", True, True, True),
    "WebKit Web Inspector": Exporter("Safari's web inspector", False, False, True),
    "Playwright": Exporter("Playwright", False, False, True),
    "mitmproxy": Exporter("mitmproxy", True, True, True, saw_the_wire=True),
}
"""By the name that an exporter gives itself. Chrome's and Firefox's rows, Playwright's and
mitmproxy's are measured (`tests/tools/test_har.py`), Safari's is what it is known for."""
UNKNOWN = Exporter("an unknown program", False, False, False)


def made_by(data: Stored) -> str | None:
    """The name that the exporter of a HAR file gives itself."""
    found = _CREATOR.search(data[0:NEAR_ENDS])
    if found is None:
        found = _CREATOR.search(data[max(0, len(data) - NEAR_ENDS) : len(data)])
    return found[1].decode("utf-8", "replace") if found else None


def exporter(name: str | None) -> Exporter:
    """What is known of the exporter of this name."""
    return EXPORTERS.get(name or "", UNKNOWN)
