"""The page sends a header that belongs in the answer, and the API refuses the call for it."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .lists import unlisted
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAH, needed
from .say import asked, ended, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Nothing but names of response headers is missing in the list."""
    if cause(seen) != RULE.id:
        return
    names = unlisted(seen.exchange)
    they, them = ("it is", "it") if len(names) == 1 else ("they are", "them")
    yield Hit(
        seen,
        f"{asked(seen)}. The page adds {listed(names)} to its request, though {they} for the "
        "server to send in its answer. A header of the page's own must be allowed; the API does "
        f"not know {them}, and so refuses the call. {ended(seen)} Without {them} the call would "
        "have passed.",
        (
            evidence(seen, "request", "Access-Control-Request-Headers", "sent by the page"),
            evidence(seen, "response", ACAH, "rightly not listed", "related"),
        ),
        needed(seen),
    )


RULE = Rule(
    id="response-header-sent-by-page",
    title="The page sends a header that only servers may send, and is refused for it",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="`Access-Control-Allow-Origin` and its like are the server's permission; a page cannot "
    "give it to itself. In a request they do nothing but harm: the browser has to ask first "
    "whether such a header may be sent, and most servers say no. Severity is high because the "
    "call never leaves the browser.",
    fix="Remove these headers from the page's requests; the server is right to refuse them.",
    references=(fetch("http-requests"), mdn("CORSMissingAllowHeaderFromPreflight")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: access-control-allow-origin
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
