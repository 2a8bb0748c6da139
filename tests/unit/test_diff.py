"""Two recordings or results compared."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

import reports
from analysis import audit
from analysis.diff import Diff, Session, compare, session
from analysis.finding import Confidence, Explained, Ignored, Severity
from analysis.masking import stand_in
from analysis.result import AuditResult, Observed, Tool
from reports import diff_to_markdown, diff_to_terminal
from reports.columns import width

from . import example_result as example
from . import flows
from .test_cli import BROKEN, FIXED, SAMPLES, run
from .test_reports_text import CONTROLS

SHOP = example.shop()
FIRST = SHOP.findings[0]


def diff(old: AuditResult, new: AuditResult, gate: Severity = Severity.MEDIUM) -> Diff:
    """Compare; everything down to a severity fails the gate."""
    return compare(
        Tool("cors-audit", "0"),
        session(old, "old.flow", "capture"),
        session(new, "new.flow", "capture"),
        lambda _, severity: severity.rank <= gate.rank,
    )


def having(*findings: Any) -> AuditResult:
    """The shop with these findings."""
    return dataclasses.replace(SHOP, findings=tuple(findings))


def with_policy(**given: Any) -> AuditResult:
    """The shop with its first API's policy changed."""
    first, *rest = SHOP.policies
    return dataclasses.replace(SHOP, policies=(dataclasses.replace(first, **given), *rest))


def test_the_same_is_the_same() -> None:
    same = diff(SHOP, SHOP)
    assert (same.worse, same.appeared, same.gone, same.changed) == (0, (), (), ())
    assert same.unchanged == len(SHOP.findings)
    assert same.policies == ()


def test_new_and_gone() -> None:
    made = diff(having(*SHOP.findings[1:]), having(*SHOP.findings[:-1]))
    assert [row.key for row in made.appeared] == [FIRST.key]
    assert [row.key for row in made.gone] == [SHOP.findings[-1].key]
    assert made.worse == 1
    assert made.appeared[0].worse


def test_below_the_gate_it_is_new_but_not_worse() -> None:
    minor = dataclasses.replace(FIRST, severity=Severity.LOW)
    made = diff(having(), having(minor))
    assert (len(made.appeared), made.worse) == (1, 0)


@pytest.mark.parametrize(
    ("was", "now", "what", "worse"),
    [
        ({"severity": Severity.LOW}, {"severity": Severity.HIGH}, ["severity"], 1),
        ({"severity": Severity.HIGH}, {"severity": Severity.MEDIUM}, ["severity"], 0),
        ({"severity": Severity.INFO}, {"severity": Severity.LOW}, ["severity"], 0),
        (
            {"confidence": Confidence.TENTATIVE},
            {"confidence": Confidence.CERTAIN},
            ["confidence"],
            0,
        ),
        ({"count": 9}, {"count": 10}, ["count"], 0),
        ({"count": 10}, {"count": 99}, [], 0),
        ({"ignored": Ignored("x", None)}, {}, ["ignored"], 0),
        (
            {"severity": Severity.LOW},
            {"severity": Severity.HIGH, "ignored": Ignored("x", None)},
            ["severity", "ignored"],
            0,
        ),
    ],
)
def test_changed(was: dict[str, Any], now: dict[str, Any], what: list[str], worse: int) -> None:
    base = dataclasses.replace(FIRST, severity=Severity.MEDIUM)
    made = diff(having(dataclasses.replace(base, **was)), having(dataclasses.replace(base, **now)))
    assert [change.what for row in made.changed for change in row.changes] == what
    assert made.worse == worse
    assert made.unchanged == (not what)


def test_an_ignored_new_finding_is_not_worse() -> None:
    made = diff(having(), having(dataclasses.replace(FIRST, ignored=Ignored("x", None))))
    assert (len(made.appeared), made.worse) == (1, 0)
    text = diff_to_terminal.render(made)
    assert text.startswith("Nothing got worse: 0 new findings")
    assert "1 new finding ignored, by configuration or baseline." in text


