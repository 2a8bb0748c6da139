"""Captures by URL: the memory of this process, files, and a server that speaks S3."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import fsspec
import pandas as pd
import pytest
from moto.server import ThreadedMotoServer

from analysis import audit
from analysis.sources import CaptureError, find, open_capture, size_of
from analysis.sources.remote import is_url

from .conftest import ROOT, cors_audit

SAMPLES = ROOT / "sample_flows"
FILE = SAMPLES / "01-no-cors-headers.flow"


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder in the memory of this process."""
    system = fsspec.filesystem("memory")
    for name in ("b.flow", "deep/a.flow.gz", "notes.txt"):
        data = FILE.read_bytes()
        system.pipe_file(f"/night/{name}", gzip.compress(data) if "gz" in name else data)
    yield "memory://night"
    system.rm("/night", recursive=True)


def test_folders_files_and_patterns(memory: str) -> None:
    assert list(find([memory])) == ["memory:///night/b.flow", "memory:///night/deep/a.flow.gz"]
    assert list(find([f"{memory}/notes.txt"])) == ["memory:///night/notes.txt"]
    assert list(find([f"{memory}/*.flow"])) == ["memory:///night/b.flow"]
    assert list(find([f"file://{FILE}"])) == [str(FILE)]
    assert list(find([FILE.parent.as_uri()])) == list(find([str(FILE.parent)]))
    for nothing in (f"{memory}/gone.flow", f"{memory}/*.har"):
        [error] = find([nothing])
        assert isinstance(error, CaptureError)
        assert str(error) == f"{nothing}: no captures there"


def test_the_result_is_that_of_the_file(memory: str) -> None:
    assert size_of([f"{memory}/b.flow", f"{memory}/gone"]) == FILE.stat().st_size
    far, near = audit([f"{memory}/b.flow"]), audit([str(FILE)])
    named = replace(far.captures[0], name=FILE.name)
    assert replace(far, captures=(named,)).to_json() == near.to_json()
    packed = audit([f"{memory}/deep"])
    assert packed.totals == near.totals
    assert packed.captures[0].name == "a.flow.gz"


def test_what_cannot_be_read_is_named(memory: str) -> None:
    with pytest.raises(CaptureError, match=r"gone\.flow: no such file or folder"):
        open_capture(f"{memory}/gone.flow")
    result = audit(["memry://night", "abfs://box/x.flow", f"{memory}/b.flow"])
    unknown, missing = (each.reason for each in result.skipped if each.what == "input")
    assert unknown == "memry://night: Protocol not known: memry"
    assert missing.startswith("abfs://box/x.flow: Install adlfs")
    assert result.totals.cors == 3


def test_without_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fsspec", "fsspec.core"):
        monkeypatch.setitem(sys.modules, name, None)
    [error] = find(["s3://bucket/x.flow"])
    assert str(error) == (
        "s3://bucket/x.flow: a capture by URL needs fsspec: pip install 'cors-audit[distributed]'"
    )


@pytest.mark.parametrize("path", ["a.flow", "-", "C:\\x.flow", "c://x.flow", "a/b://c", ""])
def test_a_path_is_no_url(path: str) -> None:
    assert not is_url(path)


def test_an_object_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings from it, results and tables to it."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    try:
        store = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",
        )  # fmt: skip
        store.create_bucket(Bucket="audit")
        for number in ("01", "05"):
            path = next(SAMPLES.glob(f"{number}*firefox.flow"))
            store.upload_file(str(path), "audit", f"in/{number}.flow")
        done = cors_audit(
            "report", "--each", "s3://audit/in", "-o", "s3://audit/out", "--workers", "1",
            FSSPEC_S3_ENDPOINT_URL=endpoint, **keys,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("2 recordings, 2 judged: ")
        for each in store.list_objects_v2(Bucket="audit", Prefix="out/")["Contents"]:
            target = tmp_path / each["Key"]
            target.parent.mkdir(parents=True, exist_ok=True)
            store.download_file("audit", each["Key"], str(target))
    finally:
        server.stop()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "exchanges", "findings", "policies", "recordings.parquet", "results",
    ]  # fmt: skip
    for number in ("01", "05"):
        path = next(SAMPLES.glob(f"{number}*firefox.flow"))
        alone = audit([str(path)])
        named = replace(alone, captures=(replace(alone.captures[0], name=f"{number}.flow"),))
        written = tmp_path / "out" / "results" / f"{number}.flow.json"
        assert written.read_text() == named.to_json()
    assert pd.read_parquet(tmp_path / "out" / "findings")["recording"].nunique() == 2
