"""Our two places in mitmproxy's chain of addons: before all others, and after them.

Header rules (`modify_headers`), mappings and other scripts rewrite messages in passing. The
browser judges what they made of them, so that is what we judge, after them; but what the
server is blamed for has to be its own, so we look at what came over the wire before them. The
places are taken only while something may rewrite: mitmproxy asks each at every event of every
flow, which costs more than what is done there. Else flows are heard where the script stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import NamedTuple

from mitmproxy import http
from mitmproxy.addonmanager import AddonManager, traverse
from mitmproxy.addons import save, script
from mitmproxy.optmanager import OptManager

from addon.mishaps import Mishaps
from analysis.exchange import MADE, REWRITTEN
from analysis.sources.proxied import Proxied
from analysis.tables import keep

IN_FLIGHT = 5_000
"""Messages remembered that have not been heard to the end."""
TELLING = (b"access-control-", b"cross-origin-resource-policy", b"location", b"origin", b"vary")
"""Beginnings of the names whose values CORS looks at."""

REWRITING = ("map_remote", "modify_headers")
"""Options of mitmproxy that rewrite messages and leave no other trace of it."""
STREAMING = "cors_stream_sse"
"""Our own option that needs the place in front."""
WANTING = frozenset({*REWRITING, "scripts", STREAMING})
"""Options on which `is_wanted` depends."""
_REWRITERS_HOOKS = ("requestheaders", "request", "responseheaders", "response")

Fields = tuple[tuple[bytes, bytes], ...]


Hear = Callable[[http.HTTPFlow], None]
"""What is done with a flow that has ended."""


class Came(NamedTuple):
    """A flow as it came over the wire, before scripts changed it."""

    asked: tuple[Fields, str, int, bytes] | None
    """Header lines, host, port and path of the request."""
    answered: tuple[Fields, int] | None
    """Header lines and status of the answer."""


class First:
    """In front of all others: it remembers messages, and streams event streams if asked to.

    Args:
        options: the addon's, as they stand at any time.
    """

    name = "cors_audit_first"

    def __init__(self, options: Mapping[str, object], mishaps: Mishaps) -> None:
        self._options = options
        self._mishaps = mishaps
        self.asked: dict[str, tuple[Fields, str, int, bytes]] = {}
        self.answered: dict[str, tuple[Fields, int]] = {}
        """Messages of flows that have not ended, by their ids."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A request has come from the browser."""
        try:
            asked = flow.request.data
            came = asked.headers.fields, asked.host, asked.port, asked.path
            keep(self.asked, flow.id, came, IN_FLIGHT)
        except Exception as error:
            self._mishaps.note("a request could not be remembered", error)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """An answer has come from the server."""
        try:
            if flow.response is not None:
                answer = flow.response.data
                came = answer.headers.fields, answer.status_code
                keep(self.answered, flow.id, came, IN_FLIGHT)
                if self._options[STREAMING] and flow.live:
                    _stream(flow.response)
        except Exception as error:
            self._mishaps.note("an answer could not be remembered", error)

    def came(self, flow_id: str) -> Came:
        """How a flow that has ended came. To be asked once: then it is forgotten."""
        return Came(self.asked.pop(flow_id, None), self.answered.pop(flow_id, None))


class Last:
    """Behind all that changes flows, and before what saves them: marks are to be saved, too."""

    name = "cors_audit_last"

    def __init__(self, hear: Hear) -> None:
        # Hooks for a complete answer, and for none: each step between mitmproxy and what is done
        # would cost every flow its time.
        self.response = self.error = hear


def look_after(
    manager: AddonManager, options: OptManager, ours: object, first: First, last: Last
) -> bool:
    """Put both into the chain if they are wanted, else take them out. Are they in it now?

    Scripts that are loaded later stand between them.

    Args:
        ours: the addon itself.
    """
    wanted = is_wanted(manager, options, ours)
    if wanted is not (first in manager.chain):
        # In a new list: the chain is being walked along while this is called.
        chain = [each for each in manager.chain if each not in (first, last)]
        if wanted:
            for each in (first, last):
                if manager.get(each.name) is None:
                    manager.register(each)
            saving = [place for place, addon in enumerate(chain) if isinstance(addon, save.Save)]
            chain.insert(saving[0] if saving else len(chain), last)
            chain.insert(0, first)
        manager.chain = chain
    return wanted


def is_wanted(manager: AddonManager, options: OptManager, ours: object) -> bool:
    """May somebody rewrite messages between our two places, or has ours to stream them?

    Persons who look at flows may; scripts may, also those that are not loaded yet. What is edited
    or replayed, and answers made by mitmproxy, leave a trace of their own (see `altered`).
    """
    if manager.get("view") is not None or any(
        getattr(options, name) for name in (*REWRITING, STREAMING) if name in options
    ):
        return True
    return any(_may_rewrite(each, ours) for each in traverse(manager.chain))


def _may_rewrite(addon: object, ours: object) -> bool:
    if addon is ours:
        return False
    if isinstance(addon, script.Script):
        return not any(each is ours for each in traverse([addon]))
    home = addon.__name__ if isinstance(addon, ModuleType) else type(addon).__module__
    known = home.startswith("mitmproxy.") or home == __name__
    return not known and any(getattr(addon, hook, None) for hook in _REWRITERS_HOOKS)


def leave_places(manager: AddonManager, first: First, last: Last) -> None:
    """Give both up again, where they were taken."""
    for each in (first, last):
        if manager.get(each.name) is each:
            manager.remove(each)


def _stream(response: http.Response) -> None:
    """Let an event stream through piece by piece."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response.stream = True


def altered(now: Proxied, came: Came | None) -> str | None:
    """How the answer of a live flow that has ended is not the server's own; None: it is.

    Args:
        came: None where it was not remembered.
    """
    if now.answer is None or now.failure is not None:
        return None
    if not now.reached:
        return MADE
    if came is None:
        return None
    if came.asked is not None:
        fields, *place = came.asked
        if place != [now.host, now.port, now.path] or _differ(fields, now.request):
            return REWRITTEN
    if came.answered is not None:
        fields, status = came.answered
        if status != now.answer.status or _differ(fields, now.answer.fields):
            return REWRITTEN
    return None


def _differ(before: Fields, after: Fields) -> bool:
    """Do they differ in what CORS looks at?"""
    return before != after and list(_telling(before)) != list(_telling(after))


def _telling(fields: Fields) -> Iterable[tuple[bytes, bytes]]:
    for name, value in fields:
        lower = name.lower()
        if lower.startswith(TELLING):
            yield lower, value
