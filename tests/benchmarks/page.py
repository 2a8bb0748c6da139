"""How large and how quick the HTML page of a very large session is.

    python -m tests.benchmarks.page [EXCHANGES [FINDINGS]]

A made-up session is judged and rendered, and the page opened in Chromium five times. It
prints a row for the README's performance table, and decides nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

import reports
from analysis.engine import Auditor
from analysis.result import AuditResult
from analysis.sources.wire import Wire

from ..browser import chromium
from .session import APIS, PAGES, START, allowed, wire

ROUNDS = 5
WORDS = (
    "accounts", "addresses", "baskets", "cards", "catalogue", "checkout", "comments", "coupons",
    "images", "invoices", "messages", "orders", "payments", "prices", "products", "profile",
    "returns", "search", "settings", "shipping",
)  # fmt: skip
"""Segments of paths: numbers would be taken for ids."""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SEARCH = """text => {
  const field = document.getElementById("search"), begin = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  document.body.getBoundingClientRect();
  return performance.now() - begin;
}"""
EXPAND = """() => {
  const begin = performance.now();
  document.getElementById("expand").click();
  document.body.getBoundingClientRect();
  return performance.now() - begin;
}"""


def session(exchanges: int, findings: int) -> Iterator[Wire]:
    """Calls that work, and `findings` endpoints that fail without CORS headers."""
    for number in range(exchanges):
        origin = f"https://page{number % PAGES}.example.com"
        when = START + number * 0.05
        api = f"https://api{number % APIS}.example.net"
        if number < findings:
            places = (number // each % len(WORDS) for each in (1, len(WORDS), len(WORDS) ** 2))
            broken = f"{api}/{'/'.join(WORDS[place] for place in places)}"
            yield wire(number, when, "GET", broken, origin, [], 500, [])
        else:
            url = f"{api}/area{number % 997 // 40}/call{number % 997}"
            yield wire(number, when, "GET", url, origin, [], 200, allowed(origin))


def audit(exchanges: int, findings: int) -> AuditResult:
    """The session's result."""
    auditor = Auditor()
    for each in session(exchanges, findings):
        auditor.add(each.through(auditor.door))
    return auditor.result()


def main(arguments: list[str]) -> None:
    """Measure and print."""
    exchanges, findings = (int(each) for each in (*arguments, 100_000, 5_000)[:2])
    result = audit(exchanges, findings)
    begin = time.perf_counter()
    page = reports.render(result, "html").encode()
    rendered = time.perf_counter() - begin
    binary = chromium.find()
    if binary is None:
        sys.exit("no Chromium on this machine")
    paints, searches, expansions = [], [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_bytes(page)
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        for _ in range(ROUNDS):
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.goto(path.as_uri())
            tab.wait_for_function(
                f"() => performance.getEntriesByType('paint').length && {PAINTED}"
            )
            paints.append(tab.evaluate(PAINTED))
            searches.append(tab.evaluate(SEARCH, "nothing like this"))
            tab.evaluate(SEARCH, "")
            expansions.append(tab.evaluate(EXPAND))
            tab.close()
        browser.close()
    print(
        f"{exchanges} exchanges, {len(result.findings)} findings: rendered in {rendered:.1f} s, "
        f"{len(page) / 1e6:.2f} MB; first paint {median(paints):.0f} ms, "
        f"search {median(searches):.0f} ms, expand all {median(expansions):.0f} ms"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
