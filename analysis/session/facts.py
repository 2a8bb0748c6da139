"""What a session shows about each API: asked, answered, needed.

`ApiFacts` is filled one judged exchange at a time and grows with endpoints and origins,
never with traffic. Rules about policies read it; `policy` makes the result's table of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

from ..fetch.check import Asked
from ..fetch.classify import Role
from ..fetch.headers import extract_list, strip, vary_names
from ..fetch.safelist import RESPONSE_NAMES
from .judge import Judged, Outcome, proxy_answered
from .links import Link

T = TypeVar("T")


@dataclass(slots=True)
class Answer:
    """What one requesting origin was told, and an exchange that shows it."""

    allow_origin: str | None
    allow_credentials: bool
    count: int
    example: Judged


@dataclass(slots=True)
class EndpointFacts:
    """Calls of one method and path shape."""

    method: str
    path: str
    count: int = 0
    with_allow_origin: int = 0
    """Answers below 400 that carried `Access-Control-Allow-Origin`."""
    statuses: Counter[int] = field(default_factory=Counter)
    preflights: list[tuple[float, float, str]] = field(default_factory=list)
    """(start, seconds waited, question) of its preflights that were not refused; the question
    is client, origin and exact URL, as browsers key their preflight cache."""


@dataclass(slots=True)
class ApiFacts:
    """Everything a session shows about one API origin."""

    api: str
    calls: int = 0
    preflights: int = 0
    blocked: int = 0
    indeterminate: int = 0
    preflight_seconds: float = 0.0
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
    stacks: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Recognised server software: name to (because, confidence)."""
    _kept: dict[Callable[[ApiFacts], object], tuple[int, object]] = field(default_factory=dict)

    def observe(self, seen: Judged) -> None:
        """Take in one preflight or CORS request."""
        exchange, node = seen.exchange, seen.node
        page = node.page or exchange.origin or "null"
        self.pages[page] += 1
        if seen.node.origin != "null":
            self.origins[seen.node.origin] += 1
        if seen.verdict.outcome is Outcome.INDETERMINATE:
            self.indeterminate += 1
        if node.role is Role.PREFLIGHT:
            self._observe_preflight(seen)
        else:
            self._observe_call(seen)
        if exchange.status is not None and not proxy_answered(exchange):
            self._observe_answer(seen)

    def endpoint(self, method: str, path: str) -> EndpointFacts:
        """Facts of one endpoint, new if not seen before."""
        return self.endpoints.setdefault((method, path), EndpointFacts(method, path))

    def once(self, of_answers: Callable[[ApiFacts], T]) -> T:
        """`of_answers(self)`, worked out anew only when another kind of answer has come."""
        known = self._kept.get(of_answers)
        if known is None or known[0] != len(self.answers):
            known = len(self.answers), of_answers(self)
            self._kept[of_answers] = known
        return cast("T", known[1])

    def echoed(self) -> Iterator[tuple[str, Answer]]:
        """(origin, answer) where an origin was answered by its own name."""
        for (origin, allowed, _), answer in self.answers.items():
            if allowed == origin and origin not in ("null", ""):
                yield origin, answer

    def _observe_preflight(self, seen: Judged) -> None:
        exchange = seen.exchange
        asked = Asked.of(exchange.request)
        self.preflights += 1
        facts = self.endpoint(asked.method, exchange.url.path)
        if exchange.started is not None and exchange.ended is not None:
            waited = max(0.0, exchange.ended - exchange.started)
            self.preflight_seconds += waited
            if not seen.blocked:
                question = f"{exchange.client} {seen.node.origin} {exchange.url.key.hex()}"
                facts.preflights.append((exchange.started, waited, question))
        if seen.blocked:
            # The request it asked for was never sent: it counts here, where it was refused.
            self.blocked += 1
            self.calls += 1
            facts.count += 1
            self._need(asked.method, asked.headers, seen)

    def _observe_call(self, seen: Judged) -> None:
        exchange, node = seen.exchange, seen.node
        self.calls += 1
        self.blocked += seen.blocked
        facts = self.endpoint(exchange.method, exchange.url.path)
        facts.count += 1
        if exchange.status is not None:
            facts.statuses[exchange.status] += 1
            has_origin = "access-control-allow-origin" in exchange.response
            facts.with_allow_origin += has_origin and exchange.status < 400
            if exchange.status >= 400:
                self.errors_with += has_origin
                self.errors_without += not has_origin
        names = node.unsafe
        if node.link is Link.OWN and node.preflight is not None and node.preflight.asked:
            names = node.preflight.asked.headers
        self._need(exchange.method, names, seen)

    def _need(self, method: str, names: tuple[str, ...], seen: Judged) -> None:
        self.methods[method] += 1
        self.headers.update(names)
        self.credentials[seen.credentials.word] += 1

    def _observe_answer(self, seen: Judged) -> None:
        response = seen.exchange.response
        allowed = response.get("access-control-allow-origin")
        allowed = strip(allowed) if allowed is not None else None
        credentials = strip(response.get("access-control-allow-credentials") or "") == "true"
        if allowed is not None:
            self.allow_origins[allowed] += 1
        key = (seen.node.origin, allowed, credentials)
        answer = self.answers.get(key)
        if answer is None:
            self.answers[key] = Answer(allowed, credentials, 1, seen)
        else:
            answer.count += 1
        if allowed is not None and allowed != "*":
            varies = vary_names(response.get("vary")) & {"origin", "*"}
            self.vary_yes += bool(varies)
            self.vary_no += not varies
        if seen.node.role is Role.PREFLIGHT:
            self.allow_methods.update(_items(response.get("access-control-allow-methods")))
            self.allow_headers.update(
                name.lower() for name in _items(response.get("access-control-allow-headers"))
            )
            max_age = response.get("access-control-max-age")
            if max_age is not None:
                self.max_age.add(strip(max_age))
            return
        exposed = {n.lower() for n in _items(response.get("access-control-expose-headers"))}
        self.exposed.update(exposed)
        if seen.verdict.outcome is Outcome.ALLOWED and "*" not in exposed:
            for name in response.names():
                if name not in RESPONSE_NAMES and name not in exposed:
                    self.unreadable[name] += 1


def _items(value: str | None) -> tuple[str, ...]:
    parsed = extract_list(value)
    return () if isinstance(parsed, str) else parsed
