"""A method that the preflight's answer does not list."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAM, needed
from .say import asked, code, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The asked method is not in `Allow-Methods`."""
    failure = seen.verdict.failure
    if cause(seen) != RULE.id or failure is None:
        return
    method = failure.param or ""
    got = seen.exchange.response.get(ACAM.lower())
    yield Hit(
        seen,
        f"{asked(seen)}. The answer "
        + ("lists no methods" if got is None else f"lists the methods {code(got)}")
        + f", and {code(method)} is not among them. {ended(seen)}",
        (
            evidence(seen, "response", ACAM, f"{method[:20]} is not listed"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        needed(seen),
    )


RULE = Rule(
    id="method-not-allowed",
    title="The API does not let pages use this method",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="PUT, PATCH, DELETE and other methods that a form cannot send must stand in "
    "`Access-Control-Allow-Methods` (GET, HEAD and POST never need to). Many frameworks list few "
    "of them unless told. Severity is high because the call never leaves the browser.",
    fix="Add the method to `Access-Control-Allow-Methods`.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSMethodNotFound")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, POST
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, POST, PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
