"""Whoever asks is named, with credentials allowed."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.site import knows_suffixes
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .accepted import reflects, strangers
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """An origin echoed with `Allow-Credentials: true`, in a session where strangers are."""
    response, origin = seen.exchange.response, seen.node.origin
    if seen.exchange.status is None or origin == "null" or len(api.origins) < 2:
        return
    if response.get(ACAO.lower()) != origin or response.get(ACAC.lower()) != "true":
        return
    if not reflects(api):
        return
    others = api.once(strangers)
    many = len(others) >= 3
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: {origin}')} and "
        "`Access-Control-Allow-Credentials: true`. It repeated every origin that asked: "
        f"{listed(others, 5)}, which do not belong together. It may do so for any website. "
        f"{told(api)}",
        (
            evidence(seen, "response", ACAO, "repeats the origin"),
            evidence(seen, "response", ACAC, "with credentials", "related"),
            evidence(seen, "request", "Origin", "what was sent", "related"),
        ),
        confidence=Confidence.FIRM if many and knows_suffixes() else Confidence.TENTATIVE,
        confidence_why=(
            f"{len(others)} unrelated origins were repeated and none was refused; a list that "
            "holds them all is possible, and no request of our own was sent"
        ),
        severity=graded(api, Severity.HIGH, seen=Severity.CRITICAL),
        trusted=tuple(others),
    )


RULE = Rule(
    id="reflected-origin-with-credentials",
    title="Any website may be able to read what signed-in users see",
    kind=Kind.DANGEROUS,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="A server that repeats the `Origin` it is sent and allows credentials gives every website "
    "the right to call it in the name of whoever visits that site, and to read the answers. One "
    "repeated origin proves nothing (a list does the same), so this speaks up only when unrelated "
    "origins were repeated and none was refused. Severity is critical where cookies were seen to "
    "travel from another site, else high; medium where all cookies that it was seen to set are "
    "`SameSite=Lax` or `Strict` and stay at home.",
    fix="Compare the origin with an exact list and name it only if it is on the list.",
    references=(
        fetch("cors-protocol-and-credentials"),
        OWASP,
    ),
    cwe=("CWE-942", "CWE-346"),
    covers=(
        "any-port-allowed",
        "development-origin-allowed",
        "insecure-origin-allowed",
        "lookalike-origin-allowed",
        "many-subdomains-allowed",
        "missing-vary-origin",
        "null-origin-allowed",
        "policy-depends-on-cookie",
        "reflected-origin",
        "sensitive-header-exposed",
        "cors-headers-without-cors",
        "shared-hosting-origin-allowed",
        "third-party-origin-allowed",
        "undeclared-origin-allowed",
        "wildcard-on-private-network",
    ),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET https://api.example.com/orders
        > Origin: https://prizes.example.net
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://prizes.example.net
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        # A sibling of the same site is no third party.
        > GET https://api.example.com/orders
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin", "access-control-allow-credentials"),
)
