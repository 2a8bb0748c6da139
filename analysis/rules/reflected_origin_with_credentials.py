"""Whoever asks is named, with credentials allowed."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.origin import host_of
from ..fetch.site import knows_suffixes, registrable_domain
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from ..session.trust import parties, refused
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
    others = api.once(strangers)
    if len(others) < 2 or api.once(refused):
        return
    foreign = registrable_domain(host_of(origin)) != registrable_domain(seen.exchange.url.host)
    with_cookies = seen.exchange.cookies > 0 and foreign
    travelled = (
        "Cookies travelled to it from a page of another site, so their owner's data was readable "
        "there."
        if with_cookies
        else "In this capture no cookie was seen to travel from another site on this call."
    )
    many = len(others) >= 3
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: {origin}')} and "
        "`Access-Control-Allow-Credentials: true`. It repeated every origin that asked: "
        f"{listed(others, 5)}, which do not belong together. It may do so for any website. "
        f"{travelled}",
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
        severity=Severity.CRITICAL if with_cookies else None,
        trusted=tuple(others),
    )


def strangers(api: ApiFacts) -> list[str]:
    """One origin of each party that was named with credentials allowed."""
    return parties((o for o, answer in api.echoed() if answer.allow_credentials), api.api)


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
    "travel from another site, else high: `SameSite` may yet keep them at home.",
    fix="Compare the origin with an exact list and name it only if it is on the list.",
    references=(
        fetch("cors-protocol-and-credentials"),
        "https://owasp.org/www-project-web-security-testing-guide/latest/"
        "4-Web_Application_Security_Testing/11-Client-side_Testing/"
        "07-Testing_Cross_Origin_Resource_Sharing",
    ),
    cwe=("CWE-942", "CWE-346"),
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
)
