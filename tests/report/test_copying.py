"""Copy buttons give what they say."""

from __future__ import annotations

from tests.unit import example_result as example

from .windows import Show


def test_copy_buttons(show: Show) -> None:
    window = show(example.shop(), permissions=["clipboard-read", "clipboard-write"])
    read = "navigator.clipboard.readText()"
    card = window.page.locator("details.card").first
    for what, part in (
        ("code", "origin: ['http://localhost:3000']"),
        ("link", "#finding-3f9a1c0d2b47"),
        ("issue", "## Preflight gets no CORS headers"),
        ("curl", "curl -g -i -X 'OPTIONS' 'http://localhost:3001/api/cart/items/{n}'"),
        ("ignore", 'rule = "missing-allow-origin"'),
    ):
        card.locator(f"[data-copy={what}]").first.click()
        window.page.wait_for_timeout(50)
        assert part in window.page.evaluate(read)
    window.page.locator(".work [data-copy=first]").nth(1).click()
    window.page.wait_for_timeout(50)
    assert window.page.evaluate(read) == example.EXPRESS.rstrip("\n")
    assert window.page.inner_text("#said") == "Copied"
