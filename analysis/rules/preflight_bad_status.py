"""A preflight answered with an error."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import asked, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A status outside 200 to 299 that none of the more telling rules knows."""
    if cause(seen, api) != RULE.id:
        return
    status = seen.exchange.status
    yield Hit(
        seen,
        f"{asked(seen)}. It was answered with {status}, and any status outside 200 to 299 means "
        f"no, whatever the headers say. {ended(seen)} {_why(status)}",
        (
            evidence(seen, "response", None, f"status {status}"),
            evidence(seen, "response", ACAO, "permission to read", "related"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        needed(seen),
        title=f"The API answers the browser's question with an error ({status})",
    )


def _why(status: int | None) -> str:
    if status == 405:
        return "No route accepts OPTIONS: nothing in front of the routes answers preflights."
    if status == 404:
        return "Nothing answers OPTIONS at this path; check the path, then the preflight handling."
    if status == 501:
        return "The server knows no OPTIONS at all."
    return "Something refuses OPTIONS before it is answered."


RULE = Rule(
    id="preflight-bad-status",
    title="The API answers the browser's question with an error",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="Routers that know no OPTIONS route answer 404 or 405, some servers 501. Correct CORS "
    "headers do not help then: browsers want a status from 200 to 299. Severity is high because "
    "no such call ever leaves the browser.",
    fix="Let the CORS layer answer OPTIONS with 204, before routing, and allow this origin, "
    "method and these headers in it.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSPreflightDidNotSucceed")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 405
        < Allow: GET, PUT
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
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
