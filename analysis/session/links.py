"""Which exchanges belong together: preflight and request, redirect and next hop.

Pairing goes by client, exact URL, origin, method, header names and time, never by
connection: browsers send the preflight without credentials and therefore often on another
one. Exchanges must be added in the order they start, or complete (both keep a preflight
before its request and a redirect before its target).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..exchange import Exchange, Headers
from ..fetch.browsers import CHROMIUM, Browser
from ..fetch.cache import MAX_AGE, Entry, lifetime
from ..fetch.check import REDIRECT_STATUSES, Asked, Failure, preflight_check
from ..fetch.classify import Classification, Role, classified, classify
from ..fetch.safelist import METHODS, unsafe_names
from ..tables import keep
from .clients import Client
from .recent import Key, Recent

SLACK = 0.005
"""Seconds by which clocks inside one proxy may disagree."""
DIRECT_GAP = 0.25
"""Seconds between a preflight's answer and its request: browsers send it at once (35 ms at
most, measured under load). A later request went by the cache, if the answer was cacheable."""
LATE_GAP = 10.0
"""Longest wait for a request that no cache can have served."""
LOGIN_GAP = 1.0
"""Longest wait between a challenge and the browser's answer with a password it knows."""
BROWSER_LOGINS = frozenset({"basic", "digest", "negotiate", "ntlm"})
"""Schemes of `WWW-Authenticate` that browsers answer by themselves."""
HOP_GAP = 10.0
"""Longest wait between a redirect and the request to its target."""
MAX_HOPS = 20
"""Redirects that a browser follows. https://fetch.spec.whatwg.org/#http-redirect-fetch"""
KEPT_NODES = 4_096
"""Preflights that may still serve a request, and as many redirects that may be followed, which
are remembered at a time."""
KEPT_URLS = 20_000
"""Clients' URLs of which stored responses and times of preflights are remembered."""
KEPT_CHALLENGES = 256
"""Challenges remembered: browsers answer them at once."""


class Link(StrEnum):
    """How a request came by its permission."""

    OWN = "own"
    """Its own preflight stands in the capture."""
    CACHE = "cache"
    """An earlier preflight in the capture may have served it from the browser's cache."""
    BEFORE = "before-recording"
    """None is in the capture, but the browser may have cached one before it began."""
    UNSEEN = "unseen"
    """It should have been preceded by one, and was not."""
    NONE = "none"
    """It needs none."""


@dataclass(slots=True, eq=False)
class Node:
    """One exchange and its place among the others."""

    exchange: Exchange
    client: Client
    classification: Classification
    """Set by `classify_as`."""
    role: Role = field(init=False)
    origin: str = field(init=False)
    """The `Origin` as the browser compares it; empty when there is none."""
    page: str | None = field(init=False)
    """Origin of the page that started it: kept over redirects."""
    asked: Asked | None = None
    """On a preflight: what it asks for."""
    passes: dict[bool, Failure | None] = field(default_factory=dict)
    """On an answered preflight: outcome by credentials mode (True: include)."""
    asked_before: float | None = None
    """On a preflight: seconds since this client asked the same and was not refused."""
    kept_since: float | None = None
    """On a preflight that repeats one: when an answer with a long `Max-Age` would have come."""
    avoidable: bool = False
    """On a preflight: an answer with a long `Max-Age` would have saved it."""
    unsafe: tuple[str, ...] = ()
    """On a CORS request: header names that need permission."""
    link: Link = Link.NONE
    preflight: Node | None = None
    actual: Node | None = None
    previous: Node | None = None
    next: Node | None = None
    hops: int = 0
    """Redirects on the way here."""
    challenged: bool = False
    """It carries `Authorization`, and just before the same request without was answered 401."""
    stored: Headers | None = None
    """On a 304: headers of the response that the browser had stored, if in the capture."""

    @property
    def browser(self) -> Browser:
        """The row to read the wire by; Chromium's where the engine is not known."""
        return self.client.browser or CHROMIUM

    def __post_init__(self) -> None:
        self.role = self.classification.role
        self.origin = (self.exchange.origin or "").strip()
        if self.role is Role.SAME_ORIGIN:
            self.page = self.exchange.url.origin
        elif self.origin and self.origin != "null":
            self.page = self.origin
        else:
            self.page = self.exchange.referrer

    def classify_as(self, classification: Classification) -> None:
        """Its neighbours told what it is."""
        self.classification, self.role = classification, classification.role

    def come_from(self, hop: Node) -> None:
        """Take a redirect for what led here."""
        self.previous, self.hops, self.page = hop, hop.hops + 1, hop.page

    @property
    def why_preflight(self) -> tuple[str, ...]:
        """Why the browser had to ask first, as `method:PUT`, `header:x-a` and so on."""
        exchange = self.exchange
        why = [] if exchange.method in METHODS else [f"method:{exchange.method}"]
        for name in self.unsafe:
            if name == "content-type":
                value = exchange.request.get("content-type") or ""
                why.append(f"content-type:{value.partition(';')[0].strip().lower()}")
            else:
                why.append(f"header:{name}")
        if not why and self.link is Link.OWN:
            why.append("upload-listener-or-stream")
        return tuple(why)


