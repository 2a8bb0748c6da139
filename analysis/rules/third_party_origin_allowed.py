"""Other sites that an API lets in with the visitor's cookies: an inventory."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.origin import host_of, is_loopback
from ..fetch.site import knows_suffixes, registrable_domain
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .accepted import NOT_PUBLIC, Accepted, accepted, is_own, lookalikes, reflects
from .exposure import OWASP
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed
from .shared_hosting_origin_allowed import is_shared


def check(api: ApiFacts) -> Iterator[Hit]:
    """Named with credentials, of another site, and its calls carried cookies."""
    if host_of(api.api).endswith(NOT_PUBLIC):
        return  # names for tests say nothing about owners
    foreign = [each for each in api.once(accepted) if _is_third_party(each, api)]
    if not foreign or reflects(api):
        return
    sites = {registrable_domain(each.host) for each in foreign}
    at_home = _has_own_pages(api)
    if not at_home and len(sites) < 2:
        return  # most likely the API's own front end, at a domain of its own
    for each in foreign:
        seen = each.example
        yield Hit(
            seen,
            f"{code(api.api)} answered {call(seen)} for {code(each.origin)}, which belongs to "
            f"another site, with credentials, and cookies came along. Of other sites it lets in "
            f"{listed(sorted(sites))}. Whoever can put script on one of them reads what its "
            "visitors may read here.",
            (
                evidence(seen, "response", ACAO, "another site"),
                evidence(seen, "response", ACAC, "with credentials", "related"),
            ),
            confidence=Confidence.FIRM if knows_suffixes() else Confidence.TENTATIVE,
            confidence_why="that it is another owner's site is read from the name",
            severity=None if at_home else Severity.INFO,
            trusted=(each.origin,),
        )


def _is_third_party(each: Accepted, api: ApiFacts) -> bool:
    return (
        each.credentials
        and api.cookies_abroad[each.origin] > 0
        and not is_own(each.host, api)
        and not is_loopback(each.host)
        and not is_shared(each.host)
        and each.origin not in api.once(lookalikes)
    )


def _has_own_pages(api: ApiFacts) -> bool:
    """Pages of the API's own site call it, too: then another site is a third party."""
    if api.cookies_sent["same-site"] or api.cookies_sent["same-origin"]:
        return True
    own = host_of(api.api)
    return any(is_own(a.host, api) and a.host != own for a in api.once(accepted))


RULE = Rule(
    id="third-party-origin-allowed",
    title="Another site is trusted with what signed-in users see",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="An inventory, no alarm: partners, and sister brands, are often meant to be let in. But "
    "trust is as strong as the weaker side: a flaw on their site opens this API. Severity is low "
    "where the API also serves pages of its own site, and info where it has none, since one of "
    "the sites is then its own front end.",
    fix="Keep the list of other sites as short as possible, give them only the endpoints that they "
    "need, or let servers talk to servers.",
    references=(fetch("cors-protocol-and-credentials"), OWASP),
    cwe=("CWE-942", "CWE-829"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/orders
        > Origin: https://partner.example.net
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://partner.example.net
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        # The only page there is: its own front end, at another domain.
        > GET https://api.example.com/orders
        > Origin: https://example.net
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://example.net
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_api=check,
)