def test_what_stands_under_another_finding_is_present() -> None:
    other = SHOP.findings[1]
    under = Explained(
        other.key, other.rule, other.kind, Severity.LOW, other.title, other.message, 1
    )
    parent = dataclasses.replace(FIRST, explains=(under,))
    folded = diff(having(FIRST, other), having(parent))
    assert (folded.appeared, folded.gone, folded.worse) == ((), (), 0)
    alone = diff(having(parent), having(FIRST, dataclasses.replace(other, severity=Severity.LOW)))
    assert (alone.appeared, alone.gone, alone.changed) == ((), (), ())
    rose = diff(having(parent), having(FIRST, dataclasses.replace(other, severity=Severity.HIGH)))
    assert [(row.key, row.worse) for row in rose.changed] == [(other.key, True)]


def test_what_the_other_side_never_called_is_said() -> None:
    assert diff(SHOP, having()).gone[0].compared is False, "the example holds no endpoints"
    text = diff_to_terminal.render(diff(SHOP, having()))
    assert "NEW holds no such call" in text


def test_policies() -> None:
    base = SHOP.policies[0]
    allows = dataclasses.replace(
        base.allows, allow_origin_mode="wildcard", credentials=False, methods=("PUT",),
        allow_origins=(Observed("*", 46),),
    )  # fmt: skip
    least = dataclasses.replace(base.least_privilege, methods=("PUT",), credentials=None)
    (row,) = diff(SHOP, with_policy(allows=allows, least_privilege=least)).policies
    assert (row.api, row.state) == (base.api, "changed")
    assert [(c.what, c.was, c.now, c.added, c.removed) for c in row.changes] == [
        ("allow_origin_mode", "fixed", "wildcard", (), ()),
        ("credentials", "yes", "no", (), ()),
        ("origins", None, None, ("*",), (example.SHOP,)),
        ("methods", None, None, ("PUT",), ()),
    ]
    assert [(c.what, c.now, c.removed) for c in row.least_privilege] == [
        ("methods", None, ("DELETE",)), ("credentials", "unknown", ()),
    ]  # fmt: skip


def test_an_api_that_one_side_alone_called() -> None:
    less = dataclasses.replace(SHOP, policies=SHOP.policies[1:])
    assert [row.state for row in diff(less, SHOP).policies] == ["new"]
    assert [row.state for row in diff(SHOP, less).policies] == ["gone"]


ACAO = "Access-Control-Allow-Origin"


def shop(folder: Path, name: str, api: int, page: int, *, reverse: bool = False) -> AuditResult:
    """One session on this machine, on any ports, with new flow ids each time."""
    origin, server = f"http://localhost:{page}", f"http://localhost:{api}"
    made = [
        flows.call(url=f"{server}/items", origin=origin),
        flows.call((ACAO, "*"), url=f"{server}/a", origin=origin, request=(("Cookie", "a=b"),)),
        flows.call((ACAO, origin), url=f"{server}/users/42", origin=origin),
        flows.call((ACAO, f"{origin}/"), url=f"{server}/slash", origin=origin),
    ]
    return audit([flows.save(folder / name, *(reversed(made) if reverse else made))])


def test_keys_survive_other_ports_other_ids_and_another_order(tmp_path: Path) -> None:
    old = shop(tmp_path, "a.flow", 3001, 3000)
    new = shop(tmp_path, "b.flow", 45017, 41999, reverse=True)
    assert len(old.findings) >= 3
    assert {f.key for f in old.findings} == {f.key for f in new.findings}
    assert not {r.flow_id for r in old.exchanges} & {r.flow_id for r in new.exchanges}
    made = diff(old, new)
    assert (made.appeared, made.gone, made.changed, made.policies) == ((), (), (), ())
    assert made.unchanged == len(old.findings)


