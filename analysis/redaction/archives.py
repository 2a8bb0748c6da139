"""HAR files that may be passed on.

An entry is made anew of what the door let pass and of numbers, in the fields of HAR 1.2 and the
few of exporters that tell something: no bodies, no pages and initiators, no addresses.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from ..sources import CaptureFile, Problem
from ..sources.base import Unjudged
from ..sources.exporters import exporter
from ..sources.har import entries
from ..sources.har_entries import SOCKETS, wire
from ..sources.wire import Fields, Wire
from .same import tells_the_same
from .stand_ins import StandIns
from .tally import Tally

PHASES = ("blocked", "dns", "connect", "send", "wait", "receive", "ssl")
COMMENT = "a redacted copy, made by cors-audit"
_CODE = re.compile(r"net::ERR_[A-Z_]{1,60}")
_WORD = re.compile(r"[a-z-]{1,20}")
_NUMBER = re.compile(r"\d{1,12}")
_SCHEME = re.compile(r"[a-z][a-z-]{0,20}(?=:)")
LARGEST = 2**53
"""Numbers from here on are not kept: other readers of JSON could not tell them apart."""
NOTHING = {"send": 0, "wait": 0, "receive": 0}

Entry = dict[str, Any]


def copy(
    capture: CaptureFile, into: BinaryIO, stand_ins: StandIns, passed: Callable[[int], None]
) -> Tally:
    """Write a redacted copy of a HAR file.

    An entry of which nothing can be copied leaves an empty one, so that the others keep their
    numbers, by which results name them.

    Args:
        passed: called now and then with the number of bytes that were read since.
    """
    tally = Tally()
    creator = {"name": stand_ins.lines.text(capture.made_by or "unknown"), "version": ""}
    log = {"version": "1.2", "creator": creator, "comment": COMMENT}
    head = json.dumps({"log": log})[:-2]
    into.write(f'{head}, "entries": [\n'.encode("ascii"))
    comma = ""
    for entry in entries(capture.data, passed):
        made = _copied(entry, capture.made_by, stand_ins, tally)
        into.write(f"{comma}{json.dumps(made, allow_nan=False)}".encode("ascii"))
        comma = ",\n"
    into.write(b"\n]}}\n")
    return tally


def _copied(entry: Any, made_by: str | None, stand_ins: StandIns, tally: Tally) -> Entry:
    # Browsers write down calls without an answer, too.
    by = replace(exporter(made_by), saw_the_wire=True)
    found = entry if isinstance(entry, Problem) else wire(entry, "", "", by)
    if isinstance(found, Problem):
        tally.leave_out(found.what, found.reason)
        return _empty(entry)
    try:
        told = found.through(stand_ins.door)
        made = _entry(entry, _redacted(found, stand_ins))
        again = wire(made, "", "", by)
        same = isinstance(again, Wire) and tells_the_same(told, again.through(stand_ins.reader))
    except Unjudged as error:
        tally.leave_out(error.what, str(error))
        return _empty(entry)
    if not same:
        tally.leave_out_odd()
        return _empty(entry)
    tally.add(told)
    return made


def _redacted(found: Wire, stand_ins: StandIns) -> Wire:
    lines = stand_ins.lines
    return found._replace(
        method=stand_ins.door.name(found.method),
        url=stand_ins.urls.absolute(found.url),
        request=lines.fields(found.request, urlsplit(found.url).netloc),
        response=lines.fields(found.response),
        lost=found.lost and lines.text(found.lost),
    )


def _entry(was: Entry, clean: Wire) -> Entry:
    """The entry that tells this, with the numbers of the original."""
    began = "" if clean.started is None else datetime.fromtimestamp(clean.started, UTC).isoformat()
    answered = clean.status is not None
    request, response = was["request"], was.get("response") or {}
    url = clean.url
    scheme = request["url"].partition("://")[0].lower()
    if scheme in SOCKETS:
        url = scheme + url.removeprefix(SOCKETS[scheme])
    made: Entry = {
        "startedDateTime": began,
        "time": _number(was.get("time")),
        "request": {
            "method": clean.method,
            "url": url,
            "httpVersion": clean.http_version,
            "cookies": list(_cookies(clean.request, b"cookie")),
            "headers": _headers(clean.request),
            "queryString": list(_query(url)),
            "headersSize": -1,
            "bodySize": _number(request.get("bodySize")),
        },
        "response": {
            "status": clean.status if answered else 0,
            "statusText": "",
            "httpVersion": clean.http_version if answered else "",
            "cookies": list(_cookies(clean.response, b"set-cookie")),
            "headers": _headers(clean.response),
            "content": {"size": 0, "mimeType": _value(clean.response, b"content-type")},
            "redirectURL": _value(clean.response, b"location"),
            "headersSize": -1,
            "bodySize": _number(response.get("bodySize")),
        },
        "cache": {},
        "timings": _timings(was.get("timings")),
    }
    error = response.get("_error")
    if isinstance(error, str) and _CODE.fullmatch(error):
        made["response"]["_error"] = error
    if not answered:
        made["_error"] = clean.lost
    for name, pattern in (("_connectionId", _NUMBER), ("_resourceType", _WORD)):
        if pattern.fullmatch(str(was.get(name, ""))):
            made[name] = str(was[name])
    if "_webSocketMessages" in was:
        made["_webSocketMessages"] = []
    return made


def _empty(was: Any) -> Entry:
    """An entry that tells no more than why nothing of it is judged."""
    url, response = "removed:", {}
    if isinstance(was, dict):
        request = was.get("request")
        scheme = _SCHEME.match(str(request.get("url"))) if isinstance(request, dict) else None
        if scheme is not None and scheme[0] not in ("http", "https", *SOCKETS):
            url = f"{scheme[0]}:"
        answer = was.get("response")
        if isinstance(answer, dict) and answer.get("_fetchedViaServiceWorker") is True:
            url, response = "https://removed.invalid/", {"_fetchedViaServiceWorker": True}
    empty = {"httpVersion": "", "cookies": [], "headers": [], "headersSize": -1, "bodySize": -1}
    return {
        "startedDateTime": "1970-01-01T00:00:00Z",
        "time": -1,
        "request": {"method": "GET", "url": url, **empty, "queryString": []},
        "response": {
            "status": 0,
            "statusText": "",
            **empty,
            "content": {"size": 0, "mimeType": ""},
            "redirectURL": "",
            **response,
        },
        "cache": {},
        "timings": NOTHING,
    }


def _number(value: object) -> float:
    if type(value) in (int, float):
        assert isinstance(value, int | float)
        if math.isfinite(value) and abs(value) < LARGEST:
            return value
    return -1


def _timings(was: object) -> Entry:
    known = was if isinstance(was, dict) else {}
    return NOTHING | {name: _number(known[name]) for name in PHASES if name in known}


def _headers(fields: Fields) -> list[dict[str, str]]:
    return [
        {"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in fields
    ]


def _value(fields: Fields, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in fields if name.lower() == wanted), "")


def _cookies(fields: Fields, wanted: bytes) -> Iterator[dict[str, str]]:
    for name, line in fields:
        if name.lower() == wanted:
            pairs = line.decode("latin-1").split(";")
            for pair in pairs[:1] if wanted == b"set-cookie" else pairs:
                cookie, _, value = pair.strip().partition("=")
                yield {"name": cookie, "value": value}


def _query(url: str) -> Iterator[dict[str, str]]:
    for pair in urlsplit(url).query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield {"name": name, "value": value}
