"""HAR files, as each exporter writes them, and as nobody should."""

from __future__ import annotations

import copy
import json
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
from analysis.sources import Problem, har

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
    return list(har.exchanges(data, Door(), "c0"))


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
        ("Firefox", "connections are not in it"),
        ("mitmproxy", "connections are not in it"),
        ("something else", "It may be that"),
    ],
)
def test_what_each_exporter_lacks_is_said(tmp_path: Path, creator: str, said: str) -> None:
    told = result(tmp_path, entry(*ALLOWED), creator=creator)
    (spot,) = [each for each in told.blind_spots if each.id == "har"]
    assert said in spot.message


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


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_anything_in_the_place_of_anything(data: st.DataObject) -> None:
    """An entry with one value replaced is an exchange or a problem; its neighbour is not hurt."""
    changed = copy.deepcopy(entry(*ALLOWED))
    at: Any = changed
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not at[key] or not isinstance(at[key], dict | list) or data.draw(st.booleans()):
            at[key] = data.draw(VALUES)
            break
        at = at[key]
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
