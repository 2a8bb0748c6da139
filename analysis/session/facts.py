"""What a session shows about each API: asked, answered, needed.

`ApiFacts` is filled one judged exchange at a time and grows with endpoints and origins, up to
bounds, never with traffic. Rules about policies read it; `policy` makes the result's table of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set, Sized
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar, cast

from ..exchange import NOT_THE_SERVERS, Exchange, SetCookie, Span
from ..fetch.cache import may_be_stored
from ..fetch.check import Asked
from ..fetch.classify import JUDGED, Role
from ..fetch.headers import list_items, strip
from ..fetch.origin import host_of, is_loopback, is_serialised
from ..fetch.site import registrable_domain
from .judge import Judged, Outcome, proxy_answered
from .links import Link
from .said import Said, needing_exposure, said

T = TypeVar("T")

MAX_TOLD = 64
"""Different answers kept per endpoint; further ones are counted."""
MAX_CALLERS = 256
"""Callers kept per endpoint; calls of further ones are counted."""
MAX_URLS = 4_096
"""Exact URLs per API whose answers with and without `Origin` are compared."""
MAX_URLS_OF_ALL = 8_192
"""The same for all APIs of a session together."""
MAX_LISTS = 64
"""Different preflight questions kept per API, and as many answers, pages with WebSockets, and
origins named unasked; further ones are counted in `left_out`."""
MAX_ENDPOINTS = 2_048
"""Endpoints kept per API; those beyond are counted in `left_out`, likewise the following."""
MAX_ANSWERS = 1_024
"""Kinds of answers kept per API: one for each origin that it names."""
SLOWER = 64
"""Live, what follows from all answers of an API is worked out anew when so small a part of them
is new: otherwise a server that tells each page something else would make every exchange cost as
much as all that came before."""
MAX_NAMES = 1_024
"""Different origins, header names and other words of a kind, kept per API."""


@dataclass(slots=True)
class Answer:
    """What one requesting origin was told, and an exchange that shows it."""

    allow_origin: str | None
    allow_credentials: bool
    count: int
    example: Judged


class Told(NamedTuple):
    """One kind of answer at one endpoint: who asked, how, and what came back."""

    origin: str
    """As sent; `null` for opaque ones."""
    credentials: str
    """Mode of the request: `include`, `not-include` or `unknown`."""
    on_preflight: bool
    status: int
    allow_origin: str | None
    allow_credentials: str | None
    vary_origin: bool
    """`Vary` names `Origin`, or is `*`."""
    cacheable: bool
    """Some cache may keep it."""
    methods: str | None
    """`Access-Control-Allow-Methods` as sent; likewise the following."""
    headers: str | None
    exposed: str | None
    max_age: str | None

    @property
    def passes_origin(self) -> bool:
        """Does it let the asking origin read, as far as `Allow-Origin` goes?"""
        return self.allow_origin in ("*", self.origin)


@dataclass(slots=True)
class Shown:
    """How often an answer came, when, and the first exchange that shows it."""

    example: Judged
    count: int = 0
    span: Span = field(default_factory=Span)


@dataclass(slots=True)
class SameUrl:
    """One exact URL, asked with and without `Origin`."""

    with_origin: Judged | None = None
    """The first answer to a CORS request that lets its origin read."""
    last_with_origin: Judged | None = None
    """The latest one."""
    without_origin: Judged | None = None
    """The first answer to a GET that had no `Origin` and that a browser may keep; one that an
    element of a page asked for goes before those of navigations and the like."""


@dataclass(slots=True)
class Room:
    """What the APIs of a session share."""

    urls: int = MAX_URLS_OF_ALL
    """Exact URLs that may still be remembered."""


@dataclass(slots=True)
class Caller:
    """What the calls of one origin, in one credentials mode, asked of an endpoint."""

    count: int = 0
    """Calls; a preflight whose request is not in the capture counts as one."""
    headers: Counter[str] = field(default_factory=Counter)
    """Request headers that need permission."""


@dataclass(slots=True)
class Asking:
    """How often a question was asked that was not refused, and what waiting cost."""

    example: Judged
    count: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class EndpointFacts:
    """Calls of one method and path shape."""

    method: str
    path: str
    count: int = 0
    with_allow_origin: int = 0
    """Answers below 400 that carried `Access-Control-Allow-Origin`."""
    told: dict[Told, Shown] = field(default_factory=dict)
    """The policy table of this endpoint, at most `MAX_TOLD` rows."""
    untold: int = 0
    """Answers beyond that."""
    callers: dict[tuple[str, str], Caller] = field(default_factory=dict)
    """By (origin as sent, credentials mode), the first `MAX_CALLERS`."""
    uncounted: int = 0
    """Calls by yet others."""
    read: Counter[str] = field(default_factory=Counter)
    """Response headers that script could read because the answer exposed them by name."""
    read_by_star: Counter[str] = field(default_factory=Counter)
    """The same where `*` exposed them."""


@dataclass(slots=True)
class ApiFacts:
    """Everything a session shows about one API origin."""

    api: str
    intended: frozenset[str] | None = None
    """Origins that its owner declared to be allowed (`*`: everybody); None: nothing declared."""
    calls: int = 0
    preflights: int = 0
    blocked: int = 0
    indeterminate: int = 0
    preflight_seconds: float = 0.0
    avoidable_preflights: int = 0
    """Those that a `Max-Age` of `cache.MAX_AGE` would have saved."""
    shape: int = 0
    """Grows when something of a kind not seen before is learnt."""
    pages: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)
    headers: Counter[str] = field(default_factory=Counter)
    credentials: Counter[str] = field(default_factory=Counter)
    answers: dict[tuple[str, str | None, bool], Answer] = field(default_factory=dict)
    """By (request origin, `Allow-Origin`, `Allow-Credentials: true`)."""
    allow_origins: Counter[str] = field(default_factory=Counter)
    """Each `Allow-Origin` value that was sent, with how often."""
    allow_methods: set[str] = field(default_factory=set)
    allow_headers: set[str] = field(default_factory=set)
    exposed: set[str] = field(default_factory=set)
    max_age: set[str] = field(default_factory=set)
    unreadable: Counter[str] = field(default_factory=Counter)
    """Names of response headers that script could not read, on answers it could."""
    vary_yes: int = 0
    """Answers with an `Allow-Origin` other than `*` that vary by `Origin`."""
    vary_no: int = 0
    errors_with: int = 0
    errors_without: int = 0
    """Answers of status 400 and above to CORS requests, with and without `Allow-Origin`."""
    endpoints: dict[tuple[str, str], EndpointFacts] = field(default_factory=dict)
    questions: dict[tuple[str, str | None, str | None, str | None], Judged] = field(
        default_factory=dict
    )
    """Different preflights, the first `MAX_LISTS`: by (method asked for, header list asked
    for, methods allowed, headers allowed), all as sent."""
    asked: dict[tuple[str, tuple[str, ...]], Asking] = field(default_factory=dict)
    """Preflights that were not refused, the first `MAX_LISTS` kinds: by (method, header names
    asked for)."""
    span: Span = field(default_factory=Span)
    """When its calls and preflights began."""
    by_url: dict[bytes, SameUrl] = field(default_factory=dict)
    """By digest of the exact URL, the first `MAX_URLS`."""
    room: Room = field(default_factory=Room)
    cookies_sent: Counter[str] = field(default_factory=Counter)
    """Requests with cookies to this API, by the page's relation: `same-origin`, `same-site`,
    `cross-site`, `none` (a navigation) or, where the browser does not tell, `unknown`."""
    cookies_set: dict[SetCookie, Judged] = field(default_factory=dict)
    """Kinds of cookies that it set, with the first answer that did."""
    cookies_abroad: Counter[str] = field(default_factory=Counter)
    """Requests with cookies that pages of other sites made, by the page's origin (`null`: one
    without). Navigations and what redirects led to are left out: `Lax` cookies go with them."""
    sockets: dict[tuple[str, bool], Judged] = field(default_factory=dict)
    """WebSocket handshakes with cookies, the first `MAX_LISTS`: by (origin of the page, was it
    answered 101)."""
    offered: dict[str, Judged] = field(default_factory=dict)
    """Origins that answers name although no CORS request asked, the first `MAX_LISTS`, with the
    first such answer."""
    altered: dict[str, Judged] = field(default_factory=dict)
    """How the proxy had a hand in answers, with the first such answer."""
    unaltered: int = 0
    """Answers that came as the server sent them, as far as the capture tells."""
    stacks: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Recognised server software: name to (because, confidence, hop)."""
    left_out: Counter[str] = field(default_factory=Counter)
    """What came when there was no room for another of its kind, by kind."""
    _kept: dict[Callable[[ApiFacts], object], tuple[int, object]] = field(default_factory=dict)

    @property
    def has_cors(self) -> bool:
        """Was it called across origins at all?"""
        return self.calls > 0 or self.preflights > 0

    def observe(self, seen: Judged) -> None:
        """Take in one exchange with this origin."""
        exchange, node = seen.exchange, seen.node
        self._observe_cookies(seen)
        if node.role not in JUDGED and not seen.blocked:
            self._observe_plain(seen)
            return
        self.span.include(exchange.started)
        page = node.page or exchange.origin or "null"
        self.shape += self._count(self.pages, page)
        if seen.node.origin != "null":
            self._count(self.origins, seen.node.origin)
        if seen.verdict.outcome is Outcome.INDETERMINATE:
            self.indeterminate += 1
        if node.role is Role.PREFLIGHT:
            self._observe_preflight(seen)
        else:
            self._observe_call(seen)
        if exchange.status is not None and not proxy_answered(exchange):
            if exchange.altered not in NOT_THE_SERVERS:
                self._observe_answer(seen)
            if exchange.altered is None:
                self.unaltered += 1
            elif exchange.altered not in self.altered:
                self.altered[exchange.altered] = seen
                self.shape += 1

    def endpoint(self, method: str, path: str) -> EndpointFacts:
        """Facts of one endpoint, new if not seen before."""
        known = self.endpoints.get((method, path))
        if known is None:
            known = EndpointFacts(method, path)
            if len(self.endpoints) < MAX_ENDPOINTS:
                self.endpoints[method, path] = known
                self.shape += 1
            else:
                self.left_out["endpoints"] += 1
        return known

    def _count(self, names: Counter[str], name: str) -> bool:
        """Count a name, if it is known or there is room for a new one; was it new?"""
        if name in names:
            names[name] += 1
            return False
        if len(names) >= MAX_NAMES:
            self.left_out["names"] += 1
            return False
        names[name] = 1
        return True

    def _has_room(self, table: Sized, what: str) -> bool:
        """Is there room for one more? What finds none is counted."""
        if len(table) < MAX_LISTS:
            return True
        self.left_out[what] += 1
        return False

    def _note(self, names: set[str], more: Iterable[str]) -> None:
        """Note names, as far as there is room for new ones."""
        for name in more:
            if len(names) < MAX_NAMES:
                names.add(name)
            elif name not in names:
                self.left_out["names"] += 1

    def once(self, of_answers: Callable[[ApiFacts], T]) -> T:
        """`of_answers(self)`, worked out anew only when other kinds of answers have come: at once
        while there are few, else when there are so many more that it is worth it. At the end of
        a session all have come before anybody asks."""
        known = self._kept.get(of_answers)
        if known is None or len(self.answers) - known[0] > known[0] // SLOWER:
            known = len(self.answers), of_answers(self)
            self._kept[of_answers] = known
        return cast("T", known[1])

    def echoed(self) -> Iterator[tuple[str, Answer]]:
        """(origin, answer) where an origin was answered by its own name."""
        for (origin, allowed, _), answer in self.answers.items():
            if allowed == origin and origin not in ("null", ""):
                yield origin, answer

    def table(self) -> Iterator[tuple[EndpointFacts, Told, Shown]]:
        """The policy table, row by row."""
        for facts in self.endpoints.values():
            for told, shown in facts.told.items():
                yield facts, told, shown

    def _observe_cookies(self, seen: Judged) -> None:
        exchange = seen.exchange
        if exchange.cookies:
            relation = exchange.request.get("sec-fetch-site") or "unknown"
            self.shape += self._count(self.cookies_sent, relation)
            self._observe_abroad(seen)
        for cookie in exchange.set_cookies:
            if cookie not in self.cookies_set and not cookie.deletes:
                if len(self.cookies_set) < MAX_NAMES:
                    self.cookies_set[cookie] = seen
                    self.shape += 1
                else:
                    self.left_out["kinds of cookies"] += 1

    def _observe_abroad(self, seen: Judged) -> None:
        """Cookies on a request of another site's page, and on a WebSocket handshake."""
        exchange, node = seen.exchange, seen.node
        page = node.page or "null"
        if node.role in (Role.CORS, Role.NO_CORS, Role.WEBSOCKET) and node.previous is None:
            if from_other_site(seen):
                self.shape += self._count(self.cookies_abroad, page)
        if node.role is Role.WEBSOCKET and exchange.status is not None and page != "null":
            key = page, exchange.status == 101
            if key not in self.sockets and self._has_room(self.sockets, "pages with WebSockets"):
                self.sockets[key] = seen
                self.shape += 1

    def _observe_offer(self, seen: Judged) -> None:
        """An origin that an answer names, though no page of another origin asked."""
        value = seen.exchange.response.get("access-control-allow-origin")
        if value is None:
            return
        allowed = strip(value)
        if allowed in ("null", seen.exchange.url.origin, seen.node.page):
            return
        if allowed not in self.offered and is_serialised(allowed):
            if self._has_room(self.offered, "origins named unasked"):
                self.offered[allowed] = seen
                self.shape += 1

    def _observe_plain(self, seen: Judged) -> None:
        """An answer that a later CORS request to the same URL may be given from a cache."""
        exchange = seen.exchange
        self._observe_offer(seen)
        if "origin" in exchange.request or not may_be_stored(exchange):
            return
        url = self._same_url(exchange)
        if url is None:
            return
        known = url.without_origin
        if known is None or (known.node.role is not seen.node.role is Role.NO_CORS):
            url.without_origin = seen
            self.shape += 1

    def _same_url(self, exchange: Exchange) -> SameUrl | None:
        known = self.by_url.get(exchange.url.key)
        if known is None:
            if len(self.by_url) >= MAX_URLS or not self.room.urls:
                self.left_out["URLs with and without Origin"] += 1
                return None
            self.room.urls -= 1
            known = self.by_url[exchange.url.key] = SameUrl()
        return known

    def _observe_preflight(self, seen: Judged) -> None:
        exchange = seen.exchange
        asked = Asked.of(exchange.request)
        self.preflights += 1
        facts = self.endpoint(asked.method, exchange.url.path)
        waited = 0.0
        if exchange.started is not None and exchange.ended is not None:
            waited = max(0.0, exchange.ended - exchange.started)
            self.preflight_seconds += waited
        self.avoidable_preflights += seen.node.avoidable and not seen.blocked
        if seen.blocked:
            # The request it asked for was never sent: it counts here, where it was refused.
            self.blocked += 1
            self.calls += 1
            facts.count += 1
            self._need(asked.method, asked.headers, seen)
        else:
            self._observe_question(seen, asked, waited)
        if seen.node.actual is None:
            _call(facts, seen, asked.headers)

    def _observe_question(self, seen: Judged, asked: Asked, waited: float) -> None:
        key = asked.method, asked.headers
        asking = self.asked.get(key)
        if asking is None:
            if not self._has_room(self.asked, "preflight questions"):
                return
            asking = self.asked[key] = Asking(seen)
            self.shape += 1
        asking.count += 1
        asking.seconds += waited

    def _observe_call(self, seen: Judged) -> None:
        exchange, node = seen.exchange, seen.node
        self.calls += 1
        self.blocked += seen.blocked
        facts = self.endpoint(exchange.method, exchange.url.path)
        facts.count += 1
        if exchange.status is not None:
            has_origin = "access-control-allow-origin" in exchange.response
            facts.with_allow_origin += has_origin and exchange.status < 400
            if exchange.status >= 400:
                self.errors_with += has_origin
                self.errors_without += not has_origin
        names = node.unsafe
        if node.link is Link.OWN and node.preflight is not None and node.preflight.asked:
            names = node.preflight.asked.headers
        self._need(exchange.method, names, seen)
        _call(facts, seen, names)

    def _need(self, method: str, names: tuple[str, ...], seen: Judged) -> None:
        self._count(self.methods, method)
        for name in names:
            self._count(self.headers, name)
        self.credentials[seen.credentials.word] += 1

    def _observe_answer(self, seen: Judged) -> None:
        answer = said(seen.exchange.response)
        allowed = answer.allow_origin
        credentials = answer.allow_credentials == "true"
        if allowed is not None:
            self._count(self.allow_origins, allowed)
        key = (seen.node.origin, allowed, credentials)
        known = self.answers.get(key)
        if known is not None:
            known.count += 1
        elif len(self.answers) < MAX_ANSWERS:
            self.answers[key] = Answer(allowed, credentials, 1, seen)
        else:
            self.left_out["answers"] += 1
        told = self._tell(seen, answer)
        if allowed is not None and allowed != "*":
            self.vary_yes += answer.vary_origin
            self.vary_no += not answer.vary_origin
        if told.on_preflight:
            self._observe_lists(seen, answer)
            return
        self._note(self.exposed, answer.exposed_names)
        if seen.verdict.outcome is Outcome.ALLOWED:
            self._observe_exposed(seen, answer.exposed_names)
        if told.passes_origin and not seen.blocked and seen.exchange.method == "GET":
            url = self._same_url(seen.exchange)
            if url is not None:
                url.last_with_origin = seen
                if url.with_origin is None:
                    url.with_origin = seen
                    self.shape += 1

    def _observe_exposed(self, seen: Judged, exposed: Set[str]) -> None:
        facts = self.endpoint(seen.exchange.method, seen.exchange.url.path)
        by_star = "*" in exposed and seen.credentials.include is not True
        for name in needing_exposure(seen.exchange.response.spelt):
            if name in exposed:
                self._count(facts.read, name)
            elif by_star:
                self._count(facts.read_by_star, name)
            elif "*" not in exposed:
                self._count(self.unreadable, name)

    def _tell(self, seen: Judged, answer: Said) -> Told:
        """Enter the answer in its endpoint's table."""
        exchange, asked = seen.exchange, seen.node.asked
        method = asked.method if asked is not None else exchange.method
        told = Told(
            origin=seen.node.origin,
            credentials=seen.credentials.word,
            on_preflight=asked is not None,
            status=exchange.status or 0,
            allow_origin=answer.allow_origin,
            allow_credentials=answer.allow_credentials,
            vary_origin=answer.vary_origin,
            cacheable=may_be_stored(exchange),
            methods=answer.methods,
            headers=answer.headers,
            exposed=answer.exposed,
            max_age=answer.max_age,
        )
        facts = self.endpoint(method, exchange.url.path)
        shown = facts.told.get(told)
        if shown is None:
            if len(facts.told) >= MAX_TOLD:
                facts.untold += 1
                return told
            shown = facts.told[told] = Shown(seen)
            self.shape += 1
        shown.count += 1
        shown.span.include(exchange.started)
        return told

    def _observe_lists(self, seen: Judged, answer: Said) -> None:
        request = seen.exchange.request
        self._note(self.allow_methods, list_items(answer.methods))
        self._note(self.allow_headers, (n.lower() for n in list_items(answer.headers)))
        if answer.max_age is not None:
            self._note(self.max_age, [answer.max_age])
        question = (
            request.get("access-control-request-method") or "",
            request.get("access-control-request-headers"),
            answer.methods,
            answer.headers,
        )
        if question not in self.questions and self._has_room(self.questions, "preflight answers"):
            self.questions[question] = seen
            self.shape += 1


def _call(facts: EndpointFacts, seen: Judged, names: tuple[str, ...]) -> None:
    key = (seen.node.origin, seen.credentials.word)
    caller = facts.callers.get(key)
    if caller is None:
        if len(facts.callers) >= MAX_CALLERS:
            facts.uncounted += 1
            return
        caller = facts.callers[key] = Caller()
    caller.count += 1
    for name in names:
        if name in caller.headers or len(caller.headers) < MAX_LISTS:
            caller.headers[name] += 1


def from_other_site(seen: Judged) -> bool:
    """Did a page of another site make this request? False where the wire does not tell.

    Two programs of this machine are not strangers to each other, unless the browser says so.
    """
    exchange, page = seen.exchange, host_of(seen.node.page or "")
    told = exchange.request.get("sec-fetch-site")
    if told is not None:
        return told == "cross-site"
    if not page or (is_loopback(page) and is_loopback(exchange.url.host)):
        return False
    return registrable_domain(page) != registrable_domain(exchange.url.host)
