"""What preflights ask for, what their answers list, and whether the call then came."""

from __future__ import annotations

from collections.abc import Iterable

from ..exchange import Exchange
from ..fetch.check import Asked
from ..fetch.headers import list_items, strip
from ..session.facts import ApiFacts
from ..session.judge import Judged

QUIET = 2.0
"""Seconds of further traffic after which a call that has not come will not come: browsers send
it at once."""


def items(exchange: Exchange, name: str) -> tuple[str, ...]:
    """What one of the answer's lists holds; nothing when it cannot be read."""
    return list_items(exchange.response.get(name))


def unlisted(exchange: Exchange) -> list[str]:
    """Header names that a preflight asked for and that the answer's list lacks."""
    allowed = {name.lower() for name in items(exchange, "access-control-allow-headers")}
    return [name for name in Asked.of(exchange.request).headers if name not in allowed]


def spelt_otherwise(method: str, allowed: Iterable[str]) -> str | None:
    """The listed method that differs from this one by case only."""
    if method in allowed:
        return None
    return next((each for each in allowed if each.upper() == method.upper()), None)


_FOR_ANSWERS = frozenset(
    {"access-control-expose-headers", "access-control-max-age", "content-security-policy",
     "cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
     "referrer-policy", "strict-transport-security", "timing-allow-origin", "vary",
     "x-content-type-options", "x-frame-options", "x-xss-protection"}
)  # fmt: skip


def is_for_answers(name: str) -> bool:
    """Is a (lower-case) header name one of answers, which means nothing in a request?"""
    return name.startswith("access-control-allow-") or name in _FOR_ANSWERS


def lacking(seen: Judged) -> list[str]:
    """Which of origin, method and headers the answer to a preflight does not allow.

    Middleware wants every method to be listed, also those that browsers do not look for.
    """
    exchange, asked = seen.exchange, Asked.of(seen.exchange.request)
    allowed = strip(exchange.response.get("access-control-allow-origin") or "")
    methods = items(exchange, "access-control-allow-methods")
    headers = items(exchange, "access-control-allow-headers")
    short = [] if allowed in ("*", seen.node.origin) else ["origin"]
    if asked.method not in methods and "*" not in methods:
        short.append("method")
    if "*" not in headers and unlisted(exchange):
        short.append("headers")
    return short


def went_unused(seen: Judged, api: ApiFacts) -> bool:
    """Did no such call follow this preflight, by itself or on the strength of it?

    False where the capture ends too soon to tell.
    """
    node, ended, last = seen.node, seen.exchange.ended, api.span.last
    if node.asked is None or node.actual is not None or node.previous is not None:
        return False
    if ended is None or last is None or last < ended + QUIET:
        return False
    facts = api.endpoints.get((node.asked.method, seen.exchange.url.path))
    if facts is None or facts.untold:
        return False
    return not any(
        not told.on_preflight and (shown.span.last or 0.0) >= ended
        for told, shown in facts.told.items()
    )


def earliest(examples: Iterable[Judged]) -> list[Judged]:
    """In the order in which they began."""
    return sorted(examples, key=lambda seen: seen.order)
