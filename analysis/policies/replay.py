"""The replay: recorded exchanges with the answers of a server that follows a policy.

What was found out about the requests stays: which preflight belongs to which request, and the
credentials mode, since neither changes with the answer, while some of their signs do. Requests
that a refused preflight or redirect would have kept from being sent drop out.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace

from ..exchange import NO_HEADERS, Exchange, Headers
from ..fetch.check import Asked, Failure, Step, preflight_check
from ..fetch.classify import JUDGED, Classification, Role
from ..frozen import frozen
from ..session.judge import Judged, Outcome, Verdict, judge, preflight_needed
from ..session.links import Link, Node
from .file import ApiPolicy
from .server import NO_CONTENT, answered, preflight_headers, real_headers

STRANGER = "https://stranger.invalid"
"""A page that no policy lets in by name. https://www.rfc-editor.org/rfc/rfc6761"""
HOP_BLOCKED = "The redirect before it would be blocked: the request is not sent."


@frozen
class Fate:
    """One call, before and after."""

    was: Judged
    """The CORS request; or the preflight, where no request followed."""
    now: Verdict
    answer: Headers
    note: str = ""


@dataclass
class Replay:
    """Gives recorded exchanges other answers, one after the other, and judges them."""

    policies: dict[str, ApiPolicy]
    _nodes: dict[int, Node] = field(default_factory=dict)
    _seen: list[tuple[Judged, Node]] = field(default_factory=list)
    _stopped: set[int] = field(default_factory=set)
    """Copies whose answer the browser refuses, or that are not sent: nothing follows them."""
    _unsent: set[int] = field(default_factory=set)

    def play(self, seen: Judged) -> Fate | None:
        """Take in the next exchange; None: it is no call to an API of the policies."""
        node = self._copy(seen.node)
        self._seen.append((seen, node))
        covered = seen.exchange.url.origin in self.policies
        if node.role is Role.PREFLIGHT:
            return self._preflight(seen, node, covered)
        if node.role is not Role.CORS:
            return None
        return self._call(seen, node, covered)

    def judged(self) -> list[Judged]:
        """The session as it would be."""
        return [
            judge(node, seen.credentials if node.role in (Role.CORS, Role.PREFLIGHT) else None)
            for seen, node in self._seen
            if id(node) not in self._unsent
        ]

    def refusals(self) -> list[Judged]:
        """For each API a call by a stranger, so that its list is seen to be one.

        In a recording a list that lets in all who asked looks like a server that repeats
        whatever origin it is sent. This server is known, and what it does to others, too.
        """
        made = {}
        for seen, _ in self._seen:
            api = seen.exchange.url.origin
            if seen.node.role in JUDGED and api in self.policies and api not in made:
                made[api] = judge(self._stranger(seen.node), seen.credentials)
        return list(made.values())

    def _stranger(self, node: Node) -> Node:
        exchange = node.exchange
        asking = (
            ("Origin", STRANGER),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Site", "cross-site"),
        )
        asked = replace(
            exchange,
            id=f"{exchange.id} (by a stranger)",
            method="GET",
            request=Headers.of(*asking),
            status=200,
            response=NO_HEADERS,
            location=None,
            location_scheme=None,
            lost=None,
            cookies=0,
            referrer=None,
            set_cookies=(),
        )
        answer = answered(asked, self.policies[exchange.url.origin])
        return Node(answer, node.client, Classification(Role.CORS, "asked-in-replay"))

    def _preflight(self, seen: Judged, node: Node, covered: bool) -> Fate | None:
        if id(node.previous) in self._stopped:
            self._unsent.add(id(node))
            self._stopped.add(id(node))
        if seen.node.actual is not None or not covered:
            return None
        if id(node) in self._stopped:
            return Fate(seen, _refused(seen), NO_HEADERS, HOP_BLOCKED)
        verdict = judge(node, seen.credentials).verdict
        note = ""
        if seen.blocked and verdict.outcome is Outcome.ALLOWED:
            note = "The request would be sent; its answer is not in the recording."
        return Fate(seen, verdict, NO_HEADERS, note)

    def _call(self, seen: Judged, node: Node, covered: bool) -> Fate | None:
        verdict, note = self._verdict(seen, node, covered)
        if verdict.outcome is Outcome.BLOCKED:
            self._stopped.add(id(node))
        elif (
            seen.blocked
            and verdict.outcome is Outcome.ALLOWED
            and node.next is None
            and _goes_on(seen.exchange)
        ):
            note = "The redirect would be followed; what comes then is not in the recording."
        return Fate(seen, verdict, node.exchange.response, note) if covered else None

    def _verdict(self, seen: Judged, node: Node, covered: bool) -> tuple[Verdict, str]:
        if id(node.previous) in self._stopped:
            self._unsent.add(id(node))
            return _refused(seen), HOP_BLOCKED
        own = judge(node, seen.credentials).verdict
        if not covered or not preflight_needed(seen.node):
            return own, ""
        asking = node.preflight if seen.node.link is Link.OWN else self._asking(node)
        assert asking is not None
        asked = judge(asking, seen.credentials).verdict
        if asked.outcome is Outcome.BLOCKED:
            self._unsent.add(id(node))
            asking.actual = None
            return asked, "Its preflight would be refused: the request is not sent."
        if asked.outcome is Outcome.INDETERMINATE and own.outcome is not Outcome.BLOCKED:
            return asked, ""
        return own, ""

    def _copy(self, node: Node) -> Node:
        """The node with its new answer; links to nodes that were copied before are kept."""
        made = copy.copy(node)
        self._nodes[id(node)] = made
        policy = self.policies.get(node.exchange.url.origin)
        if policy is not None:
            made.exchange = answered(node.exchange, policy)
            if node.exchange.status == 304:
                rule = policy.rule_for(node.exchange.url.path)
                made.stored = real_headers(node.stored or NO_HEADERS, rule, node.origin)
            _ask(made)
        made.preflight = self._linked(node.preflight)
        made.previous = self._linked(node.previous)
        made.actual = None  # comes later, and sets it
        made.next = None
        if made.previous is not None:
            made.previous.next = made
        if made.preflight is not None and node.link is Link.OWN:
            made.preflight.actual = made
        return made

    def _linked(self, node: Node | None) -> Node | None:
        return None if node is None else self._nodes.get(id(node))

    def _asking(self, node: Node) -> Node:
        """The preflight that was not recorded: the browser had its answer in its cache."""
        exchange = node.exchange
        request = [("Origin", node.origin), ("Access-Control-Request-Method", exchange.method)]
        if node.unsafe:
            request.append(("Access-Control-Request-Headers", ",".join(node.unsafe)))
        asked = replace(
            exchange,
            id=f"{exchange.id} (preflight)",
            method="OPTIONS",
            request=Headers.of(*request),
            status=NO_CONTENT,
            response=NO_HEADERS,
            location=None,
            location_scheme=None,
            lost=None,
            cookies=0,
        )
        rule = self.policies[exchange.url.origin].rule_for(exchange.url.path)
        if rule is not None:
            asked = replace(asked, response=preflight_headers(rule, node.origin))
        made = Node(asked, node.client, Classification(Role.PREFLIGHT, "asked-in-replay"))
        made.asked = Asked(exchange.method, node.unsafe)
        _ask(made)
        return made


def _ask(node: Node) -> None:
    exchange = node.exchange
    if node.asked is None or exchange.status is None or exchange.lost is not None:
        return
    node.passes = {
        include: preflight_check(
            node.asked, node.origin, exchange.status, exchange.response, include, node.browser
        )
        for include in (False, True)
    }


def _refused(seen: Judged) -> Verdict:
    """What is never asked for cannot be read."""
    known = seen.verdict.failure or Failure(Step.ALLOW_ORIGIN_MISSING)
    return Verdict(Outcome.BLOCKED, known)


def _goes_on(exchange: Exchange) -> bool:
    return exchange.location is not None
