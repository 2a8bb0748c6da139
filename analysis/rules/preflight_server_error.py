"""A preflight on which the server fails."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import asked, ended, stack_hint


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """500 and above, except for the statuses of servers that know no OPTIONS."""
    if cause(seen, api) != RULE.id:
        return
    status = seen.exchange.status or 0
    hint = stack_hint(seen)
    made_by = f" The answer was made by {hint}." if hint else ""
    yield Hit(
        seen,
        f"{asked(seen)}. The server failed on it ({status}), and any status outside 200 to 299 "
        f"means no, whatever the headers say. {ended(seen)}{made_by} {_why(seen, status)}",
        (
            evidence(seen, "response", None, f"status {status}"),
            evidence(seen, "response", ACAO, "permission to read", "related"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        needed(seen),
        title=f"The server fails ({status}) when the browser asks whether the page may call",
    )


def _why(seen: Judged, status: int) -> str:
    if status >= 502:
        return "That is a gateway speaking: the application behind it is down or too slow."
    if (seen.exchange.response.get("x-powered-by") or "").lower() == "express":
        return (
            "In Express look first whether the `origin` function of `cors` calls back with an "
            "error for origins that it does not know: that makes a 500 of a plain refusal."
        )
    return "The server's own log says why."


RULE = Rule(
    id="preflight-server-error",
    title="The server fails when the browser asks whether the page may call",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="OPTIONS goes another way through the server than the call itself, and that way is seldom "
    "tested: a handler that wants a body, a user or a route stumbles. The console blames CORS, and "
    "the error is only in the server's log. Severity is high because no such call ever leaves the "
    "browser.",
    fix="Repair what fails on OPTIONS (the server's log says what), and let the CORS layer answer "
    "it with 204 before anything else runs.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSPreflightDidNotSucceed")),
    cwe=("CWE-755",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 500
        < Content-Type: text/plain
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
        # The call itself fails, but so that the page can see it.
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 500
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
