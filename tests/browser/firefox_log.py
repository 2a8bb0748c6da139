"""Firefox's network events and console messages, put together request by request.

Each HTTP channel has an id. A refused one stops with `NS_ERROR_DOM_BAD_URI`, also the preflight's
own channel, and the console says why, naming the URL. Without a telling message it was not CORS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from .truth import Observation

REFUSED = 0x805303F4  # NS_ERROR_DOM_BAD_URI
REDIRECTED = 0x804B0003  # NS_BINDING_REDIRECTED
CONSEQUENCES = ("CORSPreflightDidNotSucceed", "CORSDidNotSucceed")
"""Keys that may follow a more telling message about the same request, or stand alone."""
MESSAGE_SECONDS = 1.0


@dataclass
class Channel:
    """One HTTP request: a redirect opens a new one."""

    url: str
    method: str
    preflight: bool
    begun: float
    answered: bool = False
    cached: bool = False
    connected: bool = False
    stopped: float = 0.0
    statuses: list[int] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the CORS check failed; the last word may come after a first, good one."""
        return REFUSED in self.statuses

    @property
    def failed(self) -> bool:
        """Whether it came to no good end."""
        return any(status not in (0, REDIRECTED) for status in self.statuses)


def take(channels: dict[int, Channel], event: dict[str, Any]) -> None:
    """Take in one event of the network layer."""
    time, what = event["time"] / 1000, event["what"]
    channel = channels.setdefault(
        event["id"], Channel(event["url"], event["method"], bool(event["asks"]), time)
    )
    channel.connected |= what == "http-on-before-connect"
    channel.answered |= what in ("http-on-examine-response", "http-on-examine-merged-response")
    channel.cached |= what == "http-on-examine-cached-response"
    if what == "http-on-stop-request":
        channel.stopped = time
        channel.statuses.append(event["status"])


def rank(key: str) -> int:
    """How little a message says; a cause comes before its consequences."""
    return next((n for n, start in enumerate(CONSEQUENCES, 1) if key.startswith(start)), 0)


def explanation(channel: Channel, messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The console message about a channel: same URL, closest in time, a cause if there is one."""
    url = re.compile(re.escape(urldefrag(channel.url)[0]) + r"(?!\w)")
    near = [
        message
        for message in messages
        if url.search(message["text"])
        and abs(message["time"] / 1000 - channel.stopped) < MESSAGE_SECONDS
    ]
    return min(
        near,
        key=lambda m: (
            rank(m["key"]),
            abs(m["time"] / 1000 - channel.stopped),
        ),
        default=None,
    )


def observations(events: list[dict[str, Any]]) -> list[Observation]:
    """One entry for every request that was, or would have been, sent."""
    channels: dict[int, Channel] = {}
    messages: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    for event in events:
        if event["what"] != "message":
            take(channels, event)
        elif event["key"].startswith("CORS"):
            (warnings if event["warning"] else messages).append(event)
    found = []
    for channel in channels.values():
        if not (channel.connected or channel.answered or channel.cached):
            continue  # never opened, or answered by a service worker
        observation = Observation(
            channel.url, channel.method, channel.begun, preflight=channel.preflight
        )
        observation.blocked = channel.refused
        observation.doubtful = not channel.answered
        never_sent = channel.refused and not channel.answered
        observation.sent = channel.answered or not (channel.cached or never_sent)
        if channel.failed and (message := explanation(channel, messages)):
            observation.key, observation.message = message["key"], message["text"]
        if channel.refused and observation.key and rank(observation.key) == len(CONSEQUENCES):
            # Mixed content and the like stop with the same status.
            observation.blocked = None
            observation.notes.append("refused, but not said to be by a CORS check")
        elif channel.failed and not channel.refused:
            # An answer that nobody wanted any more, or could use, had passed the check.
            accepted = channel.answered and not observation.key
            observation.blocked = False if accepted else None
            codes = [f"{status:#x}" for status in channel.statuses if status]
            observation.notes.append(f"stopped with {', '.join(codes)}")
        if channel.cached:
            observation.notes.append("from the HTTP cache")
        if warning := explanation(channel, warnings):
            observation.notes.append(warning["key"])
        found.append(observation)
    return sorted(found, key=lambda observation: observation.time)
