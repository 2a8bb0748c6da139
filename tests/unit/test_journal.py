"""The journal: what is written is what is read, whatever interrupts it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from analysis import audit, record
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources import journal, open_capture, read
from analysis.sources.base import CaptureError, Problem
from analysis.sources.journal_writer import JournalWriter
from analysis.sources.stored import Stored
from tests.benchmarks import session

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "sample_flows").glob("*.flow"))


def of_capture(path: Path, redact: bool = True) -> list[Exchange]:
    items = read(open_capture(str(path)), Door(redact=redact), "c0")
    return [item for item in items if isinstance(item, Exchange)]


def made_up(count: int) -> list[Exchange]:
    door = Door()
    return [each.through(door) for each in session.session(count)]


def written(path: Path, exchanges: list[Exchange], **how: Any) -> Path:
    writer = JournalWriter(path, **how)
    for each in exchanges:
        assert writer.write(each) is None
    writer.close()
    return path


def items(path: Path) -> list[Exchange | Problem]:
    return list(journal.exchanges(Stored.of(path.read_bytes()), "c0"))


def whats(path: Path) -> list[str]:
    return [item.what for item in items(path) if isinstance(item, Problem)]


@pytest.mark.parametrize("redact", [True, False])
def test_nothing_of_an_exchange_is_lost(redact: bool) -> None:
    for path in SAMPLES:
        for each in of_capture(path, redact):
            assert record.read(record.write(each), each.capture) == each


@pytest.mark.parametrize(
    "url",
    ["http://[::1]/", "https://[fe80::1]:8443/a?b=c&d", "ftp://a.example:2121/x", "odd://a/b?c"],
)
def test_every_url_comes_back(url: str) -> None:
    (each,) = made_up(1)
    for redact in (True, False):
        changed = {"url": Door(redact=redact).url(url), "location": Door().url("http://u:p@b.c/")}
        odd = type(each)(**{**_fields(each), **changed})
        assert record.read(record.write(odd), "c0") == odd


def _fields(each: Exchange) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[]",
        "1",
        "null",
        "[" * 5_000,
        '{"id": 1}',
        '{"missing": "x"}',
        "\x00" * 40,
        "\xff",
    ],
)
def test_what_is_no_record_is_named(line: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", made_up(1))
    good = path.read_bytes()
    path.write_bytes(good + line.encode("latin-1") + b"\n" + good.splitlines(keepends=True)[1])
    found = items(path)
    assert [type(each) for each in found if isinstance(each, Exchange)] == [Exchange] * 2
    assert whats(path) == (["damaged record"] if line.strip() else [])


def test_a_record_with_other_types_is_damaged(tmp_path: Path) -> None:
    (each,) = made_up(1)
    text = journal.heading() + journal.line(each).replace('"status":200', '"status":"200"')
    path = tmp_path / "a.jsonl"
    path.write_text(text.replace('"status":500', '"status":"500"'))
    assert whats(path) == ["damaged record"]


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_last_line_is_counted_and_no_error(cut: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", made_up(3))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut])
    result = audit([str(path)])
    assert result.captures[0].complete
    # Without its end alone the last line is whole.
    assert result.totals.flows == (3 if cut == 1 else 2)
    assert [each.what for each in result.skipped] == ([] if cut == 1 else ["last line without end"])


def test_going_on_ends_the_torn_line_first(tmp_path: Path) -> None:
    first = made_up(4)
    path = written(tmp_path / "a.jsonl", first[:2])
    before = path.read_bytes()[:-30]
    path.write_bytes(before)
    written(path, first[2:])
    assert path.read_bytes().startswith(before + b"\n")
    assert [each for each in items(path) if isinstance(each, Exchange)] == [first[0], *first[2:]]
    assert whats(path) == ["line cut off"]
    assert audit([str(path)]).captures[0].complete


@pytest.mark.parametrize("length", [0, 1, 20])
def test_a_torn_heading_is_written_anew(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(journal.heading().encode()[:length])
    one = made_up(1)
    written(path, one)
    assert items(path) == one


def test_the_same_flow_counts_once(tmp_path: Path) -> None:
    same = made_up(6)
    path = written(tmp_path / "a.jsonl", same)
    written(path, same)
    assert audit([str(path)]).totals.flows == len(same)


def test_reading_while_it_is_written(tmp_path: Path) -> None:
    path, every = tmp_path / "a.jsonl", made_up(5)
    writer = JournalWriter(path)
    for number, each in enumerate(every, 1):
        writer.write(each)
        assert items(path) == every[:number]
    writer.close()


def test_parts_are_one_session(tmp_path: Path) -> None:
    every = made_up(60)
    whole = audit([str(written(tmp_path / "whole.jsonl", every))])
    folder = tmp_path / "parts"
    folder.mkdir()
    written(folder / "a.jsonl", every, size=6_000)
    parts = sorted(path.name for path in folder.iterdir())
    assert {"a.jsonl", "a.1.jsonl", "a.2.jsonl"} <= set(parts)
    assert max(path.stat().st_size for path in folder.iterdir()) < 8_000
    order = sorted(parts[:-1], key=lambda name: int(name.split(".")[1])) + parts[-1:]
    assert order[-1] == "a.jsonl"
    assert [e for name in order for e in items(folder / name)] == every
    result = audit([str(folder)])
    assert result.totals == whole.totals
    assert result.findings == whole.findings
    assert {row.preflight for row in result.exchanges} == {row.preflight for row in whole.exchanges}


def test_a_part_is_never_written_over(tmp_path: Path) -> None:
    every = made_up(9)
    for each in every:
        written(tmp_path / "a.jsonl", [each], size=1)
    found = [e for path in tmp_path.iterdir() for e in items(path) if isinstance(e, Exchange)]
    assert {each.id for each in found} == {each.id for each in every}


def test_a_full_disk_is_said_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, real, room = made_up(9), os.write, [10_000]

    def write(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        part = real(file, data[: room[0]])
        room[0] -= part
        return part

    path = tmp_path / "a.jsonl"
    writer = JournalWriter(path)
    monkeypatch.setattr("analysis.sources.journal_writer.os.write", write)
    said = [writer.write(each) for each in every[:2]]
    room[0] = 100
    said += [writer.write(each) for each in every[2:6]]
    room[0] = 10_000
    said += [writer.write(each) for each in every[6:]]
    writer.close()
    assert [bool(each) for each in said] == [False] * 2 + [True] + [False] * 3 + [True] + [
        False
    ] * 2
    assert "No space left" in (said[2] or "")
    assert "4 exchanges are missing" in (said[6] or "")
    heard = [each.id for each in items(path) if isinstance(each, Exchange)]
    assert heard == [each.id for each in (*every[:2], *every[6:])]
    (gap,) = [each for each in items(path) if isinstance(each, Problem)]
    assert (gap.what, gap.fatal) == ("gap in the journal", True)
    assert gap.reason.startswith("4 exchanges")


def test_it_is_private_and_leaves_other_files_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", made_up(1))
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    notes = tmp_path / "notes"
    notes.write_text("mine")
    with pytest.raises(CaptureError, match="no journal of ours"):
        JournalWriter(notes)
    assert notes.read_text() == "mine"


def test_another_version_is_not_guessed_at(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", made_up(1))
    path.write_text(path.read_text().replace('"format_version": 1', '"format_version": 9'))
    assert whats(path) == ["journal of another version"]
    assert len(items(path)) == 1


def test_every_field_is_described() -> None:
    """The table in the README of the sources names what a record can hold."""
    text = (Path(journal.__file__).parent / "README.md").read_text()
    for path in SAMPLES:
        for each in of_capture(path):
            for name in record_fields(each):
                assert f"| `{name}` |" in text, name
    assert "| `missing` |" in text


def record_fields(each: Exchange) -> set[str]:
    import json

    return set(json.loads(record.write(each)))
