"""Many ports of one host, all let in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..fetch.origin import host_of, is_loopback
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.trust import refused
from .accepted import Accepted, accepted
from .exposure import OWASP
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, count, listed

AT_LEAST = 3
"""A page and its test version may differ in port; a comparison without it shows from here on."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """Several origins that differ in the port alone, and none of them refused."""
    ports: dict[tuple[str, str], list[Accepted]] = defaultdict(list)
    for each in api.once(accepted):
        if each.host and not is_loopback(each.host):
            ports[each.origin.partition(":")[0], each.host].append(each)
    kept_out = {host_of(origin) for origin in api.once(refused)}
    for (_, host), found in sorted(ports.items()):
        if len(found) >= AT_LEAST and host not in kept_out:
            yield from (_hit(api, each, found) for each in found)


def _hit(api: ApiFacts, each: Accepted, found: list[Accepted]) -> Hit:
    seen = each.example
    with_credentials = any(one.credentials for one in found)
    return Hit(
        seen,
        f"{code(api.api)} allowed {count(len(found), 'port')} of {code(each.host)}, among them on "
        f"{call(seen)}: {listed(one.origin for one in found)}. None was refused, so it may compare "
        "the host and leave out the port. Every service on that host, whoever runs it, then "
        "counts as the trusted page.",
        (
            evidence(seen, "response", ACAO, "one of several ports"),
            evidence(seen, "response", ACAC, "credentials", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="a list that holds all these ports looks the same",
        severity=None if with_credentials else Severity.INFO,
    )


RULE = Rule(
    id="any-port-allowed",
    title="Every service on a trusted host may read this API, not only the page",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="An origin is scheme, host and port. A server that leaves the port out of its comparison "
    "trusts whatever else listens on that host: a database's web console, a forgotten test "
    "server. Severity is low with credentials, since an attacker must first get hold of such a "
    "service, and info without. Ports of the own machine are left alone: there they change by the "
    "hour.",
    fix="Compare the whole origin, the port included, with an exact list.",
    references=(fetch("http-access-control-allow-origin"), OWASP),
    cwe=("CWE-942", "CWE-346"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET https://api.example.com/orders
        > Origin: https://app.example.com:8443
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com:8443
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET https://api.example.com/orders
        > Origin: https://app.example.com:9000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com:9000
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        # A developer's machine.
        > GET http://localhost:4000/orders
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:3000
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET http://localhost:4000/orders
        > Origin: http://localhost:5173
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:5173
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET http://localhost:4000/orders
        > Origin: http://localhost:6006
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:6006
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_api=check,
)
