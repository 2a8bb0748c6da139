"""A change that another site's page made the visitor's browser ask for."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.origin import host_of, is_loopback
from ..fetch.safelist import essence
from ..fetch.site import registrable_domain
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts, EndpointFacts, from_other_site
from ..session.judge import Judged, proxy_answered
from ..session.links import Link
from .accepted import accepted, reflects
from .cause import looks_like_login
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import code

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""Types of a body that needs no preflight."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A POST of another site's page, with cookies and unasked, to an endpoint of a front end."""
    exchange, page = seen.exchange, seen.node.page
    if exchange.method != "POST" or not exchange.cookies or page in (None, "null", ""):
        return
    if not 200 <= (exchange.status or 0) <= 299 or proxy_answered(exchange) or seen.blocked:
        return
    assert page is not None
    if not from_other_site(seen) or not _is_simple(seen) or looks_like_login(exchange.url):
        return
    facts = api.endpoints.get(("POST", exchange.url.path))
    if facts is None or _blocked_here(facts):
        return
    user = _front_end(facts, page)
    let_in = {each.origin for each in api.once(accepted)}
    if user is None or (page in let_in and not reflects(api)):
        return
    whether = "" if page in let_in else "That page may not read the answer, but the deed is done. "
    yield Hit(
        seen,
        f"{code(page)} made the visitor's browser send {code(f'POST {exchange.url.path}')} to "
        f"{code(api.api)}, with the visitor's cookie and without asking first. The server answered "
        f"{exchange.status}, as it does for {code(user)}, whose endpoint this seems to be. "
        f"{whether}Unless the body holds a token that is checked, any website can do the same.",
        (
            evidence(seen, "request", "Origin", "a page of another site"),
            evidence(seen, "request", "Cookie", "the visitor's cookie", "related"),
            evidence(seen, "response", None, f"status {exchange.status}: done", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="a token in the body, or an answer that only says no, cannot be seen",
        trusted=(page,),
    )


def _is_simple(seen: Judged) -> bool:
    """Could any page send this without asking first?"""
    node = seen.node
    if node.role is Role.CORS and (node.link is not Link.NONE or node.unsafe):
        return False
    kind = seen.exchange.request.get("content-type")
    return kind is None or essence(kind) in FORMS


def _blocked_here(facts: EndpointFacts) -> bool:
    """Does `blocked-but-executed` speak of this endpoint?"""
    return any(
        shown.example.blocked and 200 <= told.status <= 299 and not told.on_preflight
        for told, shown in facts.told.items()
    )


def _front_end(facts: EndpointFacts, page: str) -> str | None:
    """A page of another party that may read what this endpoint answers."""
    host = host_of(page)
    return min(
        (
            told.origin
            for told in facts.told
            if told.allow_origin == told.origin != "null"
            and 200 <= told.status <= 299
            and _are_strangers(host, host_of(told.origin))
        ),
        default=None,
    )


def _are_strangers(host: str, other: str) -> bool:
    if is_loopback(host) and is_loopback(other):
        return host != other
    return registrable_domain(host) != registrable_domain(other)


RULE = Rule(
    id="forgeable-request",
    title="Another website can make the server act in a visitor's name",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.ENDPOINT,
    since="0.1",
    why="A POST as forms send it needs no leave: CORS decides who reads the answer, not who may "
    "send. Where the cookie travels as well, any website can act for its visitor (cross-site "
    "request forgery). This speaks up only where the endpoint serves a front end, and a page of "
    "another party got the same done that is not on the server's list, or is on it as everybody "
    "is. Severity is medium: a token in the body, which is not looked at, would prevent it. Login "
    "pages, which are called from other sites by design, are left alone.",
    fix="Refuse state-changing requests whose `Origin` or `Sec-Fetch-Site` is foreign, or want a "
    "CSRF token or a header of your own, and mark the cookie `SameSite=Lax`.",
    references=(
        fetch("http-cors-protocol"),
        "https://cheatsheetseries.owasp.org/cheatsheets/"
        "Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    cwe=("CWE-352",),
    example=Example(
        bad="""
        > POST https://api.example.com/transfer
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        > Content-Type: text/plain
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > POST https://api.example.com/transfer
        > Origin: https://prizes.example.net
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Content-Type: text/plain
        > Cookie: session=1
        < 200
        < Vary: Origin
        """,
        good="""
        # The front end of another domain, on the server's list.
        > POST https://api.example.com/transfer
        > Origin: https://example.net
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Content-Type: text/plain
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://example.net
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        # Another site's page: refused.
        > POST https://api.example.com/transfer
        > Origin: https://prizes.example.org
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Content-Type: text/plain
        > Cookie: session=1
        < 403
        # A collector that all sites report to, and no front end's endpoint.
        > POST https://collector.example.org/events
        > Origin: https://example.net
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Content-Type: text/plain
        > Cookie: id=1
        < 204
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS, Role.NO_CORS, Role.NAVIGATION}),
    server_fix=False,
)