def test_keys_differ_by_what_makes_another_finding(tmp_path: Path) -> None:
    def keys(**given: Any) -> set[str]:
        path = flows.save(tmp_path / "x.flow", flows.call(**given))
        return {finding.key for finding in audit([path]).findings}

    base = keys()
    assert base
    assert not base & keys(url="https://other.example/items")
    assert not base & keys(url="http://api.example/items")
    assert keys(url="https://api.example/items?page=2") == base


def test_an_origin_that_asked_on_one_side_only_is_no_change(tmp_path: Path) -> None:
    def by(*origins: str) -> AuditResult:
        made = [flows.call((ACAO, each), ("Vary", "Origin"), origin=each) for each in origins]
        return audit([flows.save(tmp_path / "x.flow", *made)])

    one, two = by("https://a.example"), by("https://a.example", "https://b.example")
    changed = [c.what for row in diff(one, two).policies for c in row.changes]
    assert "origins" not in changed


HOSTILE = example.hostile()


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("pair", [(SHOP, HOSTILE), (HOSTILE, SHOP), (example.many(), HOSTILE)])
def test_no_command_reaches_the_terminal(
    pair: tuple[AuditResult, AuditResult], columns: int
) -> None:
    made = diff(*pair)
    text = diff_to_terminal.render(made, width=columns)
    assert not CONTROLS.search(text)
    assert max(map(width, text.splitlines())) <= columns
    assert diff_to_terminal.render(made, width=columns, ascii_only=True).isascii()
    colored = diff_to_terminal.render(made, width=columns, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text


@pytest.mark.parametrize("pair", [(SHOP, HOSTILE), (HOSTILE, SHOP)])
def test_markdown_stays_text(pair: tuple[AuditResult, AuditResult]) -> None:
    text = diff_to_markdown.render(diff(*pair))
    assert not CONTROLS.search(text)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert not re.search(r"<(script|img)|(?<!\\)\]\(|(?<![\w&])@\w|(?<!\\)\*\*bold", outside)
    assert len(text) < 60_000, "a comment on GitHub holds 65536 characters"


def test_json_is_plain_and_says_what_it_is() -> None:
    made = diff(having(), SHOP)
    data = json.loads(made.to_json())
    assert (data["format"], data["format_version"]) == ("cors-audit/diff", 1)
    assert data["worse"] == sum(row["worse"] for row in data["appeared"])
    assert made.to_json() == diff(having(), SHOP).to_json()
    assert made.to_json().isascii()


@pytest.mark.parametrize(
    ("old", "new", "words", "code"),
    [
        (FIXED, BROKEN, (), 1),
        (BROKEN, FIXED, (), 0),
        (BROKEN, BROKEN, (), 0),
        (FIXED, BROKEN, ("--fail-on", "never"), 0),
        (FIXED, BROKEN, ("--fail-on", "slow"), 0),
        (FIXED, BROKEN, ("--fail-on", "terrible"), 2),
        (FIXED, Path("empty.flow"), (), 3),
        (Path("none.flow"), FIXED, (), 3),
        (FIXED, Path("other.json"), (), 2),
        (FIXED, Path("list.json"), (), 2),
        (FIXED, Path("page.html"), (), 2),
        (FIXED, BROKEN, ("--format", "html"), 2),
    ],
)
def test_exit_codes(
    tmp_path: Path, old: Path, new: Path, words: tuple[str, ...], code: int
) -> None:
    (tmp_path / "empty.flow").write_bytes(b"")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "list.json").write_text("[")
    (tmp_path / "page.html").write_text("<!doctype html><p>x")
    done = run(tmp_path, "diff", str(old), str(new), *words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code == 3:
        assert "nothing to compare" in done.stderr
        assert not done.stdout
    if code < 2:
        assert done.stdout.startswith("Worse by 1 finding" if code else "Nothing got worse")


def test_a_capture_its_result_and_its_report_are_the_same(tmp_path: Path) -> None:
    both = (str(BROKEN), str(SAMPLES / "04-wildcard-with-credentials.flow"))
    run(tmp_path, "report", *both, "-o", "r.json", "-o", "r.html")
    folder = tmp_path / "flows"
    folder.mkdir()
    for path in both:
        (folder / Path(path).name).write_bytes(Path(path).read_bytes())
    total = len(AuditResult.from_dict(json.loads((tmp_path / "r.json").read_text())).findings)
    for old in ("r.json", "r.html", "flows"):
        for new in ("r.json", "r.html", "flows"):
            done = run(tmp_path, "diff", old, new, "--format", "json")
            assert done.returncode == 0, done.stderr
            made = json.loads(done.stdout)
            assert (made["appeared"], made["gone"], made["changed"]) == ([], [], [])
            assert made["unchanged"] == total
            assert made["policies_compared"] is ("r.html" not in (old, new))
            assert made["policies"] == []
            assert str(tmp_path) not in done.stdout


def test_a_report_of_many_findings_is_whole(tmp_path: Path) -> None:
    many = example.many(130)
    reports.save(many, tmp_path / "m.html")
    reports.save(many, tmp_path / "m.json")
    done = run(tmp_path, "diff", "m.html", "m.json", "--format", "json")
    made = json.loads(done.stdout)
    assert (made["unchanged"], made["appeared"], made["gone"]) == (130, [], [])


def test_the_configuration_counts_for_recordings(tmp_path: Path) -> None:
    (tmp_path / "cors-audit.toml").write_text(
        '[[ignore]]\nrule = "hidden-error-status"\nreason = "known"\n'
    )
    done = run(tmp_path, "diff", str(FIXED), str(BROKEN))
    assert done.returncode == 0
    assert "1 new finding ignored" in done.stdout
    assert run(tmp_path, "diff", str(FIXED), str(BROKEN), "--no-config").returncode == 1


def test_markdown_on_the_command_line(tmp_path: Path) -> None:
    done = run(tmp_path, "diff", str(FIXED), str(BROKEN), "--format", "md")
    assert done.returncode == 1
    assert done.stdout.startswith("## CORS: what changed\n\n**Worse by 1 finding:")
    assert "`hidden-error-status`" in done.stdout


def test_no_planted_secret_in_a_comparison(tmp_path: Path) -> None:
    for words in ((), ("--format", "json"), ("--format", "md")):
        done = run(tmp_path, "diff", str(FIXED), str(SAMPLES), *words)
        assert done.returncode == 1
        assert "FAKE-SECRET" not in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json", "md"])
def test_a_withheld_value_is_masked(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    from click.testing import CliRunner

    from analysis.cli import main, sides

    real, secret = sides.read_side, "10-fixed.flow"

    def leaking(path: str, *more: Any) -> tuple[Session, frozenset[str]]:
        return real(path, *more)[0], frozenset({secret})

    monkeypatch.setattr(sides, "read_side", leaking)
    words = ["diff", "--no-config", str(FIXED), str(BROKEN), "--format", form]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert secret not in done.output
    assert stand_in(secret) in done.output


def test_a_withheld_value_that_cannot_be_masked_stops_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from click.testing import CliRunner

    from analysis.cli import main
    from reports import diff_to_terminal, leaks

    monkeypatch.setattr(diff_to_terminal, "render", lambda *_, **__: "says s3cr3t-42 itself")
    real = leaks.searched
    monkeypatch.setattr(
        leaks, "searched", lambda render, shown, _, *more: real(render, shown, {"s3cr3t-42"}, *more)
    )
    done = CliRunner().invoke(main, ["diff", "--no-config", str(FIXED), str(BROKEN)])
    assert done.exit_code == 2
    assert "s3cr3t-42" not in done.output
    assert "nothing was written" in done.output
