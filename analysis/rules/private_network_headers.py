"""Headers of a plan that was given up."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import code

ANSWERED = "Access-Control-Allow-Private-Network"
ASKED = "Access-Control-Request-Private-Network"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Asked for by an older Chromium, or answered by the server."""
    exchange = seen.exchange
    answered = ANSWERED.lower() in exchange.response
    if not answered and ASKED.lower() not in exchange.request:
        return
    what = (
        f"{code(api.api)} answers with {code(ANSWERED)}"
        if answered
        else f"This browser asks {code(api.api)} with {code(ASKED)}"
    )
    yield Hit(
        seen,
        f"{what}. It belongs to Private Network Access, which browsers never enforced and have "
        "given up. Since version 142 Chrome asks the user before a public page may call a local "
        "server, and the header makes no difference to that.",
        (
            evidence(seen, "response", ANSWERED, "without effect")
            if answered
            else evidence(seen, "request", ASKED, "an older browser asks"),
        ),
    )


RULE = Rule(
    id="private-network-headers",
    title="A header for calls into private networks has no effect any more",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Private Network Access wanted servers to agree, by a header on the preflight, to calls "
    "from public pages. It was replaced by Local Network Access, where the user decides. For "
    "information only: the header does nothing, but whoever relies on it is mistaken.",
    fix="Remove `Access-Control-Allow-Private-Network` from the answers.",
    references=(
        "https://wicg.github.io/local-network-access/",
        "https://developer.chrome.com/blog/local-network-access",
    ),
    cwe=("CWE-1188",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Allow-Private-Network: true
        < Access-Control-Max-Age: 7200
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
    roles=frozenset({Role.PREFLIGHT}),
)
