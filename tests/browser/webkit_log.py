"""WebKit's network events and console messages, put together request by request.

A load keeps its id through redirects. It fails with the text of the CORS check, and the console
repeats that text with the URL of the hop that was refused. Preflights are not reported: what
became of them follows from the request they were for (`joining.infer_preflight`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from .truth import Observation

CORS_WORDS = (
    "Access-Control-Allow-",
    "Preflight response is not successful",
    "Cross-origin redirection to",
)
"""One of them is in every text of a CORS check, and in no other."""
BY_SERVICE_WORKER = "FetchEvent.respondWith received an error"
UNSENT = ("memory-cache", "service-worker", "unknown")
"""Sources of answers that did not come over the wire; `unknown`: a media element's false start."""

Event = dict[str, Any]


@dataclass
class Hop:
    """One request of a load."""

    url: str
    method: str
    time: float
    answered: bool = False
    source: str = "network"


@dataclass
class Load:
    """A request and what it was redirected to."""

    hops: list[Hop] = field(default_factory=list)
    failure: str | None = None
    failed_url: str | None = None

    @property
    def refused(self) -> bool:
        """Whether a CORS check failed."""
        return any(words in (self.failure or "") for words in CORS_WORDS)


class NetworkLog:
    """Takes in what the browser tells, in order."""

    def __init__(self) -> None:
        self._loads: dict[tuple[str, str], Load] = {}

    def take(self, target: str, method: str, event: Event) -> None:
        """Take in one event of a page."""
        if method == "Console.messageAdded":
            message = event["message"]
            load = self._loads.get((target, message.get("networkRequestId", "")))
            if load and message["level"] == "error":
                load.failed_url = message["url"]
            return
        if not method.startswith("Network.") or "requestId" not in event:
            return
        load = self._loads.setdefault((target, event["requestId"]), Load())
        if method == "Network.requestWillBeSent":
            if load.hops:
                load.hops[-1].answered = True
            request = event["request"]
            load.hops.append(Hop(request["url"], request["method"], event["walltime"]))
        elif not load.hops:
            return  # it began before anybody listened
        elif method == "Network.responseReceived":
            load.hops[-1].answered = True
            load.hops[-1].source = event["response"]["source"]
        elif method == "Network.requestServedFromMemoryCache":
            load.hops[-1].answered = True
            load.hops[-1].source = "memory-cache"
        elif method == "Network.loadingFailed":
            load.failure = event["errorText"]
            if load.failure.startswith(BY_SERVICE_WORKER):
                load.hops[-1].source = "service-worker"

    def observations(self) -> list[Observation]:
        """One entry for every request that was, or would have been, sent; none for preflights."""
        found: list[Observation] = []
        for number, load in enumerate(self._loads.values(), 1):
            found += observations_of(load, str(number))
        return sorted(found, key=lambda observation: observation.time)


def observations_of(load: Load, number: str) -> Iterable[Observation]:
    """The requests of one load; only the last can have failed."""
    for index, hop in enumerate(load.hops):
        observation = Observation(hop.url, hop.method, hop.time, load=number, hop=index)
        observation.blocked = False
        observation.sent = hop.source not in UNSENT
        observation.doubtful = not hop.answered or hop.source == "disk-cache"
        if hop.source != "network":
            observation.notes.append(f"from {hop.source}")
        if hop is load.hops[-1] and load.failure is not None:
            yield from ended_badly(load, observation)
        else:
            yield observation


def ended_badly(load: Load, last: Observation) -> Iterable[Observation]:
    """The last request of a load that failed, and the hop that it led to."""
    answered = load.hops[-1].answered
    if not load.refused:
        # An answer that nobody wanted any more, or could use, had passed the check.
        last.blocked = False if answered else None
        last.notes.append(f"failed: {load.failure}")
        yield last
    elif load.failed_url and urldefrag(load.failed_url)[0] != urldefrag(last.url)[0]:
        # The preflight of a hop was refused; of the hop itself WebKit says nothing else.
        last.doubtful = False
        yield last
        hop = Observation(load.failed_url, "", last.time, load=last.load, hop=last.hop + 1)
        hop.blocked, hop.sent = True, False
        hop.message = load.failure
        yield hop
    else:
        last.blocked = True
        last.message = load.failure
        yield last
