"""Whoever asks is named, with credentials allowed."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.origin import host_of, is_loopback
from ..fetch.site import knows_suffixes, registrable_domain
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
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
    parties = api.once(strangers)
    if len(parties) < 2 or api.once(refused):
        return
    foreign = registrable_domain(host_of(origin)) != registrable_domain(seen.exchange.url.host)
    with_cookies = seen.exchange.cookies > 0 and foreign
    travelled = (
        "Cookies travelled to it from a page of another site, so their owner's data was readable "
        "there."
        if with_cookies
        else "In this capture no cookie was seen to travel from another site on this call."
    )
    many = len(parties) >= 3
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: {origin}')} and "
        "`Access-Control-Allow-Credentials: true`. It repeated every origin that asked: "
        f"{listed(parties, 5)}, which do not belong together. It may do so for any website. "
        f"{travelled}",
        (
            evidence(seen, "response", ACAO, "repeats the origin"),
            evidence(seen, "response", ACAC, "with credentials", "related"),
            evidence(seen, "request", "Origin", "what was sent", "related"),
        ),
        confidence=Confidence.FIRM if many and knows_suffixes() else Confidence.TENTATIVE,
        confidence_why=(
            f"{len(parties)} unrelated origins were repeated and none was refused; a list that "
            "holds them all is possible, and no request of our own was sent"
        ),
        severity=Severity.CRITICAL if with_cookies else None,
    )


def strangers(api: ApiFacts) -> list[str]:
    """One echoed origin of each party: a site, or the programs of this machine.

    To an API on the open network every local origin is its developers' own. Two names of this
    machine that share a port (`localhost:3000`, `127.0.0.1:3000`) are the same page.
    """
    sites: dict[str, str] = {}
    local: dict[str, list[str]] = {}
    for origin, answer in sorted(api.echoed(), key=lambda item: item[0]):
        host = host_of(origin)
        if not answer.allow_credentials or not host:
            continue
        if is_loopback(host):
            local.setdefault(host, []).append(origin)
        else:
            sites.setdefault(registrable_domain(host), origin)
    if is_loopback(host_of(api.api)):
        ports: set[str] = set()
        for origins in local.values():
            mine = {origin.rpartition(":")[2] for origin in origins}
            if not ports & mine:
                sites[origins[0]] = origins[0]
            ports |= mine
    return list(sites.values())


def refused(api: ApiFacts) -> list[str]:
    """Origins that the API answered, but never allowed: what a list does and an echo does not."""
    allowed = {origin for origin, _ in api.echoed()}
    return sorted(
        {
            origin
            for (origin, value, _), answer in api.answers.items()
            if origin not in allowed
            and origin != "null"
            and value != "*"
            and answer.example.verdict.outcome is Outcome.BLOCKED
            and (answer.example.exchange.status or 500) < 400
        }
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
