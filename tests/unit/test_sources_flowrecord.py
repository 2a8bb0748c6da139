"""The lazy reader against mitmproxy's own, record by record and field by field.

Where mitmproxy reads a record the lazy reader gives the same, or leaves it to mitmproxy. What
mitmproxy refuses the lazy reader may read only if what is wrong lies in a part that it steps
over; its two ways, patterns and walker, agree always.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mitmproxy import flow, http, version
from mitmproxy.io import FlowReader, tnetstring
from mitmproxy.test import tflow, tutils

from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources import migrated, open_capture, usual
from analysis.sources.base import Problem
from analysis.sources.flow import exchange_of
from analysis.sources.flowfile import exchanges
from analysis.sources.flowrecord import FORMAT
from analysis.sources.proxied import Proxied
from analysis.sources.stored import Stored
from analysis.sources.tnet import Item, whole
from tests.fuzz.targets.flowfiles import compare, lazily

from . import flows

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_flows").glob("*.flow"))
DECOY = flows.dump(flows.call(), flows.call(url="https://evil.example/x"))
FUZZ = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def by_flow_reader(path: Path, door: Door) -> list[Exchange]:
    with path.open("rb") as file:
        return [
            exchange_of(each, door, "c0")
            for each in FlowReader(file).stream()
            if isinstance(each, http.HTTPFlow)
        ]


def test_the_format_is_the_one_that_mitmproxy_writes() -> None:
    assert str(version.FLOW_FORMAT_VERSION).encode() == FORMAT


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_recordings_read_the_same_and_withhold_the_same(path: Path) -> None:
    ours, theirs = Door(), Door()
    found = exchanges(open_capture(str(path)).data, ours, "c0", every=True)
    assert list(found) == by_flow_reader(path, theirs)
    assert ours.withheld == theirs.withheld > 0
    assert ours.secrets() == theirs.secrets()


def test_browsers_flows_are_read_at_a_run() -> None:
    fast = slow = 0
    for path in SAMPLES:
        with path.open("rb") as file:
            for each in FlowReader(file).stream():
                read = usual.record(Stored.of(flows.dump(each)), 0)
                fast += read is not None
                slow += read is None
    assert fast > 200
    assert fast / (fast + slow) >= 0.95


@pytest.mark.parametrize("captures", [SAMPLES[:1], SAMPLES[:3]], ids=["one", "several"])
def test_reports_load_neither_mitmproxy_nor_pandas(captures: list[Path], tmp_path: Path) -> None:
    words = ["report", *map(str, captures), "-o", "r.json"]
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom analysis.cli import main\n"
        f"out = CliRunner().invoke(main, {words!r})\n"
        "assert out.exit_code == 0, out.output\n"
        "print([m for m in ('mitmproxy', 'pandas', 'numpy', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr


words = st.sampled_from([b"", b"GET", b"a", b"https", b"x,y", b",]", b";", b"5:a,b,c", b"\xff\xfe"])
raw_text = st.one_of(words, st.binary(max_size=20))
lines = st.lists(
    st.tuples(
        st.one_of(st.sampled_from([b"Host", b"origin", b"Cookie", b"User-Agent"]), raw_text),
        st.one_of(st.sampled_from([b"a.example", b"xn--mnchen-3ya.example", DECOY]), raw_text),
    ),
    max_size=6,
).map(tuple)
times = st.one_of(
    st.floats(0, 2e9), st.integers(0, 2_000_000_000), st.sampled_from([float("inf"), -1.5, 1e-9])
)
bodies = st.one_of(st.none(), st.just(DECOY), st.binary(max_size=40))
versions = st.sampled_from([b"HTTP/1.1", b"HTTP/2.0", b"HTTP/3", b"HTTP/1.0", b"x,y"])
names = st.one_of(st.sampled_from(["a.example", "::1", "münchen.example", "a;b", ""]), st.text())


@st.composite
def messages(draw: st.DrawFn) -> http.HTTPFlow:
    """Flows in every state that mitmproxy can write."""
    made = tflow.tflow(resp=draw(st.booleans()), err=draw(st.booleans()), ws=False)
    made.request = http.Request(
        draw(names), draw(st.integers(0, 70000)), draw(raw_text), draw(raw_text),
        draw(st.one_of(raw_text, st.just(b"xn--mnchen-3ya.example:8443"), st.just(b"XN--X"))),
        draw(st.one_of(raw_text, st.just(b"/a,b;c?d=[1,2]"), st.just(b"http://x.example/"))),
        draw(versions), http.Headers(draw(lines)), draw(bodies),
        draw(st.one_of(st.none(), lines.map(http.Headers))), draw(times),
        draw(st.one_of(st.none(), times)),
    )  # fmt: skip
    if made.response is not None:
        made.response = tutils.tresp(
            http_version=draw(versions), status_code=draw(st.sampled_from([200, 204, 0, 302, 101])),
            reason=draw(raw_text), headers=http.Headers(draw(lines)), content=draw(bodies),
            timestamp_start=draw(times), timestamp_end=draw(st.one_of(st.none(), times)),
        )  # fmt: skip
    if draw(st.booleans()):
        made.websocket = tflow.twebsocketflow().websocket
    if made.error is not None:
        made.error = flow.Error(draw(st.text()), draw(times))
    made.is_replay = draw(st.sampled_from([None, "request", "response"]))
    made.marked = draw(st.sampled_from(["", ":no_entry:"]))
    made.comment = draw(st.text(max_size=9))
    made.metadata = draw(st.sampled_from([{}, {"cors_audit": {"rules": ["a"]}}]))
    made.client_conn.peername = draw(st.sampled_from([("10.0.0.1", 5), ("::1", 5, 0, 0)]))
    made.client_conn.id = draw(st.sampled_from(["k1", "é"]))
    made.server_conn.timestamp_start = draw(st.one_of(st.none(), times))
    made.server_conn.via = draw(st.sampled_from([None, ("https", ("proxy", 8080))]))
    if draw(st.booleans()):
        made.backup()
        made.comment += draw(st.sampled_from(["", "edited"]))
    return made


@FUZZ
@given(messages())
def test_every_state_of_a_flow(made: http.HTTPFlow) -> None:
    raw = flows.dump(made)
    said = compare(raw)
    known = migrated.record(raw)
    assert isinstance(known, Proxied)
    assert (said is None) == (made._backup is not None and made._backup != {})
    assert known.named == made.request.host_header


@FUZZ
@given(messages(), st.data())
def test_keys_in_any_order_missing_added_and_of_other_types(
    made: http.HTTPFlow, data: st.DataObject
) -> None:
    state = made.get_state()
    parts = [state] + [each for each in state.values() if isinstance(each, dict)]
    for part in data.draw(st.lists(st.sampled_from(parts), max_size=2)):
        change = data.draw(st.sampled_from(["shuffle", "drop", "add", "value", "twice"]))
        keys = sorted(part)
        if not keys or change == "add":
            part["news"] = data.draw(st.sampled_from([None, 1, b"x", "x", [], {}]))
        elif change == "shuffle":
            for key in data.draw(st.permutations(keys)):
                part[key] = part.pop(key)
        elif change == "drop":
            del part[data.draw(st.sampled_from(keys))]
        else:
            part[data.draw(st.sampled_from(keys))] = data.draw(
                st.sampled_from([None, True, 7, 7.5, b"x", "x", [], ["x"], {}, {"a": 1}, b"http"])
            )
    compare(tnetstring.dumps(state))


def test_a_key_twice_counts_as_mitmproxy_counts_it() -> None:
    raw = flows.dump(flows.call())
    inside = raw[raw.index(b":") + 1 : -1]
    double = b"2:id;3:abc;" + inside + b"2:id;3:xyz;"
    said = compare(b"%d:%b}" % (len(double), double))
    assert isinstance(said, Proxied)
    assert said.id == "xyz"


@pytest.mark.parametrize("seed", range(40))
def test_mutated_bytes(seed: int) -> None:
    random = Random(seed)
    path = random.choice(SAMPLES)
    with path.open("rb") as file:
        raws = [flows.dump(each) for each in FlowReader(file).stream()]
    read_ = 0
    for raw in raws:
        for _ in range(6):
            bad = bytearray(raw)
            for _ in range(random.randint(1, 3)):
                at = random.randrange(len(bad))
                kind = random.randrange(4)
                if kind == 0:
                    bad[at] = random.randrange(256)
                elif kind == 1:
                    bad[at] = random.choice(b"0123456789:,;]}#^~!")
                elif kind == 2:
                    bad[at:at] = random.randbytes(random.randint(1, 3))
                else:
                    del bad[at : at + random.randint(1, 3)]
            read_ += compare(_reframed(bytes(bad))) is not None
    assert read_  # some changes leave a whole record, and it was compared


def _reframed(raw: bytes) -> bytes:
    """With a length that is right: what is inside is to be tried."""
    inside = raw.partition(b":")[2][:-1]
    return b"%d:%b}" % (len(inside), inside)


def test_a_body_that_holds_a_flow_file_is_a_body() -> None:
    inside = flows.dump(flows.call(url="https://evil.example/"), flows.call())
    made = flows.call(body=inside * 3)
    found = list(exchanges(Stored.of(flows.dump(made, flows.call())), Door(), "c0"))
    assert [each.url.host for each in found if isinstance(each, Exchange)] == ["api.example"] * 2


@pytest.mark.parametrize(
    "raw",
    [
        b"4:abcd}", b"0:}", b"0:~", b"999999999999:4:type;", b"7:4:type;}", b"", b"12",
        b"18446744073709551616:x}", b"-1:}", b"+3:abc}", b" 3:abc}",
        b"9" * 5000 + b":}", b"1:" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_record(raw: bytes) -> None:
    assert lazily(raw) is None
    assert all(
        isinstance(each, Problem) for each in exchanges(Stored.of(raw), Door(), "c0", every=True)
    )


def test_deep_nesting_is_stepped_over_or_one_problem() -> None:
    nest: bytes = b"0:]"
    for _ in range(3000):
        nest = b"%d:%b]" % (len(nest), nest)
    good = flows.dump(flows.call())
    inside = good[good.index(b":") + 1 : -1].replace(b"8:metadata;0:}", b"8:metadata;" + nest)
    deep = b"%d:%b}" % (len(inside), inside)
    found = list(exchanges(Stored.of(good + deep + good), Door(), "c0"))
    assert [type(each) for each in found] == [Exchange, Problem, Exchange]


@pytest.mark.parametrize("age", [20, 19, 18])
def test_older_formats_are_left_to_mitmproxy(age: int) -> None:
    state = flows.call().get_state()
    state["version"] = age
    if age <= 19:
        state["client_conn"]["state"] = state["server_conn"]["state"] = 0
    if age <= 18:
        _before_19(state)
    raw = tnetstring.dumps(state)
    assert lazily(raw) is None
    (found,) = exchanges(Stored.of(raw), Door(), "c0", every=True)
    assert isinstance(found, Exchange)
    assert found.url.text == "https://api.example/items"


def _before_19(state: dict[str, Any]) -> None:
    for name in ("client_conn", "server_conn"):
        part = state[name]
        part["cipher_name"] = part.pop("cipher")
        part["tls_established"] = True
        part.pop("transport_protocol")
    state["client_conn"]["address"] = state["client_conn"].pop("peername")
    state["client_conn"]["tls_extensions"] = None
    server = state["server_conn"]
    server["ip_address"], server["source_address"] = server.pop("peername"), server.pop("sockname")
    server["via2"] = server.pop("via")


def test_certificates_are_stepped_over() -> None:
    """So what is wrong with them hides no exchange."""
    state = flows.call().get_state()
    state["server_conn"]["certificate_list"] = [b"none"]
    raw = tnetstring.dumps(state)
    assert isinstance(migrated.record(raw), Problem)
    assert isinstance(compare(raw), Proxied)


def test_items_know_where_they_lie() -> None:
    assert whole(b"3:abc,") == Item(ord(","), 2, 5)
