"""Methods that change things, allowed and never used."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .credentials_never_used import ENOUGH
from .lists import earliest
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAM
from .pointless_names_allowed import NO_METHODS
from .say import code, count, listed

ALWAYS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""What every framework lists, and what pages may use without."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """The lists of preflights less what was asked for."""
    if api.calls < ENOUGH or "*" in api.allow_methods:
        return
    used = {*api.methods, *(question[0] for question in api.questions)}
    unused = sorted(api.allow_methods - used - ALWAYS - NO_METHODS)
    showing = [
        seen
        for (_, _, allowed, _), seen in api.questions.items()
        if any(name in (allowed or "") for name in unused)
    ]
    if not unused or not showing:
        return
    seen = earliest(showing)[0]
    yield Hit(
        seen,
        f"{code(api.api)} lets pages use {listed(unused, 6)}, and none of the "
        f"{count(api.calls, 'call')} in this session did.",
        (evidence(seen, "response", ACAM, "more than was used"),),
        confidence=Confidence.TENTATIVE,
        confidence_why="other pages may use them; a session shows only what it went through",
    )


RULE = Rule(
    id="unused-methods-allowed",
    title="The API lets pages use methods that none of them used",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Most CORS layers list PUT, PATCH and DELETE unless told otherwise. What no page uses "
    "need not be open to pages. For information only: this session may not have used everything.",
    fix="List the methods that the pages use.",
    references=(fetch("http-access-control-allow-methods"),),
    cwe=("CWE-1188",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, PUT, DELETE
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
        + 10
        * """
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        # HEAD and OPTIONS are in every framework's list.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, HEAD, OPTIONS, POST, PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
        + 10
        * """
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
)
