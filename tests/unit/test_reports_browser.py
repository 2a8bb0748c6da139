"""The report in a real browser: hostile text stays text, and nothing needs the script."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import sync_playwright

import reports
from analysis.result import AuditResult
from reports import view
from reports.escape import visible

from . import example_result as example

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser(no_browser: Callable[[str], NoReturn]) -> Iterator[Any]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        no_browser("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A page with all that it said and asked for."""

    def __init__(self, browser: Any, folder: Path, result: AuditResult, **options: Any) -> None:
        self.address = (folder / "report.html").as_uri()
        reports.save(result, folder / "report.html")
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.go()

    def go(self, fragment: str = "") -> None:
        self.page.goto("about:blank")
        self.requests.clear()
        self.page.goto(self.address + fragment)

    def text(self, selector: str) -> list[str]:
        return [" ".join(text.split()) for text in self.page.locator(selector).all_text_contents()]


@pytest.mark.parametrize("structure", [False, True])
def test_hostile_text_does_nothing(browser: Any, tmp_path: Path, structure: bool) -> None:
    result = example.hostile(structure=structure)
    visit = Visit(browser, tmp_path, result)
    page = visit.page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate("document.querySelectorAll('[data-copy]').forEach(each => each.click())")
    page.evaluate("document.querySelectorAll('.filters input').forEach(each => each.click())")
    page.click("#expand")
    page.fill("#search", "<script>alert(1)</script>")
    page.wait_for_timeout(200)
    assert visit.said == []
    assert visit.requests == [visit.address]
    assert page.evaluate("document.querySelectorAll('img, iframe, object, embed').length") == 0
    assert page.evaluate("document.scripts.length") == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.context.close()


def test_text_shown_is_text_given(browser: Any, tmp_path: Path) -> None:
    result = example.hostile()
    visit = Visit(browser, tmp_path, result, java_script_enabled=False)
    model = view.page(result)

    def said(spans: Any) -> str:
        return " ".join("".join(span.text for span in spans).split())

    assert visit.text("details.card > summary h3") == [said(c.title) for c in model.findings.cards]
    assert visit.text(".rule") == [" ".join(c.rule.split()) for c in model.findings.cards]
    assert visit.text(".api h3 > .mono") == [" ".join(a.origin.split()) for a in model.apis.items]
    short = [finding.rule for finding in result.findings if len(visible(finding.rule)) < 60]
    assert short
    for rule in short:
        assert " ".join(visible(rule).split()) in visit.text(".rule")
    visit.context.close()


def test_complete_without_script(browser: Any, tmp_path: Path) -> None:
    result = example.shop()
    visit = Visit(browser, tmp_path, result, java_script_enabled=False)
    assert visit.page.locator("details.card").count() == len(result.findings)
    assert visit.page.locator(".script:visible").count() == 0, "no control that does nothing"
    for finding in result.findings:
        card = visit.page.locator(f"#finding-{finding.key}")
        if card.get_attribute("open") is None:
            card.locator("> summary").click()
        assert card.locator(".body").is_visible()
        for fix in finding.fixes[:1]:
            assert fix.code.splitlines()[0] in card.inner_text()
    visit.context.close()


