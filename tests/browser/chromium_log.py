"""DevTools events of Chromium's Network and Log domains, put together request by request."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from .truth import Observation, about_preflight


@dataclass
class Hop:
    """One URL of a load."""

    url: str
    method: str
    time: float
    responded: bool = False
    on_wire: bool = False
    """The network stack sent headers for it (only said of requests that it saw)."""
    cached: bool = False


@dataclass
class Load:
    """One request with its redirects, or a preflight."""

    id: str
    hops: list[Hop]
    preflight_for: str | None = None
    code: str | None = None
    parameter: str | None = None
    error: str | None = None
    blocked_reason: str | None = None
    canceled: bool = False
    over: bool = False
    ended: int = 0
    """Its place in the order of ends."""
    by_worker: bool = False
    message: str | None = None


class NetworkLog:
    """Listens to all sessions at once: request ids are unique in the browser."""

    def __init__(self) -> None:
        self.loads: dict[str, Load] = {}
        self.console: list[str] = []
        self._wire: dict[str, int] = {}
        self._last_event = time.monotonic()
        self._ends = self._before = 0
        self._lock = threading.Lock()

    def take(self, _session: str, method: str, event: dict[str, Any]) -> None:
        """Take in one event."""
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler:
            with self._lock:
                self._last_event = time.monotonic()
                handler(event)

    def begin(self) -> None:
        """A new case: what is still open from earlier ones stays so."""
        with self._lock:
            self._before = len(self.loads)

    def quiet_for(self, seconds: float) -> bool:
        """Whether no request is open and nothing has happened for a while."""
        with self._lock:
            is_open = any(not load.over for load in list(self.loads.values())[self._before :])
            return not is_open and time.monotonic() - self._last_event > seconds

    def _Network_requestWillBeSent(self, event: dict[str, Any]) -> None:
        request, number = event["request"], event["requestId"]
        if not request["url"].startswith("http"):
            return
        hop = Hop(request["url"], request["method"], event["wallTime"])
        load = self.loads.get(number)
        if load and event.get("redirectResponse"):
            load.hops[-1].responded = True
            load.hops[-1].cached = bool(event["redirectResponse"].get("fromDiskCache"))
            load.hops.append(hop)
        elif not load:
            initiator = event["initiator"]
            preflight = initiator["type"] == "preflight"
            self.loads[number] = Load(
                number, [hop], initiator.get("requestId") if preflight else None
            )

    def _Network_requestWillBeSentExtraInfo(self, event: dict[str, Any]) -> None:
        number = event["requestId"]
        self._wire[number] = self._wire.get(number, 0) + 1

    def _Network_responseReceived(self, event: dict[str, Any]) -> None:
        if load := self.loads.get(event["requestId"]):
            response = event["response"]
            load.hops[-1].responded = True
            load.hops[-1].cached |= bool(response.get("fromDiskCache"))
            load.by_worker |= bool(response.get("fromServiceWorker"))

    def _Network_requestServedFromCache(self, event: dict[str, Any]) -> None:
        if load := self.loads.get(event["requestId"]):
            load.hops[-1].cached = True

    def _Network_loadingFinished(self, event: dict[str, Any]) -> None:
        if load := self.loads.get(event["requestId"]):
            load.over = True

    def _Network_loadingFailed(self, event: dict[str, Any]) -> None:
        if not (load := self.loads.get(event["requestId"])):
            return
        load.over, self._ends = True, self._ends + 1
        load.ended = self._ends
        load.error, load.canceled = event["errorText"], bool(event.get("canceled"))
        load.blocked_reason = event.get("blockedReason")
        if status := event.get("corsErrorStatus"):
            load.code, load.parameter = status["corsError"], status["failedParameter"] or None

    def _Log_entryAdded(self, event: dict[str, Any]) -> None:
        text = event["entry"]["text"]
        if event["entry"]["source"] == "javascript" and "by CORS policy" in text:
            self.console.append(text)

    def observations(self) -> list[Observation]:
        """One entry for every URL that was, or would have been, asked for."""
        self._attach_messages()
        found: list[Observation] = []
        preflights = [load for load in self.loads.values() if load.preflight_for]
        for load in self.loads.values():
            if not load.preflight_for:
                own = [p for p in preflights if p.preflight_for == load.id]
                found += describe(load, own, self._wire.get(load.id, 0))
        return sorted(found, key=lambda observation: observation.time)

    def _attach_messages(self) -> None:
        """Give each failed load its sentence: the console names the URL, not the request."""
        console = list(self.console)
        for load in sorted(self.loads.values(), key=lambda load: load.ended):
            urls = [f"'{hop.url.partition('#')[0]}" for hop in load.hops]
            named = [text for text in console if any(url in text for url in urls)]
            if load.code and named:
                load.message = named[0]
                console.remove(named[0])


def describe(load: Load, preflights: list[Load], wire: int) -> list[Observation]:
    """A load, hop by hop, with the preflights in front of their hops."""
    found: list[Observation] = []
    for index, hop in enumerate(load.hops):
        last = index == len(load.hops) - 1
        refused = last and load.code is not None and about_preflight(load.code)
        for preflight in preflights:
            asked = preflight.hops[0]
            if asked.url != hop.url.partition("#")[0]:
                continue
            # Given up before it was clear what the preflight's answer meant.
            given_up = last and load.error == "net::ERR_ABORTED" and wire <= index
            found.append(
                Observation(
                    asked.url,
                    asked.method,
                    asked.time,
                    preflight=True,
                    blocked=None if given_up and not refused else refused,
                    load=load.id,
                    hop=index,
                    notes=[f"preflight: {preflight.error}"] if preflight.error else [],
                )
            )
        observation = Observation(hop.url, hop.method, hop.time, load=load.id, hop=index)
        observation.blocked = load.code is not None if last else False
        if last and load.error:
            if load.code is None and not hop.responded:
                observation.blocked = None
            observation.notes.append(f"{load.error} {load.blocked_reason or ''}".strip())
        if load.by_worker:
            observation.notes.append("answered by the service worker")
        if hop.cached:
            observation.notes.append("from the HTTP cache")
        observation.doubtful = wire <= index
        observation.sent = not (refused or load.by_worker or (hop.cached and wire <= index))
        found.append(observation)
    if load.code:
        for observation in found[-2:]:
            if observation.hop == len(load.hops) - 1 and observation.blocked:
                observation.code, observation.parameter = load.code, load.parameter
                observation.message = load.message
    return found
