"""Whoever asks is named, without credentials."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .accepted import reflects, reflects_without_credentials, strangers_without_credentials
from .exposure import OWASP, is_public_content
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """An origin echoed without `Allow-Credentials: true`, where strangers are."""
    response, origin = seen.exchange.response, seen.node.origin
    if seen.exchange.status is None or origin == "null" or len(api.origins) < 2:
        return
    if response.get(ACAO.lower()) != origin or response.get(ACAC.lower()) == "true":
        return
    if reflects(api) or not reflects_without_credentials(api):
        return
    others = api.once(strangers_without_credentials)
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: {origin}')} and without "
        f"credentials. It repeated every origin that asked: {listed(others, 5)}, which do not "
        "belong together. That says the same as `*`: any website may read this, though not in a "
        "visitor's name.",
        (
            evidence(seen, "response", ACAO, "repeats the origin"),
            evidence(seen, "request", "Origin", "what was sent", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why=(
            f"{len(others)} unrelated origins were repeated and none was refused; a list that "
            "holds them all is possible"
        ),
        severity=Severity.INFO if is_public_content(seen) else None,
        trusted=tuple(others),
    )


RULE = Rule(
    id="reflected-origin",
    title="Any website may be able to read this, though not in a visitor's name",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="A server that repeats the `Origin` it is sent, without credentials, tells everybody that "
    "they may read what is public anyway. That is as safe as `*`, and no safer: data that is "
    "guarded only by the network, or by an address that nobody knows, is open to every website. "
    "It is one setting away from danger, too, should credentials ever be allowed. Severity is "
    "low, and info where the answer says itself that it is public.",
    fix="Say `*` where everybody may read, and otherwise name the origin only if it is on an exact "
    "list.",
    references=(fetch("http-access-control-allow-origin"), OWASP),
    cwe=("CWE-942",),
    covers=("null-origin-allowed",),
    example=Example(
        bad="""
        > GET https://api.example.com/rates
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/rates
        > Origin: https://prizes.example.net
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://prizes.example.net
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/rates
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # A sibling of the same site is no third party.
        > GET https://api.example.com/rates
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin",),
)
