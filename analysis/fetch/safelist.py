"""CORS-safelisted methods and headers, byte for byte.

https://fetch.spec.whatwg.org/#cors-safelisted-request-header
https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ..exchange import Headers
from .browsers import Browser
from .headers import HTTP_WHITESPACE, is_token, strip

METHODS = frozenset({"GET", "HEAD", "POST"})
"""CORS-safelisted methods, compared case-sensitively."""

MAX_VALUE = 128
"""Longest safelisted request-header value in bytes."""
MAX_TOTAL = 1024
"""Longest sum of safelisted values in bytes; beyond it none of them is safelisted."""

RESPONSE_NAMES = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)
"""CORS-safelisted response-header names."""

NEVER_READABLE = frozenset({"set-cookie", "set-cookie2"})
"""Forbidden response-header names: script sees them on no answer, exposed or not."""

CLIENT_HINTS = frozenset(
    {
        "device-memory",
        "downlink",
        "dpr",
        "ect",
        "rtt",
        "save-data",
        "viewport-width",
        "width",
    }
)
"""Request headers that Chromium lets script set without a preflight."""

FORBIDDEN = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
"""Forbidden request-header names (with the prefixes `proxy-` and `sec-`): script cannot set
them, so on the wire they are the browser's or an intermediary's."""

BROWSER_OWN = CLIENT_HINTS | {
    "accept",
    "accept-language",
    "available-dictionary",
    "cache-control",
    "content-language",
    "dictionary-id",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "pragma",
    "priority",
    "purpose",
    "range",
    "upgrade-insecure-requests",
    "user-agent",
    "x-client-data",
}
"""Names that a browser adds by itself: seen on a request they say nothing about script,
unless its preflight asked for them."""

REPORT_TYPES = frozenset(
    {
        "application/csp-report",
        "application/expect-ct-report+json",
        "application/ocsp-request",
        "application/reports+json",
        "application/xss-auditor-report",
        "text/ping",
    }
)
"""Content types of reports that browsers post by themselves, without a CORS check."""

_SIMPLE_TYPES = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)
_UNSAFE_BYTE = re.compile(r"[\x00-\x08\x0a-\x1f\"():<>?@\[\\\]{}\x7f]")
_LANGUAGE = re.compile(r"[0-9A-Za-z *,\-.;=]*")
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


def is_forbidden(name: str) -> bool:
    """Is a (lower-case) request-header name out of script's reach?"""
    return name in FORBIDDEN or name.startswith(("sec-", "proxy-"))


def is_safelisted(name: str, value: str, browser: Browser) -> bool:
    """Is (name, value) a CORS-safelisted request-header?

    Args:
        name: lower-case.
        value: combined value, one character per byte.
    """
    if name in CLIENT_HINTS:
        return browser.client_hints_safelisted
    if len(value) > MAX_VALUE:
        return False
    match name:
        case "accept":
            return _safe_bytes(value, browser)
        case "accept-language" | "content-language":
            return _LANGUAGE.fullmatch(value) is not None
        case "content-type":
            return _safe_bytes(value, browser) and essence(value) in _SIMPLE_TYPES
        case "range":
            return _is_simple_range(value, browser)
        case _:
            return False


def essence(content_type: str) -> str | None:
    """Essence of a MIME type, lower-cased; None when it does not parse.

    https://mimesniff.spec.whatwg.org/#parse-a-mime-type, as far as the essence goes.
    """
    kind, slash, rest = content_type.strip(HTTP_WHITESPACE).partition("/")
    subtype = rest.partition(";")[0].rstrip(HTTP_WHITESPACE)
    if not slash or not is_token(kind) or not is_token(subtype):
        return None
    return f"{kind}/{subtype}".lower()


def _safe_bytes(value: str, browser: Browser) -> bool:
    if _UNSAFE_BYTE.search(value):
        return False
    return browser.non_ascii_safelisted or value.isascii()


def _is_simple_range(value: str, browser: Browser) -> bool:
    match = _RANGE.fullmatch(value.lower() if browser.range_unit_any_case else value)
    return match is not None and (match[2] is None or int(match[1]) <= int(match[2]))


def unsafe_names(request: Headers, browser: Browser, asked: Iterable[str] = ()) -> list[str]:
    """*CORS-unsafe request-header names* of a request seen on the wire.

    Which headers script has set is not visible: what browsers add by themselves counts only
    when the preflight asked for it.

    Args:
        asked: names in the `Access-Control-Request-Headers` of its preflight.

    Returns:
        Lower-case names, sorted.
    """
    asked = frozenset(asked)
    unsafe = []
    total = 0
    safelisted = []
    for name in _settable(request.spelt):
        if name in BROWSER_OWN and name not in asked:
            continue
        value = request.get(name)
        # A withheld value belongs to a name that is never safelisted.
        if value is not None and is_safelisted(name, strip(value), browser):
            safelisted.append(name)
            total += len(value)
        else:
            unsafe.append(name)
    if total > MAX_TOTAL:
        unsafe += safelisted
    return sorted(unsafe)


@lru_cache(maxsize=1024)
def _settable(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these header names, once and lower-cased, that script can set."""
    return tuple([name for name in dict.fromkeys(map(str.lower, names)) if not is_forbidden(name)])
