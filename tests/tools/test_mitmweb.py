"""The addon in mitmweb, which a real Chromium looks at."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium
from tests.unit import flows

from . import hostile
from .running import SECONDS, WITH_ADDON, command, free_port, wait_until

PASSWORD = "only-for-this-test"
TEXT = ("Content-Type", "text/plain")
VERDICTS = "BLOCKED|ALLOWED|INDETERMINATE|NOT-APPLICABLE|CORS has nothing to do"


@pytest.fixture(scope="module")
def browser(no_browser: Callable[[str], NoReturn]) -> Iterator[Any]:
    path = chromium.find()
    if path is None:
        no_browser("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def mitmweb(browser: Any, folder: Path, capture: Path, *words: str) -> Iterator[Any]:
    """A page of mitmweb in which a recording is open."""
    port, log = free_port(), folder / "log"
    options = ("--no-web-open-browser", "--web-port", str(port), "-n", "-r", str(capture))
    # mitmproxy 11 has no password, and passes over the option.
    secret = ("--set", f"web_password={PASSWORD}")
    with log.open("wb") as file:
        process = subprocess.Popen(
            command("mitmweb", folder, *options, *secret, *WITH_ADDON, *words),
            cwd=folder, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    context = browser.new_context(viewport={"width": 1500, "height": 1000})
    try:
        wait_until(lambda: b"Web server listening" in log.read_bytes() or process.poll())
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"http://127.0.0.1:{port}/?token={PASSWORD}")
        page.locator(".flow-table tbody tr .col-path").first.wait_for()
        yield page
    finally:
        context.close()
        process.terminate()
        process.wait(SECONDS)


def choose_verdict(page: Any) -> str:
    """Choose the view for the message that is shown; the text that comes."""
    page.locator(".flow-detail").get_by_text("View:").click()
    page.get_by_text(re.compile("^cors verdict$", re.I)).last.click()
    expect(page.locator(".flow-detail")).to_contain_text(re.compile(VERDICTS))
    return str(page.locator(".flow-detail").inner_text())


def open_tab(page: Any, row: int, tab: str) -> None:
    page.locator(".flow-table tbody tr:has(.col-path)").nth(row).click()
    page.locator(".flow-detail .nav-tabs a", has_text=tab).click()


def test_a_person_finds_the_verdict(browser: Any, tmp_path: Path) -> None:
    asks = (("Access-Control-Request-Method", "PUT"),)
    capture = flows.save(
        tmp_path / "in.flow",
        flows.call(TEXT, url="https://api.example/cart", body=b"hello"),
        flows.call(url="https://api.example/items", method="OPTIONS", status=204, request=asks),
    )
    with mitmweb(browser, tmp_path, capture) as page:
        expect(page.locator(".flow-table")).to_contain_text("\N{LARGE RED CIRCLE}")
        open_tab(page, 0, "Response")
        seen = choose_verdict(page)
        assert "BLOCKED: the server has acted" in seen
        assert "Chromium says (MissingAllowOriginHeader): Access to fetch at" in seen
        assert "Fix: Send Access-Control-Allow-Origin: https://app.example." in seen
        open_tab(page, 1, "Response")
        assert "BLOCKED: the browser never sent the request" in choose_verdict(page)
        open_tab(page, 1, "Comment")
        expect(page.locator(".flow-detail")).to_contain_text("CORS preflight-without-cors-headers")


def test_a_flow_is_marked_when_a_later_one_settles_it(browser: Any, tmp_path: Path) -> None:
    capture = flows.save(tmp_path / "in.flow", *flows.settled_later())
    with mitmweb(browser, tmp_path, capture) as page:
        row = page.locator(".flow-table tbody tr:has(.col-path)", has_text="shop.example/a")
        expect(row).to_contain_text("\N{LARGE RED CIRCLE}")
        open_tab(page, 0, "Comment")
        expect(page.locator(".flow-detail")).to_contain_text("CORS wildcard-with-credentials")


def test_hostile_bytes_are_not_on_the_page(browser: Any, tmp_path: Path) -> None:
    capture = hostile.save(tmp_path / "in.flow")
    with mitmweb(browser, tmp_path, capture, "--set", "cors_live=all") as page:
        for row in range(len(hostile.recorded()) - 1):
            open_tab(page, row, "Response")
            verdict = re.search(f"(?s)({VERDICTS}).*", choose_verdict(page))
            assert verdict is not None
            assert not hostile.unseen(verdict[0])
            open_tab(page, row, "Comment")
            assert not hostile.unseen(page.locator(".flow-detail").inner_text())
    assert not hostile.raw((tmp_path / "log").read_bytes())
