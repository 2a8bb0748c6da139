"""The door: what may be kept of a header, a URL and a cookie.

Every source builds its exchanges through a `Door`. What does not pass it cannot be leaked
by anything behind it. The door also remembers what it withheld, so that a finished report
can be searched for it, and counts it, so that the report can say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

from .exchange import Header, Headers, SetCookie, Url
from .fetch.origin import DEFAULT_PORTS, serialise

KEPT_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "accept-ranges",
        "age",
        "allow",
        "cache-control",
        "cache-status",
        "cf-cache-status",
        "connection",
        "content-language",
        "content-length",
        "content-type",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "date",
        "dnt",
        "expires",
        "host",
        "if-modified-since",
        "keep-alive",
        "last-modified",
        "origin",
        "pragma",
        "priority",
        "proxy-connection",
        "purpose",
        "range",
        "save-data",
        "server",
        "te",
        "timing-allow-origin",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "vary",
        "via",
        "x-cache",
        "x-cache-status",
        "x-content-type-options",
        "x-powered-by",
        "x-proxy-cache",
        "x-rack-cors",
        "x-vercel-cache",
    }
)
"""Names whose values are kept, with the prefixes below. Everything else: name and size."""

KEPT_PREFIXES = ("access-control-", "sec-ch-ua", "sec-fetch-", "sec-gpc", "sec-purpose")

_WORD = re.compile(r"[A-Za-z]+(?:[-_.~][A-Za-z0-9]+)*|v\d{1,3}(?:\.\d+)*")
_QUERY_NAME = re.compile(r"[A-Za-z0-9_.\[\]\-]{1,40}")
_PLAIN_WORD = re.compile(r"[A-Za-z]+(?:[-_ ][A-Za-z]+)*|\d{1,8}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_CREDENTIALS = re.compile(r"(?:Bearer|Basic|Digest|Negotiate|Token)\s+(.+)", re.I | re.S)
LONGEST_WORD = 32
"""A longer path segment is taken for a token."""
KEPT_LINES = 10_000
"""Header lines remembered, so that equal ones are held once."""
SHORTEST_SECRET = 6
"""Shorter values are not searched for: they stand everywhere by chance."""


class Door:
    """Takes secrets out of what the sources read; one per audit.

    Args:
        key: key of the digests by which exact URLs are compared, at most 64 bytes.
        redact: False keeps everything, and brands the result.
    """

    def __init__(self, key: bytes = b"cors-audit", redact: bool = True) -> None:
        self.redact = redact
        self.withheld = 0
        """Values removed so far."""
        self._secrets: set[str] = set()
        self._origins: set[str] = set()
        self._key = key
        self._urls: dict[str, Url] = {}
        self._lines: dict[tuple[bytes, bytes], tuple[Header, int]] = {}
        """Header lines seen before, with how often something was withheld from them."""

    def secrets(self) -> frozenset[str]:
        """The withheld values that a finished report is searched for.

        What is part of an origin of the session is none: reports name origins.
        """
        public = "\n".join(self._origins)
        return frozenset(each for each in self._secrets if each not in public)

    def headers(self, fields: Iterable[tuple[bytes, bytes]]) -> Headers:
        """Keep the values that judgement needs and that are no secrets."""
        kept = []
        for line in fields:
            known = self._lines.get(line)
            if known is None:
                before = self.withheld
                header = self._header(*line)
                if len(self._lines) >= KEPT_LINES:
                    self._lines.clear()
                self._lines[line] = header, self.withheld - before
            else:
                header, withheld = known
                self.withheld += withheld
            kept.append(header)
        return Headers(tuple(kept))

    def _header(self, raw_name: bytes, raw_value: bytes) -> Header:
        name = raw_name.decode("latin-1")
        value = raw_value.decode("latin-1").strip("\t\n\r ")
        lower = name.lower()
        if lower in KEPT_HEADERS or lower.startswith(KEPT_PREFIXES):
            return Header(name, value, len(raw_value))
        if lower == "www-authenticate":
            return Header(name, value.partition(" ")[0], len(raw_value))
        shown = None if self.redact else value
        if lower in ("referer", "location"):
            # Their useful part is kept in parsed form, beside the headers.
            shown = shown or self._shown_url(value)
        else:
            self._withhold(lower, value)
        return Header(name, shown, len(raw_value))

    def url(self, text: str) -> Url:
        """A request URL, without fragment.

        Raises:
            ValueError: it is no absolute URL with a host.
        """
        known = self._urls.get(text)
        if known is None:
            known = self._parse(text)
            self._origins.add(known.origin)
            if len(self._urls) < 10_000:
                self._urls[text] = known
        return known

    def location(self, base: str, value: str) -> tuple[Url | None, str | None]:
        """Target of a `Location`: its URL, or the scheme of what is no http(s) URL."""
        try:
            target = urljoin(base, value.strip("\t\n\r "))
            parts = urlsplit(target)
            if parts.scheme not in ("http", "https"):
                return None, parts.scheme
            return self.url(target.partition("#")[0]), None
        except ValueError:
            return None, ""

    def origin_of(self, text: str) -> str | None:
        """Origin of a `Referer`, None when it is no URL."""
        try:
            return self.url(text).origin
        except ValueError:
            return None

    def set_cookie(self, value: str) -> SetCookie:
        """Attributes of a `Set-Cookie` line."""
        _, *attributes = value.split(";")
        given: dict[str, str] = {}
        for each in attributes:
            name, _, text = each.partition("=")
            given[name.strip().lower()] = text.strip()
        age = given.get("max-age", "")
        gone = age.startswith("-") or age == "0" or "1970" in given.get("expires", "")
        path = given.get("path")
        return SetCookie(
            same_site=given.get("samesite", "").lower() or None,
            secure="secure" in given,
            path=_template(path) if path is not None and self.redact else path,
            domain="domain" in given,
            deletes=gone,
        )

    def _parse(self, text: str) -> Url:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
        if not parts.scheme or not host:
            raise ValueError("not an absolute URL")
        if ":" in host:
            host = f"[{host}]"
        port = parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme, 0)
        query = [self._parameter(pair) for pair in parts.query.split("&") if pair]
        path = parts.path or "/"
        shown = _template(path) if self.redact else path
        if self.redact:
            self._withhold_segments(path, shown)
        return Url(
            scheme=parts.scheme,
            host=host,
            port=port,
            path=shown,
            query=tuple(query),
            key=blake2b(
                text.partition("#")[0].encode("utf-8", "surrogateescape"),
                digest_size=12,
                key=self._key,
            ).digest(),
            origin=serialise(parts.scheme, host, port),
            userinfo=bool(parts.username or parts.password),
        )

    def _parameter(self, pair: str) -> str:
        """One query parameter as it may be shown: its name."""
        if not self.redact:
            return pair
        name, equals, value = pair.partition("=")
        self._withhold("query", value)
        shown = name if _QUERY_NAME.fullmatch(name) else "{param}"
        return f"{shown}=…" if equals else shown

    def _shown_url(self, value: str) -> str | None:
        try:
            return self.url(value.partition("#")[0]).text
        except ValueError:
            path = value.partition("#")[0].partition("?")[0]
            return _template(path) if path.startswith("/") else None

    def _withhold(self, place: str, value: str) -> None:
        if not self.redact or not value:
            return
        self.withheld += 1
        if place == "cookie":
            for pair in value.split(";"):
                self._remember(pair.partition("=")[2].strip() or pair.strip())
        elif place == "set-cookie":
            self._remember(value.partition(";")[0].partition("=")[2].strip())
        elif place == "user-agent":
            return  # personal, but no secret: other texts may quote parts of it
        elif place in ("authorization", "proxy-authorization"):
            match = _CREDENTIALS.match(value)
            self._remember(match[1].strip() if match else value)
        else:
            self._remember(value)

    def _withhold_segments(self, path: str, shown: str) -> None:
        for was, now in zip(path.split("/"), shown.split("/"), strict=True):
            if was != now:
                self.withheld += 1
                self._remember(was)

    def _remember(self, value: str) -> None:
        """Note a secret, unless it is a word that may stand anywhere, or a plain origin."""
        if len(value) < SHORTEST_SECRET or _PLAIN_WORD.fullmatch(value):
            return
        if "://" in value and value.count("/") <= 3 and "?" not in value:
            return
        self._secrets.add(value)


@lru_cache(maxsize=4096)
def _template(path: str) -> str:
    return "/".join(_segment(each) for each in path.split("/"))


def _segment(text: str) -> str:
    """Keep a path segment only if it looks like a word."""
    if not text:
        return text
    if text.isdigit():
        return "{n}"
    if _UUID.fullmatch(text):
        return "{uuid}"
    if _DATE.fullmatch(text):
        return "{date}"
    if "@" in text or "%40" in text:
        return "{email}"
    if len(text) > LONGEST_WORD or sum(c.isupper() for c in text) > 12:
        return "{token}"
    if _WORD.fullmatch(text) and sum(c.isdigit() for c in text) <= 4:
        return text
    return "{id}" if len(text) <= 12 else "{token}"
