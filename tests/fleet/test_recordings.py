"""Many recordings, each judged by itself: results, tables, and what may go wrong with one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis import audit
from analysis.batch.frames import ROWS, of_rows
from analysis.config import NO_CONFIG
from analysis.finding import Kind
from analysis.fleet import batch
from analysis.fleet.batch import Order, batches, named
from analysis.fleet.cluster import FleetError
from analysis.fleet.outcome import Outcome
from analysis.fleet.place import Place
from analysis.fleet.recordings import judge_batch, judge_each
from analysis.result import AuditResult
from reports import SecretFound, leaks

from .conftest import ROOT, Start, cluster_client, cors_audit

SAMPLES = ROOT / "sample_flows"
TODAY = date(2026, 11, 28)


@pytest.fixture
def nights(tmp_path: Path) -> Path:
    """Recordings of two nights, with the same names; one of them is none."""
    for night, numbers in (("mon", ("01", "05", "08")), ("tue", ("01", "10"))):
        (tmp_path / "in" / night).mkdir(parents=True)
        for number in numbers:
            path = next(SAMPLES.glob(f"{number}*firefox.flow"))
            shutil.copy(path, tmp_path / "in" / night / f"{number}.flow")
    (tmp_path / "in" / "tue" / "torn.har").write_bytes(b"nothing of the sort")
    return tmp_path / "in"


NAMES = ["mon/01.flow", "mon/05.flow", "mon/08.flow", "tue/01.flow", "tue/10.flow", "tue/torn.har"]


def test_the_command(nights: Path, tmp_path: Path) -> None:
    """On processes of this machine: a result for each recording, and tables of all."""
    (tmp_path / "cors-audit.toml").write_text(
        '[[ignore]]\nrule = "hidden-error-status"\nreason = "known"\n'
    )
    done = cors_audit(
        "report", "--each", "in", "gone", "-o", "out", "--workers", "2", "--fail-on", "broken",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("6 recordings, 5 judged: ")
    assert "gone: no such file or folder" in done.stderr
    assert "tue/torn.har: torn.har: no capture" in done.stderr

    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "exchanges", "findings", "policies", "recordings.parquet", "results",
    ]  # fmt: skip
    table = pd.read_parquet(out / "recordings.parquet")
    assert table["recording"].tolist() == NAMES
    assert table["result"].dropna().tolist() == [f"results/{name}.json" for name in NAMES[:-1]]
    read = [
        AuditResult.from_dict(json.loads((out / name).read_text()))
        for name in table["result"].dropna()
    ]
    alone = [audit([str(nights / name)]) for name in NAMES[:-1]]
    for far, near in zip(read, alone, strict=True):
        for field in ("captures", "totals", "exchanges", "policies", "skipped"):
            assert getattr(far, field) == getattr(near, field)
    ignored = [f for result in read for f in result.findings if f.ignored is not None]
    assert {f.rule for f in ignored} == {"hidden-error-status"}
    assert table["ignored_findings"].sum() == len(ignored)
    assert [int(n) for n in table["blocked"][:-1]] == [each.totals.blocked for each in alone]
    for kind in Kind:
        counted = [
            sum(f.kind is kind and f.ignored is None for f in result.findings) for result in read
        ]
        assert table[f"{kind}_findings"].tolist() == [*counted, 0]

    for name in ROWS:
        whole = pd.read_parquet(out / name)
        rows = [row for result in read for row in result.to_dict()[name]]
        expected = of_rows(rows, name)
        pd.testing.assert_frame_equal(
            whole.drop(columns="recording").astype("string"), expected.astype("string")
        )
        of = [NAMES[i] for i, result in enumerate(read) for _ in result.to_dict()[name]]
        assert whole["recording"].tolist() == of


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "r.json"], "with --each it names a folder, not a report"),
        ([], "--each needs one -o"),
        (["-o", "a", "-o", "b"], "--each needs one -o"),
        (["-o", "-", "--format", "json"], "leave out --format and --open"),
    ],
)
def test_wrong_use(words: list[str], said: str) -> None:
    from click.testing import CliRunner

    from analysis.cli import main

    done = CliRunner().invoke(main, ["report", "--each", str(SAMPLES), *words])
    assert done.exit_code == 2
    assert said in done.output


@pytest.fixture
def impatient(scheduler: tuple[Path, str]) -> Iterator[None]:
    """The scheduler gives up a task with the first worker that dies over it."""
    code = (
        "from distributed import Scheduler\n"
        "for each in Scheduler._instances: each.allowed_failures = {}"
    )
    with cluster_client(scheduler[1]) as client:
        client.run_on_scheduler(exec, code.format(0))
        yield
        client.run_on_scheduler(exec, code.format(3))


@pytest.mark.usefixtures("impatient")
def test_a_recording_that_kills_its_workers_costs_itself(
    workers: Start, nights: Path, tmp_path: Path
) -> None:
    """The others of its batch are judged, and each is in the tables once."""
    _, client = workers(3)
    client.run(
        exec,
        "import os\nfrom analysis.fleet import recordings\nreal = recordings.audit\n"
        "recordings.audit = lambda paths, real=real, exit=os._exit, **more: (\n"
        "    exit(1) if paths[0].endswith('05.flow') else real(paths, **more))",
    )
    recordings, errors = named([str(nights)])
    assert not errors
    heard: list[str] = []
    outcomes = judge_each(
        client, recordings, Order(str(tmp_path / "out"), True, NO_CONFIG, None, TODAY),
        lambda told: heard.extend(each.recording for each in told),
    )  # fmt: skip
    assert [each.recording for each in outcomes] == NAMES
    assert sorted(heard) == NAMES
    lost = outcomes[1]
    assert lost == Outcome("mon/05.flow", None, "1 worker was lost at reading it")
    judged = [each.recording for each in outcomes if each.result]
    assert judged == [name for name in NAMES[:-1] if name != "mon/05.flow"]
    findings = pd.read_parquet(tmp_path / "out" / "findings")
    assert sorted(findings["recording"].unique()) == [
        each.recording for each in outcomes if sum(n for _, _, n in each.findings)
    ]
    assert len(findings) == sum(n for each in outcomes for _, _, n in each.findings)


def test_batches_hang_on_nothing_but_the_recordings(
    nights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings, _ = named([str(nights)])
    assert [each.number for each in batches(recordings)] == ["00000"]
    monkeypatch.setattr(batch, "MOST_RECORDINGS", 4)
    made = list(batches(recordings))
    assert [(each.number, len(each.recordings)) for each in made] == [("00000", 4), ("00001", 2)]
    monkeypatch.setattr(batch, "MOST_BYTES", 1)
    assert [len(each.recordings) for each in batches(recordings)] == [1] * 6
    assert [each.number for each in made[1].alone()] == ["00001-00", "00001-01"]


def test_names_are_told_apart(nights: Path) -> None:
    file = nights / "mon" / "01.flow"
    recordings, _ = named([str(file), str(nights / "tue"), str(file)])
    assert [each.name for each in recordings] == [
        "01.flow",
        "01.flow-2",
        "10.flow",
        "torn.har",
        "01.flow-3",
    ]


def test_a_result_with_a_secret_in_it_is_not_written(
    nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither are its rows; the other recordings are not touched by it."""

    def refuse(*_: object) -> None:
        raise SecretFound("as it is", 7)

    monkeypatch.setattr(leaks, "searched", refuse)
    recordings, _ = named([str(nights)])
    order = Order(str(tmp_path / "out"), True, NO_CONFIG, None, TODAY)
    made = next(batches([each for each in recordings if each.name == "mon/01.flow"]))
    with Place(order.out).being_filled():
        [outcome] = judge_batch(batch_version(), order, made)
    assert outcome.leaked
    assert outcome.error is not None
    assert "was to be removed" in outcome.error
    assert not (tmp_path / "out" / "results").exists()
    assert pd.read_parquet(tmp_path / "out" / "findings").empty


def batch_version() -> str:
    from analysis import __version__

    return __version__


def test_the_folder_must_be_new_and_seen_by_all(nights: Path, tmp_path: Path) -> None:
    place = Place(str(tmp_path / "out"))
    with pytest.raises(FleetError, match="share the folder with the workers"):
        place.must_be_the_same()
    with place.being_filled():
        place.must_be_the_same()
    with Place(f"{place.address}/deep").being_filled() as deep:
        deep.write("a/b.txt", b"")
    with pytest.raises(FleetError, match="no empty folder"), place.being_filled():
        pass
    (tmp_path / "file").write_text("x")
    for taken in ("file", "file/below"):
        with pytest.raises(FleetError), Place(str(tmp_path / taken)).being_filled():
            pass


def test_what_is_not_finished_says_so(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Place(str(tmp_path / "out")).being_filled():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "out" / "UNFINISHED").exists()
