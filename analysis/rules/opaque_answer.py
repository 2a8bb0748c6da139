"""A call that was made without CORS, so that its answer can never be read."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.safelist import essence
from ..fetch.withheld import withheld
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called

MODE = "Sec-Fetch-Mode"
TYPE = "Content-Type"
PREFETCHES = ("purpose", "sec-purpose", "x-moz")


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`fetch` in a mode of its own, which was given data.

    POST is left out: beacons look the same. So is what service workers fetch for elements.
    """
    exchange, request = seen.exchange, seen.exchange.request
    if exchange.method != "GET" or request.get("sec-fetch-dest") != "empty":
        return
    if request.get(MODE.lower()) != "no-cors" or any(name in request for name in PREFETCHES):
        return
    if request.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return
    if request.get("accept") not in (None, "*/*") or not 200 <= (exchange.status or 0) <= 299:
        return
    response = exchange.response
    kind = essence(response.get(TYPE.lower()) or "") or ""
    if not _is_data(kind) or response.get("content-length") == "0":
        return
    if withheld(exchange, seen.node.page, "", seen.node.browser) is not None:
        return  # then an error is raised, and another rule says so
    yield Hit(
        seen,
        f"{called(seen)} in the mode `no-cors`, and was sent data. In that mode the browser hides "
        "the answer from the page: its status is 0 and its body empty, whatever the server sent. "
        "It looks like success because no error is raised.",
        (
            evidence(seen, "request", MODE, "asks for an answer nobody sees"),
            evidence(seen, "response", TYPE, "data, which stays hidden", "related"),
        ),
        (Expectation(MODE, "no-cors", "cors"),),
        confidence=Confidence.TENTATIVE,
        confidence_why="the page may not want the answer, and preloads without `crossorigin` look "
        "the same",
    )


def _is_data(kind: str) -> bool:
    known = ("application/json", "application/xml", "text/html", "text/plain", "text/xml")
    return kind in known or (kind.endswith(("+json", "+xml")) and kind != "image/svg+xml")


RULE = Rule(
    id="opaque-answer",
    title="The page makes a call whose answer it can never see",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.ENDPOINT,
    since="0.1",
    why="A widespread piece of advice silences CORS errors by a fetch mode without CORS. The error "
    "goes, and so does the answer: the page gets an empty, opaque one. Severity is low: nothing "
    "leaks, and it may be meant for fire-and-forget calls.",
    fix="Let the page call in the default mode, and allow its origin on the server.",
    references=(
        fetch("concept-filtered-response-opaque"),
        "https://developer.mozilla.org/docs/Web/API/Request/mode",
    ),
    example=Example(
        bad="""
        > GET https://api.example.com/rates
        > Referer: https://app.example.com/
        > Accept: */*
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: empty
        < 200
        < Content-Type: application/json
        """,
        good="""
        # A service worker that fetches a picture for an element.
        > GET https://images.example.com/logo.png
        > Referer: https://app.example.com/
        > Accept: image/avif,image/webp,*/*;q=0.8
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: empty
        < 200
        < Content-Type: image/png
        # A beacon.
        > POST https://metrics.example.com/hit
        > Origin: https://app.example.com
        > Accept: */*
        > Content-Type: text/plain;charset=UTF-8
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: empty
        < 200
        < Content-Type: application/json
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.NO_CORS}),
    server_fix=False,
)
