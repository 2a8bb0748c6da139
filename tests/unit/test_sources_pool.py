"""Reading in several processes: the same bytes, whatever the number; deaths and Ctrl+C."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow

from analysis import audit
from analysis.offline import Progress
from analysis.sources import pool, reading

from . import flows

PAGES = ("https://app.example", "https://admin.example")


def session(number: int) -> Iterator[HTTPFlow]:
    """Calls with secrets in them, of pages and to paths that come again and again."""
    random = Random(number)
    for n in range(number):
        origin = random.choice(PAGES)
        token = f"secret-{random.randrange(20):020d}"
        yield flows.call(
            ("Access-Control-Allow-Origin", random.choice([*PAGES, "*"])), ("Vary", "Origin"),
            ("Set-Cookie", f"sid={token}x; Secure"),
            url=f"https://api{n % 3}.example/users/{random.randrange(40)}?token={token}",
            origin=origin, started=1_700_000_000.0 + random.random() * 100,
            request=(("Cookie", f"a={token}"), ("Referer", f"{origin}/{token}"),
                     ("Authorization", f"Bearer {token}")),
        )  # fmt: skip


@pytest.fixture
def captures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a large file, a damaged one, small ones, and what is none."""
    monkeypatch.setattr(reading, "WORTH_IT", 0)
    monkeypatch.setattr(reading, "PIECE", 50_000)
    folder = tmp_path / "captures"
    folder.mkdir()
    made = list(session(200))
    flows.save(folder / "large.flow", *made, tflow.ttcpflow(), *made[:3])
    data = bytearray(flows.dump(*session(100)))
    data[60_000:60_010] = b"?" * 10
    (folder / "damaged.flow").write_bytes(bytes(data[:-30]))
    for n in range(4):
        flows.save(folder / f"small{n}.flow", *session(5 + n))
    (folder / "none.flow").write_bytes(b"nothing")
    return folder


def test_the_result_is_the_same_to_the_byte(captures: Path) -> None:
    inputs = [str(captures), str(captures / "missing")]
    alone = audit(inputs)
    assert alone.totals.flows > 300
    assert alone.totals.redacted_values > 1000
    assert len(alone.skipped) > 3
    for workers in (2, 3):
        together = audit(inputs, workers=workers)
        assert together.to_json() == alone.to_json()
        assert together.secrets == alone.secrets
    assert multiprocessing.active_children() == []


def test_few_bytes_are_read_without_further_processes(
    captures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = sum(each.stat().st_size for each in captures.iterdir())
    monkeypatch.setattr(reading, "WORTH_IT", size + 1)
    monkeypatch.setattr(pool, "in_order", None)
    assert audit([str(captures)], workers=8).totals.flows > 300


def test_interrupted_in_the_middle(captures: Path) -> None:
    told: list[int] = []

    def press(progress: Progress) -> None:
        told.append(progress.flows)
        if len(told) == 2:
            signal.raise_signal(signal.SIGINT)

    result = audit([str(captures)], workers=2, progress=press)
    assert any("interrupted" in (each.error or "") for each in result.captures)
    assert 0 < result.totals.flows < 300
    assert multiprocessing.active_children() == []


def test_progress_reaches_the_end(captures: Path) -> None:
    for workers in (1, 2):
        told: list[tuple[int, int]] = []
        audit(
            [str(captures)], workers=workers,
            progress=lambda state, told=told: told.append((state.read, state.size)),
        )  # fmt: skip
        readable = sum(
            each.stat().st_size for each in captures.iterdir() if each.name != "none.flow"
        )
        assert told == sorted(told)
        assert told[-1][0] >= readable
        assert told[-1][1] == readable + len(b"nothing")


def test_a_process_that_dies_costs_its_task() -> None:
    leave = b"__import__('os')._exit(3)"
    kill = b"__import__('os').kill(__import__('os').getpid(), 9)"
    numbers = [b"b'%d'" % number for number in range(8)]
    tasks = [numbers[0], leave, numbers[1], kill, *numbers[2:]]
    results = list(pool.in_order(eval, tasks, 2))
    assert [task for task, _ in results] == tasks
    done = [each for _, each in results if not isinstance(each, pool.Died)]
    assert done == [b"%d" % number for number in range(8)]
    died = {task: each for task, each in results if isinstance(each, pool.Died)}
    assert died.keys() == {leave, kill}
    assert died[leave].reason == "the process that read it ended with code 3"
    assert died[kill].reason == "the process that read it was ended by signal 9"


def test_a_capture_whose_process_died_is_named_and_the_rest_read(
    captures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pool.in_order

    def in_order(work, tasks, processes):  # type: ignore[no-untyped-def]
        for task, reply in real(work, tasks, processes):
            read_ = reading.Task.of_bytes(task)
            lost = read_.path.endswith("small2.flow") or (read_.start and "large" in read_.path)
            yield task, pool.Died(-9) if lost else reply

    whole = audit([str(captures)])
    monkeypatch.setattr(pool, "in_order", in_order)
    result = audit([str(captures)], workers=2)
    errors = {each.name: each.error for each in result.captures}
    assert errors["small2.flow"] == "lost process: the process that read it was ended by signal 9"
    assert "(bytes " in (errors["large.flow"] or "")
    assert errors["small1.flow"] is None
    assert 0 < result.totals.flows < whole.totals.flows


def test_a_mistake_of_ours_is_no_silence() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(pool.in_order(eval, [b"b'1'", b"1/0"], 2))
    assert multiprocessing.active_children() == []


def test_processes_do_not_hear_ctrl_c() -> None:
    hear = b"__import__('signal').raise_signal(2) or b'alive'"
    assert [each for _, each in pool.in_order(eval, [hear] * 3, 2)] == [b"alive"] * 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_tasks_are_taken_only_as_far_ahead_as_needed() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[bytes]:
        for n in range(50):
            taken.append(n)
            yield b"b'%d'" % n

    for told, _ in enumerate(pool.in_order(eval, tasks(), 2)):
        assert len(taken) <= told + 1 + 2 * pool.AHEAD
