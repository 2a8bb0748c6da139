"""The verdict on one exchange: what the client's own browser made of the answer.

Every open hypothesis (credentials mode, request mode, engine) is worked out. They agree:
that is the verdict. They do not: it is `indeterminate`, and names the deciding unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from ..exchange import NO_HEADERS, Exchange, Headers
from ..fetch import reasons
from ..fetch.browsers import BROWSERS, CHROMIUM, Browser
from ..fetch.check import (
    Checks,
    Failure,
    Looked,
    Step,
    cors_check,
    cors_checks,
    looked_at,
    preflight_check,
)
from ..fetch.classify import JUDGED, Role
from ..frozen import frozen
from .credentials import Credentials, credentials
from .links import Link, Node, is_followed_redirect

CLIENT_GAVE_UP = ("client disconnected", "stream reset by client", "connection killed")
"""Beginnings of mitmproxy's error texts that mean: the browser went away, lower-cased."""

PROXY_ERROR = 502
"""Status of mitmproxy's own page in place of a broken answer."""
UNSAFE_SCHEMES = frozenset(
    {
        "about",
        "blob",
        "chrome",
        "chrome-extension",
        "data",
        "file",
        "filesystem",
        "view-source",
    }
)
"""Schemes whose redirects end before CORS is asked: no CORS error. Measured in Chromium."""


class Outcome(StrEnum):
    """What the browser made of it."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    INDETERMINATE = "indeterminate"
    NOT_APPLICABLE = "not-applicable"


class Sent(StrEnum):
    """Did the server act, and could the page read the answer?"""

    READABLE = "executed-readable"
    UNREADABLE = "executed-unreadable"
    NEVER = "never-sent"
    UNKNOWN = "unknown"


@frozen
class Verdict:
    """Outcome and reasons. `failure` is set when blocked; `possible` when indeterminate."""

    outcome: Outcome
    failure: Failure | None = None
    """In the client's own engine."""
    possible: Failure | None = None
    """The failure under the hypotheses that block."""
    failures: dict[str, Failure] | None = None
    """By engine, where it blocks under every open hypothesis."""
    assuming: tuple[str, ...] = ()


PASSING = frozenset({"content-length", "date", "etag", "last-modified"})
"""Headers of which every answer has another value, though it says nothing else."""
Likeness = tuple[object, ...]
"""See `Judged.likeness`."""


@frozen
class Judged:
    """An exchange with everything that was found out about it."""

    node: Node
    credentials: Credentials
    verdict: Verdict
    sent: Sent
    exchange: Exchange
    """The node's."""

    @property
    def order(self) -> tuple[float, str]:
        """For sorting by time; the id decides between equals."""
        return self.exchange.started or 0.0, self.exchange.id

    @property
    def likeness(self) -> Likeness | None:
        """Calls for which this is equal differ in nothing that is asked for findings: but for
        their time, their id, their connection, the values that the door withheld, and those of
        `PASSING` in their answers. None: its place among others counts, or it is too long to be
        remembered.
        """
        node, exchange = self.node, self.exchange
        if (
            node.role is Role.PREFLIGHT
            or node.preflight is not None
            or node.previous is not None
            or node.next is not None
            or node.stored is not None
            or exchange.lost is not None
            or not exchange.response.short
        ):
            return None
        url, answer = exchange.url, exchange.response
        return (
            exchange.client, exchange.method, url.origin, url.path, url.query, exchange.request,
            exchange.status, answer.spelt, _lasting(answer), exchange.cookies,
            exchange.set_cookies,
            node.role, node.link, node.page, self.credentials, self.verdict.outcome,
            self.verdict.possible, self.verdict.assuming, exchange.altered,
        )  # fmt: skip

    @property
    def failure(self) -> Failure | None:
        """The refusal, sure or possible."""
        return self.verdict.failure or self.verdict.possible

    @property
    def blocked(self) -> bool:
        """Did the browser refuse it, for sure?"""
        return self.verdict.outcome is Outcome.BLOCKED


def _lasting(answer: Headers) -> tuple[object, ...]:
    """The lines of an answer that the next one of its kind has, too."""
    fields = answer.fields
    return (
        answer.get("content-length") == "0",
        # Only together with `Expires` does a date tell anything: whether the answer lasts.
        answer.get("date") if "expires" in answer else None,
        *[fields[place] for place in _lasting_places(answer.spelt)],
    )


