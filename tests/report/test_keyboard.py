"""Everything can be reached and used with the keyboard, and it shows where one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import reports
from tests.unit import example_result as example

from .windows import ChromiumWindow, FirefoxWindow, Window

KEYS = {"Tab": "\ue004", "Enter": "\ue007"}
"""What playwright calls them, and WebDriver's character."""
MARK = """
const wanted = "a[href], button, select, input, summary, pre[tabindex], [tabindex='0']";
return [...document.querySelectorAll(wanted)]
  .filter((each) => each.checkVisibility())
  .map((each, number) => { each.dataset.stop = number; return number; });
"""
HERE = """
const at = document.activeElement, style = getComputedStyle(at);
return [at.dataset.stop ?? "", at.className, style.outlineStyle, parseFloat(style.outlineWidth)];
"""
FIRST_CLOSED = (
    "const card = document.querySelector('details.card:not([open])');"
    "card.querySelector('summary').focus(); return card.id"
)
OPEN = "return document.getElementById(arguments[0]).open"

Press = Callable[[str], None]


@pytest.fixture
def press(window: Window) -> Press:
    """Press a key in the window."""
    if isinstance(window, FirefoxWindow):
        return lambda key: window.press(KEYS[key])
    assert isinstance(window, ChromiumWindow)
    return window.page.keyboard.press


@pytest.fixture
def shop(window: Window, tmp_path: Path) -> None:
    """A report with everything on it."""
    reports.save(example.shop(), tmp_path / "report.html")
    window.open(tmp_path / "report.html")


@pytest.mark.usefixtures("shop")
def test_every_control_is_reached(window: Window, press: Press) -> None:
    stops: list[Any] = window.run(MARK)
    assert len(stops) > 50
    reached: dict[str, tuple[str, float]] = {}
    for number in range(len(stops) + 20):
        press("Tab")
        stop, name, style, width = window.run(HERE)
        if number == 0:
            assert name == "skip", "the way past the navigation comes first"
        if stop in reached or not stop:
            break
        reached[stop] = style, width
    assert sorted(map(int, reached)) == stops
    invisible = [stop for stop, (style, width) in reached.items() if style == "none" or not width]
    assert invisible == [], "focus can be seen"


@pytest.mark.usefixtures("shop")
def test_the_skip_link_skips(window: Window, press: Press) -> None:
    press("Tab")
    press("Enter")
    assert window.run("return document.activeElement.id") == "main"
    press("Tab")
    assert window.run("return document.activeElement.closest('main') !== null")


@pytest.mark.usefixtures("shop")
def test_enter_opens_a_card(window: Window, press: Press) -> None:
    card = window.run(FIRST_CLOSED)
    press("Enter")
    assert window.run(OPEN, card)
    press("Enter")
    assert not window.run(OPEN, card)