class Linker:
    """Gives each exchange its `Node`, linked to those before it."""

    def __init__(self) -> None:
        self._preflights = Recent(KEPT_NODES)
        self._redirects = Recent(KEPT_NODES)
        self._asked: dict[tuple[Key, str, str], tuple[float, float]] = {}
        """Per URL, origin and method: when the last preflight that passed began, and since when
        an answer with a long `Max-Age` would have been kept."""
        self._stored: dict[Key, Headers] = {}
        self._challenges: dict[Key, Exchange] = {}

    def add(self, exchange: Exchange, client: Client) -> Node:
        """Classify and link one exchange."""
        node = Node(exchange, client, classify(exchange, client.may_be_browser(exchange)))
        key = (client.id, exchange.url.key)
        if node.role is Role.PREFLIGHT:
            self._open(node, key)
            hop = self._hop_before(node, key)
            if hop is not None:
                node.come_from(hop)
        elif node.role is not Role.NON_BROWSER:
            self._follow(node, key)
            if node.role is Role.CORS:
                self._pair(node, key)
                self._challenge(node, key)
            self._store(node, key)
        return node

    def _open(self, node: Node, key: Key) -> None:
        exchange = node.exchange
        node.asked = Asked.of(exchange.request)
        if exchange.status is not None and exchange.lost is None:
            node.passes = {
                include: preflight_check(
                    node.asked,
                    node.origin,
                    exchange.status,
                    exchange.response,
                    include,
                    node.browser,
                )
                for include in (False, True)
            }
        self._repeat(node, key)
        if None in node.passes.values():
            age = lifetime(exchange.response.get("access-control-max-age"), node.browser)
            self._preflights.add(key, node, max(LATE_GAP, age))

    def _repeat(self, node: Node, key: Key) -> None:
        """Was the same asked before? Browsers key their cache by origin and exact URL."""
        started, asked = node.exchange.started, node.asked
        if started is None or asked is None:
            return
        place = key, node.origin, asked.method
        before = self._asked.get(place)
        if before is not None:
            last, kept_since = before
            node.asked_before = started - last
            node.kept_since = kept_since if started - kept_since < MAX_AGE else started
            node.avoidable = node.kept_since != started
        if None in node.passes.values():
            since = started if node.kept_since is None else node.kept_since
            keep(self._asked, place, (started, since), KEPT_URLS)

    def _follow(self, node: Node, key: Key) -> None:
        """Find the redirect that led here, and leave a trace if this is one."""
        hop = self._hop_before(node, key)
        if hop is not None:
            node.come_from(hop)
            hop.next = node
            if node.classification.mode_open and hop.role is Role.CORS:
                node.classify_as(classified(Role.CORS, "hop-of-cors-request"))
        if node.exchange.location is not None:
            location = (key[0], node.exchange.location.key)
            self._redirects.add(location, node, HOP_GAP)

    def _hop_before(self, node: Node, key: Key) -> Node | None:
        """The redirect that led to this request, or to the one that this preflight is for.

        Browsers follow at once, so of several it is the last to have come in.
        """
        hops = self._redirects.get(key)
        if not hops:
            return None
        led = [each for each in hops if each.next is None and _leads_to(each, node)]
        return max(led, key=lambda each: each.exchange.ended or 0.0, default=None)

    def _pair(self, node: Node, key: Key) -> None:
        known = self._preflights.get(key)
        mine = [each for each in known if _asked_for(each, node)] or [
            each for each in known if _asked_for(each, node, login=True)
        ]
        if mine:
            # Among equals the first asked is the first served; the same connection tells more.
            same = [e for e in mine if e.exchange.connection == node.exchange.connection]
            node.preflight = min(same or mine, key=lambda e: e.exchange.ended or 0.0)
            node.preflight.actual = node
            node.link = Link.OWN
            node.classify_as(classified(Role.CORS, "after-its-preflight"))
        asked = node.preflight.asked.headers if node.preflight and node.preflight.asked else ()
        node.unsafe = tuple(unsafe_names(node.exchange.request, node.browser, asked))
        if node.link is Link.OWN or (not node.unsafe and node.exchange.method in METHODS):
            return
        node.classify_as(classified(Role.CORS, node.classification.because))
        for each in reversed(known):
            if _entry_serves(each, node, node.unsafe):
                node.preflight, node.link = each, Link.CACHE
                return
        started, first = node.exchange.started, node.client.first
        recent = started is None or first is None or started - first < node.browser.max_age_cap
        node.link = Link.BEFORE if recent else Link.UNSEEN

    def _challenge(self, node: Node, key: Key) -> None:
        """Browsers answer a challenge by themselves, when they may include credentials."""
        exchange = node.exchange
        if "authorization" in exchange.request:
            asked = self._challenges.get(key)
            node.challenged = (
                asked is not None
                and asked.method == exchange.method
                and node.link is not Link.CACHE
                and _follows(asked, exchange, LOGIN_GAP)
            )
        elif exchange.status == 401:
            scheme = (exchange.response.get("www-authenticate") or "").lower()
            if scheme in BROWSER_LOGINS:
                keep(self._challenges, key, exchange, KEPT_CHALLENGES)

    def _store(self, node: Node, key: Key) -> None:
        """Keep what the browser's HTTP cache would keep, to judge a later 304 by."""
        exchange = node.exchange
        if exchange.status == 304:
            node.stored = self._stored.get(key)
        elif exchange.status == 200 and exchange.method == "GET" and exchange.lost is None:
            if "etag" in exchange.response or "last-modified" in exchange.response:
                keep(self._stored, key, exchange.response, KEPT_URLS)