def test_a_link_opens_its_card(browser: Any, tmp_path: Path) -> None:
    result = example.shop()
    visit = Visit(browser, tmp_path, result)
    last = result.findings[-1].key
    assert not visit.page.locator(f"#finding-{last} .body").is_visible()
    visit.go(f"#finding-{last}")
    assert visit.page.locator(f"#finding-{last} .body").is_visible()
    visit.page.uncheck(".filters input[value=note]")
    assert not visit.page.locator(f"#finding-{last}").is_visible()
    visit.page.evaluate(f"location.hash = 'finding-{result.findings[0].key}'")
    visit.page.evaluate(f"location.hash = 'finding-{last}'")
    visit.page.wait_for_timeout(100)
    assert visit.page.locator(f"#finding-{last}").is_visible(), "a hidden card is shown again"
    visit.context.close()


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("POST /v1/charges", ["hidden-server-error"]),
        ("x-csrf-token", None),
        (
            "Access to fetch at 'http://localhost:3001/api/cart/items/4711' from origin "
            "'http://localhost:3000' has been blocked by CORS policy: Response to preflight "
            "request doesn't pass access control check: No 'Access-Control-Allow-Origin' header "
            "is present on the requested resource.",
            ["missing-allow-origin"],
        ),
        (
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be "
            "the wildcard '*' when the request's credentials mode is 'include'.",
            ["wildcard-with-credentials"],
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
            "resource at https://pay.shop.example/v1/charges?token=1. (Reason: CORS header "
            "‘Access-Control-Allow-Origin’ missing). Status code: 500.",
            ["missing-allow-origin", "hidden-server-error"],
        ),
        ("nothing of the kind", []),
    ],
)
def test_search(browser: Any, tmp_path: Path, pasted: str, found: list[str] | None) -> None:
    visit = Visit(browser, tmp_path, example.shop())
    visit.page.fill("#search", pasted)
    shown = visit.text("details.card:not([hidden]) .rule")
    if found is None:
        assert shown
    else:
        assert shown == found
        assert visit.page.inner_text("#shown") == f"{len(found)} of 8 shown"
    visit.context.close()


def test_copy_buttons(browser: Any, tmp_path: Path) -> None:
    visit = Visit(
        browser, tmp_path, example.shop(), permissions=["clipboard-read", "clipboard-write"]
    )
    read = "navigator.clipboard.readText()"
    card = visit.page.locator("details.card").first
    for what, part in (
        ("code", "origin: ['http://localhost:3000']"),
        ("link", "#finding-3f9a1c0d2b47"),
        ("issue", "## Preflight gets no CORS headers"),
        ("curl", "curl -g -i -X 'OPTIONS' 'http://localhost:3001/api/cart/items/{n}'"),
        ("ignore", 'rule = "missing-allow-origin"'),
    ):
        card.locator(f"[data-copy={what}]").first.click()
        visit.page.wait_for_timeout(50)
        assert part in visit.page.evaluate(read)
    visit.page.locator(".work [data-copy=first]").nth(1).click()
    visit.page.wait_for_timeout(50)
    assert visit.page.evaluate(read) == example.EXPRESS.rstrip("\n")
    assert visit.page.inner_text("#said") == "Copied"
    visit.context.close()


def test_themes(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, tmp_path, example.shop(), color_scheme="dark")
    color = "getComputedStyle(document.body).backgroundColor"
    assert visit.page.evaluate(color) == "rgb(14, 17, 22)"
    visit.page.select_option("#theme", "light")
    assert visit.page.evaluate(color) == "rgb(246, 247, 249)"
    visit.go()
    assert visit.page.evaluate(color) == "rgb(246, 247, 249)", "the choice is kept"
    visit.context.close()


@pytest.mark.parametrize("columns", [320, 390, 768, 1024, 1440])
def test_no_sideways_scroll(browser: Any, tmp_path: Path, columns: int) -> None:
    visit = Visit(browser, tmp_path, example.shop(), viewport={"width": columns, "height": 900})
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= columns
    visit.context.close()


def test_first_screen(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, tmp_path, example.shop(), viewport={"width": 1440, "height": 900})
    assert visit.page.locator("h1").bounding_box()["y"] < 120
    third = visit.page.locator(".work > li").nth(2).bounding_box()
    assert third["y"] + third["height"] <= 900
    visit.context.close()


def test_printing_shows_closed_cards(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, tmp_path, example.shop())
    visit.page.emulate_media(media="print")
    for body in visit.page.locator("details.card > .body").all():
        assert body.bounding_box()["height"] > 100
    assert visit.page.locator(".script:visible, nav:visible").count() == 0
    visit.context.close()


def test_a_hundred_cards_open_quickly(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, tmp_path, example.many(100, 15))
    visit.page.click("#expand")
    assert visit.page.locator("details.card[open]").count() == 100
    assert visit.said == []
    visit.context.close()
