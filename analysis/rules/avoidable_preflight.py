"""Preflights that only a needless request header calls for."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from .lists import earliest
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import code, count, listed

ACRH = "Access-Control-Request-Headers"
AT_LEAST = 3
"""Preflights below this number are not worth a word."""
MANY, LONG = 10, 1.0
"""Preflights, or seconds in all, from which it is more than information."""
READING = frozenset({"GET", "HEAD"})
NEEDLESS = frozenset({"cache-control", "content-type", "expires", "pragma", "x-requested-with"})
"""What a request that only reads needs not carry: it has no body to describe, and `fetch` has an
option `cache`. On other methods `X-Requested-With` may guard against forgery."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """GET and HEAD that would need no preflight without such headers."""
    found = [
        asking
        for (method, names), asking in api.asked.items()
        if method in READING and names and NEEDLESS.issuperset(names)
    ]
    number, seconds = sum(each.count for each in found), sum(each.seconds for each in found)
    if number < AT_LEAST:
        return
    examples = earliest(each.example for each in found)
    seen = examples[0]
    names = sorted({n for each in examples if each.node.asked for n in each.node.asked.headers})
    yield Hit(
        seen,
        f"{count(number, 'preflight')} of the {api.preflights} to {code(api.api)} in this session "
        f"were sent only because pages add {listed(names, 5)} to requests that read, and the pages "
        f"waited {_time(seconds)} for them in all. Without such headers the browser calls at once.",
        (
            evidence(seen, "request", ACRH, "all that calls for it"),
            *(evidence(each, "request", ACRH, "here, too", "related") for each in examples[1:3]),
        ),
        (Expectation(ACRH, seen.exchange.request.get(ACRH.lower()), "none, and so no preflight"),),
        confidence=Confidence.FIRM,
        confidence_why="whether the server wants one of them is not on the wire",
        severity=Severity.LOW if number >= MANY or seconds >= LONG else None,
    )


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


RULE = Rule(
    id="avoidable-preflight",
    title="The browser asks for permission only because of headers that do nothing",
    kind=Kind.SLOW,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="A GET with plain headers goes out at once. `Content-Type` on a request without a body, "
    "`X-Requested-With` of old libraries, `Cache-Control` and `Pragma` set by hand make the "
    "browser ask first, which is a round trip more for each new URL. Severity is low where that "
    "happens often or takes long, else it is for information.",
    fix="Leave these headers out of GET requests; to get round the browser's cache use "
    "`fetch(url, {cache: 'no-store'})`, which needs no permission.",
    references=(
        fetch("cors-safelisted-request-header"),
        "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS#simple_requests",
    ),
    example=Example(
        bad="".join(
            f"""
        > OPTIONS https://api.example.com/products/{n}
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: content-type
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Content-Type
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
            for n in (1, 2, 3)
        ),
        good="".join(
            f"""
        # JSON goes along, and a guard against forgery; both mean something.
        > OPTIONS https://api.example.com/products/{n}
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: POST
        > Access-Control-Request-Headers: content-type,x-requested-with
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Content-Type, X-Requested-With
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
            for n in (1, 2, 3)
        ),
    ),
    check_api=check,
    server_fix=False,
)
