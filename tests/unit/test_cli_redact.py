"""`cors-audit redact`: where copies go, what is said, and what is refused."""

from __future__ import annotations

import gzip
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analysis import audit
from analysis.cli import main, redacting
from analysis.redact import Door
from analysis.sources import opening
from analysis.sources.transcript import wires

from . import flows
from .rewired import save_har

TOKEN = "q7Hs9Zt2Lm4Xw8Rb"
CALL = f"""> GET https://api.example/items?key={TOKEN}
> Origin: https://app.example
> Sec-Fetch-Mode: cors
< 200
< X-Session: {TOKEN}"""


def redact(*words: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["redact", *map(str, words)], input=stdin)


def session(folder: Path, name: str = "in.flow") -> Path:
    return flows.save(
        folder / name, flows.call(("X-Session", TOKEN), url=f"https://a.example/?k={TOKEN}")
    )


def archive(folder: Path, name: str = "in.har") -> Path:
    return save_har(folder / name, wires(CALL), "Firefox")


def test_a_copy_is_private_and_said_to_be_there(tmp_path: Path) -> None:
    source, target = session(tmp_path), tmp_path / "new" / "out.flow"
    done = redact(source, "-o", target)
    assert done.exit_code == 0, done.output
    assert f"wrote {target}" in done.stderr
    assert "exchanges copied: 1, values removed: 3" in done.stderr
    assert "host names" in done.stderr
    assert not done.stdout
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert TOKEN.encode() not in target.read_bytes()
    assert [each.name for each in target.parent.iterdir()] == ["out.flow"]
    assert [f.key for f in audit([target]).findings] == [f.key for f in audit([source]).findings]


@pytest.mark.parametrize(
    ("name", "unpack"), [("x.har.gz", gzip.decompress), ("x.zhar", zlib.decompress)]
)
def test_the_suffix_compresses(name: str, unpack: object, tmp_path: Path) -> None:
    source, target, plain = archive(tmp_path), tmp_path / name, tmp_path / "x.har"
    assert redact(source, "-o", target).exit_code == redact(source, "-o", plain).exit_code == 0
    assert callable(unpack)
    assert unpack(target.read_bytes()) == plain.read_bytes()
    assert audit([target]).captures[0].made_by == "Firefox"


def test_packed_captures_are_read(tmp_path: Path) -> None:
    data = archive(tmp_path).read_bytes()
    (tmp_path / "y.zhar").write_bytes(zlib.compress(data))
    with zipfile.ZipFile(tmp_path / "z.har.zip", "w") as packed:
        packed.writestr("har.har", data)
    out = tmp_path / "out"
    done = redact(tmp_path / "y.zhar", tmp_path / "z.har.zip", "-o", out)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in out.iterdir()) == ["y.zhar", "z.har"]
    assert audit([out]).totals.cors == 2


def test_a_folder_becomes_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    session(tmp_path / "in", "a.flow")
    archive(tmp_path / "in", "b.har")
    out = tmp_path / "out"
    assert redact(tmp_path / "in", "-o", out).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.flow", "b.har"]


def test_standard_input(tmp_path: Path) -> None:
    target = tmp_path / "out.flow"
    assert redact("-", "-o", target, stdin=session(tmp_path).read_bytes()).exit_code == 0
    assert audit([target]).totals.cors == 1


def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    source, one, two = session(tmp_path), tmp_path / "1.flow.gz", tmp_path / "2.flow.gz"
    assert redact(source, "-o", one).exit_code == redact(source, "-o", two).exit_code == 0
    assert one.read_bytes() == two.read_bytes()


def test_originals_are_never_overwritten(tmp_path: Path) -> None:
    source = session(tmp_path)
    before = source.read_bytes()
    os.link(source, tmp_path / "same.flow")
    for target in (source, tmp_path / "same.flow", tmp_path):
        done = redact(source, "-o", target)
        assert done.exit_code == 2
        assert "choose another -o" in done.stderr
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("make", "words", "said"),
    [
        (archive, ["-o", "{}/out.flow"], "is a HAR file, and so is its copy"),
        (session, ["-o", "{}/out.har.gz"], "is a flow file, and so is its copy"),
        (session, ["-o", "-"], "a copy goes to a file"),
        (session, ["-", "-o", "{}/out"], "standard input needs a file of its own"),
        (session, [], "Missing option"),
        (session, ["-o", "{}/in.flow/out.flow"], "cannot write"),
    ],
)  # fmt: skip
def test_wrong_use(make: object, words: list[str], said: str, tmp_path: Path) -> None:
    assert callable(make)
    done = redact(make(tmp_path), *[word.format(tmp_path) for word in words])
    assert done.exit_code == 2
    assert said in done.stderr


def test_two_copies_of_one_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        session(tmp_path / folder)
    done = redact(tmp_path / "a", tmp_path / "b", "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "would both become" in done.stderr


def test_a_journal_needs_no_copy(tmp_path: Path) -> None:
    journal = tmp_path / "s.jsonl"
    journal.write_text('{"format": "cors-audit/journal", "format_version": 1}\n')
    done = redact(journal, "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 3
    assert "holds no secrets: pass it on as it is" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "bad.flow").write_bytes(b"nothing")
    done = redact(tmp_path / "bad.flow", session(tmp_path), "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert "bad.flow: no capture" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["in.flow"]
    assert redact(tmp_path / "bad.flow", "-o", tmp_path / "x.flow").exit_code == 3


def test_a_leak_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that was withheld in one place and kept in another: our fault, and found."""
    page = "page-q7hs9zt2.example"
    monkeypatch.setattr(Door, "secrets", lambda _: frozenset({page}))
    source = flows.save(tmp_path / "in.flow", flows.call(origin=f"https://{page}"))
    done = redact(source, "-o", tmp_path / "out.flow")
    assert done.exit_code == 2
    assert "would hold a value that was to be removed (as it is)" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.flow"]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(redacting, "_packed", interrupted)
    done = redact(session(tmp_path), "-o", tmp_path / "out.flow")
    assert done.exit_code == 130
    assert [path.name for path in tmp_path.iterdir()] == ["in.flow"]


def test_a_capture_that_is_cut_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "IN_MEMORY", 0)
    source = flows.save(tmp_path / "in.flow", *(flows.call(body=b"x" * 10**5) for _ in range(9)))
    real = redacting._write

    def cut(*given: Any) -> object:
        os.truncate(source, 1000)
        return real(*given)

    monkeypatch.setattr(redacting, "_write", cut)
    done = redact(source, "-o", tmp_path / "out.flow")
    assert done.exit_code == 3
    assert done.stderr == "cors-audit: in.flow: not copied: it was cut short while it was read\n"
    assert list(tmp_path.iterdir()) == [source]
