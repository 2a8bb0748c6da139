"""Headers, URLs and origins, as bytes from the wire, beside a second reading of the standard."""

from __future__ import annotations

from itertools import pairwise
from string import ascii_letters, digits
from urllib.parse import urlsplit

from analysis import record
from analysis.exchange import Exchange, Headers, Url
from analysis.fetch.browsers import BROWSERS, Browser
from analysis.fetch.cache import lifetime
from analysis.fetch.check import Asked, Failure, cors_check, preflight_check
from analysis.fetch.headers import extract_list, is_token, vary_names
from analysis.fetch.origin import (
    DEFAULT_PORTS,
    address_space,
    host_of,
    is_loopback,
    is_serialised,
    is_url,
    portless,
    serialise,
)
from analysis.fetch.safelist import essence, is_safelisted, unsafe_names
from analysis.fetch.site import registrable_domain, same_site, shared_suffix
from analysis.redact import Door
from analysis.sources.agent import agent
from analysis.words import generated

ORIGIN = "https://app.example"
TOKEN = f"!#$%&'*+-.^_`|~{ascii_letters}{digits}"
"""RFC 9110, section 5.6.2."""
URL_ERRORS = ("its host or port cannot be understood", "not an absolute URL")
_SAFE_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


def headers(data: bytes) -> None:
    """A header list, `name:value` in each line: the checks of all engines, and the door."""
    fields = [
        (name, value)
        for name, colon, value in (line.partition(b":") for line in data.split(b"\n"))
        if colon
    ]
    raw = Headers.of(*[(n.decode("latin-1"), v.decode("latin-1")) for n, v in fields])
    kept = Door(b"fuzz").headers(fields)
    assert [each.size for each in kept.fields] == [len(value) for _, value in fields]
    asked = Asked.of(raw)
    for browser in BROWSERS.values():
        for include in (False, True):
            assert (cors_check(raw, ORIGIN, include, browser) is None) == _passes(
                raw, include, browser
            )
            answers = [
                preflight_check(asked, ORIGIN, status, raw, include, browser)
                for status in (200, 301, 500)
            ]
            assert answers[2] is not None
            assert answers[0] is None or isinstance(answers[0], Failure)
        assert set(unsafe_names(raw, browser)) <= set(raw.names())
    exchange = _exchange(Door(b"fuzz").url("https://api.example/"), kept)
    assert record.read(record.write(exchange), "c0") == exchange


def _passes(response: Headers, include: bool, browser: Browser) -> bool:
    """The CORS check as the standard has it, written down a second time."""
    allowed = _get(response, "access-control-allow-origin", browser)
    named = [e.name for e in response.fields if e.name.lower() == "access-control-allow-origin"]
    if browser.counts_canonical_allow_origin and named.count("Access-Control-Allow-Origin") > 1:
        return False
    if allowed == "*" and not include:
        return True
    if allowed != ORIGIN:
        return False
    return not include or _get(response, "access-control-allow-credentials", browser) == "true"


def _get(response: Headers, name: str, browser: Browser) -> str | None:
    values = [
        (each.value or "").strip("\t\n\r ") for each in response.fields if each.name.lower() == name
    ]
    if len(values) > 1 and browser.drops_empty_lines:
        values = [value for value in values if value]
        return ", ".join(values)
    return ", ".join(values) if values else None


def values(data: bytes) -> None:
    """One header value, read as each header whose grammar matters."""
    text = data.decode("latin-1")
    parsed = extract_list(text)
    parts = [part.strip("\t\n\r ") for part in text.split(",")]
    wrong = [part for part in parts if set(part) - set(TOKEN)]
    assert isinstance(parsed, str) == bool(wrong), (parsed, wrong)
    if not isinstance(parsed, str):
        assert list(parsed) == [part for part in parts if part]
        assert all(map(is_token, parsed))
    for browser in BROWSERS.values():
        assert 0 <= lifetime(text, browser) <= browser.max_age_cap
        for name in ("accept", "accept-language", "content-type", "range"):
            if is_safelisted(name, text, browser):
                assert len(text) <= 128
                assert name != "content-type" or essence(text) in _SAFE_TYPES
    assert "" not in vary_names(text)
    spans = generated(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(0 <= begin < end <= len(text) for begin, end in spans)
    agent(text)
    door = Door(b"fuzz")
    assert door.headers([(b"X-Any", data)]).fields[0].value is None or not text.strip("\t\n\r ")
    door.text(text)
    door.set_cookie(text)
    door.origin_of(text)


def urls(data: bytes) -> None:
    """One URL: the door lets a URL through that the journal gives back, or says no word of it."""
    text = data.decode("utf-8", "surrogateescape")
    for redact in (True, False):
        door = Door(b"fuzz", redact)
        target, scheme = door.location("https://api.example/a/b", text)
        assert target is None or scheme is None
        url, error = _url(door, text)
        assert error is None or str(error) in URL_ERRORS
        for each in (url, target):
            if each is not None:
                assert each.origin == serialise(each.scheme, each.host, each.port)
                exchange = _exchange(each, Headers())
                assert record.read(record.write(exchange), "c0") == exchange
                registrable_domain(each.host)
                shared_suffix(each.host)
                assert same_site(each.scheme, each.host, each.scheme, each.host)


def _url(door: Door, text: str) -> tuple[Url | None, ValueError | None]:
    try:
        return door.url(text), None
    except ValueError as error:
        return None, error


def origins(data: bytes) -> None:
    """An `Origin` or `Access-Control-Allow-Origin`: what is one comes back as it is."""
    text = data.decode("latin-1")
    host = host_of(text)
    is_loopback(host)
    address_space(host)
    portless(text)
    valid = is_url(text)
    if is_serialised(text) and text not in ("null", "file://"):
        parts = urlsplit(text)
        assert text.startswith(f"{parts.scheme}://")
        assert "/" not in text.partition("://")[2]
        assert not set("?#@ ") & set(text)
        assert serialise(parts.scheme, _bracketed(host), parts.port) == text
        assert valid or parts.scheme in DEFAULT_PORTS
    for browser in BROWSERS.values():
        response = Headers.of(("Access-Control-Allow-Origin", text))
        failure = cors_check(response, ORIGIN, False, browser)
        assert (failure is None) == (text.strip("\t\n\r ") in ("*", ORIGIN))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _exchange(url: object, request: Headers) -> Exchange:
    return Exchange(
        "1",
        "c0",
        "client",
        "",
        "",
        1.0,
        2.0,
        "GET",
        url,
        "HTTP/1.1",
        request,
        200,  # type: ignore[arg-type]
    )
