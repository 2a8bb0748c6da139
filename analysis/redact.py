"""The door: what may be kept of a header, a URL and a cookie.

Every source builds its exchanges through a `Door`. What does not pass it cannot be leaked
by anything behind it. The door also remembers what it withheld, so that a finished report
can be searched for it, and counts it, so that the report can say so.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote, unquote_plus, urljoin, urlsplit

from .exchange import Header, Headers, SetCookie, Url
from .fetch.origin import DEFAULT_PORTS, serialise
from .hidden import Hidden, Told
from .masking import stand_in
from .words import built_file, generated, is_word

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

ORIGIN_HEADERS = ("origin", "access-control-allow-origin", "timing-allow-origin")
"""Their values name origins, which reports name too."""
CHALLENGES = ("www-authenticate", "proxy-authenticate")
SAME_SITE = ("strict", "lax", "none")

_QUERY_NAME = re.compile(r"[A-Za-z0-9_.\[\]\-]{1,40}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_HTTP_VERSION = re.compile(r"HTTP/\d(?:\.\d)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}(?=\s|$)")
_CREDENTIALS = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,30})\s+(\S.*)", re.S)
_PARAMETER = re.compile(r'(?<![\w-])[A-Za-z][\w-]*\s*=\s*("[^"]*"|[^\s,;"]+)')
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20}://)([^\s/?#,;\"'<>]*)([^\s,;\"'<>]*)")
_USUAL_URL = re.compile(r"(https?://[a-z0-9.-]+(?::\d{1,5})?)(/[!-\"$->@-~]*)?(?:\?([!-\"$-~]*))?")
"""Server, path and query of a URL without user name, fragment and odd characters."""
_USERINFO = re.compile(r"(?<![^\s,;/?#\"@])[^\s,;/?#\"@]+@")
_BYTES = re.compile(r"""\bb(['"]).*\1""", re.S)
"""Bytes of the wire as Python prints them, in the proxy's error texts."""
_PIECE = r"(?:[A-Za-z]{1,20}|1[5-9]\d{8}|\d{1,8})"
_COMMON = re.compile(rf"{_PIECE}(?:[-_./+:]{{1,2}}{_PIECE})*")
"""Words and short numbers: `max-age`, `application/json`, an address; also seconds since 1970,
which reports give for each exchange."""
_UNCOMMON = re.compile(r"\d{11}|[A-Za-z]{21}|\d[A-Za-z]+\d[A-Za-z]|[A-Za-z]\d+[A-Za-z]+\d")
"""In no word, number, or path of words: most tokens are told by it at once."""
_BETWEEN = re.compile(r"[\s;,=]+")
"""What separates the parts of a value that is written for people: a date, a policy, a list."""
_AROUND = "'\"()[]{}<>*:."
"""What may stand around such a part."""
COMMON_DIGITS = 14
KEPT_LINES = 10_000
"""Header lines and URLs remembered, so that equal ones are held once."""
REMEMBERED_SIZE = 4_096
"""Characters; longer lines, URLs and texts are not remembered: few would fill the memory."""
KEPT_ORIGINS = 50_000
"""Origins remembered for which a report is not searched."""
KEPT_LONG_ORIGINS = 256
"""How many may be remembered where one more has more than `REMEMBERED_SIZE` characters."""
UNREADABLE = "its host or port cannot be understood"
SHORTEST_SECRET = 6
"""Shorter values are not searched for: they stand everywhere by chance."""

Account = tuple[Told, Sequence[str]]
"""Withheld values that are remembered, and origins seen, as plain values."""


class Door:
    """Takes secrets out of what the sources read; one per audit.

    Args:
        key: key of the digests by which exact URLs are compared, at most 64 bytes.
        redact: False keeps everything, and brands the result.
    """

    def __init__(self, key: bytes = b"cors-audit", redact: bool = True) -> None:
        self.withheld = 0
        """Values removed so far, each time that one came. One value is: a header line, of a
        `Cookie` line each cookie; of a URL the user name and password, each path segment, each
        query parameter, the fragment; of a kept header each stretch that was replaced. A URL
        in `Referer` or `Location` counts by its parts."""
        self._redact = redact
        self._was_open = not redact
        self._secrets = Hidden()
        self._origins: set[str] = set()
        self._key = key
        self._urls: dict[str, tuple[Url, int]] = {}
        """URLs seen before, with the number of values withheld from each."""
        self._lines: dict[tuple[bytes, bytes], tuple[Header, int]] = {}
        """The same for header lines."""
        self.memo: dict[Any, Any] = {}
        """What sources remember of what came through, until something else is withheld."""

    @property
    def redact(self) -> bool:
        """Is anything withheld?"""
        return self._redact

    @redact.setter
    def redact(self, wanted: bool) -> None:
        if wanted != self._redact:
            self._urls.clear()
            self._lines.clear()
            self.memo.clear()
        self._redact = wanted
        self._was_open = self._was_open or not wanted

    @property
    def redacted(self) -> bool:
        """Was everything that came through withheld as it should? False for good once it
        was not."""
        return not self._was_open

    @property
    def origins(self) -> frozenset[str]:
        """Origins seen: what is part of one is no secret, since reports name them."""
        return frozenset(self._origins)

    def secrets(self) -> frozenset[str]:
        """The withheld values that a finished report is searched for.

        What is part of an origin of the session is none: reports name origins. Of very many
        values some are forgotten (`analysis.hidden`), see `forgotten`.
        """
        public = "\n".join(self._origins)
        return frozenset(each for each in self._secrets if each not in public)

    @property
    def forgotten(self) -> int:
        """Kinds of withheld values of which a finished report is not searched for all."""
        return self._secrets.overfull

    def account(self) -> Account:
        """What this door withheld, for another one to take over."""
        return self._secrets.told(), sorted(self._origins)

    def take_over(self, account: Account) -> None:
        """Remember as one's own what another door of the same audit withheld, later."""
        secrets, origins = account
        self._secrets.take_over(secrets)
        for each in origins:
            self._know(each)

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
                if len(line[0]) + len(line[1]) <= REMEMBERED_SIZE:
                    self._lines[line] = header, self.withheld - before
            else:
                header, withheld = known
                self.withheld += withheld
            kept.append(header)
        return Headers(tuple(kept))

    def _header(self, raw_name: bytes, raw_value: bytes) -> Header:
        name = self.name(raw_name.decode("latin-1"))
        value = raw_value.decode("latin-1").strip("\t\n\r ")
        return Header(name, self._value(name.lower(), value), len(raw_value))

    def _value(self, name: str, value: str) -> str | None:
        """What is kept of a header's value."""
        if not self._redact:
            return value
        if name in KEPT_HEADERS or name.startswith(KEPT_PREFIXES):
            # Browsers take a number of any length for an age.
            whole = name == "access-control-max-age" and value.isdecimal()
            shown = value if whole else self.text(value)
            if name in ORIGIN_HEADERS and "://" in shown:
                self._know(shown)
            return shown
        if name in ("referer", "location"):
            # Their useful part is kept in parsed form, beside the headers.
            return self._reference(value)
        if name == "www-authenticate":
            scheme = _SCHEME.match(value)
            known = scheme[0] if scheme is not None and is_word(scheme[0]) else None
            if known != value:
                self._withhold(name, value)
            return known
        self._withhold(name, value)
        return None

    def name(self, text: str) -> str:
        """A method, or the name of a header: as it is, unless a token was put there."""
        return self._without_generated(text) if self._redact else text

    def text(self, text: str) -> str:
        """Running text (a kept value, an error of the proxy) without what is no word in it.

        User names, passwords, paths and queries of URLs go, bytes that the proxy quotes, and
        stretches that a machine made by chance. Equal stretches stay equal.
        """
        if not self._redact:
            return text
        if "b'" in text or 'b"' in text:
            text = _BYTES.sub(self._gone("b'…'"), text)
        if "://" not in text:
            if "@" in text:
                text = _USERINFO.sub(self._gone("{userinfo}@"), text)
            return self._without_generated(text)
        shown, position = [], 0
        for match in _URL.finditer(text):
            shown.append(self._without_generated(text[position : match.start()]))
            shown.append(self._inner_url(*match.groups()))
            position = match.end()
        shown.append(self._without_generated(text[position:]))
        return "".join(shown)

    def _inner_url(self, scheme: str, authority: str, rest: str) -> str:
        """A URL inside a text; its host and port stay as they are."""
        userinfo, at, host = authority.rpartition("@")
        if userinfo:
            self._withhold("userinfo", userinfo)
            userinfo = "{userinfo}"
        return f"{scheme}{userinfo}{at}{host}{self._path_and_query(rest)}"

    def _path_and_query(self, text: str) -> str:
        text, _, fragment = text.partition("#")
        path, mark, query = text.partition("?")
        self._withhold("fragment", fragment)
        return self.path(path) + mark + "&".join(self._query(query))

    def _gone(self, instead: str) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            self._withhold("text", match[0].removesuffix("@"))
            return instead

        return replace

    def _without_generated(self, text: str) -> str:
        spans = generated(text)
        if not spans:
            return text
        shown: list[str] = []
        position = 0
        for begin, end in spans:
            self._withhold("text", text[begin:end])
            shown += text[position:begin], stand_in(text[begin:end])
            position = end
        return "".join([*shown, text[position:]])

    def http_version(self, text: str) -> str:
        """`HTTP/1.1`; empty for what is none."""
        return text if _HTTP_VERSION.fullmatch(text) else ""

    def url(self, text: str) -> Url:
        """A request URL, without fragment.

        Raises:
            ValueError: it is no absolute URL with a host. The message holds nothing of it.
        """
        url, withheld = self._known(text)
        self.withheld += withheld
        return url

    def location(self, base: str, value: str) -> tuple[Url | None, str | None]:
        """Target of a `Location`: its URL, or the scheme of what is no http(s) URL.

        Counts nothing: the header line does.
        """
        try:
            target = urljoin(base, value.strip("\t\n\r "))
            parts = urlsplit(target)
            if parts.scheme not in ("http", "https"):
                return None, parts.scheme if is_word(parts.scheme) or not self._redact else ""
            return self._known(target.partition("#")[0])[0], None
        except ValueError:
            return None, ""

    def origin_of(self, text: str) -> str | None:
        """Origin of a `Referer`, None when it is no URL. Counts nothing, as `location`."""
        try:
            return self._known(text)[0].origin
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
        same_site = given.get("samesite", "").lower()
        return SetCookie(
            same_site=same_site if same_site in SAME_SITE else None,
            secure="secure" in given,
            path=_template(path) if path is not None and self._redact else path,
            domain="domain" in given,
            deletes=gone,
        )

    def _know(self, origin: str) -> None:
        """Note an origin, for which a report is not searched."""
        room = KEPT_ORIGINS if len(origin) <= REMEMBERED_SIZE else KEPT_LONG_ORIGINS
        if len(self._origins) < room:
            self._origins.add(origin)

    def _known(self, text: str) -> tuple[Url, int]:
        """The URL, and the number of values withheld from it (not counted yet)."""
        known = self._urls.get(text)
        if known is None:
            before = self.withheld
            try:
                url = self._parse(text)
            finally:
                withheld, self.withheld = self.withheld - before, before
            self._know(url.origin)
            known = url, withheld
            if len(self._urls) >= KEPT_LINES:
                self._urls.clear()
            if len(text) <= REMEMBERED_SIZE:
                self._urls[text] = known
        return known

    def _parse(self, text: str) -> Url:
        usual = _USUAL_URL.fullmatch(text)
        if usual is not None:
            server, path, query = _server(usual[1]), usual[2], usual[3] or ""
        else:
            try:
                parts = urlsplit(text)
            except ValueError:
                raise ValueError(UNREADABLE) from None  # the library's message quotes the URL
            server, path, query = (
                _server(f"{parts.scheme}://{parts.netloc}"),
                parts.path,
                parts.query,
            )
            self._withhold("userinfo", parts.netloc.rpartition("@")[0])
            self._withhold("fragment", parts.fragment)
        scheme, host, port, origin, userinfo = server
        return Url(
            scheme=scheme,
            host=host,
            port=port,
            path=self.path(path or "/"),
            query=self._query(query),
            key=blake2b(
                text.partition("#")[0].encode("utf-8", "surrogateescape"),
                digest_size=12,
                key=self._key,
            ).digest(),
            origin=origin,
            userinfo=userinfo,
        )

    def path(self, path: str) -> str:
        """A path as it may be shown."""
        if not self._redact:
            return path
        shown = _template(path)
        if shown != path:
            for was, now in zip(path.split("/"), shown.split("/"), strict=True):
                if was != now:
                    self._withhold("segment", was)
        return shown

    def _query(self, query: str) -> tuple[str, ...]:
        """The parameters of a query as they may be shown: their names."""
        return tuple([self.parameter(pair) for pair in query.split("&") if pair])

    def parameter(self, pair: str) -> str:
        """A parameter of a query as it may be shown: its name, or not even that."""
        if not self._redact:
            return pair
        name, equals, value = pair.partition("=")
        known = _QUERY_NAME.fullmatch(name) and all(map(is_word, re.findall(r"[^\[\]]+", name)))
        if known:
            self._withhold("query", value)
            return f"{name}=…" if equals else name
        self._withhold("query", pair)
        self._remember("query", name)
        self._remember("query", value)
        return "{param}=…" if equals else "{param}"

    def _reference(self, value: str) -> str | None:
        """What is shown of a `Referer` or `Location`; None when it is no URL and no path."""
        before = self.withheld
        target, _, fragment = value.partition("#")
        self._withhold("fragment", fragment)
        try:
            return self.url(target).text
        except ValueError:
            self.withheld = before
        if _URL.match(value) or not value.startswith(("/", "?", ".")):
            self._withhold("reference", value)
            return None
        return self._path_and_query(value)

    def _withhold(self, place: str, value: str) -> None:
        """Count a value that is not kept, and note what is secret about it."""
        if not self._redact or not value:
            return
        if place == "cookie":
            pairs = [pair.strip() for pair in value.split(";") if pair.strip()]
            self.withheld += len(pairs)
            for pair in pairs:
                self._remember(place, pair.partition("=")[2].strip() or pair)
            return
        self.withheld += 1
        for each in _secret_parts(place, value):
            self._remember(place, each)

    def _remember(self, place: str, value: str) -> None:
        """Note a secret, unless it is a word that may stand anywhere, or a plain origin."""
        for each in _spellings(value):
            if len(each) >= SHORTEST_SECRET and not _is_common(each):
                self._secrets.add(place, each)


def _secret_parts(place: str, value: str) -> Iterator[str]:
    """What is searched for of a value, beside its encodings."""
    if place == "user-agent":
        # Personal, but no secret: other texts may quote parts of it.
        for begin, end in generated(value):
            yield value[begin:end]
        return
    if place == "set-cookie":
        yield value.partition(";")[0].partition("=")[2].strip()
        return
    yield value
    if place in ("authorization", "proxy-authorization", *CHALLENGES):
        match = _CREDENTIALS.match(value)
        if match is not None:
            yield match[2].strip()
            if match[1].lower() == "basic":
                yield from _user_and_password(match[2].strip())
    elif place == "userinfo":
        yield from value.split(":", 1)
    elif place == "fragment":
        for pair in value.split("&"):
            yield pair.partition("=")[2]
        return
    if "=" in value:
        for match in _PARAMETER.finditer(value):
            yield match[1]


def _user_and_password(credentials: str) -> Iterator[str]:
    """What `Basic` credentials say."""
    try:
        text = b64decode(credentials, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return
    yield text
    yield text.partition(":")[2]


def _spellings(value: str) -> Iterator[str]:
    """A value, and what it says without its quotes and percent-encodings."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    yield value
    if "+" in value:
        yield unquote_plus(value)
    for _ in range(2):
        if "%" not in value:
            return
        value = unquote(value)
        yield value


def _is_common(value: str) -> bool:
    """May it stand in a report for other reasons? Where all its parts are words, short numbers,
    or URLs and paths of words, what it says is what reports say, too."""
    if "://" not in value and _UNCOMMON.search(value) is not None:
        return False
    rest = []
    for part in _BETWEEN.split(value):
        text = part.strip(_AROUND)
        if not text or _is_address(text):
            continue
        if _COMMON.fullmatch(text) is None and not is_word(text):
            return False
        rest.append(text)
    said = " ".join(rest)
    return sum(map(str.isdigit, said)) <= COMMON_DIGITS and not generated(said)


def _is_address(text: str) -> bool:
    """Is it a URL or a path that would be shown as it is? Hosts are."""
    if "@" in text or "?" in text or "#" in text:
        return False
    _, scheme, behind = text.rpartition("://")
    path = behind.partition("/")[2] if scheme else text.removeprefix("/")
    return (bool(scheme) or path != text) and _template(path) == path


@lru_cache(maxsize=1024)
def _server(text: str) -> tuple[str, str, int, str, bool]:
    """Scheme, host, port and origin of the beginning of a URL; does it hold a user name?

    Raises:
        ValueError: there is no host, or it cannot be understood.
    """
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
        port = parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        raise ValueError(UNREADABLE) from None
    if not parts.scheme or not host:
        raise ValueError("not an absolute URL")
    if ":" in host:
        host = f"[{host}]"
    userinfo = bool(parts.username or parts.password)
    return parts.scheme, host, port, serialise(parts.scheme, host, port), userinfo


def _template(path: str) -> str:
    return _shape(path) if len(path) <= REMEMBERED_SIZE else _shape.__wrapped__(path)


@lru_cache(maxsize=4096)
def _shape(path: str) -> str:
    return "/".join(_segment(each) for each in path.split("/"))


def _segment(text: str) -> str:
    """Keep a path segment only if it looks like a word."""
    if not text or is_word(text):
        return text
    if text.isdigit():
        return "{n}"
    if _UUID.fullmatch(text):
        return "{uuid}"
    if _DATE.fullmatch(text):
        return "{date}"
    if "@" in text or "%40" in text:
        return "{email}"
    return built_file(text) or ("{id}" if len(text) <= 12 else "{token}")
