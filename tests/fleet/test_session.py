"""One session that is read by a cluster: the same result, and no secret on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask.distributed import Client

from analysis import audit
from analysis.fleet import cluster
from analysis.fleet.session import Crew, extract, search
from analysis.hidden import FIRST, LATEST, Hidden, masked
from analysis.offline import Progress, conclude, hear
from analysis.sources import reading
from reports import SecretFound, leaks, render
from tests.benchmarks.traffic import write

from .conftest import ROOT, Start, cors_audit

SAMPLES = ROOT / "sample_flows"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of many parts."""
    return write(tmp_path_factory.mktemp("long") / "long.flow", 400, 500, 7)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are small."""
    monkeypatch.setattr(reading, "PIECE", 100_000)


@pytest.mark.usefixtures("cut")
def test_the_result_is_the_same_though_a_worker_is_killed(workers: Start, long: Path) -> None:
    """And what was withheld there is still found: the recording is read again for it."""
    _, client = workers(2)
    pids = client.run(os.getpid)
    victim, pid = sorted(pids.items())[0]
    crew = Crew(client)
    told: list[int] = []

    def kill(progress: Progress) -> None:
        if not told and progress.read:
            assert progress.read < progress.size / 4, "there is work left"
            os.kill(pid, signal.SIGKILL)
            told.append(pid)

    inputs = [str(long), str(SAMPLES)]
    result = conclude(hear(inputs, progress=kill, read=crew.pieces))
    assert told
    alone = audit(inputs)
    assert result.to_json() == alone.to_json()
    assert crew.hits(alone.to_json()) == []
    assert victim not in client.scheduler_info()["workers"]
    assert isinstance(alone.secrets, frozenset)
    secrets = [each for each in alone.secrets if len(each) > 20]
    every_tenth = sorted(secrets)[:: len(secrets) // 10]
    assert len(every_tenth) >= 10
    for secret in every_tenth:
        hits = crew.hits(f"first\n {secret} ")
        assert (7, "as it is", secret, secret) in hits


def test_the_command_writes_the_same_bytes(workers: Start, tmp_path: Path) -> None:
    address, client = workers(1)
    done = cors_audit(
        "report", SAMPLES.name, tmp_path / "gone.flow", "-o", tmp_path / "r.json",
        "-o", tmp_path / "r.html", "--scheduler", address, cwd=SAMPLES.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "gone.flow: no such file or folder" in done.stderr
    alone = audit([str(SAMPLES), str(tmp_path / "gone.flow")])
    assert (tmp_path / "r.json").read_text() == alone.to_json()
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == render(alone, "html")

    client.run(exec, "import sys; sys.modules['analysis.fleet.cluster'] = None")  # as if missing
    done = cors_audit("check", SAMPLES, "--scheduler", address)
    assert done.returncode == 2
    assert "install 'cors-audit[distributed]'" in done.stderr


@pytest.mark.parametrize("version", ["", "0.0.1"])
def test_another_version_is_refused(version: str, long: Path) -> None:
    task = next(reading.tasks_of(0, str(long), b"key".hex(), True))
    with pytest.raises(cluster.FleetError, match="install the same version"):
        extract(version, task.as_bytes())


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "TO_CONNECT", 0.2)
    with (
        pytest.raises(cluster.FleetError, match="no Dask scheduler answers at tcp://127"),
        cluster.connected("tcp://127.0.0.1:9"),
    ):
        pass
    with (
        pytest.raises(cluster.FleetError, match=r"expected an address like tcp://scheduler:8786"),
        cluster.connected("nonsense://127.0.0.1:9"),
    ):
        pass


def test_no_withheld_value_travels(long: Path) -> None:
    """What a worker answers is searched as a report is."""
    task = next(reading.tasks_of(0, str(long), b"key".hex(), True))
    parcel, hidden = extract(cluster.__version__, task.as_bytes())
    secrets = frozenset(value for _, values in hidden[0] for value in values)
    assert len(secrets) > 400
    text = parcel.decode("latin-1")
    leaks.search(text, secrets)
    with pytest.raises(SecretFound):
        leaks.search(text + max(secrets, key=len), secrets)


def test_digests_tell_what_is_overfull() -> None:
    """Two workers that met the same values, together more than are remembered of a place."""
    values = [f"value-{number:06}" for number in range(FIRST + LATEST + 10)]
    for second, overfull in ((values[FIRST:], 1), (values[5 : FIRST + 5], 0)):
        whole, digests = Hidden(), Hidden()
        for part in (values[: FIRST + 5], second):
            met = Hidden()
            for value in part:
                met.add("cookie", value)
            whole.take_over(met.told())
            digests.take_over(masked(met.told(), b"key"))
        assert whole.overfull == digests.overfull == overfull
        assert len(list(whole)) == len(list(digests))
        assert not set(whole) & set(digests)


def test_what_is_part_of_an_origin_is_no_secret() -> None:
    met = Hidden()
    met.add("query", "shop.example")
    met.add("cookie", "4f5a6b7c8d9e0f1a")
    text = "https://shop.example/\nsid 4f5a6b7c8d9e0f1a"
    [(place, form, value, spelling)] = search(text, "https://shop.example", [met.told()])
    assert (form, value, spelling) == ("as it is", "4f5a6b7c8d9e0f1a", "4f5a6b7c8d9e0f1a")
    assert text[place:] == spelling
    assert search(text.partition("\n")[0], "https://shop.example", [met.told()]) == []


def test_standard_input_cannot_be_sent(in_process: Client) -> None:
    auditor = hear(["-", str(SAMPLES / "01-no-cors-headers.flow")], read=Crew(in_process).pieces)
    result = conclude(auditor)
    assert [each.reason for each in result.skipped if each.what == "input"] == [
        "standard input: other machines cannot read it: store it in a file, or leave out "
        "--scheduler"
    ]
    assert result.totals.cors == 3


def test_a_worker_that_does_not_see_the_file(in_process: Client, tmp_path: Path) -> None:
    """Named with the remedy; the rest is read."""
    path = tmp_path / "mine.flow"
    path.write_bytes((SAMPLES / "01-no-cors-headers.flow").read_bytes())
    task = next(reading.tasks_of(0, str(path), b"key".hex(), True))
    path.unlink()
    auditor = hear([str(SAMPLES / "01-no-cors-headers.flow")], read=Crew(in_process).pieces)
    assert auditor.result().totals.cors == 3
    parcel, _ = extract(cluster.__version__, task.as_bytes())
    assert b"share the folder with the workers, or name the capture by URL" in parcel


@pytest.fixture(scope="module")
def in_process() -> Iterator[Client]:
    """A client of a worker within this process."""
    with Client(
        processes=False, n_workers=1, threads_per_worker=1, dashboard_address=":0",
        set_as_default=False,
    ) as client:  # fmt: skip
        yield client
