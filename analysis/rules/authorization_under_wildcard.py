"""`Authorization` allowed by `*` only."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Asked
from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAH
from .say import asked, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A preflight for `authorization` that passed by the wildcard."""
    if seen.verdict.outcome is not Outcome.ALLOWED:
        return
    got = seen.exchange.response.get(ACAH.lower())
    parsed = extract_list(got)
    names = {name.lower() for name in parsed} if not isinstance(parsed, str) else set()
    if "authorization" not in Asked.of(seen.exchange.request).headers:
        return
    if "*" not in names or "authorization" in names:
        return
    yield Hit(
        seen,
        f"{asked(seen)} with the header `authorization`. The answer allows {code(got or '')}. By "
        "the standard `*` does not cover `Authorization`; browsers let it pass for now, and "
        "Firefox warns in its console that this will end.",
        (
            evidence(seen, "response", ACAH, "wildcard only"),
            evidence(seen, "request", "Access-Control-Request-Headers", "asked for", "related"),
        ),
        (Expectation(ACAH, got, f"{got}, Authorization"),),
    )


RULE = Rule(
    id="authorization-under-wildcard",
    title="Calls with a login token pass only because browsers are lenient",
    kind=Kind.FRAGILE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="The Fetch standard takes `Authorization` out of what `*` in "
    "`Access-Control-Allow-Headers` allows; it must be named. No engine enforces that yet, all "
    "have announced it. Severity is low: nothing fails today.",
    fix="Name `Authorization` in `Access-Control-Allow-Headers`.",
    references=(
        fetch("cors-non-wildcard-request-header-name"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"
        "Access-Control-Allow-Headers",
    ),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: *
        < Access-Control-Allow-Headers: *
        > GET https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Access-Control-Allow-Origin: *
        """,
        good="""
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: *
        < Access-Control-Allow-Headers: *, Authorization
        > GET https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Access-Control-Allow-Origin: *
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.PREFLIGHT}),
)
