"""End-to-end tests of the sample shop, as a project has them: they look at what a visitor sees.

They are green whether or not the browser lets the shop read its API, because the shop's page, like
many, shows something either way. That is what the gate behind them is for.
"""

from __future__ import annotations

import os

from playwright.sync_api import Page, expect

SHOP = os.environ.get("SHOP", "http://localhost:3000")


def test_the_catalogue_is_asked_for(page: Page) -> None:
    page.goto(SHOP)
    page.get_by_role("button", name="Browse the catalogue").click()
    expect(page.locator("li")).to_contain_text(["Browse the catalogue"])


def test_a_mug_is_put_into_the_cart(page: Page) -> None:
    page.goto(SHOP)
    page.get_by_role("button", name="Add a mug to the cart").click()
    page.get_by_role("button", name="Take two").click()
    expect(page.locator("li")).to_contain_text(["Add a mug to the cart", "Take two"])
