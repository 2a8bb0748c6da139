"""A preflight that is answered, but not by anything that knows CORS."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import asked, code, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """2xx without `Allow-Origin`."""
    if cause(seen) != RULE.id:
        return
    allow = seen.exchange.response.get("allow")
    plain = (
        f" The answer lists the endpoint's methods in `Allow` ({code(allow)}), which is the "
        "server's own reply to OPTIONS and says nothing to browsers."
        if allow is not None
        else ""
    )
    elsewhere = (
        " Other answers of this API carry CORS headers: only OPTIONS is left out."
        if api.allow_origins
        else ""
    )
    yield Hit(
        seen,
        f"{asked(seen)}. The answer ({seen.exchange.status}) has no "
        f"`Access-Control-Allow-Origin`, which means no. {ended(seen)}{plain}{elsewhere}",
        (
            evidence(seen, "response", ACAO, "missing on the preflight"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        needed(seen),
    )


RULE = Rule(
    id="preflight-without-cors-headers",
    title="The API does not answer when the browser asks whether it may call",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="Before a call that a plain form could not make (JSON, PUT, a header such as "
    "Authorization) the browser sends OPTIONS and waits for permission in headers. Here "
    "something answered OPTIONS that does not know CORS: the router, a static file server, a "
    "proxy. Severity is high because no such call ever leaves the browser.",
    fix="Let the CORS layer answer OPTIONS before the routes do, with "
    "`Access-Control-Allow-Origin`, `-Methods` and `-Headers`.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSMissingAllowOrigin")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 200
        < Allow: GET, HEAD, PUT
        """,
        good="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
