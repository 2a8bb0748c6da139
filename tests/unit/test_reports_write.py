"""All of a report or nothing, and never with a secret in it."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import reports
from analysis.masking import stand_in
from analysis.result import AuditResult
from reports import leaks, story, to_github, to_markdown, write

from . import example_result

SECRET = 's3cr3t/value+with="quotes" & <more>'


def test_writes_and_makes_folders(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "report.md"
    reports.save(example_result.shop(), target)
    assert target.read_text(encoding="utf-8").startswith("# CORS audit")
    assert [path.name for path in target.parent.iterdir()] == ["report.md"]


def test_nothing_is_left_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write.write_text("new", target)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write.write_text("\ud800", target)
    assert target.read_text(encoding="utf-8") == "old"


def test_dash_is_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write.write_text("ü\n", "-")
    assert capsysbinary.readouterr().out == "ü\n".encode()


def test_unique(tmp_path: Path) -> None:
    first = tmp_path / "cors-report.html"
    assert write.unique(first) == first
    first.touch()
    assert write.unique(first).name == "cors-report-2.html"
    write.unique(first).touch()
    assert write.unique(first).name == "cors-report-3.html"


def test_keep_existing(tmp_path: Path) -> None:
    report = tmp_path / "cors-report.html"
    assert write.keep_existing(report) is None
    report.write_text("old", encoding="utf-8")
    os.utime(report, (1794668520, 1794668520))
    kept = write.keep_existing(report)
    assert kept is not None
    assert kept.name == "cors-report-20261114-1502.html"
    assert kept.read_text(encoding="utf-8") == "old"
    assert not report.exists()


def test_keep_existing_files_of_one_report(tmp_path: Path) -> None:
    paths = reports.save(example_result.shop(), tmp_path / "nightly.parquet")
    for path in paths:
        os.utime(path, (1794668520, 1794668520))
    write.keep_existing(tmp_path / "nightly.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"nightly.{part}-20261114-1502.parquet" for part in ("exchanges", "findings", "policies")
    ]


SPELLINGS = {
    "plain": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent in lower case": quote(SECRET, safe="").lower(),
    "json": json.dumps(SECRET)[1:-1],
    "html": html.escape(SECRET),
    "jinja2": html.escape(SECRET, quote=False).replace('"', "&#34;"),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 after one byte": base64.b64encode(b"x" + SECRET.encode() + b"yy").decode(),
    "base64 after two bytes": base64.b64encode(b"xx" + SECRET.encode() + b"y").decode(),
    "base64 of a pair": base64.b64encode(b"user:" + SECRET.encode()).decode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_that_is_no_text_of_the_result_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    monkeypatch.setattr(to_markdown, "render", lambda _: f"first line\nsecond {spelling} line")
    planted = example_result.with_secrets(example_result.shop(), {SECRET})
    with pytest.raises(reports.SecretFound) as caught:
        reports.save(planted, tmp_path / "report.md")
    assert "line 2" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert not list(tmp_path.iterdir())


@given(
    st.one_of(
        st.text("abcXYZ0189", min_size=6, max_size=30),
        st.text("aB1._-~+/=%&<>'\"`*[]|#@:\\\n\t www\xe4\xff\u202e", min_size=6, max_size=30),
    ),
    st.text('ab1 \n"', max_size=9),
)
@settings(max_examples=300, deadline=None)
def test_every_form_of_a_secret_is_found(secret: str, beside: str) -> None:
    assume(not leaks._is_ours(secret))
    for _, spelling in leaks.forms(secret):
        assume(not leaks._is_ours(spelling))
        with pytest.raises(reports.SecretFound):
            leaks.search(f"{beside}{spelling}{beside}", {secret, "another-secret"})


def test_secret_bytes_shown_as_escapes() -> None:
    with pytest.raises(reports.SecretFound):
        leaks.search("a \\x1bpass\\xffword b", {"\x1bpass\xffword"})
    with pytest.raises(reports.SecretFound):
        leaks.search("a pässword b", {"p\xc3\xa4ssword"})


def test_short_values_are_not_searched() -> None:
    leaks.search("abcde is everywhere", {"abcde", "", "x"})


@pytest.mark.parametrize(
    "value", ["default-src 'none'", "base-uri 'none'", 'type="button"', "details><"]
)
def test_what_every_report_holds_is_no_secret(tmp_path: Path, value: str) -> None:
    """Servers do send the content security policy that our page has."""
    planted = example_result.with_secrets(example_result.shop(), {value})
    reports.save(planted, tmp_path / "report.html")
    assert (tmp_path / "report.html").exists()


def read(files: list[Path]) -> str:
    """Everything that can be read in a report."""
    if files[0].suffix == ".parquet":
        return "\n".join(pd.read_parquet(file).to_csv() for file in files)
    return "\n".join(file.read_text() for file in files)


def test_no_format_says_what_was_withheld_elsewhere(tmp_path: Path) -> None:
    """Of equal texts each still equals the others: tables and pages hold together."""
    result = example_result.shop()
    planted = example_result.with_secrets(result, {"pay.shop.example"})
    word = stand_in("pay.shop.example")
    for suffix, _ in reports.RENDERERS.values():
        text = read(reports.save(planted, tmp_path / f"report{suffix}"))
        assert "pay.shop.example" not in text
        assert f"https://{word}" in text
    masked = json.loads((tmp_path / "report.json").read_text())
    assert AuditResult.from_dict(masked).to_json() == result.to_json().replace(
        "pay.shop.example", word
    )


AWKWARD = (
    "p;=w\"d](x)%,:'|<a>&\\",
    "=cmd|' /C calc'!A0",
    "100%, a: b\u00fc](c)",
    "tick`s _and_ *stars* www.a.example",
)
"""Values that every format writes in a way of its own."""


@pytest.mark.parametrize("format", reports.RENDERERS)
@pytest.mark.parametrize("secret", AWKWARD)
@pytest.mark.parametrize("before", ["", "token ", "a;"])
def test_every_format_is_searched_in_its_own_spelling(
    tmp_path: Path, format: str, secret: str, before: str
) -> None:
    finding = dataclasses.replace(
        example_result.shop().findings[0],
        rule="a-rule", title=before + secret, message=before + secret,
    )  # fmt: skip
    result = dataclasses.replace(example_result.shop(), findings=(finding,))
    target = tmp_path / f"report{reports.RENDERERS[format][0]}"
    files = reports.save(example_result.with_secrets(result, {secret}), target)
    text = read(files)
    leaks.search(text, {secret})
    assert stand_in(secret) in text
    text = read(reports.save(example_result.with_secrets(result, {secret + "x"}), target))
    assert stand_in(secret + "x") not in text
    if format != "parquet":  # its cells are searched, here it is their CSV
        with pytest.raises(reports.SecretFound):
            leaks.search(text, {secret})


@pytest.mark.parametrize("secret", AWKWARD)
def test_annotations_are_searched_too(secret: str) -> None:
    finding = dataclasses.replace(example_result.shop().findings[0], title=secret, message=secret)
    result = dataclasses.replace(example_result.shop(), findings=(finding,))
    text = to_github.render(result, story.fails)
    for part in (text.partition(" title=")[2].partition("::")[0], text.partition("::")[2]):
        with pytest.raises(reports.SecretFound):
            leaks.search(part, {secret})


def test_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    code = (
        "import hashlib, sys, reports; from pathlib import Path; "
        "from tests.unit import example_result as e; "
        "print([(hashlib.sha256(path.read_bytes()).hexdigest()) "
        "for suffix, _ in reports.RENDERERS.values() "
        "for path in reports.save(e.shop(), Path(sys.argv[1]) / f'report{suffix}')])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True, cwd=Path(reports.__file__).parents[1],
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_several_files_or_none(tmp_path: Path) -> None:
    assert reports.targets("a/nightly.parquet") == [
        Path(f"a/nightly.{part}.parquet") for part in ("exchanges", "findings", "policies")
    ]
    (tmp_path / "nightly.policies.parquet").mkdir()
    with pytest.raises(OSError, match="policies"):
        reports.save(example_result.shop(), tmp_path / "nightly.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["nightly.policies.parquet"]


def test_a_missing_package_is_named_with_its_remedy() -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import reports\n"
        "try: reports.need('parquet')\n"
        "except reports.MissingPackage as error: print(error, reports.available('parquet'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=Path(reports.__file__).parents[1],
    )  # fmt: skip
    assert "needs pyarrow" in done.stdout
    assert "pip install 'cors-audit[parquet]' False" in done.stdout


@pytest.mark.parametrize("format", ["json", "sarif", "junit", "csv", "md"])
def test_text_formats_need_nothing_but_python(format: str) -> None:
    """They are written by the standalone mitmproxy, too, which lacks parts of Python."""
    blocked = ("pandas", "numpy", "click", "jinja2", "pyarrow", "sqlite3", "tomllib", "zoneinfo",
               "html.parser", "xml", "xml.etree", "xml.sax")  # fmt: skip
    code = (
        "import sys, json; from tests.unit import example_result as e; text = e.shop().to_json()\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        "import reports; from analysis.result import AuditResult\n"
        f"print(len(reports.render(AuditResult.from_dict(json.loads(text)), {format!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=Path(reports.__file__).parents[1],
    )  # fmt: skip
    assert int(done.stdout) > 1000


def test_thousands_of_secrets_take_no_time() -> None:
    text = "".join(f"{number:x} some text of a report\n" for number in range(60_000))
    secrets = {f"FAKE-{number * 7919:x}-secret-value" for number in range(5000)}
    before = time.perf_counter()
    leaks.search(text, secrets)
    assert time.perf_counter() - before < 10


def test_unknown_format(tmp_path: Path) -> None:
    result = example_result.empty()
    with pytest.raises(reports.UnknownFormat, match=r"'\.doc'.*\.html, \.json, .*\.md"):
        reports.save(result, tmp_path / "report.doc")
    with pytest.raises(reports.UnknownFormat, match="html, json, sarif, junit, csv, md, parquet"):
        reports.render(result, "doc")


def test_importing_reports_is_light() -> None:
    code = (
        "import sys, reports, reports.write, reports.to_terminal; "
        "print([m for m in ('jinja2', 'pandas', 'mitmproxy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=Path(reports.__file__).parents[1],
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_rendering_from_json_gives_the_same_bytes(tmp_path: Path) -> None:
    from reports.__main__ import main

    result = example_result.shop()
    source, target = tmp_path / "result.json", tmp_path / "again.html"
    source.write_text(result.to_json(), encoding="utf-8")
    assert main([str(source), "--to", "html", "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == reports.render(result, "html")


def test_main_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from reports.__main__ import main

    source = tmp_path / "result.json"
    source.write_text("{}", encoding="utf-8")
    assert main([str(source)]) == 2
    assert "not a cors-audit result" in capsys.readouterr().err
