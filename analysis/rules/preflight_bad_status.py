"""A preflight answered with an error."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Asked
from ..fetch.headers import extract_list
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause, refused_by_cors_layer
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAH, ACAM, ACAO, needed
from .say import asked, code, ended, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Any status outside 200 to 299 that is neither a redirect nor a login."""
    if cause(seen) != RULE.id:
        return
    status = seen.exchange.status
    rows = needed(seen, _unlisted(seen))
    yield Hit(
        seen,
        f"{asked(seen)}. It was answered with {status}, and any status outside 200 to 299 means "
        f"no, whatever the headers say. {ended(seen)} {_why(seen, rows)}",
        (
            evidence(seen, "response", None, f"status {status}"),
            evidence(seen, "response", ACAO, "permission to read", "related"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        rows,
        title=f"The API answers the browser's question with an error ({status})",
    )


def _unlisted(seen: Judged) -> list[Expectation]:
    """What CORS middleware missed in its own lists, also where browsers would not mind.

    Starlette wants GET and POST to be listed, too.
    """
    if not refused_by_cors_layer(seen.exchange):
        return []
    ask, response = Asked.of(seen.exchange.request), seen.exchange.response
    rows = []
    for name, items in ((ACAM, (ask.method,)), (ACAH, ask.headers)):
        got = response.get(name.lower())
        parsed = extract_list(got)
        listed_items = () if isinstance(parsed, str) else parsed
        known = {item.lower() for item in listed_items}
        more = [item for item in items if item.lower() not in known]
        if more and "*" not in known:
            rows.append(Expectation(name, got, ", ".join((*listed_items, *more))))
    return rows


def _why(seen: Judged, rows: tuple[Expectation, ...]) -> str:
    status = seen.exchange.status or 0
    if refused_by_cors_layer(seen.exchange):
        names = {ACAO: "this origin", ACAM: "this method", ACAH: "one of the headers"}
        short = [text for name, text in names.items() if name in {row.header for row in rows}]
        if short:
            ask = Asked.of(seen.exchange.request)
            headers = f", headers {listed(ask.headers)}" if ask.headers else ""
            return (
                f"The status hides the cause: the CORS layer itself refused, since it does not "
                f"list {' and '.join(short)} (asked: {code(seen.node.origin)}, "
                f"{code(ask.method)}{headers})."
            )
    if status == 405:
        return "No route accepts OPTIONS: nothing in front of the routes answers preflights."
    if status == 404:
        return "Nothing answers OPTIONS at this path; check the path, then the preflight handling."
    if status >= 500:
        return "The server fails on OPTIONS: its own log says why."
    return "Something refuses OPTIONS before it is answered."


RULE = Rule(
    id="preflight-bad-status",
    title="The API answers the browser's question with an error",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="Routers that know no OPTIONS route answer 404 or 405; Starlette answers 400 and Spring "
    "403 when their lists lack something. Correct CORS headers do not help then: browsers want a "
    "status from 200 to 299. Severity is high because no such call ever leaves the browser.",
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