def _follows(before: Exchange, after: Exchange, gap: float) -> bool:
    if before.ended is None or after.started is None:
        return before.ended is None and after.started is None
    return -SLACK <= after.started - before.ended <= gap


def redirected_method(status: int, method: str) -> str:
    """Method of the next hop. https://fetch.spec.whatwg.org/#http-redirect-fetch step 12."""
    if status in (301, 302) and method == "POST":
        return "GET"
    if status == 303 and method not in ("GET", "HEAD"):
        return "GET"
    return method


def _leads_to(hop: Node, node: Node) -> bool:
    before, after = hop.exchange, node.exchange
    if before.status is None or not _follows(before, after, HOP_GAP):
        return False
    if hop.hops >= MAX_HOPS:
        return False
    method = node.asked.method if node.asked is not None else after.method
    if redirected_method(before.status, before.method) != method:
        return False
    modes = (before.request.get("sec-fetch-mode"), after.request.get("sec-fetch-mode"))
    if None not in modes and modes[0] != modes[1]:
        return False
    return hop.role is not Role.CORS or node.origin in (hop.origin, "null")


def _asked_for(preflight: Node, node: Node, login: bool = False) -> bool:
    """May `preflight` have been sent for this very request?

    Args:
        login: the browser added `Authorization` itself, which needs no permission.
    """
    asked, exchange = preflight.asked, node.exchange
    if asked is None or preflight.actual is not None or asked.method != exchange.method:
        return False
    if not any(failure is None for failure in preflight.passes.values()):
        return False
    if not _follows(preflight.exchange, exchange, LATE_GAP):
        return False
    if not _same_requester(preflight, node):
        return False
    names = set(exchange.request.names())
    redirected = node.previous is not None and node.browser.preflights_simple_hops
    if not redirected and not set(asked.headers) <= names:
        return False
    unsafe = unsafe_names(exchange.request, node.browser, asked.headers)
    if not set(unsafe) - ({"authorization"} if login else set()) <= set(asked.headers):
        return False
    return _follows(preflight.exchange, exchange, DIRECT_GAP) or not _entry_serves(
        preflight, node, unsafe
    )


def _same_requester(preflight: Node, node: Node) -> bool:
    if preflight.origin == node.origin:
        return True
    return (
        node.browser.preflight_keeps_origin
        and node.origin == "null"
        and node.previous is not None
        and node.page == preflight.origin
    )


def _entry_serves(preflight: Node, node: Node, unsafe: Sequence[str]) -> bool:
    """Can the browser have sent this request on the strength of that answer, from its cache?"""
    exchange, started = preflight.exchange, node.exchange.started
    if exchange.ended is None or started is None or not preflight.passes:
        return False
    modes = [include for include, failure in preflight.passes.items() if failure is None]
    if not modes:
        return False
    include = modes[0] if len(modes) == 1 else None
    entry = Entry.of(preflight.origin, exchange.response, include, exchange.ended, node.browser)
    return entry.covers(node.exchange.method, unsafe, node.origin, None, started, node.browser)


def is_followed_redirect(exchange: Exchange) -> bool:
    """A status that browsers follow, with a `Location`."""
    return exchange.status in REDIRECT_STATUSES and (
        exchange.location is not None or exchange.location_scheme is not None
    )
