"""Accepted findings: by an ignore, by a baseline."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

import pytest

import reports
from analysis.finding import Explained, Kind, Severity
from analysis.ignores import Baseline, Ignore, apply, baseline_of, baseline_text, fits
from analysis.result import AuditResult

from . import example_result as example
from .test_cli import BROKEN, FIXED, SAMPLES, run

TODAY = date(2026, 11, 14)
SHOP = example.shop()
FIRST = SHOP.findings[0]


def ignore(**given: object) -> Ignore:
    """An ignore of the shop's first finding."""
    values: dict[str, object] = {"rule": FIRST.rule, "reason": "known"}
    return Ignore(**{**values, **given})  # type: ignore[arg-type]


def applied(*ignores: Ignore, baseline: Baseline | None = None) -> AuditResult:
    """The shop under these decisions."""
    return apply(SHOP, ignores, "cors-audit.toml", baseline, TODAY)


@pytest.mark.parametrize(
    ("pattern", "text", "fitting"),
    [
        (None, "anything", True),
        ("/users/{n}", "/users/{n}", True),
        ("/users/*", "/users/{n}/cart", True),
        ("/user?", "/users", True),
        ("/user?", "/user", False),
        ("/a[id]", "/a[id]", True),
        ("/a[id]", "/ai", False),
        ("http://[::1]:*", "http://[::1]:3000", True),
        ("http://localhost:*", "http://localhost:3001", True),
        ("PUT", "put", False),
        ("/a.b", "/axb", False),
    ],
)
def test_patterns(pattern: str | None, text: str, fitting: bool) -> None:
    assert fits(pattern, text) is fitting


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "used"),
        ({"api": FIRST.api}, "used"),
        ({"api": "https://other.example"}, "unused"),
        ({"page": FIRST.pages[0]}, "used"),
        ({"page": "https://other.example"}, "unused"),
        ({"path": "/api/*"}, "used"),
        ({"path": "/other"}, "unused"),
        ({"method": "TRACE"}, "unused"),
        ({"until": TODAY}, "used"),
        ({"until": date(2026, 11, 13)}, "expired"),
    ],
)
def test_an_ignore_and_what_it_did(given: dict[str, object], state: str) -> None:
    result = applied(ignore(**given))
    (use,) = result.ignores
    assert use.state == state
    assert use.count == (0 if state == "unused" else 1)
    ignored = result.findings[0].ignored
    assert (ignored is not None) is (state == "used")
    assert [f.ignored for f in result.findings[1:]] == [None] * (len(SHOP.findings) - 1)


def test_a_finding_that_shows_elsewhere_too_stays() -> None:
    shown = {each.path_template for each in FIRST.endpoints} | {"/elsewhere"}
    endpoint = dataclasses.replace(FIRST.endpoints[0], path_template="/elsewhere")
    wide = dataclasses.replace(FIRST, endpoints=(*FIRST.endpoints, endpoint))
    assert len(shown) > 1
    assert not ignore(path=FIRST.endpoints[0].path_template).matches(wide)
    assert ignore(path="*").matches(wide)
    assert not ignore(page="*").matches(dataclasses.replace(FIRST, pages=()))


def test_the_rule_that_is_copied_out_of_a_report_works(tmp_path: Path) -> None:
    from analysis.config import load
    from reports.story import Book
    from reports.view.copies import copies

    for finding in SHOP.findings:
        text = copies(Book(SHOP), finding)["ignore"]
        rule = finding.rule
        assert 'reason = ""' in text
        path = tmp_path / "cors-audit.toml"
        text = text.replace('reason = ""', 'reason = "x"').replace(rule, "origin-mismatch")
        path.write_text(text)
        (read,) = load(path).ignores
        assert dataclasses.replace(read, rule=rule).matches(finding)


def test_one_under_another_makes_its_ignore_used() -> None:
    under = Explained(
        "0000", "expose-gap", Kind.NOTE, Severity.LOW, "It cannot be read", "", 3
    )  # fmt: skip
    result = dataclasses.replace(
        SHOP, findings=(dataclasses.replace(FIRST, explains=(under,)), *SHOP.findings[1:])
    )
    marked = apply(result, [ignore(rule="expose-gap")], "c.toml", None, TODAY)
    assert marked.ignores[0].state == "used"
    assert marked.findings[0].ignored is None
    baseline = baseline_of(baseline_text(result), "b.json")
    assert {"0000", FIRST.key} <= {each.key for each in baseline.accepted}
    alone = dataclasses.replace(FIRST, key="0000")
    later = apply(dataclasses.replace(SHOP, findings=(alone,)), [], "", baseline, TODAY)
    assert later.findings[0].ignored is not None


def test_a_baseline_there_and_back() -> None:
    text = baseline_text(applied(ignore()))
    baseline = baseline_of(text, "base.json")
    assert FIRST.key not in {each.key for each in baseline.accepted}
    assert len(baseline.accepted) == len(SHOP.findings) - 1
    rows = json.loads(text)["findings"]
    assert rows == sorted(rows, key=lambda row: (row["rule"], row["api"], row["key"]))
    assert set(rows[0]) == {"key", "rule", "api", "title"}
    result = applied(baseline=baseline)
    assert result.findings[0].ignored is None
    assert {f.ignored.reason for f in result.findings if f.ignored} == {"in the baseline base.json"}
    assert {use.state for use in result.ignores} == {"used"}
    less = dataclasses.replace(SHOP, findings=SHOP.findings[:2])
    gone = [u for u in apply(less, [], "", baseline, TODAY).ignores if u.state == "unused"]
    assert len(gone) == len(SHOP.findings) - 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "no baseline"),
        ('{"format": "cors-audit/result"}', "no baseline"),
        ('{"format": "cors-audit/baseline", "format_version": 9}', "format_version 9"),
        ('{"format": "cors-audit/baseline", "format_version": 1}', "is no list"),
        ('{"format": "cors-audit/baseline", "format_version": 1, "findings": [{}]}', "finding 1"),
    ],
)
def test_what_is_no_baseline_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        baseline_of(text, "b.json")


