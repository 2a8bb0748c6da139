"""Files that are damaged, unfinished, packed, in parts: what is whole is read, the rest named."""

from __future__ import annotations

import gzip
import json
import os
import threading
from pathlib import Path
from random import Random

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from analysis import audit
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources import opening
from analysis.sources.base import CaptureError, Problem
from analysis.sources.flowfile import borders, exchanges
from analysis.sources.opening import open_capture
from analysis.sources.stored import Stored

from . import flows


def calls(number: int, body: bytes = b"") -> list[http.HTTPFlow]:
    """Calls one second apart."""
    return [
        flows.call(
            ("Access-Control-Allow-Origin", "*"), url=f"https://api.example/a{n}", body=body,
            started=1_700_000_000.0 + n,
        )
        for n in range(number)
    ]  # fmt: skip


def found(data: bytes | Stored) -> tuple[list[str], list[str]]:
    """Ids of what is read from these bytes, and what is said of the rest."""
    stored = Stored.of(data) if isinstance(data, bytes) else data
    items = list(exchanges(stored, Door(), "c0", every=True))
    return (
        [each.id for each in items if isinstance(each, Exchange)],
        [each.reason for each in items if isinstance(each, Problem)],
    )


def test_damage_inside_a_record_costs_that_record_alone() -> None:
    decoy = flows.dump(*calls(3))
    three = calls(3, decoy)
    first, middle, last = (flows.dump(each) for each in three)
    broken = b"7:versi\xffn;".join(middle.rsplit(b"7:version;", 1))
    assert len(broken) == len(middle)
    ids, said = found(first + broken + last)
    assert ids == [three[0].id, three[2].id]  # and nothing of what its body holds
    assert said == [f"not readable at byte {len(first)}: {len(middle)} bytes are lost"]


def test_a_broken_length_costs_up_to_the_next_record() -> None:
    three = calls(3)
    first, middle, last = (flows.dump(each) for each in three)
    ids, said = found(first + b"x" + middle[1:] + last)
    assert ids == [three[0].id, three[2].id]
    assert said == [f"not readable at byte {len(first)}: {len(middle)} bytes are lost"]


@pytest.mark.parametrize("end", [b"", b"1", b"12:34"])
def test_what_was_appended_behind_a_cut_is_read(end: bytes) -> None:
    """Also where the cut went through a number, which then runs into the next one."""
    before, after = calls(3), calls(4)
    data = flows.dump(*before)[:-100] + end + flows.dump(*after)
    ids, said = found(data)
    assert ids == [each.id for each in before[:2] + after]
    assert len(said) == 1


def test_a_growing_file_is_read_as_far_as_it_got(tmp_path: Path) -> None:
    made = calls(2)
    whole = flows.dump(*made)
    path = tmp_path / "growing.flow"
    path.write_bytes(whole[:-10])
    capture = open_capture(str(path))
    with path.open("ab") as file:
        file.write(whole[-10:])
    assert found(capture.data) == (
        [made[0].id],
        [
            f"not readable at byte {len(flows.dump(made[0]))}: "
            f"{len(flows.dump(made[1])) - 10} bytes are lost (the end of the file)"
        ],
    )
    assert found(open_capture(str(path)).data)[0] == [each.id for each in made]


@pytest.mark.parametrize("padding", [b"\n", b"\0" * 5000, b"\r\n \t"])
def test_padding_at_the_end_is_no_damage(padding: bytes) -> None:
    made = calls(2)
    assert found(flows.dump(*made) + padding) == ([each.id for each in made], [])


@pytest.mark.parametrize("seed", range(20))
def test_most_of_a_file_survives_its_damage(seed: int) -> None:
    random = Random(seed)
    made = calls(12)
    data = bytearray(flows.dump(*made))
    for _ in range(3):
        data[random.randrange(len(data))] = random.randrange(256)
    ids, said = found(bytes(data))
    known = {each.id for each in made}
    assert len(known & set(ids)) >= 9
    assert len(set(ids) - known) <= 3  # the damage may lie in an id
    assert len(said) <= 3


def test_borders_are_those_of_records_and_parts_read_like_the_whole() -> None:
    others = [tflow.ttcpflow(), tflow.tudpflow(), tflow.tdnsflow(), tflow.twebsocketflow()]
    made = calls(30, flows.dump(*calls(2)))
    data = Stored.of(flows.dump(*made[:3], *others, *made[3:]))
    parts = list(borders(data, 20_000))
    assert len(parts) > 5
    assert max(stop - start for start, stop in parts) < 40_000
    assert [parts[0][0], *[stop for _, stop in parts]] == [0, *[start for start, _ in parts[1:]],
                                                         len(data)]  # fmt: skip
    pieces = [
        each
        for start, stop in parts
        for each in exchanges(data, Door(), "c0", start, stop, every=True)
    ]
    assert pieces == list(exchanges(data, Door(), "c0", every=True))


