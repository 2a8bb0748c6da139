"""What a capture cannot show: each of the ways in which a session is seen in part only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from .fetch.classify import JUDGED, Role
from .result import BlindSpot, Capture
from .sources.exporters import UNKNOWN, exporter

NO_CONNECTIONS = "Connections are not in it, by which credentials are told. "
NO_PREFLIGHTS = "It leaves preflights out, so what they cost and why one was refused is not seen. "
NO_REFUSED = (
    "Calls that the browser refused stand in it without their answers, so what is broken is "
    "mostly not seen. "
)
NO_COOKIES = (
    "Unless exported with sensitive data it leaves cookies and Authorization out, so whether "
    "a call was made with credentials may stay open. "
)
RECORD = "A recording through the proxy (cors-audit record) has all of this."


def blind_spots(
    captures: Collection[Capture],
    total: int,
    roles: Mapping[Role, int],
    open_verdicts: bool,
) -> Iterator[BlindSpot]:
    """What the captures could not show, and why.

    Args:
        total: number of exchanges.
        roles: how many exchanges there were of each kind.
        open_verdicts: is there a verdict that evidence did not decide?
    """
    if total == 0:
        yield BlindSpot(
            "nothing-recorded",
            "No request was recorded. Browsers bypass proxies for localhost: start Chromium "
            "with --proxy-bypass-list='<-loopback>', in Firefox set "
            "network.proxy.allow_hijacking_localhost to true.",
        )
    elif not any(roles[role] for role in JUDGED):
        yield BlindSpot(
            "nothing-cross-origin",
            f"{total} requests, none of them a cross-origin call by a page. Browsers bypass "
            "proxies for localhost: if a page calls a server on localhost, those calls are "
            "not in the capture unless the browser was told to send them through the proxy.",
        )
    else:
        yield BlindSpot(
            "caches",
            "Answers from the browser's HTTP cache and preflights it had cached make no "
            "traffic: such calls are not in the capture.",
        )
    if open_verdicts:
        yield BlindSpot(
            "credentials-mode",
            "Whether a request was made with credentials mode 'include' is not on the wire; "
            "where no evidence decides it, the verdict is 'indeterminate'.",
        )
    for name in sorted({each.made_by or "" for each in captures if each.kind == "har"}):
        yield _har(name)


def _har(made_by: str) -> BlindSpot:
    """What a HAR file of this exporter leaves out."""
    by = exporter(made_by)
    lacks = "" if by.connection else NO_CONNECTIONS
    lacks += "It may be that: " if by is UNKNOWN else ""
    lacks += "" if by.preflights else NO_PREFLIGHTS
    lacks += "" if by.refused else NO_REFUSED
    lacks += "" if by.credentials else NO_COOKIES
    return BlindSpot("har", f"A HAR file by {by.who} is no record of the wire. {lacks}{RECORD}")
