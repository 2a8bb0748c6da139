"""HAR files, as each exporter writes them, and as nobody should."""

from __future__ import annotations

import copy
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from analysis import audit
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.sources import Problem, har, har_text
from analysis.sources.exporters import EXPORTERS
from analysis.sources.stored import Stored

SAMPLES = sorted((Path(__file__).parents[2] / "sample_flows").glob("*.flow"))
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
ALLOWED = (
    ("Access-Control-Allow-Origin", "https://app.example"),
    ("Access-Control-Allow-Credentials", "true"),
    ("Vary", "Origin"),
)


def entry(
    *answer: tuple[str, str],
    method: str = "GET",
    url: str = "https://api.example/items",
    status: int = 200,
    asked: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """A call of https://app.example as an exporter writes it."""
    sent = (
        ("User-Agent", CHROME),
        ("Origin", "https://app.example"),
        ("Sec-Fetch-Mode", "cors"),
        *asked,
    )
    return {
        "startedDateTime": "2026-11-24T10:00:00.250Z",
        "time": 12.5,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "http/2.0",
            "headers": [{"name": name, "value": value} for name, value in sent],
        },
        "response": {
            "status": status,
            "headers": [{"name": name, "value": value} for name, value in answer],
        },
        **more,
    }


def archive(*entries: object, creator: str = "WebInspector") -> bytes:
    log = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": entries}
    return json.dumps({"log": log}).encode()


def items(data: bytes) -> list[Exchange | Problem]:
    return list(har.exchanges(Stored.of(data), Door(), "c0"))


def result(folder: Path, *entries: object, creator: str = "WebInspector") -> AuditResult:
    path = folder / "session.har"
    path.write_bytes(archive(*entries, creator=creator))
    return audit([path])


def test_what_is_read_of_an_entry() -> None:
    (found,) = items(archive(entry(*ALLOWED, (":status", "200"), ("Set-Cookie", "a=1\nb=2"))))
    assert isinstance(found, Exchange)
    assert found.id == "c0#0"
    assert found.agent == "chromium/156"
    assert found.http_version == "HTTP/2.0"
    assert found.ended is not None
    assert found.started is not None
    assert found.ended - found.started == pytest.approx(0.0125, abs=1e-6)
    assert found.connection == ""
    assert found.response.get("access-control-allow-origin") == "https://app.example"
    assert ":status" not in found.response
    assert len(found.set_cookies) == 2


def test_verdicts(tmp_path: Path) -> None:
    told = result(
        tmp_path,
        entry(*ALLOWED, url="https://api.example/fine"),
        entry(url="https://api.example/broken"),
        entry(("Access-Control-Allow-Origin", "*\n*"), url="https://api.example/twice"),
        creator="Firefox",
    )
    said = {each.path_template: each.verdict for each in told.exchanges}
    assert said == {"/fine": "allowed", "/broken": "blocked", "/twice": "blocked"}
    assert told.captures[0].kind == "har"
    assert told.captures[0].made_by == "Firefox"


def test_a_call_without_an_answer_is_no_servers_fault(tmp_path: Path) -> None:
    """Exporters write status 0 or -1 for what was refused, and for what was lost."""
    told = result(tmp_path, entry(status=0, _error="net::ERR_FAILED"), entry(*ALLOWED))
    assert [each.what for each in told.skipped] == ["call without an answer"]
    assert "server-never-answered" not in {each.rule for each in told.findings}
    assert told.totals.blocked == 0


def test_mitmproxy_knows_that_there_was_none(tmp_path: Path) -> None:
    refused = entry(status=0, _error="Connection refused")
    told = result(tmp_path, refused, creator="mitmproxy")
    assert "server-never-answered" in {each.rule for each in told.findings}
    assert not told.skipped


@pytest.mark.parametrize(
    ("creator", "said"),
    [
        ("WebInspector", "cookies and Authorization"),
        ("WebKit Web Inspector", "leaves preflights out"),
        ("Playwright", "leaves preflights out"),
        ("Firefox", "Connections are not in it"),
        ("mitmproxy", "Connections are not in it"),
        ("something else", "It may be that"),
    ],
)
def test_what_each_exporter_lacks_is_said(tmp_path: Path, creator: str, said: str) -> None:
    told = result(tmp_path, entry(*ALLOWED), creator=creator)
    (spot,) = [each for each in told.blind_spots if each.id == "har"]
    assert said in spot.message


