"""What the browser reported about each call, as entries of `expected.json`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from recording.programs import RecordingError

LOOPBACK = {"localhost", "127.0.0.1"}


class Entry(TypedDict):
    """One telling exchange."""

    url_contains: str
    method: str
    role: str
    page: str
    verdict: str
    reason: str | None


@dataclass
class Call:
    """One cross-origin call of a page, in the words of the browser that made it."""

    page: str
    """Origin of the page."""
    method: str
    urls: list[str]
    """The URL asked for, then those of redirects that were followed."""
    preflights: int = 0
    blocked: bool = False
    reason: str | None = None
    """Chromium's CorsError, or nothing: Firefox keeps its reason from programs."""
    at_preflight: bool = False
    """Blocked before the request itself was sent."""
    unexplained: str = ""
    """A failure that is not about CORS; a recording with one is not worth keeping."""

    def entries(self) -> Iterator[Entry]:
        """The preflight if there was one, each redirect, the final exchange."""

        def entry(url: str, method: str, role: str, blocked: bool) -> Entry:
            parts = urlsplit(url)
            return {
                "url_contains": parts.netloc + parts.path,
                "method": method,
                "role": role,
                "page": self.page,
                "verdict": "blocked" if blocked else "allowed",
                "reason": self.reason if blocked else None,
            }

        if self.preflights:
            yield entry(self.urls[0], "OPTIONS", "preflight", self.at_preflight)
        if not self.at_preflight:
            for url in self.urls[:-1]:
                yield entry(url, self.method, "cors", False)
            yield entry(self.urls[-1], self.method, "cors", self.blocked)


def distinct_entries(calls: Iterable[Call]) -> list[Entry]:
    """Each entry once, in the order seen; two outcomes for the same thing would be ambiguous."""
    seen: dict[tuple[str, ...], Entry] = {}
    for call in calls:
        if call.unexplained:
            raise RecordingError(f"{call.method} {call.urls[-1]}: {call.unexplained}")
        for entry in call.entries():
            key = (entry["url_contains"], entry["method"], entry["role"], entry["page"])
            if seen.setdefault(key, entry) != entry:
                raise RecordingError(f"two outcomes for {' '.join(key)}")
    return list(seen.values())


def read_flows(recording: Path) -> list[HTTPFlow]:
    """The HTTP exchanges of a recording."""
    with recording.open("rb") as file:
        return [flow for flow in FlowReader(file).stream() if isinstance(flow, HTTPFlow)]


def check_recording(recording: Path, entries: list[Entry]) -> None:
    """Refuse a recording that holds foreign traffic, or not just what the browser told of."""
    flows = read_flows(recording)
    if foreign := {flow.request.host for flow in flows} - LOOPBACK:
        raise RecordingError(f"{recording.name}: traffic of other hosts: {sorted(foreign)}")
    recorded = set()
    for flow in flows:
        if flow.response and "Origin" in flow.request.headers:
            url = urlsplit(flow.request.url)
            recorded.add((url.netloc + url.path, flow.request.method))
    told = {(entry["url_contains"], entry["method"]) for entry in entries}
    if recorded != told:
        raise RecordingError(f"{recording.name} and the browser differ: {recorded ^ told}")


def update_expected(file: Path, recordings: dict[str, object]) -> None:
    """Put these recordings into the companion file, leaving the others as they are."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    merged = dict(sorted((known | recordings).items()))
    file.write_text(json.dumps(merged, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
