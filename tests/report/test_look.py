"""Themes, and what stands on the first screen."""

from __future__ import annotations

from tests.unit import example_result as example

from .windows import Show


def test_themes(show: Show) -> None:
    window = show(example.shop(), color_scheme="dark")
    color = "getComputedStyle(document.body).backgroundColor"
    assert window.page.evaluate(color) == "rgb(14, 17, 22)"
    window.page.select_option("#theme", "light")
    assert window.page.evaluate(color) == "rgb(246, 247, 249)"
    window.again()
    assert window.page.evaluate(color) == "rgb(246, 247, 249)", "the choice is kept"


def test_first_screen(show: Show) -> None:
    window = show(example.shop(), viewport={"width": 1440, "height": 900})
    assert window.page.locator("h1").bounding_box()["y"] < 120
    third = window.page.locator(".work > li").nth(2).bounding_box()
    assert third["y"] + third["height"] <= 900
