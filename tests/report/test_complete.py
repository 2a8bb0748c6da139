"""Without script, and on paper, nothing is lost: titles, evidence, fixes."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

import reports
from analysis.finding import Kind
from analysis.result import AuditResult
from reports import words
from reports.view import proof

from .states import STATES
from .windows import FirefoxWindow, Show

NAMES = ("shop", "unclear", "samples")


def bare(text: str) -> str:
    """Without white space and ligatures: on paper lines break elsewhere."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def must_be_there(result: AuditResult) -> Iterator[str]:
    """Every finding's title, its evidence, and each line of its first fix."""
    rows = {row.flow_id: row for row in result.exchanges}
    for finding in result.findings:
        yield words.plain(words.rich(finding.title))
        calls: dict[str, list[str]] = {each.path_template: [] for each in finding.endpoints}
        for each in sorted(finding.evidence, key=lambda place: place.role != "primary"):
            path = rows[each.flow_id].path_template
            if finding.kind is Kind.BROKEN and path in calls:
                if each.flow_id[:8] not in calls[path]:
                    calls[path].append(each.flow_id[:8])
            else:
                yield f"{each.header}: {each.value}" if each.header and each.value else each.note
        for flows in calls.values():
            yield from flows[: proof.MOST_EXAMPLES]
            hidden = len(flows) - proof.MOST_EXAMPLES
            yield f"{flows[proof.MOST_EXAMPLES - 1]}, +" if hidden > 0 else ""
        for fix in finding.fixes[:1]:
            yield from fix.code.splitlines()


@pytest.fixture(params=NAMES)
def result(request: pytest.FixtureRequest) -> AuditResult:
    """A result with findings of every kind, and one of each recording."""
    return STATES[request.param]()


def test_chromium_without_script(show: Show, result: AuditResult) -> None:
    window = show(result, java_script_enabled=False)
    assert window.page.locator(".script:visible").count() == 0, "no control that does nothing"
    text = bare(window.page.locator("main").text_content())
    for each in must_be_there(result):
        assert bare(each) in text
    cards = window.page.locator("details.card").all()
    assert len(cards) == sum(finding.ignored is None for finding in result.findings)
    for card in cards:
        if card.get_attribute("open") is None:
            card.locator("> summary").click()
        assert card.locator("> .body").is_visible()


def test_firefox_without_script(
    firefox: FirefoxWindow, result: AuditResult, tmp_path: Path
) -> None:
    reports.save(result, tmp_path / "report.html")
    with firefox.without_script():
        firefox.open(tmp_path / "report.html")
        assert firefox.run("return document.documentElement.className") == "", "no script ran"
        assert not any(firefox.displayed(".script"))
        text = bare(firefox.run("return document.querySelector('main').textContent"))
        for each in must_be_there(result):
            assert bare(each) in text
        firefox.click("details.card:not([open]) > summary")
        assert all(firefox.displayed("details.card > .body"))


@pytest.mark.parametrize("name", ["shop", "unclear"])
def test_paper(show: Show, name: str) -> None:
    result = STATES[name]()
    printed = show(result).page.pdf(format="A4", prefer_css_page_size=True)
    text = bare("".join(each.extract_text() for each in PdfReader(io.BytesIO(printed)).pages))
    for each in must_be_there(result):
        assert bare(each) in text, each