@pytest.mark.parametrize("seed", range(20))
def test_parts_of_a_damaged_file_read_like_the_whole(seed: int) -> None:
    random = Random(seed)
    data = bytearray(flows.dump(*calls(20, flows.dump(*calls(2)))))
    for _ in range(4):
        at = random.randrange(len(data))
        data[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
    raw = Stored.of(bytes(data))
    parts = list(borders(raw, 10_000))
    pieces = [
        each
        for start, stop in parts
        for each in exchanges(raw, Door(), "c0", start, stop, every=True)
    ]
    assert pieces == list(exchanges(raw, Door(), "c0", every=True))


def test_a_packed_capture(tmp_path: Path) -> None:
    made = calls(3)
    plain = flows.save(tmp_path / "plain.flow", *made)
    packed = tmp_path / "packed.flow.gz"
    data = plain.read_bytes()
    packed.write_bytes(gzip.compress(data[:500]) + gzip.compress(data[500:]))
    result = audit([str(tmp_path)])
    assert [(each.name, each.flows, each.complete) for each in result.captures] == [
        ("packed.flow.gz", 3, True), ("plain.flow", 3, True),
    ]  # fmt: skip
    assert result.totals.flows == 3


def test_a_packed_capture_that_was_cut_off(tmp_path: Path) -> None:
    made = [each for _ in range(40) for each in calls(5, os.urandom(3000))]
    path = tmp_path / "cut.flow.gz"
    path.write_bytes(gzip.compress(flows.dump(*made))[:-20_000])
    result = audit([str(path)])
    (capture,) = result.captures
    assert 150 < capture.flows < 200
    assert not capture.complete
    assert any("cannot be unpacked to its end" in each.reason for each in result.skipped)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BOMB_SIZE", 2**20)
    path = tmp_path / "bomb.flow.gz"
    path.write_bytes(gzip.compress(flows.dump(*calls(1)) + bytes(2**24)))
    with pytest.raises(CaptureError, match="gunzip"):
        open_capture(str(path))
    assert "gunzip" in audit([str(path)]).skipped[0].reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    made = calls(50, bytes(5000))
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writing = threading.Thread(target=path.write_bytes, args=(flows.dump(*made),))
    writing.start()
    result = audit([str(path)])
    writing.join()
    assert result.totals.flows == 50


def test_rotated_recordings_are_one_session_in_time_order(tmp_path: Path) -> None:
    """A preflight at the end of one file serves the request at the beginning of the next."""
    ask = flows.call(
        ("Access-Control-Allow-Origin", "https://app.example"),
        ("Access-Control-Allow-Methods", "PUT"),
        method="OPTIONS", request=(("Access-Control-Request-Method", "PUT"),),
        started=1_700_000_000.0,
    )  # fmt: skip
    put = flows.call(
        ("Access-Control-Allow-Origin", "https://app.example"), method="PUT",
        started=1_700_000_000.05,
    )  # fmt: skip
    flows.save(tmp_path / "b.flow", ask)
    flows.save(tmp_path / "a.flow", put)  # the names say nothing about the order
    rows = {row.flow_id: row for row in audit([str(tmp_path)]).exchanges}
    assert rows[put.id].preflight == ask.id


def test_large_files_have_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = flows.save(tmp_path / "a.flow", *calls(1))
    assert open_capture(str(path)).sha256 is not None
    monkeypatch.setattr(opening, "IN_MEMORY", path.stat().st_size - 1)
    assert open_capture(str(path)).sha256 is None


def test_bombs_in_other_clothes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed twice, in parts, as a HAR file: nothing is unpacked beyond the bound, or twice."""
    monkeypatch.setattr(opening, "BOMB_SIZE", 2**20)
    har = b'{"log": {"entries": [{"text": "' + b"A" * 2**23 + b'"}]}}'
    (tmp_path / "large.har.gz").write_bytes(gzip.compress(har))
    parts = gzip.compress(flows.dump(*calls(1))) + gzip.compress(bytes(2**21)) * 4
    (tmp_path / "parts.flow.gz").write_bytes(parts)
    (tmp_path / "twice.flow.gz").write_bytes(gzip.compress(gzip.compress(bytes(2**24))))
    result = audit([str(tmp_path)])
    said = {each.reason.partition(":")[0]: each.reason for each in result.skipped}
    assert "gunzip" in said["large.har.gz"]
    assert "gunzip" in said["parts.flow.gz"]
    assert "no capture" in said["twice.flow.gz"]  # what is inside is packed, and stays so
    assert not result.captures


def test_a_har_file_with_large_bodies_is_read(tmp_path: Path) -> None:
    entry = {
        "request": {"method": "GET", "url": "https://api.example/", "headers": []},
        "response": {"status": 200, "headers": [],
                     "content": {"text": "QUJD" * 500_000, "encoding": "base64"}},
    }  # fmt: skip
    path = tmp_path / "bodies.har"
    path.write_text(json.dumps({"log": {"entries": [entry] * 3}}))
    (capture,) = audit([str(path)]).captures
    assert (capture.flows, capture.complete) == (3, True)
