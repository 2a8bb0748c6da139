"""Long sessions: put aside, walked in pieces, bounded; and judged as a short one is."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest
from mitmproxy.test import taddons

from addon import explain
from addon.recorder import CorsAudit
from analysis import engine, findings, hidden, kept, packing, redact
from analysis.engine import Auditor
from analysis.exchange import Exchange, Header, Headers, Url
from analysis.ids import Ids
from analysis.kept import Kept
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.session import clients, cookies, facts, links
from analysis.session.links import Node
from analysis.sources import open_capture, read
from analysis.sources.transcript import exchanges
from tests.benchmarks import session
from tests.benchmarks.memory import Traffic

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "sample_flows").glob("*.flow"))
FEW = """
> GET https://api.example/{number}
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: cross-site
< 200
"""


def heard(path: Path) -> list[Exchange]:
    items = read(open_capture(str(path)), Door(), "c0")
    return [item for item in items if isinstance(item, Exchange)]


def made_up(count: int) -> list[Exchange]:
    door = Door()
    return [each.through(door) for each in session.session(count)]


def judge(session: list[Exchange]) -> AuditResult:
    auditor = Auditor()
    for each in session:
        auditor.add(each)
    return auditor.result()


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is put aside at once, most of it in a file, and walked over several times."""
    monkeypatch.setattr(kept, "AS_THEY_ARE", 3)
    monkeypatch.setattr(kept, "BLOCK", 2)
    monkeypatch.setattr(kept, "IN_MEMORY", 2_000)
    monkeypatch.setattr(kept, "LONG", 0.01)
    monkeypatch.setattr(engine, "AT_ONCE", 0)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_in_pieces_and_at_once_are_one_result(path: Path, request: pytest.FixtureRequest) -> None:
    session = heard(path)
    at_once = judge(session).to_json()
    random.Random(1).shuffle(session)
    request.getfixturevalue("in_pieces")
    assert judge(session).to_json() == at_once


def test_so_are_they_for_a_longer_session(request: pytest.FixtureRequest) -> None:
    session = made_up(1_500)
    at_once = judge(session).to_json()
    request.getfixturevalue("in_pieces")
    assert judge(session).to_json() == at_once


@pytest.mark.usefixtures("in_pieces")
def test_what_is_put_aside_comes_back_in_order() -> None:
    session = [e for path in SAMPLES[:3] for e in heard(path)]
    untimed = [replace(e, id=f"u{n}", started=None) for n, e in enumerate(session[:9])]
    store = Kept()
    for each in (*reversed(session), *untimed):
        store.add(each)
    in_order = sorted(session, key=lambda e: (e.started or 0.0, e.ended or 0.0, e.id))
    for _ in range(2):
        assert list(store.everything()) == [*untimed, *in_order]
    assert len(store) == len(list(store)) < len(session) + 9


