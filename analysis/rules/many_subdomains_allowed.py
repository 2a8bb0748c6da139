"""Many subdomains of one site, all let in with credentials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..fetch.origin import host_of, is_loopback
from ..fetch.site import knows_suffixes, registrable_domain
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.trust import refused
from .accepted import Accepted, accepted
from .exposure import OWASP
from .lookalike import is_address
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, count, listed
from .shared_hosting_origin_allowed import is_shared

AT_LEAST = 3
"""Two front ends of one site are common; a pattern is suspected from here on."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """Several hosts below one domain, with credentials, and none of them refused."""
    below: dict[str, dict[str, Accepted]] = defaultdict(dict)
    for each in api.once(accepted):
        domain = registrable_domain(each.host)
        if not each.credentials or is_loopback(each.host) or is_address(each.host):
            continue
        if each.host not in (domain, host_of(api.api)) and not _is_lent(each.host):
            below[domain].setdefault(each.host, each)
    hosts_in = {each.host for each in api.once(accepted)}
    # A host that is let in by https and refused by http says nothing about other names.
    refusals = {host_of(origin) for origin in api.once(refused)} - hosts_in
    kept_out = {registrable_domain(host) for host in refusals}
    for domain, hosts in sorted(below.items()):
        if len(hosts) < AT_LEAST or domain in kept_out:
            continue
        for host in sorted(hosts):
            yield _hit(api, domain, sorted(hosts), hosts[host])


def _is_lent(host: str) -> bool:
    """A name below a hoster's, where each is another owner's: known without the list, too."""
    return not knows_suffixes() and is_shared(host)


def _hit(api: ApiFacts, domain: str, hosts: list[str], each: Accepted) -> Hit:
    seen = each.example
    return Hit(
        seen,
        f"{code(api.api)} allowed {count(len(hosts), 'different host')} below {code(domain)} with "
        f"credentials, among them on {call(seen)}: {listed(hosts)}. None was refused, so it may "
        "let in every name below that domain. Then script on the weakest of them, or a name that "
        "was given up and taken over, can read what signed-in users see.",
        (
            evidence(seen, "response", ACAO, "one of several"),
            evidence(seen, "response", ACAC, "with credentials", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="a list that holds them all looks the same",
    )


RULE = Rule(
    id="many-subdomains-allowed",
    title="The weakest page below this domain may read what signed-in users see",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="Letting in every subdomain trusts pages that nobody thinks of: old test servers, users' "
    "own pages, names whose host was given up. Cookies travel within a site whatever their "
    "`SameSite`, so one such page is enough. Severity is low, and it is a note: the names seen "
    "here may each be meant.",
    fix="List the subdomains that need it, one by one.",
    references=(fetch("cors-protocol-and-credentials"), OWASP),
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
        > Origin: https://old-blog.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://old-blog.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
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
        # Without www: the domain itself, and another front end.
        > GET https://api.example.com/orders
        > Origin: https://example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET https://api.example.com/orders
        > Origin: https://www.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://www.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_api=check,
)
