"""An origin that the API's owner did not declare, and that is let in."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import JUDGED, Role
from ..fetch.headers import strip
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.intent import Intent
from ..session.judge import Judged, proxy_answered
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Named, or `*`, though the list that was declared does not hold it."""
    declared, exchange = api.intended, seen.exchange
    if declared is None or "*" in declared or proxy_answered(exchange):
        return
    status = exchange.status or 500
    if status >= 400 and seen.node.role is Role.PREFLIGHT:
        return
    allowed = strip(exchange.response.get(ACAO.lower()) or "")
    origin = strip(exchange.origin or "")
    if allowed in declared or allowed not in ("*", origin) or not allowed:
        return
    credentials = allowed != "*" and strip(exchange.response.get(ACAC.lower()) or "") == "true"
    whom = "everybody" if allowed == "*" else code(allowed)
    meant = listed(sorted(declared)) if declared else "nobody"
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} so that {whom} may read it"
        f"{', with credentials' if credentials else ''}. What is declared for it is to let in "
        f"{meant}. {told(api) if credentials else 'Cookies cannot be used for it.'}",
        (
            evidence(seen, "response", ACAO, "not declared"),
            evidence(seen, "response", ACAC, "credentials", "related"),
            evidence(seen, "request", "Origin", "who asked", "related"),
        ),
        confidence_why="the list is the owner's own, and the answer does not keep to it",
        severity=_severity(api, allowed, credentials),
        trusted=(allowed,),
    )


def _severity(api: ApiFacts, allowed: str, credentials: bool) -> Severity:
    if not credentials:
        return Severity.MEDIUM
    return graded(api, Severity.HIGH, seen=Severity.CRITICAL if allowed == "null" else None)


RULE = Rule(
    id="undeclared-origin-allowed",
    title="A website that was not meant to be let in can read this API",
    kind=Kind.DANGEROUS,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="The owner of this API said which origins are to be allowed, and the server allows more. "
    "So there is no doubt about what was meant. Severity is high with credentials (medium where "
    "cookies stay at home by `SameSite`), and medium without.",
    fix="Let the server's list hold exactly what is declared, or declare what is missing.",
    references=(fetch("http-access-control-allow-origin"), OWASP),
    cwe=("CWE-942", "CWE-346"),
    covers=(
        "any-port-allowed",
        "development-origin-allowed",
        "insecure-origin-allowed",
        "lookalike-origin-allowed",
        "many-subdomains-allowed",
        "null-origin-allowed",
        "policy-depends-on-cookie",
        "reflected-origin",
        "shared-hosting-origin-allowed",
        "third-party-origin-allowed",
        "wildcard-for-public-content",
        "wildcard-on-private-data",
        "wildcard-on-private-network",
    ),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://campaign.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://campaign.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        declared=Intent({"https://api.example.com": frozenset({"https://app.example.com"})}),
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin",),
    roles=JUDGED | {Role.OTHER},
)
