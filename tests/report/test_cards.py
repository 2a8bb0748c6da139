"""Cards open by their link, all at once, and on paper."""

from __future__ import annotations

from tests.unit import example_result as example

from .windows import Show


def test_a_link_opens_its_card(show: Show) -> None:
    result = example.shop()
    window = show(result)
    last = result.findings[-1].key
    assert not window.page.locator(f"#finding-{last} .body").is_visible()
    window.again(f"#finding-{last}")
    assert window.page.locator(f"#finding-{last} .body").is_visible()
    window.page.uncheck(".filters input[value=note]")
    assert not window.page.locator(f"#finding-{last}").is_visible()
    window.page.evaluate(f"location.hash = 'finding-{result.findings[0].key}'")
    window.page.evaluate(f"location.hash = 'finding-{last}'")
    window.page.wait_for_timeout(100)
    assert window.page.locator(f"#finding-{last}").is_visible(), "a hidden card is shown again"


def test_printing_shows_closed_cards(show: Show) -> None:
    window = show(example.shop())
    window.page.emulate_media(media="print")
    for body in window.page.locator("details.card > .body").all():
        assert body.bounding_box()["height"] > 100
    assert window.page.locator(".script:visible, nav:visible").count() == 0


def test_a_hundred_cards_open_quickly(show: Show) -> None:
    window = show(example.many(100, 15))
    window.page.click("#expand")
    assert window.page.locator("details.card[open]").count() == 100
    assert window.heard() == []
