"""Was the credentials mode `include`? What the wire lets one conclude.

The mode itself is invisible. Each rule below excludes one answer; where all are silent the
mode stays open, and verdicts are worked out for both. A missing cookie is never evidence by
itself: jars are empty, partitioned or blocked, and the mode is `include` all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ..fetch.check import cors_check
from ..fetch.classify import Role
from ..fetch.origin import host_of, is_trustworthy
from ..fetch.site import registrable_domain, same_site
from ..frozen import frozen
from .links import Link, Node

Sign = tuple[bool, str]
"""(the mode is include, id of the rule that says so)."""


@frozen
class Credentials:
    """What is known about the mode of one request."""

    include: bool | None
    """None: open."""
    because: tuple[str, ...]

    @property
    def open_modes(self) -> tuple[bool, ...]:
        """The modes a verdict must be worked out for."""
        return (False, True) if self.include is None else (self.include,)

    @property
    def word(self) -> str:
        """As the result spells it."""
        return {True: "include", False: "not-include", None: "unknown"}[self.include]


def credentials(node: Node) -> Credentials:
    """Gather the signs on a request, its preflight, and every hop of its redirect chain."""
    members = chain(node)
    signs = [sign for member in members for sign in _proofs(member)]
    signs = signs or [sign for member in members for sign in _inferences(member)]
    answers = {include for include, _ in signs}
    if len(answers) != 1:
        return _known(None, ("signs-contradict",) if answers else ())
    return _known(answers.pop(), tuple(dict.fromkeys([rule for _, rule in signs])))


@lru_cache(maxsize=256)
def _known(include: bool | None, because: tuple[str, ...]) -> Credentials:
    """Each is one object, which all requests of which the same is known share."""
    return Credentials(include, because)


def chain(node: Node) -> list[Node]:
    """The nodes that share one fetch, and so one credentials mode, in order."""
    start = node.actual or node
    while start.previous is not None:
        start = start.previous
    members = []
    hop: Node | None = start
    while hop is not None:
        if hop.link is Link.OWN and hop.preflight is not None:
            members.append(hop.preflight)
        members.append(hop)
        hop = hop.next
    return members if node in members else [*members, node]


def _proofs(node: Node) -> Iterator[Sign]:
    """What only one mode can have put on the wire."""
    request = node.exchange.request
    if node.role is Role.PREFLIGHT:
        if "sec-fetch-storage-access" in request:
            yield True, "preflight-with-storage-access"
        if node.actual is not None and node.passes.get(True) and not node.passes.get(False):
            yield False, "request-followed-anonymous-preflight"
    elif node.role is Role.CORS:
        if "sec-fetch-storage-access" in request:
            yield True, "storage-access-sent"
        if node.exchange.cookies:
            yield True, "cookie-sent"
        if _went_on_as_anonymous(node):
            yield False, "redirect-followed-as-anonymous"


def _inferences(node: Node) -> Iterator[Sign]:
    """What follows from how this kind of load, or this client, behaves otherwise."""
    if node.role is not Role.CORS:
        return
    if _is_http_auth(node):
        yield True, "browser-sent-authorization"
    if node.exchange.request.get("sec-fetch-dest") == "font":
        yield False, "fonts-are-anonymous"
    if _silent_about_storage(node):
        yield False, "storage-access-silent"
    if _withholds_known_cookie(node):
        yield False, "known-cookie-not-sent"
    pool = node.client.pool(node.exchange)
    if pool is not None:
        yield pool, "connection-with-credentials" if pool else "connection-without-credentials"


def _is_http_auth(node: Node) -> bool:
    """`Authorization` that script did not set: its preflight, seen, did not ask for it, or it
    answers a challenge at once."""
    if "authorization" not in node.exchange.request or node.link is not Link.OWN:
        return node.challenged
    asked = node.preflight.asked if node.preflight else None
    return asked is not None and "authorization" not in asked.headers


def _silent_about_storage(node: Node) -> bool:
    """No `Sec-Fetch-Storage-Access` where this client sends it with mode include."""
    exchange = node.exchange
    if exchange.request.get("sec-fetch-site") != "cross-site" or not node.client.tells_include:
        return False
    if not is_trustworthy(exchange.url.scheme, exchange.url.host):
        return False
    page = host_of(node.page or "")
    return registrable_domain(page) != registrable_domain(exchange.url.host)


def _withholds_known_cookie(node: Node) -> bool:
    """A same-site request without the cookie that the jar held for this host."""
    exchange = node.exchange
    if exchange.cookies or node.page is None:
        return False
    page_scheme = node.page.partition(":")[0]
    if not same_site(page_scheme, host_of(node.page), exchange.url.scheme, exchange.url.host):
        return False
    return node.client.cookies.held(exchange)


def _went_on_as_anonymous(node: Node) -> bool:
    """A redirect that passes only without credentials, and was followed."""
    if node.next is None:
        return False
    response = node.exchange.response
    return (
        cors_check(response, node.origin, True, node.browser) is not None
        and cors_check(response, node.origin, False, node.browser) is None
    )
