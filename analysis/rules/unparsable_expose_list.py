"""An `Access-Control-Expose-Headers` that browsers throw away whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..fetch.safelist import NEVER_READABLE
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .expose_gap import ACEH, gap
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import call, code

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*|\*")


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A list with something in it that is no header name."""
    got = seen.exchange.response.get(ACEH.lower())
    if got is None or seen.blocked:
        return
    wrong = extract_list(got)
    if not isinstance(wrong, str):
        return
    named = [name for name in NAME.findall(got) if name.lower() not in NEVER_READABLE]
    right = ", ".join(dict.fromkeys(named or gap(seen, api))) or "header names, separated by commas"
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACEH}: {got}')}. {code(wrong)} in it "
        "is no header name, and one such item voids the whole list: script can read none of the "
        "headers that it names.",
        (evidence(seen, "response", ACEH, "does not parse"),),
        (Expectation(ACEH, got, right),),
    )


RULE = Rule(
    id="unparsable-expose-list",
    title="The page can read none of the headers that the API exposes",
    kind=Kind.FRAGILE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="The list holds header names, separated by commas: no quotes, no brackets, no semicolons, "
    "no blanks inside. Browsers take it whole or not at all and say nothing about it. Severity is "
    "low: the call works, headers are missing.",
    fix="Write plain header names, separated by commas, in `Access-Control-Expose-Headers`.",
    references=(
        fetch("http-access-control-expose-headers"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"
        "Access-Control-Expose-Headers",
    ),
    covers=("expose-gap",),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: X-Total-Count; X-Page
        < X-Total-Count: 40
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: X-Total-Count,, X-Page ,
        < X-Total-Count: 40
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-expose-headers",),
    roles=frozenset({Role.CORS}),
)
