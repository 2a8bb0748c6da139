"""A header made from an `Origin` that was not there."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import strip
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code, listed, working_origins

EMPTY = frozenset({"", "null", "undefined", "none", "nil", "false"})
"""What programs write when they write nothing, in small letters."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """An API that names origins, and names nothing where there is none."""
    value = seen.exchange.response.get(ACAO.lower())
    if value is None or "origin" in seen.exchange.request or strip(value).lower() not in EMPTY:
        return
    named = api.once(working_origins)
    if not named:
        return
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)}, a request without `Origin`, with "
        f"{code(f'{ACAO}: {value}')}. Pages that ask are named ({listed(named, 3)}), so it seems "
        "to copy the header from the request without looking at it.",
        (
            evidence(seen, "response", ACAO, "made from nothing"),
            evidence(seen, "request", "Origin", "was not sent", "related"),
        ),
        confidence=Confidence.FIRM,
        confidence_why="how the server came by the value is not on the wire",
    )


RULE = Rule(
    id="cors-headers-without-cors",
    title="The API answers for CORS where nobody asked, by copying an origin that is not there",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="A server that compares the origin with a list has nothing to say when there is none. One "
    "that writes `null`, `undefined` or an empty value there probably repeats whatever it is sent, "
    "which lets in every website. Severity is info: this answer itself harms nobody.",
    fix="Send `Access-Control-Allow-Origin` only with an origin that is on the list, or with `*`.",
    references=(fetch("http-access-control-allow-origin"),),
    cwe=("CWE-346",),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        < 200
        < Access-Control-Allow-Origin: undefined
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # A constant, sent always, as the standard recommends.
        > GET https://api.example.com/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin",),
    roles=frozenset({Role.SAME_ORIGIN, Role.NO_CORS, Role.NAVIGATION, Role.OTHER}),
)
