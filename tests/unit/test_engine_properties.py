"""Properties that hold for any headers: the engine never raises, and never depends on luck."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import Auditor
from analysis.exchange import Exchange, Headers
from analysis.fetch.browsers import BROWSERS
from analysis.fetch.check import Asked, cors_check, preflight_check
from analysis.fetch.classify import Role
from analysis.fetch.origin import is_serialised, is_url, serialise
from analysis.redact import Door

NAMES = st.sampled_from(
    [
        "Origin", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
        "Access-Control-Expose-Headers", "Access-Control-Request-Method",
        "Access-Control-Request-Headers", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-Dest",
        "Sec-Fetch-Storage-Access", "Content-Type", "Range", "Accept", "Vary", "Location",
        "Cookie", "Set-Cookie", "Authorization", "Upgrade", "If-None-Match", "ETag", "Referer",
        "User-Agent", "X-Any",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        [
            "*", "null", "https://app.example", "https://api.example", "http://localhost:3000",
            "true", "True", "cors", "no-cors", "navigate", "cross-site", "same-site", "PUT",
            "patch", "x-a,x-b", "x y", "GET; PUT", "600", "-1", "+600", "600s", "", " ",
            "https://me:pw@b.example/x", "/next", "application/json", "bytes=0-1",
            "Mozilla/5.0 (X11) Gecko/20100101 Firefox/153.0",
            "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
        ]
    ),
    st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=40),
)  # fmt: skip
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=12)
METHODS = st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "patch", "", "\xff"])
STATUSES = st.sampled_from([None, 0, 100, 101, 200, 204, 206, 299, 301, 302, 304, 307, 401, 500])
HOSTS = st.sampled_from(["https://api.example", "http://localhost:3001", "http://a.test"])


def _raw(fields: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]


@st.composite
def exchanges(draw: st.DrawFn, door: Door) -> Exchange:
    """Any exchange that a source can make."""
    request, response = draw(FIELDS), draw(FIELDS)
    started = draw(st.one_of(st.none(), st.floats(0, 20)))
    location = next((v for n, v in response if n == "Location"), None)
    agent = draw(st.sampled_from(["chromium/156", "firefox/153", "webkit/26", "curl", ""]))
    base = draw(HOSTS) + draw(st.sampled_from(["/a", "/b?x=1", "/users/7"]))
    target, scheme = door.location(base, location) if location else (None, None)
    return Exchange(
        id=draw(st.uuids()).hex,
        capture="p",
        client=f"{draw(st.sampled_from(['one', 'two']))} {agent}",  # as sources: it hangs on both
        agent=agent,
        connection=draw(st.sampled_from(["", "c1", "c2"])),
        started=started,
        ended=None if started is None else started + draw(st.floats(0, 3)),
        method=draw(METHODS),
        url=door.url(base),
        http_version="HTTP/1.1",
        request=door.headers(_raw(request)),
        status=draw(STATUSES),
        response=door.headers(_raw(response)),
        lost=draw(st.sampled_from([None, "Client disconnected.", "peer closed"])),
        cookies=draw(st.integers(0, 2)),
        location=target,
        location_scheme=scheme,
    )


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_session_is_judged(data: st.DataObject) -> None:
    door = Door(b"p")
    session = data.draw(st.lists(exchanges(door), max_size=8))
    live, offline = Auditor(door), Auditor(door)
    for exchange in session:
        live.feed([exchange])
        offline.add(exchange)
    result = live.result()
    assert result.to_json() == offline.result().to_json()
    assert type(result).from_dict(result.to_dict()) == result
    for row in result.exchanges:
        if row.verdict == "blocked":
            assert row.reason
        if row.verdict == "indeterminate":
            assert row.assuming


@given(FIELDS, st.sampled_from(["https://app.example", "null"]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_check_ignores_what_the_standard_ignores(
    fields: list[tuple[str, str]], origin: str, include: bool
) -> None:
    response = Headers.of(*fields)
    ignored = ("Vary", "Content-Type", "ETag", "Access-Control-Expose-Headers", "Set-Cookie")
    fewer = Headers.of(*[(n, v) for n, v in fields if n not in ignored])
    for browser in BROWSERS.values():
        assert cors_check(response, origin, include, browser) == cors_check(
            fewer, origin, include, browser
        )


@given(FIELDS, FIELDS, st.integers(100, 599))
@settings(max_examples=300, deadline=None)
def test_what_passes_with_credentials_passes_without(
    asked: list[tuple[str, str]], fields: list[tuple[str, str]], status: int
) -> None:
    wanted = Asked.of(Headers.of(*asked))
    response = Headers.of(*fields)
    for browser in BROWSERS.values():
        with_, without = (
            preflight_check(wanted, "https://app.example", status, response, include, browser)
            for include in (True, False)
        )
        assert without is None or with_ is not None


@given(
    st.sampled_from(["http", "https", "ws"]),
    st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z]{2,5}){0,2}", fullmatch=True),
    st.one_of(st.none(), st.integers(1, 65535)),
)
def test_a_serialised_origin_is_one(scheme: str, host: str, port: int | None) -> None:
    origin = serialise(scheme, host, port)
    assert is_serialised(origin)
    assert is_url(origin)


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_the_order_of_feeding_does_not_matter_offline(data: st.DataObject) -> None:
    door = Door(b"p")
    session = data.draw(st.lists(exchanges(door), min_size=2, max_size=6))
    session = [dataclasses.replace(e, started=float(i), ended=i + 0.5)
               for i, e in enumerate(session)]  # fmt: skip
    there, back = Auditor(door), Auditor(door)
    for exchange in session:
        there.add(exchange)
    for exchange in reversed(session):
        back.add(exchange)
    assert there.result().to_json() == back.result().to_json()


def test_roles_are_the_contract() -> None:
    assert {role.value for role in Role} == {
        "preflight", "cors", "same-origin", "no-cors", "navigation", "websocket",
        "non-browser", "other",
    }  # fmt: skip
