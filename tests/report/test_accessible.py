"""Everybody can read it: axe-core finds nothing, and nothing has to be scrolled sideways.

axe is injected, which the page's own policy forbids; so these pages are opened without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

import reports

from .states import STATES
from .windows import ChromiumWindow

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR = ["color-contrast", "link-in-text-block"]
"""All that another theme can change."""
AXE = """
const cards = [...document.querySelectorAll("details.card")];
const repeated = cards.length > 50 ? cards.slice(8) : [];
repeated.forEach((card) => { card.hidden = true; });
return axe.run(document, {runOnly: {type: arguments[0], values: arguments[1]},
    resultTypes: ["violations"]})
  .finally(() => repeated.forEach((card) => { card.hidden = false; }))
  .then((told) => told.violations.map((each) =>
    `${each.id}: ${each.nodes.slice(0, 5).map((node) => node.target.join(" ")).join(" | ")}`));
"""
"""A hundred cards are made from eight findings; axe takes its time, so it sees each once."""
OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.fixture(scope="module", params=STATES)
def opened(
    request: pytest.FixtureRequest, chromium: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChromiumWindow]:
    """A page of each state with everything open, and axe in it."""
    path = tmp_path_factory.mktemp(request.param) / "report.html"
    reports.save(STATES[request.param](), path)
    window = ChromiumWindow(chromium, bypass_csp=True)
    window.open(path)
    window.page.add_script_tag(path=AXE_FILE_PATH)
    window.run(OPEN)
    yield window
    window.close()


@pytest.mark.parametrize("columns", [1440, 390])
@pytest.mark.parametrize(
    ("theme", "type", "values"), [("light", "tag", TAGS), ("dark", "rule", COLOUR)]
)
def test_axe_finds_nothing(
    opened: ChromiumWindow, theme: str, type: str, values: list[str], columns: int
) -> None:
    opened.page.set_viewport_size({"width": columns, "height": 900})
    opened.page.emulate_media(color_scheme=theme)
    assert opened.run(AXE, type, values) == []


@pytest.mark.parametrize("columns", [320, 390, 768, 1024, 1440])
def test_no_sideways_scroll(opened: ChromiumWindow, columns: int) -> None:
    opened.page.set_viewport_size({"width": columns, "height": 900})
    assert opened.run("return document.documentElement.scrollWidth") <= columns
