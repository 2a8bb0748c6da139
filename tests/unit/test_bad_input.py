"""Whatever is thrown at it: a clear result, or a message that names file and remedy."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from mitmproxy import flow
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from analysis import audit

from . import flows

GOOD = flows.call(("Access-Control-Allow-Origin", "https://app.example"))


def _text(path: Path) -> str:
    """Everything the result says about trouble with its inputs."""
    result = audit([str(path)])
    unfinished = [f"{c.name}: {c.error}" for c in result.captures if c.error]
    return " | ".join([s.reason for s in result.skipped] + unfinished)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.flow", b"", "empty"),
        ("notes.flow", b"these are my notes\n", "no capture"),
        ("picture.flow", b"\x89PNG\r\n\x1a\n" + bytes(100), "no capture"),
        # Without the time, which would give each worker of a run a test of another name.
        ("packed.flow", gzip.compress(b"these are my notes", mtime=0), "no capture"),
        ("length.flow", b"99999999999:4:type;", "not readable at byte 0"),
        ("list.flow", b"[1, 2]", "no capture"),
    ],
)
def test_what_is_no_capture_is_named_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    text = _text(path)
    assert name in text
    assert said in text
    assert not audit([str(path)]).exchanges


def test_a_missing_file_and_an_empty_folder(tmp_path: Path) -> None:
    assert "no such file" in _text(tmp_path / "nothing.flow")
    assert "no captures in this folder" in _text(tmp_path)


def test_an_unreadable_input_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_bytes(b"nonsense")
    flows.save(tmp_path / "b.flow", GOOD)
    result = audit([str(tmp_path)])
    assert [row.verdict for row in result.exchanges] == ["allowed"]
    assert "a.flow" in result.skipped[0].reason


@pytest.mark.parametrize("cut", [10, 200, 700])
def test_a_truncated_file_gives_what_is_whole(tmp_path: Path, cut: int) -> None:
    more = flows.call(("Access-Control-Allow-Origin", "*"))
    path = tmp_path / "cut.flow"
    path.write_bytes(flows.dump(GOOD, more)[:-cut])
    result = audit([str(path)])
    assert [row.flow_id for row in result.exchanges] == [GOOD.id]
    assert not result.captures[0].complete
    assert "damaged record" in (result.captures[0].error or "")


def test_damage_in_the_middle_costs_one_record(tmp_path: Path) -> None:
    last = flows.call(("Access-Control-Allow-Origin", "https://app.example"))
    first, broken = flows.dump(GOOD), bytearray(flows.dump(flows.call()))
    broken[20:40] = b"\xff" * 20
    path = tmp_path / "hole.flow"
    path.write_bytes(first + bytes(broken) + flows.dump(last))
    result = audit([str(path)])
    assert {row.flow_id for row in result.exchanges} == {GOOD.id, last.id}
    assert sum(s.count for s in result.skipped) == 1


def test_a_newer_format_says_what_to_upgrade(tmp_path: Path) -> None:
    state = {**GOOD.get_state(), "version": 99}
    path = tmp_path / "future.flow"
    path.write_bytes(tnetstring.dumps(state))
    text = _text(path)
    assert "99" in text
    assert "upgrade mitmproxy" in text


def test_other_kinds_of_flows_are_counted(tmp_path: Path) -> None:
    path = flows.save(tmp_path / "mix.flow", tflow.ttcpflow(), tflow.tudpflow(),
                      tflow.tdnsflow(), GOOD)  # fmt: skip
    result = audit([str(path)])
    assert sorted((s.what, s.count) for s in result.skipped) == [
        ("dns flow", 1), ("tcp flow", 1), ("udp flow", 1),
    ]  # fmt: skip
    assert result.captures[0].complete
    assert len(result.exchanges) == 1


def test_a_websocket_is_not_a_cors_request(tmp_path: Path) -> None:
    socket = tflow.twebsocketflow()
    socket.request.headers["Origin"] = "https://app.example"
    socket.request.headers["User-Agent"] = flows.CHROMIUM
    result = audit([str(flows.save(tmp_path / "ws.flow", socket))])
    assert result.totals.flows == 1
    assert not result.exchanges


def test_no_response_is_no_verdict(tmp_path: Path) -> None:
    refused = flows.call(status=None)
    refused.error = flow.Error("[Errno 111] Connect call failed")
    pending = flows.call(status=None)
    result = audit([str(flows.save(tmp_path / "lost.flow", refused, pending))])
    assert [(r.verdict, r.status) for r in result.exchanges] == [("not-applicable", None)] * 2
    lost = {row.flow_id: row.lost for row in result.exchanges}
    assert "Connect call failed" in (lost[refused.id] or "")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    odd = flows.call((b"Access-Control-Allow-Origin", b"https://\xff\xfe.test\x9b"))
    result = audit([str(flows.save(tmp_path / "odd.flow", odd))])
    row = result.exchanges[0]
    assert (row.verdict, row.reason) == ("blocked", "InvalidAllowOriginValue")
    assert json.loads(result.to_json())["exchanges"][0]["flow_id"] == odd.id


def test_ten_thousand_headers(tmp_path: Path) -> None:
    many = flows.call(
        ("Access-Control-Allow-Origin", "https://app.example"),
        *[(f"X-{i}", "v") for i in range(10_000)],
    )
    result = audit([str(flows.save(tmp_path / "many.flow", many))])
    assert result.exchanges[0].verdict == "allowed"


def test_a_flow_saved_twice_counts_once(tmp_path: Path) -> None:
    result = audit([str(flows.save(tmp_path / "twice.flow", GOOD, GOOD))])
    assert result.totals.flows == 1


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = str(flows.save(tmp_path / "same.flow", GOOD, flows.call()))
    assert audit([path]).to_json() == audit([path]).to_json()


@pytest.mark.parametrize("name", ["session.flow", Path("session.flow")])
def test_a_single_name_is_no_list_of_captures(name: str | Path) -> None:
    with pytest.raises(TypeError, match=re.escape("audit(['session.flow'])")):
        audit(name)  # type: ignore[arg-type]