def test_reports_show_what_was_accepted_and_what_had_no_effect() -> None:
    gone = Baseline("base.json", baseline_of(baseline_text(SHOP), "base.json").accepted[:1])
    result = apply(
        dataclasses.replace(SHOP, findings=(FIRST,)),
        [ignore(reason="until the move"), ignore(rule="expose-gap"),
         ignore(until=date(2026, 1, 1))],
        "cors-audit.toml", gone, TODAY,
    )  # fmt: skip
    for name in ("html", "md"):
        text = reports.render(result, name)
        assert "until the move" in text
        assert "Ignored without effect" in text
        assert "expose-gap fits nothing in this recording" in text
        assert "expired after 2026-01-01: 1 finding counts again" in text


def test_with_an_accepted_finding_the_verdict_does_not_claim_that_all_is_well() -> None:
    from reports import to_terminal

    danger = next(finding for finding in SHOP.findings if finding.kind is Kind.DANGEROUS)
    calm = dataclasses.replace(
        SHOP, findings=(danger,), totals=dataclasses.replace(SHOP.totals, blocked=0)
    )
    text = to_terminal.render(apply(calm, [Ignore(danger.rule, "x")], "c", None, TODAY))
    assert "besides 1 ignored finding" in text.splitlines()[0]
    assert "1 finding ignored, by configuration or baseline." in text


def test_ignored_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "cors-audit.toml").write_text(
        '[[ignore]]\nrule = "hidden-error-status"\napi = "http://localhost:*"\n'
        'reason = "the coupon server is being rewritten"\nuntil = 2999-12-31\n'
        '[[ignore]]\nrule = "expose-gap"\nreason = "old"\n'
    )
    done = run(tmp_path, "check", str(BROKEN))
    assert done.returncode == 0, done.stderr
    assert "1 finding ignored" in done.stdout
    assert "cors-audit.toml: ignore of expose-gap fits nothing in this recording." in done.stderr
    run(tmp_path, "report", str(BROKEN), "-o", "r.json")
    result = AuditResult.from_dict(json.loads((tmp_path / "r.json").read_text()))
    assert result.findings[0].ignored is not None
    assert [(use.state, use.count) for use in result.ignores] == [("used", 1), ("unused", 0)]
    assert str(tmp_path) not in (tmp_path / "r.json").read_text()


def test_an_expired_ignore_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "cors-audit.toml").write_text(
        '[[ignore]]\nrule = "hidden-error-status"\nreason = "x"\nuntil = 2001-01-01\n'
    )
    done = run(tmp_path, "check", str(BROKEN))
    assert done.returncode == 1
    assert "hidden-error-status expired after 2001-01-01: 1 finding counts again" in done.stderr


def test_a_baseline_on_the_command_line(tmp_path: Path) -> None:
    two = (str(BROKEN), str(SAMPLES / "01-no-cors-headers.flow"))
    done = run(tmp_path, "check", *two, "--write-baseline", "base.json")
    assert done.returncode == 0, done.stderr
    assert "wrote base.json" in done.stderr
    assert json.loads((tmp_path / "base.json").read_text())["format"] == "cors-audit/baseline"
    assert run(tmp_path, "check", *two, "--baseline", "base.json").returncode == 0
    less = run(tmp_path, "check", str(BROKEN), "--baseline", "base.json")
    assert less.returncode == 0
    assert "accepted findings not found: " in less.stderr
    assert "missing-allow-origin at http://localhost:3001" in less.stderr
    other = str(SAMPLES / "04-wildcard-with-credentials.flow")
    assert run(tmp_path, "check", other, "--baseline", "base.json").returncode == 1
    (tmp_path / "cors-audit.toml").write_text('baseline = "base.json"')
    (tmp_path / "below").mkdir()
    assert run(tmp_path / "below", "check", *two).returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--baseline", "none.json"), "baseline none.json: No such file"),
        (("--baseline", "wrong.json"), "baseline wrong.json: no baseline"),
        (("--baseline", "a", "--write-baseline", "b"), "exclude each other"),
        (("--write-baseline", "wrong.json/b"), "cannot write wrong.json/b"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_wrong_use(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "wrong.json").write_text("{}")
    done = run(tmp_path, "check", str(BROKEN), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_where_nothing_was_judged_no_baseline_is_written(tmp_path: Path) -> None:
    (tmp_path / "empty.flow").write_bytes(b"")
    done = run(tmp_path, "check", "empty.flow", "--write-baseline", "base.json")
    assert done.returncode == 3
    assert not (tmp_path / "base.json").exists()
    clean = run(tmp_path, "check", str(FIXED), "--write-baseline", "base.json")
    assert clean.returncode == 0
    assert json.loads((tmp_path / "base.json").read_text())["findings"] == []
