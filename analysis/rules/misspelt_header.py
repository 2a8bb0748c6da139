"""A header that looks like one of CORS and is none."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import call, code

RESPONSE_HEADERS = (
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
)
NOT_OURS = frozenset({"access-control-allow-private-network", "access-control-allow-local-network"})
"""Real headers of other, partly abandoned, standards."""
PREFIXES = ("access-control-", "allow-control-", "access-allow-", "acces-control-")
REQUEST_ONLY = frozenset({"access-control-request-method", "access-control-request-headers"})


@lru_cache(maxsize=1024)
def meant(name: str) -> str | None:
    """The header that a wrong name was meant to be."""
    if not name.startswith(PREFIXES) or name in NOT_OURS or name in REQUEST_ONLY:
        return None
    known = {each.lower(): each for each in RESPONSE_HEADERS}
    if name in known:
        return None
    near = get_close_matches(name, list(known), 1, 0.8)
    return known[near[0]] if near else None


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Any name that begins like one of CORS, is unknown, and is close to a known one."""
    for field in seen.exchange.response.fields:
        right = meant(field.name.lower())
        if right is None:
            continue
        yield Hit(
            seen,
            f"{code(seen.exchange.url.origin)} answered {call(seen)} with the header "
            f"{code(field.name)}, which no browser knows. It was probably meant to be `{right}`.",
            (evidence(seen, "response", field.name, "no such header"),),
            (Expectation(right, seen.exchange.response.get(right.lower()), field.value or "…"),),
        )


RULE = Rule(
    id="misspelt-header",
    title="A misspelt header has no effect",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="Browsers ignore header names that they do not know, without a word. What the header "
    "should have allowed is not allowed. Severity is low: where it matters, a call is blocked, "
    "and that is a finding of its own.",
    fix="Correct the name of the header.",
    references=(fetch("http-responses"),),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Header: X-Total-Count
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: X-Total-Count
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
