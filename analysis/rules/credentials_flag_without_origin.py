"""Credentials allowed to nobody."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.headers import strip
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, proxy_answered
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`Allow-Credentials` without `Allow-Origin`."""
    exchange, response = seen.exchange, seen.exchange.response
    if ACAC.lower() not in response or ACAO.lower() in response:
        return
    if strip(response.get(ACAC.lower()) or "") != "true":
        return
    if exchange.status in (None, 304) or proxy_answered(exchange):
        return
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} for {code(seen.node.origin)} with "
        "`Access-Control-Allow-Credentials: true`, but without `Access-Control-Allow-Origin`. "
        "Without the latter nobody may read the answer, so the former allows nothing.",
        (
            evidence(seen, "response", ACAC, "alone it does nothing"),
            evidence(seen, "response", ACAO, "missing", "related"),
        ),
    )


RULE = Rule(
    id="credentials-flag-without-origin",
    title="Pages that the API turns away are told that they may send cookies",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Some CORS layers add `Access-Control-Allow-Credentials: true` to every answer, also to "
    "origins that they refuse. It is harmless, and it tells strangers that cookies count here. "
    "For information only.",
    fix="Send `Access-Control-Allow-Credentials` beside `Access-Control-Allow-Origin` only.",
    references=(fetch("http-access-control-allow-credentials"),),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        < ETag: "1"
        # The browser's copy is confirmed; what was stored with it still counts.
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        > If-None-Match: "1"
        < 304
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-credentials",),
)
