"""Errors that leave without the headers which the successes carry."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A bare error to a request without `Origin`, where such successes carry the header."""
    exchange = seen.exchange
    status = exchange.status or 0
    if not 400 <= status <= 599 or "origin" in exchange.request or exchange.lost is not None:
        return
    if ACAO.lower() in exchange.response or api.errors_with or api.errors_without:
        return  # errors that pages did get tell it better
    if (exchange.method, exchange.url.path) not in api.endpoints:
        return
    success = api.once(_success_for_all)
    if success is None:
        return
    value = success.exchange.response.get(ACAO.lower())
    yield Hit(
        seen,
        f"{code(api.api)} sends {code(f'{ACAO}: {value}')} with its successes, whoever asks, and "
        f"answered {call(seen)} with {status} without it. When that happens to a page of another "
        f"origin, the browser reports a CORS error instead of {status}.",
        (
            evidence(seen, "response", ACAO, "missing on the error"),
            evidence(success, "response", ACAO, "there on a success", "related"),
        ),
        (Expectation(ACAO, None, value or "*"),),
        confidence=Confidence.FIRM,
        confidence_why="no page of another origin has met such an error in this session",
    )


def _success_for_all(api: ApiFacts) -> Judged | None:
    """A success to a request without `Origin` that carries the header, if all of them do."""
    plain = [
        same.without_origin
        for same in api.by_url.values()
        if same.without_origin is not None and (same.without_origin.exchange.status or 500) < 300
    ]
    if not plain or any(ACAO.lower() not in each.exchange.response for each in plain):
        return None
    return min(plain, key=lambda each: each.order)


RULE = Rule(
    id="errors-without-cors-headers",
    title="The API's next error will look like a CORS error",
    kind=Kind.FRAGILE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="Proxies add headers to successes only unless told otherwise (nginx: `always`), and crash "
    "handlers stand outside of middleware. It shows on the day something breaks. Severity is low: "
    "so far no page was hit.",
    fix="Make errors carry the same CORS headers as successes.",
    references=(fetch("cors-check"),),
    cwe=("CWE-755",),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # The API's own page.
        > GET https://api.example.com/status
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-origin
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/products
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-origin
        < 503
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # Without Origin this API never sends the header: the error tells nothing.
        > GET https://api.example.com/status
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-origin
        < 200
        < Vary: Origin
        > GET https://api.example.com/products
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-origin
        < 503
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.SAME_ORIGIN, Role.NO_CORS, Role.NAVIGATION}),
    at_end=True,
)
