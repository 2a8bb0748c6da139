"""Names in `Access-Control-Expose-Headers` that change nothing there."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..fetch.safelist import NEVER_READABLE, RESPONSE_NAMES
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .expose_gap import ACEH
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import call, code, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`Set-Cookie`, or nothing but names that can be read anyway."""
    got = seen.exchange.response.get(ACEH.lower())
    named = extract_list(got)
    if not named or isinstance(named, str):
        return
    never = [name for name in named if name.lower() in NEVER_READABLE]
    if never:
        told = f"{listed(never)} is kept from script on every answer, exposed or not"
    elif all(name.lower() in RESPONSE_NAMES for name in named):
        told = f"{listed(named)} can be read by script on every answer, exposed or not"
        if len(named) > 1:
            told = told.replace("can be", "can all be")
    else:
        return
    left = ", ".join(name for name in named if name.lower() not in NEVER_READABLE | RESPONSE_NAMES)
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACEH}: {got}')}. {told}.",
        (evidence(seen, "response", ACEH, "changes nothing"),),
        (Expectation(ACEH, got, left or "no such header"),),
    )


RULE = Rule(
    id="pointless-names-exposed",
    title="The API exposes headers for which that changes nothing",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Set-Cookie` never reaches script, whatever the server says, and seven headers "
    "(`Content-Type`, `Content-Length` and the like) always do. Severity is info: it does no harm, "
    "but somebody may count on it.",
    fix="Leave these names out; a value that script must know goes into another header, or into "
    "the body.",
    references=(
        fetch("forbidden-response-header-name"),
        fetch("cors-safelisted-response-header-name"),
    ),
    example=Example(
        bad="""
        > POST https://api.example.com/login
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: Set-Cookie, X-Request-Id
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/file
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: Content-Length, Content-Range
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-expose-headers",),
    roles=frozenset({Role.CORS}),
    server_fix=False,
)
