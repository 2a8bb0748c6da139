"""A call that the page could not read, and that the server carried out."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, proxy_answered
from ..session.links import Link
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import called

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Safe methods, RFC 9110 section 9.2.1."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Blocked, a method that changes things, and a status that says done."""
    exchange = seen.exchange
    if not seen.blocked or exchange.method in SAFE:
        return
    if not 200 <= (exchange.status or 0) <= 299 or proxy_answered(exchange):
        return
    asked_first = seen.node.link is not Link.NONE
    guard = (
        "Its preflight had passed, so only pages that may call can do this; but the user sees an "
        "error and may well try again."
        if asked_first
        else "No preflight was needed, so any website can make its visitors' browsers send the "
        "same request."
    )
    yield Hit(
        seen,
        f"{called(seen)}. The server answered {exchange.status}, so it most likely did what was "
        f"asked, while the browser kept the answer from the page and reported a failure. {guard}",
        (
            evidence(seen, "response", None, f"status {exchange.status}: done"),
            evidence(seen, "response", ACAO, "why it was blocked", "related"),
        ),
        severity=Severity.LOW if asked_first else None,
    )


RULE = Rule(
    id="blocked-but-executed",
    title="The server carried out a call that the page was told had failed",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.ENDPOINT,
    since="0.1",
    why="CORS decides who may read an answer, not who may send a request. This finding is about "
    "the second half: the effect took place, the user sees an error, repeats, and it takes place "
    "twice. Severity is medium where no preflight stood in the way, since a foreign site could "
    "then do the same in a visitor's name (cross-site request forgery), and low where one did. "
    "A POST that only reads is harmless.",
    fix="Let the server refuse state-changing requests from origins that it does not know before "
    "acting (check `Origin` or `Sec-Fetch-Site`, or want a CSRF token), and make repeats harmless.",
    references=(
        fetch("http-cors-protocol"),
        "https://cheatsheetseries.owasp.org/cheatsheets/"
        "Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    cwe=("CWE-352",),
    example=Example(
        bad="""
        > POST https://api.example.com/newsletter
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Content-Type: text/plain
        < 201
        """,
        good="""
        > POST https://api.example.com/newsletter
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Content-Type: text/plain
        < 403
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    server_fix=False,
)
