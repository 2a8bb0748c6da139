"""The page sends a header that belongs in the answer, for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Asked
from ..fetch.classify import Role
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .lists import is_for_answers
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called, listed, own_preflight

ACRH = "Access-Control-Request-Headers"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Names of response headers in a request that was let out."""
    request = seen.exchange.request
    names = [name for name in request.names() if is_for_answers(name)]
    if not names:
        return
    preflight = seen.node.preflight if own_preflight(seen) else None
    asked = Asked.of(preflight.exchange.request).headers if preflight is not None else ()
    before = (
        " It made the browser ask for permission first, and the API allowed it."
        if set(names) & set(asked)
        else ""
    )
    yield Hit(
        seen,
        f"{called(seen)} with {listed(names)} in the request. That is for servers to send in their "
        f"answers: in a request it has no effect.{before}",
        (evidence(seen, "request", names[0], "belongs in the answer"),),
    )


RULE = Rule(
    id="response-header-in-request",
    title="The page sends a header that means nothing in a request",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.PAGE,
    since="0.1",
    why="`Access-Control-Allow-Origin` and its like are the server's permission; a page cannot "
    "give it to itself. Each such header costs a preflight, and the call works only because the "
    "API allows it. Severity is low: the next API, or a stricter list, refuses the call.",
    fix="Remove these headers from the page's requests, then from the API's "
    "`Access-Control-Allow-Headers`.",
    references=(fetch("http-requests"),),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: access-control-allow-origin
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: access-control-allow-origin
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Allow-Origin: *
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        # What the browser itself asks with is no mistake of the page.
        > OPTIONS https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    server_fix=False,
)
