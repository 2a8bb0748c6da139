"""An https API that trusts an http page with credentials."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.origin import host_of, is_loopback
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`https` answers `Allow-Origin: http://…` and `Allow-Credentials: true`."""
    response = seen.exchange.response
    allowed = response.get(ACAO.lower()) or ""
    if seen.exchange.url.scheme != "https" or not allowed.startswith("http://"):
        return
    if response.get(ACAC.lower()) != "true" or is_loopback(host_of(allowed)):
        return
    yield Hit(
        seen,
        f"{code(api.api)} is reached by https, and on {call(seen)} it allows {code(allowed)} with "
        "credentials. A page on plain http can be changed by anybody on the network it came "
        f"through, and what it may read, they may read. {told(api)}",
        (
            evidence(seen, "response", ACAO, "an http origin"),
            evidence(seen, "response", ACAC, "with credentials", "related"),
        ),
        severity=graded(api, Severity.MEDIUM),
        trusted=(allowed,),
    )


RULE = Rule(
    id="insecure-origin-allowed",
    title="Whoever controls the network can read this API in the user's name",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="Trusting an http origin carries the weakness of http over to the https API: in a café, "
    "an attacker can put script into the http page and let it call. Severity is medium because "
    "the attacker must be on the way, and low where `SameSite` keeps the cookies at home: to it, "
    "http and https are two sites. Addresses of the own machine are left to another rule.",
    fix="Serve the page by https and list its https origin only.",
    references=(
        fetch("cors-protocol-and-credentials"),
        "https://portswigger.net/web-security/cors#breaking-tls-with-poorly-configured-cors",
        OWASP,
    ),
    cwe=("CWE-319", "CWE-346"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: http://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://app.example.com
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
        > GET https://api-staging.example.com/orders
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:3000
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin", "access-control-allow-credentials"),
)
