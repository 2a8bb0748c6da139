"""A refusal of the server's own CORS layer, disguised as an error."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Asked
from ..fetch.classify import Role
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause, refused_by_cors_layer
from .lists import items, lacking, unlisted
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAH, ACAM, ACAO, needed
from .say import began, code, ended, listed, working_origins


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """400 of Starlette, 403 of Spring, 500 of Express: the origin, method or header is unknown."""
    if cause(seen, api) != RULE.id:
        return
    status = seen.exchange.status or 0
    by_session = not refused_by_cors_layer(seen)
    places = [
        evidence(seen, "response", None, f"status {status}"),
        evidence(seen, "response", ACAO, "permission to read", "related"),
        evidence(seen, "request", "Origin", "who asked", "related"),
    ]
    if not by_session:
        places.append(evidence(seen, "response", "Vary", "as CORS layers write it", "related"))
    yield Hit(
        seen,
        f"{began(seen)}. The answer, {status}, looks like an error, but it is the refusal of the "
        f"server's own CORS layer. {_short_of(seen, api, by_session)} {ended(seen)}",
        tuple(places),
        needed(seen, _unlisted(seen)),
        confidence=(
            Confidence.TENTATIVE
            if by_session and seen.node.role is not Role.PREFLIGHT
            else Confidence.FIRM
        ),
        confidence_why=(
            "every answer to this origin failed here, and others were let in"
            if by_session
            else "the headers are those of such a layer; the text of the answer was not read"
        ),
        title=f"The API's CORS layer turns this page away, and it looks like an error ({status})",
    )


def _short_of(seen: Judged, api: ApiFacts, by_session: bool) -> str:
    """What it did not like, as far as it says so."""
    origin = code(seen.node.origin)
    if by_session:
        others = [each for each in working_origins(api) if each != seen.node.origin]
        return f"It lets {listed(others)} in, and answers so whenever {origin} asks."
    ask = Asked.of(seen.exchange.request)
    if seen.node.role is not Role.PREFLIGHT:
        return f"It does not list {origin}."
    headers = f", headers {listed(ask.headers)}" if ask.headers else ""
    question = f"(asked: {origin}, {code(ask.method)}{headers})"
    if ACAM.lower() not in seen.exchange.response:
        return f"It does not say whether it misses the origin, the method or a header {question}."
    words = {"origin": "this origin", "method": "this method", "headers": "one of the headers"}
    return f"It does not list {' and '.join(words[each] for each in lacking(seen))} {question}."


def _unlisted(seen: Judged) -> list[Expectation]:
    """What is missing in its lists, also where browsers would not mind.

    Starlette wants GET and POST to be listed, too.
    """
    if seen.node.role is not Role.PREFLIGHT:
        return []
    exchange, rows = seen.exchange, []
    short, method = lacking(seen), Asked.of(exchange.request).method
    for name, key, more in (
        (ACAM, "method", [method]),
        (ACAH, "headers", unlisted(exchange)),
    ):
        if key in short:
            value = ", ".join((*items(exchange, name.lower()), *more))
            rows.append(Expectation(name, exchange.response.get(name.lower()), value))
    return rows


RULE = Rule(
    id="refused-by-cors-layer",
    title="The API's CORS layer turns this page away, and it looks like an error",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="Some CORS layers answer what is not on their lists with an error: Starlette and "
    "actix-cors 400, Spring 403, Express 500 where the origin function throws. Nothing is wrong "
    "with the login or the code; a list is too short, or the refusal is meant. Severity is high "
    "because every such call of this page fails.",
    fix="If this page may call, put its exact origin, the method and the headers on the lists of "
    "the CORS layer.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSPreflightDidNotSucceed")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 400
        < Access-Control-Allow-Methods: GET, PUT
        < Access-Control-Max-Age: 600
        < Vary: Origin
        """,
        good="""
        # A login check said no, and the CORS layer yes: the page can read the 403.
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 403
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
        """,
    ),
    check_exchange=check,
)