def test_the_table_in_the_documentation_is_that_of_the_code() -> None:
    text = (Path(har.__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]
    told = {
        row[0].split("`")[1]: tuple(cell.strip() for cell in row[1:])
        for row in rows
        if len(row) == 5
    }
    assert told == {
        name: (
            "yes" if by.preflights else "no",
            "yes" if by.refused else "no",
            "yes" if by.credentials else "only when exported with sensitive data",
            f"`{by.connection}`" if by.connection else "no",
        )
        for name, by in EXPORTERS.items()
    }


def test_a_sanitised_file_leaves_the_mode_open(tmp_path: Path) -> None:
    """Without cookies nothing says whether they were sent: never a verdict that rests on that."""
    told = result(tmp_path, entry(("Access-Control-Allow-Origin", "*")))
    assert [each.verdict for each in told.exchanges] == ["indeterminate"]


def test_what_is_no_http_is_counted(tmp_path: Path) -> None:
    told = result(
        tmp_path,
        entry(url="data:text/plain,x"),
        entry(url="blob:https://app.example/1"),
        entry(url="wss://api.example/socket", status=101),
        entry(url="https://[::1/odd"),
        entry(*ALLOWED),
    )
    counts = {each.what: each.count for each in told.skipped}
    assert counts == {"entry that is no HTTP request": 2, "request with an unreadable URL": 1}
    assert told.totals.flows == 2


@pytest.mark.parametrize(
    "broken",
    [
        None, 3, "x", [], {}, {"request": None}, {"request": {}},
        {"request": {"method": 3, "url": "https://a.example/"}, "response": {"status": 200}},
        {"request": {"method": "GET", "url": None}},
        {"request": {"method": "GET", "url": "https://a.example/", "headers": 3},
         "response": {"status": 200}},
        {"request": {"method": "GET", "url": "https://a.example/", "headers": [{"name": 1}]},
         "response": {"status": 200}},
    ],
)  # fmt: skip
def test_a_broken_entry_costs_itself(tmp_path: Path, broken: object) -> None:
    told = result(tmp_path, entry(*ALLOWED), broken, entry(*ALLOWED))
    assert [each.what for each in told.skipped] == ["entry that cannot be understood"]
    assert told.totals.flows == 2


@pytest.mark.parametrize(
    ("started", "took"),
    [(None, 1), ("", 1), ("yesterday", 1), ("2026-11-24T10:00:00", -1), ("9999-12-31T00:00:00Z", 1),
     ("2026-11-24T10:00:00Z", float("nan")), ("2026-11-24T10:00:00Z", 1e300), (12, "x"),
     ("0001-01-01T00:00:00+14:00", 10**400)],
)  # fmt: skip
def test_odd_times(tmp_path: Path, started: object, took: object) -> None:
    told = result(tmp_path, entry(*ALLOWED) | {"startedDateTime": started, "time": took})
    assert [each.verdict for each in told.exchanges] == ["allowed"]
    assert not told.skipped


@pytest.mark.parametrize(
    "data",
    [
        archive(entry(*ALLOWED))[:-40],
        b'{"log": ' + b"[" * 100_000,
        b'{"log": {"version": "1.2"}}',
        b'{"log": {"entries": 3}}',
        b'{"log": [1]}',
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.har"
    path.write_bytes(data)
    told = audit([path])
    assert [each.what.startswith("HAR file") for each in told.skipped] == [True]
    assert told.captures[0].error
    assert not told.captures[0].complete


def test_a_byte_order_mark_and_any_order_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    path.write_bytes(b"\xef\xbb\xbf\n " + archive(entry(*ALLOWED)))
    assert audit([path]).totals.cors == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def replace_one_value(entry: dict[str, Any], data: st.DataObject) -> None:
    """Put anything in the place of any value, at any depth."""
    at: Any = entry
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not at[key] or not isinstance(at[key], dict | list) or data.draw(st.booleans()):
            at[key] = data.draw(VALUES)
            return
        at = at[key]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_anything_in_the_place_of_anything(data: st.DataObject) -> None:
    """An entry with one value replaced is an exchange or a problem; its neighbour is not hurt."""
    changed = copy.deepcopy(entry(*ALLOWED))
    replace_one_value(changed, data)
    found = items(archive(changed, entry(*ALLOWED)))
    assert len(found) == 2
    assert isinstance(found[1], Exchange)


def flows(path: Path) -> list[HTTPFlow]:
    with path.open("rb") as file:
        return [flow for flow in FlowReader(file).stream() if isinstance(flow, HTTPFlow)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_same_traffic_both_ways(path: Path, tmp_path: Path) -> None:
    """Equal but for what only connections tell: there the HAR file leaves the verdict open."""
    exported = tmp_path / "x.har"
    exported.write_text(json.dumps(SaveHar().make_har(flows(path))))
    whole, part = audit([path]), audit([exported])
    assert len(whole.exchanges) == len(part.exchanges)
    order = lambda row: (row.started, row.method, row.url)  # noqa: E731
    for seen, shown in zip(
        sorted(whole.exchanges, key=order), sorted(part.exchanges, key=order), strict=True
    ):
        assert (shown.url, shown.role, shown.page) == (seen.url, seen.role, seen.page)
        if shown.verdict != "indeterminate":
            assert shown.verdict == seen.verdict
    assert not part.skipped


def test_chrome_numbers_its_connections(tmp_path: Path) -> None:
    """`_connectionId` tells connections apart; `connection` is a port, which tells nothing."""
    (found,) = items(archive(entry(*ALLOWED, _connectionId="103", connection="443")))
    assert isinstance(found, Exchange)
    assert found.connection == "c0/103"
    for creator in ("Firefox", "Playwright", "mitmproxy"):
        same = entry(*ALLOWED, _connectionId="103", connection="443")
        (other,) = items(archive(same, creator=creator))
        assert isinstance(other, Exchange)
        assert other.connection == ""


def test_connections_decide_what_cookies_do_not(tmp_path: Path) -> None:
    """A cookie shows what the connection is for, and so the mode of its other requests."""
    with_cookie = entry(*ALLOWED, asked=(("Cookie", "sid=1"),), _connectionId="7")
    star = ("Access-Control-Allow-Origin", "*")
    told = result(
        tmp_path, with_cookie, entry(star, url="https://api.example/b", _connectionId="7")
    )
    assert [each.verdict for each in told.exchanges] == ["allowed", "blocked"]
    assert "connection-with-credentials" in told.exchanges[1].because


def preflight(*asked: str, at: int = 12, **more: Any) -> dict[str, Any]:
    """The preflight of `entry()`, noted after its request, as browsers do."""
    wanted = (("Access-Control-Request-Method", "GET"),)
    if asked:
        wanted += (("Access-Control-Request-Headers", ", ".join(asked)),)
    allows = ("Access-Control-Allow-Headers", "authorization, x-asked")
    made = entry(*ALLOWED, allows, method="OPTIONS", asked=wanted, **more)
    return made | {"startedDateTime": f"2026-11-24T10:00:00.2{50 + at // 10}Z", "time": 30}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("creator", ["WebInspector", "Firefox"])
def test_a_request_stands_behind_its_preflight(creator: str, order: int, tmp_path: Path) -> None:
    call = entry(*ALLOWED, asked=(("X-Asked", "1"),)) | {"time": 80}
    told = result(tmp_path, *[call, preflight("x-asked")][::order], creator=creator)
    (shown,) = [row for row in told.exchanges if row.role == "cors"]
    (asked,) = [row for row in told.exchanges if row.role == "preflight"]
    assert shown.preflight == asked.flow_id
    assert asked.ended is not None
    assert shown.started is not None
    assert shown.started >= asked.ended


def authorized(found: list[Exchange | Problem]) -> list[bool]:
    return ["authorization" in each.request for each in found if isinstance(each, Exchange)]


def test_a_preflight_proves_a_sanitised_authorization() -> None:
    both = entry(*ALLOWED), preflight("authorization")
    assert authorized(items(archive(*both))) == [True, False]
    # Firefox leaves nothing out: there it was not sent.
    assert authorized(items(archive(*both, creator="Firefox"))) == [False, False]
    assert authorized(items(archive(entry(*ALLOWED), preflight("x-asked")))) == [False, False]
    elsewhere = entry(*ALLOWED, url="https://api.example/other")
    assert authorized(items(archive(elsewhere, preflight("authorization")))) == [False, False]
    before = entry(*ALLOWED) | {"startedDateTime": "2026-11-24T09:59:59Z"}
    assert authorized(items(archive(before, *both))) == [False, True, False]
    refused = archive(preflight("authorization"), entry(*ALLOWED, status=0))
    assert authorized(items(refused)) == [False]


def test_websockets_are_no_calls(tmp_path: Path) -> None:
    """Exporters leave `Upgrade` out at times; the scheme, or the messages, say it as well."""
    told = result(
        tmp_path,
        entry(url="wss://api.example/one", status=101),
        entry(url="https://api.example/two", status=101, _webSocketMessages=[]),
    )
    assert told.totals.flows == 2
    assert told.totals.cors == told.totals.blocked == 0


def test_an_answer_of_a_service_worker_was_not_on_the_wire(tmp_path: Path) -> None:
    worker = entry(url="https://api.example/cached")
    worker["response"]["_fetchedViaServiceWorker"] = True
    told = result(tmp_path, worker, entry(*ALLOWED))
    assert [each.what for each in told.skipped] == ["answer of a service worker"]
    assert told.totals.blocked == 0


def test_a_damaged_entry_costs_itself(tmp_path: Path) -> None:
    whole = archive(*[entry(*ALLOWED, url=f"https://api.example/{n}") for n in "abc"])
    at = whole.index(b'"headers": [', whole.index(b'/b"'))
    path = tmp_path / "x.har"
    path.write_bytes(whole[:at] + b"]" + whole[at + 1 :])
    told = audit([path])
    assert [row.path_template for row in told.exchanges] == ["/a", "/c"]
    assert [each.what for each in told.skipped] == ["damaged entry"]
    assert "not readable behind 1 entries" in str(told.captures[0].error)


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    path.write_bytes(archive(entry(*ALLOWED), entry(*ALLOWED), entry(*ALLOWED))[:-40])
    told = audit([path])
    assert told.totals.cors == 2
    assert "only 2 entries" in str(told.captures[0].error)


def test_the_creator_may_stand_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    log = {"entries": [entry(*ALLOWED)], "pages": [], "creator": {"name": "Firefox"}}
    path.write_text(json.dumps({"comment": {}, "log": log}))
    assert audit([path]).captures[0].made_by == "Firefox"


@pytest.mark.parametrize("block", [1, 7, 64, 2**20])
def test_values_are_read_whole_however_the_file_is_cut(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(har_text, "BLOCK", block)
    odd = [
        12345678901234567890,
        -1.5e10,
        True,
        None,
        '\u00e4\u20ac \\ " }{',
        {"a": [{}]},
        "x" * 300,
    ]
    for ascii_only in (True, False):
        log = {"version": 1.25, "entries": odd}
        data = json.dumps({"log": log}, ensure_ascii=ascii_only, indent=2).encode()
        assert list(har.entries(Stored.of(data))) == odd


@given(st.binary(max_size=40), st.integers(0, 2000), st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_any_damage(junk: bytes, at: int, gone: int) -> None:
    """What stands before the damage is read; so is what stands well behind it."""
    whole = archive(*[entry(*ALLOWED, url=f"https://api.example/{n}") for n in "abcdef"])
    start = whole.index(b'{"startedDateTime"')
    at = start + at % (len(whole) - start)
    found = items(whole[:at] + junk + whole[at + gone :])
    read = {each.url.path for each in found if isinstance(each, Exchange)}
    length = (len(whole) - start) // 6
    number = (at - start) // length
    before = {f"/{n}" for n in "abcdef"[: max(0, number - 1)]}
    assert read >= before


def test_a_large_file_is_never_held_as_a_whole(tmp_path: Path) -> None:
    """Bodies are the most of it: they are gone before the next entry is read."""
    large = entry(*ALLOWED)
    large["response"]["content"] = {"text": "x" * 2**20}
    path = tmp_path / "x.har"
    path.write_bytes(archive(*[large] * 40))
    tracemalloc.start()
    told = audit([path])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told.totals.cors == 40
    assert most < 16 * 2**20


@pytest.mark.parametrize(
    "tail",
    [
        b'{"a":' * 50_000,
        b'{"request":1,"response":[' * 20_000,
        b'{"x":' * 2_000 + b'"' + b"y" * 2**20,
    ],
)  # fmt: skip
def test_the_search_behind_a_damage_comes_to_an_end(tail: bytes) -> None:
    """Each of these objects leads to the end of the file, where it turns out to be none."""
    found = items(archive(entry(*ALLOWED))[:-3] + b", !" + tail)
    assert [type(each) for each in found] == [Exchange, Problem]
