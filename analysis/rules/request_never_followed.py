"""A preflight that passed, and no call after it."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from . import wildcard_list_with_credentials, wildcard_with_credentials
from .lists import went_unused
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import asked, code

SPEAK_FIRST = (wildcard_with_credentials.check, wildcard_list_with_credentials.check)
"""Rules that know a likelier reason."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The browser had its permission, and used it neither then nor later."""
    passed = seen.verdict.outcome in (Outcome.ALLOWED, Outcome.INDETERMINATE)
    if not passed or seen.exchange.lost is not None or not went_unused(seen, api):
        return
    if any(True for other in SPEAK_FIRST for _ in other(seen, api)):
        return
    refused = seen.node.passes.get(True)
    why = (
        "If the page calls with credentials, this answer refuses it, which no other trace on the "
        f"wire would show: the console would name {code(refused.step.value)}. Else the page gave "
        "the call up or was left, or the browser had the answer in its HTTP cache."
        if refused is not None
        else "The answer allows it with and without credentials, so most likely the page gave the "
        "call up or was left, the browser had the answer in its HTTP cache, or the call was still "
        "waiting for its answer when the recording ended."
    )
    yield Hit(
        seen,
        f"{asked(seen)}. It may, and yet no such call came, neither then nor later. {why}",
        (
            evidence(seen, "response", None, "allowed, no call followed"),
            evidence(seen, "request", "Access-Control-Request-Method", "asked for", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="what a page did not do leaves no trace on the wire",
    )


RULE = Rule(
    id="request-never-followed",
    title="The browser asked whether the page may call, and then no call came",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.ENDPOINT,
    since="0.1",
    why="A preflight looks the same for calls with and without credentials. So one that was "
    "answered too sparely for the former, one whose page was left, and one whose answer lay in the "
    "HTTP cache look alike. For information only: the browser's console knows which it was.",
    fix="Look into the browser's console; if it names CORS, allow credentials for this exact "
    "origin, on the preflight's answer, too.",
    references=(fetch("cors-preflight-fetch"),),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        @ 20
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        # The page gave up the first call; the next one went by the preflight's cached answer.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        @ 20
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # And here the recording ends.
        > OPTIONS https://api.example.com/profile
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
    roles=frozenset({Role.PREFLIGHT}),
    at_end=True,
    server_fix=False,
)