@lru_cache(maxsize=4096)
def _lasting_places(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(at for at, name in enumerate(names) if name.lower() not in PASSING)


_NO_CHECK = Verdict(Outcome.NOT_APPLICABLE)
_ALLOWED = Verdict(Outcome.ALLOWED)
_UNKNOWN_MODE = Credentials(None, ())


def judge(node: Node, known: Credentials | None = None) -> Judged:
    """Judge one exchange with all that is linked to it by now.

    Args:
        known: what is known about its credentials mode from elsewhere, in place of its signs.
    """
    if node.role not in JUDGED:
        verdict = _barred_from_home(node) or _NO_CHECK
        return Judged(node, _UNKNOWN_MODE, verdict, _sent_without_check(node), node.exchange)
    known = known or credentials(node)
    verdict = _verdict(node, known)
    return Judged(node, known, verdict, _sent(node, verdict), node.exchange)


def _verdict(node: Node, known: Credentials) -> Verdict:
    exchange = node.exchange
    if exchange.status is None:
        return _NO_CHECK
    if exchange.status == 407 and exchange.url.scheme == "https" and node.browser is CHROMIUM:
        return _NO_CHECK  # a proxy that wants a password inside its tunnel is no proxy
    if node.role is Role.CORS and _from_store(node):
        if node.stored is None and "access-control-allow-origin" not in exchange.response:
            return Verdict(
                Outcome.INDETERMINATE,
                possible=Failure(Step.ALLOW_ORIGIN_MISSING),
                assuming=("the headers stored with the cached response decide; not captured",),
            )
    status, headers, modes = exchange.status, checked_headers(node), known.open_modes
    if proxy_answered(exchange):
        status, headers = PROXY_ERROR, NO_HEADERS
    engine = node.client.engine if node.client.browser else None
    mode_open = node.classification.mode_open
    if node.asked is None and not is_followed_redirect(exchange):
        looked = looked_at(headers)
        judged = _of_answer if headers.short else _of_answer.__wrapped__
        return judged(looked, node.origin, known, engine, mode_open)
    by_engine = {
        name: {mode: _failure(node, status, headers, mode, browser) for mode in modes}
        for name, browser in BROWSERS.items()
    }
    return _conclusion(by_engine, known, engine, mode_open)


@lru_cache(maxsize=1024)
def _of_answer(
    looked: Looked, origin: str, known: Credentials, engine: str | None, mode_open: bool
) -> Verdict:
    """The verdict where the *CORS check* is all that the answer has to pass."""
    by_engine = cors_checks(looked, origin, known.open_modes)
    return _conclusion(by_engine, known, engine, mode_open)


def _conclusion(
    by_engine: Checks, known: Credentials, engine: str | None, mode_open: bool
) -> Verdict:
    """The verdict that follows.

    Args:
        engine: the client's own; None: unknown.
        mode_open: may it have been a no-cors request or a beacon?
    """
    if not any(failure for results in by_engine.values() for failure in results.values()):
        return _ALLOWED
    blocking = {
        name: next(iter(results.values()))
        for name, results in by_engine.items()
        if all(results.values()) and not mode_open
    }
    failures = {name: each for name, each in blocking.items() if each is not None}
    engines = list(by_engine) if engine is None else [engine]
    open_results = [
        (name, mode, failure) for name in engines for mode, failure in by_engine[name].items()
    ]
    failed = [failure for _, _, failure in open_results if failure is not None]
    if not failed:
        return Verdict(Outcome.ALLOWED, failures=failures)
    if len(failed) == len(open_results) and not mode_open:
        assuming = _differing_reasons(failed, known)
        return Verdict(Outcome.BLOCKED, failed[0], failures=failures, assuming=assuming)
    return Verdict(
        Outcome.INDETERMINATE,
        possible=failed[0],
        failures=failures,
        assuming=tuple(_unknowns(mode_open, known, open_results)),
    )


def _differing_reasons(failed: list[Failure], known: Credentials) -> tuple[str, ...]:
    if known.include is None and len({failure.step for failure in failed}) > 1:
        return ("blocked either way; the reason assumes credentials were not included",)
    return ()


def _unknowns(
    mode_open: bool, known: Credentials, results: list[tuple[str, bool, Failure | None]]
) -> Iterator[str]:
    if mode_open:
        yield "request mode: blocked if it was a cors request, no effect on no-cors or a beacon"
    by_mode = {mode: {bool(f) for _, m, f in results if m is mode} for mode in (False, True)}
    if known.include is None and by_mode[False] != by_mode[True]:
        yield "credentials mode: blocked if it was include, allowed otherwise"
    by_name: dict[str, set[bool]] = {}
    for name, _, failure in results:
        by_name.setdefault(name, set()).add(failure is not None)
    if len({frozenset(each) for each in by_name.values()}) > 1:
        blocks = ", ".join(sorted(name for name, each in by_name.items() if True in each))
        yield f"engine of this client: blocked in {blocks}"


def _failure(
    node: Node, status: int, headers: Headers, include: bool, browser: Browser
) -> Failure | None:
    if node.asked is not None:
        return preflight_check(node.asked, node.origin, status, headers, include, browser)
    failure = cors_check(headers, node.origin, include, browser)
    if failure is None and is_followed_redirect(node.exchange):
        return _barred(node.exchange, browser)
    return failure


def proxy_answered(exchange: Exchange) -> bool:
    """Did the browser get the proxy's own error page in place of this broken answer?

    Such a page has no CORS headers, so browsers report a missing `Allow-Origin`.
    """
    if exchange.lost is None or exchange.status is None:
        return False
    return not exchange.lost.lower().startswith(CLIENT_GAVE_UP)


def checked_status(node: Node) -> int | None:
    """Status of the answer that the browser looked at: the proxy's page, or the stored one."""
    if proxy_answered(node.exchange):
        return PROXY_ERROR
    if node.stored is not None and _from_store(node):
        return 200
    return node.exchange.status


def _from_store(node: Node) -> bool:
    """A 304 to a conditional request of the browser's own, answered from its cache."""
    if node.exchange.status != 304:
        return False
    request = node.exchange.request
    asked = node.preflight.asked.headers if node.preflight and node.preflight.asked else ()
    conditions = [n for n in ("if-none-match", "if-modified-since") if n in request]
    return bool(conditions) and not any(name in asked for name in conditions)


def checked_headers(node: Node) -> Headers:
    """The headers that the check looks at: on a 304 the stored ones, updated by the answer's.

    RFC 9111 section 4.3.4.
    """
    exchange = node.exchange
    if node.stored is None or not _from_store(node):
        return exchange.response
    kept = tuple(h for h in node.stored.fields if h.name.lower() not in exchange.response)
    return Headers(kept + exchange.response.fields)


def _barred_from_home(node: Node) -> Verdict | None:
    """A same-origin request whose redirect leads where no CORS request may go.

    Of a redirect off the web the wire does not tell whether the page meant to follow it.
    """
    exchange = node.exchange
    mode = exchange.request.get("sec-fetch-mode")
    if (
        node.role is not Role.SAME_ORIGIN
        or mode not in (None, "cors")
        or not is_followed_redirect(exchange)
    ):
        return None
    location = exchange.location
    if location is not None and location.origin == exchange.url.origin:
        return None
    failure = _barred(exchange, node.browser)
    if failure is None:
        return None
    names = [b.name for b in BROWSERS.values() if location is not None or b.bars_schemes_at_home]
    if node.client.engine not in names:
        return None
    unknown = "request mode" if mode is None else "redirect mode" if location is None else None
    if unknown is not None:
        wanted = "cors" if mode is None else "follow"
        return Verdict(
            Outcome.INDETERMINATE,
            possible=failure,
            assuming=(f"{unknown}: blocked if it was {wanted}, no CORS error otherwise",),
        )
    return Verdict(Outcome.BLOCKED, failure, failures=dict.fromkeys(names, failure))


def _barred(exchange: Exchange, browser: Browser) -> Failure | None:
    """A redirect to where no CORS request may go: with a user name, or off the web."""
    location, scheme = exchange.location, exchange.location_scheme
    if location is not None and location.userinfo:
        return Failure(Step.REDIRECT_WITH_USERINFO, got=location.text)
    if scheme is None:
        return None
    usable = scheme and scheme not in UNSAFE_SCHEMES
    if usable or browser.bars_unusable_targets:
        return Failure(Step.REDIRECT_SCHEME, got=scheme)
    return None


def _sent_without_check(node: Node) -> Sent:
    if node.exchange.status is None:
        return Sent.UNKNOWN
    return Sent.READABLE if node.role is Role.SAME_ORIGIN else Sent.UNKNOWN


def _sent(node: Node, verdict: Verdict) -> Sent:
    if node.role is Role.PREFLIGHT:
        if verdict.outcome is Outcome.BLOCKED:
            return Sent.NEVER
        return judge(node.actual).sent if node.actual is not None else Sent.UNKNOWN
    if verdict.outcome is Outcome.ALLOWED:
        return Sent.READABLE
    return Sent.UNREADABLE if verdict.outcome is Outcome.BLOCKED else Sent.UNKNOWN


def preflight_needed(node: Node) -> bool | None:
    """Did the browser have to ask first? None: the wire does not tell."""
    if node.role is not Role.CORS:
        return None
    if node.link is Link.OWN:
        return True
    if node.unsafe == ("authorization",) and node.link is not Link.CACHE:
        return None  # the browser's own HTTP authentication needs none
    return node.link is not Link.NONE


def codes(verdict: Verdict) -> dict[str, str]:
    """Each engine's name for the refusal."""
    return {
        name: reasons.code(failure, BROWSERS[name])
        for name, failure in (verdict.failures or {}).items()
    }