HOME = """
> GET https://{host}.example/{number}
> Sec-Fetch-Mode: no-cors
> Sec-Fetch-Site: same-origin
> Cookie: a=1
< 200
< ETag: "1"
"""


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("first", [True, False])
def test_what_is_at_home_counts_where_others_call(
    first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what was put aside before that was known."""
    monkeypatch.setattr(kept, "LONG", 60.0)
    at_home = [HOME.format(host=host, number=n) for n in range(9) for host in ("www", "api")]
    called = FEW.format(number=1)
    texts = [called, *at_home] if first else [*at_home, called]
    store = Kept()
    session = list(exchanges("".join(texts), Door()))
    for each in session:
        store.add(each)
    expected = [each for each in session if each.url.host == "api.example"]
    assert list(store) == expected
    assert len(store) == len(expected) == 10
    assert list(store.everything()) == session


@pytest.mark.usefixtures("in_pieces")
def test_without_a_disk_it_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> IO[bytes]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "TemporaryFile", full)
    store, session = Kept(), made_up(200)
    for each in session:
        store.add(each)
    assert list(store) == session


@pytest.mark.parametrize("at_once", [True, False])
def test_an_interrupted_end_says_what_it_knows(
    at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:
        monkeypatch.setattr(engine, "AT_ONCE", 0)
    monkeypatch.setattr(engine, "AT_LEAST", 7)
    auditor = Auditor()
    for each in exchanges("".join(FEW.format(number=n) for n in range(20)), Door()):
        auditor.add(each)
    auditor.interrupt()
    result = auditor.result()
    assert len(result.exchanges) == 7
    assert {finding.rule for finding in result.findings} == {"missing-allow-origin"}
    (skipped,) = result.skipped
    assert (skipped.what, skipped.count) == ("exchanges", 13)
    assert "interrupted" in skipped.reason
    assert {e.flow_id for f in result.findings for e in f.evidence} <= {
        row.flow_id for row in result.exchanges
    }


def test_ids_are_known_again() -> None:
    ids = Ids()
    assert all(ids.add(f"flow {n}") for n in range(5_000))
    assert not any(ids.add(f"flow {n}") for n in range(5_000))
    assert "flow 7" in ids
    assert "flow 5000" not in ids


def test_rows_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    common = [FEW.format(number="common")] * 40
    door = Door()
    session = list(exchanges("".join([*common, FEW.format(number="rare")]), door))
    whole = judge(session)
    monkeypatch.setattr(engine, "MAX_ROWS", 12)
    result = judge(session)
    assert len(result.exchanges) == 12
    assert [row.path_template for row in result.exchanges][-1] == "/rare"
    (skipped,) = result.skipped
    assert (skipped.what, skipped.count) == ("rows of exchanges", 29)
    assert result.findings == whole.findings
    assert result.totals == whole.totals
    assert {e.flow_id for f in result.findings for e in f.evidence} <= {
        row.flow_id for row in result.exchanges
    }


def test_servers_and_findings_beyond_the_bound_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "MAX_APIS", 3)
    monkeypatch.setattr(findings, "MAX_FINDINGS", 2)
    text = "".join(FEW.format(number=n).replace("api.", f"api{n % 5}.") for n in range(20))
    session = list(exchanges(text, Door()))
    result = judge(session)
    counts = {each.what: each.count for each in result.skipped}
    assert counts["exchanges with further servers"] == 8
    assert counts["further findings"] > 0
    assert len(result.policies) == 3
    live = Auditor()
    for each in session:
        live.feed([each])
    assert live.result() == result


def test_forgotten_values_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden, "FIRST", 2)
    monkeypatch.setattr(hidden, "LATEST", 3)
    auditor = Auditor()
    for number in range(10):
        text = FEW.format(number="x").replace("\n<", f"\n> X-Key: k9Xq2vTz{number}Lm\n<")
        for each in exchanges(text, auditor.door):
            auditor.add(replace(each, id=str(number)))
    result = auditor.result()
    assert result.secrets == {f"k9Xq2vTz{number}Lm" for number in (0, 1, 7, 8, 9)}
    (skipped,) = result.skipped
    assert (skipped.what, skipped.count) == ("kinds of withheld values", 1)


@pytest.mark.parametrize("cut", range(0, 30, 3))
def test_divided_work_forgets_the_same(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    monkeypatch.setattr(hidden, "FIRST", 2)
    monkeypatch.setattr(hidden, "LATEST", 3)
    came = [(place, f"{place}-{number}") for number in range(10) for place in "abc"]
    came = [(place, value) for place, value in came if place != "c" or value < "c-5"]
    alone, first, second = hidden.Hidden(), hidden.Hidden(), hidden.Hidden()
    for number, each in enumerate(came):
        alone.add(*each)
        (first if number < cut else second).add(*each)
    first.take_over(second.told())
    assert first.overfull == alone.overfull == 2
    assert len(list(first)) == len(list(alone))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bounds that are reached soon."""
    for module, bounds in {
        kept: ("AS_THEY_ARE",),
        links: ("KEPT_NODES", "KEPT_URLS"),
        packing: ("ROOM",),
        clients: ("KEPT_CONNECTIONS", "KEPT_POOLS"),
        cookies: ("MAX_TIMES",),
        redact: ("KEPT_LINES",),
        hidden: ("FIRST", "LATEST"),
        explain: ("KEPT",),
        engine: ("MAX_ALIKE",),
    }.items():
        for name in bounds:
            monkeypatch.setattr(module, name, 50)
    monkeypatch.setattr(facts, "MAX_TOLD", 2)
    monkeypatch.setattr(facts, "MAX_URLS", 5)
    monkeypatch.setattr(kept, "BLOCK", 10)
    monkeypatch.setattr(kept, "IN_MEMORY", 10_000)
    return


@pytest.mark.usefixtures("narrow")
def test_memory_does_not_grow_with_traffic() -> None:
    """Once the bounds are reached, nothing of further exchanges stays as an object."""
    held = []
    with taddons.context() as context:
        # What this sends to addons as events must not outlive the context's loop.
        context.master._legacy_log_events.uninstall()
        addon = CorsAudit()
        context.master.addons.add(addon)
        context.configure(addon, cors_live="off", cors_mark=False, cors_report="")
        for number, flow in enumerate(Traffic(endpoints=20, images=20).flows(8_000), 1):
            addon._last.response(flow)
            if number % 4_000 == 0:
                gc.collect()
                kinds = (Exchange, Node, Header, Headers, Url)
                held.append(sum(isinstance(each, kinds) for each in gc.get_objects()))
        addon.done()
        context.master.event_loop.close()
    assert held[1] < 1.1 * held[0]
