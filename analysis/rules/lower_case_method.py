"""A method that is allowed, but for the case of its letters."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .lists import items, spelt_otherwise
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAM, needed
from .say import asked, code, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The page says `patch`, or the API lists `put`."""
    failure = seen.verdict.failure
    if cause(seen) != RULE.id or failure is None:
        return
    method = failure.param or ""
    allowed = spelt_otherwise(method, items(seen.exchange, ACAM.lower())) or ""
    small = "page" if method != method.upper() else "API"
    whose = (
        f"The page must write {code(method.upper())}: browsers do that by themselves for get, "
        "post, put, delete, head and options only."
        if small == "page"
        else f"The API must list {code(method)}, as the browser sends it."
    )
    yield Hit(
        seen,
        f"{asked(seen)}. It asked for {code(method)}, and the answer allows {code(allowed)}. "
        f"Methods are compared by case, so that is another one. {whose} {ended(seen)}",
        (
            evidence(seen, "response", ACAM, f"{allowed[:20]}, in other letters"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        needed(seen),
        title=(
            f"The page says {code(method)} in small letters, and the API knows it in capitals only"
            if small == "page"
            else None
        ),
    )


RULE = Rule(
    id="lower-case-method",
    title="Page and API write the method in different letters, so it is refused",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="To HTTP `patch` and `PATCH` are two methods. Browsers capitalise get, post, put, delete, "
    "head and options for the page, and nothing else, so `fetch(url, {method: 'patch'})` works "
    "on the same origin, where servers are lenient, and fails across origins. Severity is high "
    "because the call never leaves the browser.",
    fix="Write methods in capitals, in the page and in `Access-Control-Allow-Methods`.",
    references=(
        fetch("concept-method-normalize"),
        mdn("CORSMethodNotFound"),
    ),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: patch
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, PATCH
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        # GET is safelisted: how the list spells it does not matter.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: x-a
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: get
        < Access-Control-Allow-Headers: x-a
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
