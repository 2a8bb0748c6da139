"""Both browsers, for all tests of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import sync_playwright

import reports
from analysis.result import AuditResult

from ..browser import chromium as installed_chromium
from ..browser import firefox as installed_firefox
from .windows import ChromiumWindow, FirefoxWindow, Show, Window


@pytest.fixture(scope="module")
def chromium(no_browser: Callable[[str], NoReturn]) -> Iterator[Any]:
    """A running Chromium, as playwright has it: one at a time in a process, so that none is
    left when other tests start theirs."""
    path = installed_chromium.find()
    if path is None:
        no_browser("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def firefox(
    no_browser: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FirefoxWindow]:
    """The window of a running Firefox."""
    if installed_firefox.find() is None:
        no_browser("no Firefox on this machine")
    folder: Path = tmp_path_factory.mktemp("firefox")
    with installed_firefox.Program(folder) as program:
        yield FirefoxWindow(program)


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Show]:
    """Open results in Chromium; the windows are closed at the end."""
    opened: list[ChromiumWindow] = []

    def open_report(result: AuditResult, **options: Any) -> ChromiumWindow:
        reports.save(result, tmp_path / "report.html")
        opened.append(ChromiumWindow(chromium, **options))
        opened[-1].open(tmp_path / "report.html")
        return opened[-1]

    yield open_report
    for window in opened:
        window.close()


@pytest.fixture(params=["chromium", "firefox"])
def window(request: pytest.FixtureRequest) -> Iterator[Window]:
    """A window of each browser in turn."""
    if request.param == "firefox":
        yield request.getfixturevalue("firefox")
        return
    opened = ChromiumWindow(request.getfixturevalue("chromium"))
    yield opened
    opened.close()
