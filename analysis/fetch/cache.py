"""Caches: the browser's for preflights, and what any cache may keep of an answer.

https://fetch.spec.whatwg.org/#concept-cache, RFC 9111 section 3. What the wire hides is part of
the preflight cache's key (fragment, top-level site, private window), so a hit here means
*possible*, never *sure*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ..exchange import Exchange, Headers
from ..frozen import frozen
from .browsers import Browser
from .headers import list_items, strip

MAX_AGE = 7200
"""Seconds: the longest that Chromium honours; Firefox would keep it longer, WebKit 600."""
DEFAULT_MAX_AGE = 5
"""Seconds that an answer without `Access-Control-Max-Age` is kept, in all engines."""


KEPT_STATUSES = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
"""Heuristically cacheable, RFC 9110 section 15.1."""


def may_be_stored(exchange: Exchange) -> bool:
    """May some cache, the browser's own or a shared one, keep this answer?"""
    if exchange.method not in ("GET", "HEAD") or exchange.status not in KEPT_STATUSES:
        return False
    return "no-store" not in (exchange.response.get("cache-control") or "").lower()


def stays_fresh(exchange: Exchange) -> bool | None:
    """Will a browser give this answer out again without asking the server?

    None: only if it guesses so from `Last-Modified`. RFC 9111 section 4.2.
    """
    response = exchange.response
    control = _directives(response.get("cache-control") or response.get("pragma"))
    if not may_be_stored(exchange) or "no-cache" in control:
        return False
    if "max-age" in control:
        age = _seconds(strip(response.get("age") or "0")) or 0
        return (_seconds(control["max-age"]) or 0) > age
    if "expires" in response:
        until, now = (_date(response.get(name)) for name in ("expires", "date"))
        return until is not None and now is not None and until > now
    return None if "last-modified" in response else False


def served_from_cache(exchange: Exchange) -> str | None:
    """The header by which an answer says that a shared cache had it; None: it does not say so.

    `Age: 0` stands on fresh answers, too, so it says nothing.
    """
    response = exchange.response
    for name in ("X-Cache", "X-Cache-Status", "X-Proxy-Cache", "Cache-Status"):
        if re.search(r"\bhit\b", response.get(name.lower()) or "", re.I):
            return name
    for name in ("CF-Cache-Status", "X-Vercel-Cache"):
        if strip(response.get(name.lower()) or "").upper() in _HAD_IT:
            return name
    return "Age" if _seconds(strip(response.get("age") or "")) else None


_HAD_IT = frozenset({"HIT", "STALE", "UPDATING", "REVALIDATED"})


def _directives(control: str | None) -> dict[str, str]:
    pairs = (part.partition("=") for part in (control or "").lower().split(","))
    return {strip(name): strip(value).strip('"') for name, _, value in pairs}


def _seconds(text: str) -> int | None:
    return int(text[:12]) if re.fullmatch(r"\d+", text, re.ASCII) else None


def _date(text: str | None) -> datetime | None:
    from email.utils import parsedate_to_datetime  # large, and dates seldom decide

    try:
        return parsedate_to_datetime(text or "").replace(tzinfo=None)  # HTTP's are all GMT
    except (TypeError, ValueError):
        return None


def lifetime(max_age: str | None, browser: Browser) -> int:
    """Seconds for which the engine keeps a preflight answer; 0: not at all.

    Args:
        max_age: combined `Access-Control-Max-Age`, None when absent.
    """
    text = strip(max_age or "")
    if not text:
        return DEFAULT_MAX_AGE
    number = re.fullmatch(r"([+-]?)(\d+)", text)
    if number is None or (number[1] == "+" and not browser.max_age_sign):
        return 0 if browser.max_age_strict else DEFAULT_MAX_AGE
    if number[1] == "-":
        return 0
    return min(int(number[2][:12]), browser.max_age_cap)


@frozen
class Entry:
    """A preflight answer as one engine remembers it."""

    origin: str
    include: bool | None
    """Mode it was asked for; None: unknown."""
    methods: frozenset[str]
    headers: frozenset[str]
    any_method: bool
    any_header: bool
    stored: float
    expires: float

    @classmethod
    def of(
        cls,
        origin: str,
        response: Headers,
        include: bool | None,
        when: float,
        browser: Browser,
    ) -> Entry:
        """Store an answer that passed; `when` is the time it was complete, in seconds."""
        methods = frozenset(list_items(response.get("access-control-allow-methods")))
        headers = frozenset(
            name.lower() for name in list_items(response.get("access-control-allow-headers"))
        )
        star = include is not True and browser.wildcard_reused
        return cls(
            origin=origin,
            include=include,
            methods=methods | browser.methods_always_cached,
            headers=headers,
            any_method=star and "*" in methods,
            any_header=star and "*" in headers,
            stored=when,
            expires=when + lifetime(response.get("access-control-max-age"), browser),
        )

    def covers(
        self,
        method: str,
        unsafe: Sequence[str],
        origin: str,
        include: bool | None,
        when: float,
        browser: Browser,
    ) -> bool:
        """May the engine send such a request on the strength of this entry?"""
        if origin != self.origin or not self.stored <= when < self.expires:
            return False
        if include is not None and self.include is not None and include != self.include:
            if include or not browser.include_serves_anonymous:
                return False
        if method not in self.methods and not self.any_method:
            return False
        return all(self._header(name, browser) for name in unsafe)

    def _header(self, name: str, browser: Browser) -> bool:
        if name in self.headers:
            return True
        if name == "authorization" and not browser.wildcard_covers_authorization_in_cache:
            return False
        return self.any_header
