"""Terminal, end of a live session, Markdown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import reports
from analysis.finding import Explained, Ignored, Kind, Severity
from analysis.result import AuditResult, Skipped
from reports import story, to_terminal
from reports.columns import width

from . import example_result as example

RESULTS = example.RESULTS
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ud800-\udfff]")


def terminal(
    name: str, *, color: bool = False, ascii_only: bool = False, columns: int = 100
) -> str:
    return to_terminal.render(RESULTS[name](), color=color, ascii_only=ascii_only, width=columns)


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_fits_the_terminal(name: str, columns: int) -> None:
    lines = terminal(name, columns=columns).splitlines()
    assert len(lines) <= 40
    assert max(map(width, lines)) <= columns


@pytest.mark.parametrize("name", RESULTS)
def test_no_command_reaches_the_terminal(name: str) -> None:
    assert not CONTROLS.search(terminal(name))
    colored = terminal(name, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == terminal(name)
    assert not CONTROLS.search(re.sub(r"\x1b\[(?:1|2|3\d|1;3\d|0)m", "", colored))


@pytest.mark.parametrize("name", RESULTS)
def test_ascii(name: str) -> None:
    assert terminal(name, ascii_only=True).isascii()


def test_what_the_terminal_says() -> None:
    text = terminal("shop", columns=120)
    assert text.startswith("3 problems broke this app.\n2 policies may let other sites")
    assert "42 of 167 API calls blocked · 118 preflights, 9.4 s, 65 avoidable" in text
    assert "✕ broken     Wildcard origin refused because cookies are sent" in text
    assert "[missing-allow-origin]" in text
    assert "◷ slow       preflight-not-cached  localhost:3001 PUT /api/cart/items/{n}" in text


@pytest.mark.parametrize("findings", [1, 5, 50])
@pytest.mark.parametrize("columns", [80, 100])
def test_one_screen_is_enough_to_act_on(findings: int, columns: int) -> None:
    """On 24 lines: the first finding with its fix, the others by name, and none lost."""
    result = example.many(findings, 1)
    lines = to_terminal.render(result, width=columns, height=24).splitlines()
    assert len(lines) <= 24
    first = next(number for number, line in enumerate(lines) if line.startswith("✕ "))
    assert any(line.startswith("  Fix, ") for line in lines[first:])
    text = "\n".join(lines)
    groups = story.groups(result.findings)
    shown = len(re.findall(r"^[✕▲◆◷i] ", text, re.MULTILINE))
    told = sum(len(group.findings) for group in groups[:shown])
    more = re.search(r"^(\d+) more in a report: ", text, re.MULTILINE)
    assert told + int(more[1] if more else 0) == findings


def test_empty_sessions_explain_themselves() -> None:
    assert "Browsers bypass proxies for localhost." in terminal("empty")
    assert "2 findings ignored" in terminal("ignoring")


@pytest.mark.parametrize("name", RESULTS)
def test_end_of_a_live_session(name: str) -> None:
    lines = to_terminal.summary_lines(RESULTS[name]())
    assert 1 <= len(lines) <= 10
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert len(line) <= 200


def test_what_the_end_says() -> None:
    assert to_terminal.summary_lines(example.shop()) == [
        "CORS audit: 412 requests, 271 cross-origin, from 2 page origins to 4 APIs in 29 min",
        "  3 broken     42 of 167 calls blocked   first: search.shop.example GET /suggest  "
        "[wildcard-with-credentials]",
        "  2 dangerous  pay.shop.example: Every origin is trusted, with cookies  "
        "[reflected-origin-with-credentials]",
        "  1 fragile, 1 slow, 1 note",
        "  Next: cors-audit explain wildcard-with-credentials",
    ]
    first, second = to_terminal.summary_lines(example.empty())
    assert first.endswith("Nothing was recorded, so there was nothing to judge.")
    assert "bypass" in second


@pytest.mark.parametrize("name", RESULTS)
def test_markdown(name: str) -> None:
    text = reports.render(RESULTS[name](), "md")
    assert text.startswith("# CORS audit\n")
    assert not CONTROLS.search(text.replace("\n", ""))
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.S)
    assert not re.search(r"<(?!!-- -->)", outside)
    assert not re.search(r"\]\(", outside.replace(r"\](", ""))
    assert "@user" not in outside
    assert "://" not in outside


def test_markdown_tells_all() -> None:
    result = example.shop()
    text = reports.render(result, "md")
    for finding in result.findings:
        assert f"`{finding.rule}`" in text
    assert "| Broken |" in text
    assert "## 1. Broken: Preflight gets no CORS headers" in text
    assert example.EXPRESS.strip() in text


@pytest.mark.parametrize("format_", ["md", "html"])
def test_what_has_the_same_cause_is_listed_under_it(format_: str) -> None:
    result = example.shop()
    head, *rest = result.findings
    same = Explained(
        "k", "missing-vary-origin", Kind.FRAGILE, Severity.MEDIUM, "Caches mix answers", "Told.", 7
    )
    folded = replace(result, findings=(replace(head, explains=(same,)), *rest))
    assert "Caches mix answers" in reports.render(folded, format_)
    assert "Caches mix answers" not in reports.render(result, format_)


def large() -> AuditResult:
    """More, and longer, than a job summary takes."""
    base = example.many(200)
    findings = []
    for number, finding in enumerate(base.findings):
        fix = replace(finding.fixes[0], code="é" * 6000, note="ü" * 1200) if finding.fixes else None
        explained = Explained("k", "rule", Kind.NOTE, Severity.LOW, "ö" * 500, "message", 3)
        findings.append(
            replace(
                finding, message="ß" * 2000, why_it_matters="ä" * 2000, explains=(explained,) * 20,
                fixes=(fix,) if fix else (), expected=finding.expected * 20,
                ignored=Ignored("because " * 40, None) if number % 2 else None,
            )
        )  # fmt: skip
    skipped = tuple(Skipped("c0", f"input {n}", "unreadable " * 30, 1) for n in range(9000))
    return replace(base, findings=tuple(findings), skipped=skipped)


def test_markdown_fits_into_a_job_summary() -> None:
    text = reports.render(large(), "md")
    assert len(text.encode()) < 1 << 20
    shown = len(re.findall(r"^## \d+\. ", text, re.M))
    assert 0 < shown < 50
    assert f"\n{100 - shown} more in the JSON.\n" in text
    assert "- 50 more in the JSON" in text
    assert "- 8950 more in the JSON" in text


def test_markdown_that_fits_is_whole() -> None:
    result = example.many(40)
    assert len(re.findall(r"^## \d+\. ", reports.render(result, "md"), re.M)) == 40
    assert "more in the JSON" not in reports.render(result, "md")
