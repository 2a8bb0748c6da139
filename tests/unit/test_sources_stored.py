"""Files read through a window: as if they were read at once, and never beyond their end."""

from __future__ import annotations

import errno
import gc
import io
import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.test import tflow

from analysis import audit
from analysis.redact import Door
from analysis.sources import opening
from analysis.sources.base import Unreadable
from analysis.sources.flowfile import borders, exchanges, holds_flows
from analysis.sources.stored import WINDOW, Stored
from tests.benchmarks.traffic import Traffic

from . import flows

DIGITS = re.compile(rb"\d{2,4}:(?=[a-z])")
LONGEST = 6
"""Bytes that `DIGITS` looks at."""


def stored(path: Path, window: int = WINDOW) -> Stored:
    return Stored(path.open("rb", buffering=0), window)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"1", b"23", b":", b"a", b"7:x", b"123456:y", b"--"]), max_size=60),
    st.integers(LONGEST + 1, 40),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=8),
    st.integers(0, 100),
)
def test_a_window_shows_what_is_in_the_file(
    parts: list[bytes], window: int, places: list[tuple[int, int]], begin: int
) -> None:
    raw = b"".join(parts)
    data = Stored(io.BytesIO(raw), window)
    assert len(data) == len(raw)
    for start, stop in places:
        assert data[start:stop] == raw[start:stop]
        shown, at = data.around(start, stop)
        assert raw[at : at + len(shown)] == shown
        assert start >= len(raw) or at <= start
        assert at + len(shown) >= min(stop, len(raw)) or start >= stop
    assert b"".join(data.blocks(begin, window)) == raw[begin:]
    found = [each.start() for each in DIGITS.finditer(raw, begin)]
    assert list(data.search(DIGITS, begin, LONGEST)) == found
    assert list(Stored.of(raw).search(DIGITS, begin, LONGEST)) == found


def session(path: Path) -> Path:
    """Browsing with bodies either way, other kinds of flows, damage, and padding at the end."""
    made = list(Traffic(3_000, seed=5).flows(80))
    made.insert(7, tflow.tudpflow())
    made.insert(9, flows.call(body=b"x" * 200_000, method="POST"))
    made.insert(11, flows.call(url=f"https://api.example/{'a,b;' * 20_000}"))
    upload = flows.call(method="PUT")
    upload.request.content = b"8:response;" * 30_000
    made[20:20] = [upload, *made[:2]]
    raw = bytearray(flows.dump(*made) + b"\0" * 70_000)
    raw[90_000:90_003] = b"!?!"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("window", [64, 700, 10_000, WINDOW])
def test_a_recording_is_the_same_through_any_window(tmp_path: Path, window: int) -> None:
    path = session(tmp_path / "a.flow")
    whole, door = Stored.of(path.read_bytes()), Door()
    known = list(exchanges(whole, door, "c0", every=True))
    assert len(known) > 80
    again = Door()
    assert list(exchanges(stored(path, window), again, "c0", every=True)) == known
    assert again.account() == door.account()
    assert list(borders(stored(path, window), 20_000)) == list(borders(whole, 20_000))
    assert holds_flows(stored(path, window))


def test_what_is_in_a_large_file_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a body it is read what came with something else, and no more."""
    path = flows.save(tmp_path / "a.flow", *(flows.call(body=b"x" * 10**6) for _ in range(5)))
    read = 0

    class Counted(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal read
            got = super().read(size)
            read += len(got)
            return got

    found = list(exchanges(Stored(Counted(str(path))), Door(), "c0"))
    assert len(found) == 5
    assert read <= 6 * WINDOW


def test_a_file_that_is_cut_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen by then is kept; it is said that the rest is not there."""
    monkeypatch.setattr(opening, "IN_MEMORY", 1000)
    path = flows.save(tmp_path / "a.flow", *(flows.call(body=b"x" * 10**5) for _ in range(20)))
    half = path.stat().st_size // 2

    def cut(progress: object) -> None:
        with path.open("r+b") as file:
            file.truncate(half)

    monkeypatch.setattr("analysis.sources.flowfile.OFTEN", half // 2)
    result = audit([str(path)], progress=cut)
    (capture,) = result.captures
    assert 5 <= capture.flows <= 11
    assert capture.error == "damaged file: it was cut short while it was read"
    assert [each.reason for each in result.skipped] == ["it was cut short while it was read"]


class Failing(io.FileIO):
    """A file on a disk of which not everything can be read."""

    def __init__(self, path: str, *_: object, **more: object) -> None:
        super().__init__(path)

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 10**6:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_disk_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "IN_MEMORY", 1000)
    path = flows.save(tmp_path / "a.flow", *(flows.call(body=b"x" * 10**5) for _ in range(20)))
    monkeypatch.setattr(opening, "open", Failing, raising=False)
    (capture,) = audit([str(path)]).captures
    assert 9 <= capture.flows <= 11
    assert capture.error == ("damaged file: it could not be read to its end (Input/output error)")


def test_a_file_gives_less_at_a_time_than_it_has() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 3))

    raw = Random(1).randbytes(500)
    data = Stored(Slow(raw), 64)
    assert data[10:400] == raw[10:400]
    cut = Slow(raw)
    data = Stored(cut, 64)
    cut.truncate(300)
    with pytest.raises(Unreadable, match="cut short"):
        _ = data[10:400]


def test_a_file_is_closed_with_what_reads_it(tmp_path: Path) -> None:
    """Also where that is part of a circle, as with the frames of an error."""
    file = flows.save(tmp_path / "a.flow", flows.call()).open("rb", buffering=0)
    data = Stored(file)
    vars(data)["circle"] = data
    del data
    gc.collect()
    assert file.closed
