"""The engine must say what real browsers did: the core cases, in every browser there is.

Without a browser the tests are skipped, unless `CORS_AUDIT_REQUIRE_BROWSERS=1` is set. With
`CORS_AUDIT_WHOLE_LAB=1` all cases run, which takes about fifteen minutes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from . import chromium, firefox, lab, webkit
from .known_differences import KNOWN
from .scoring import Disagreement, Score, score_folder

WHOLE = "CORS_AUDIT_WHOLE_LAB"
FINDERS: dict[str, Callable[[], str | None]] = {
    "chromium": chromium.find,
    "firefox": firefox.find,
    "webkit": webkit.find,
}
REMEDY = {
    "chromium": "install Chromium or Chrome",
    "firefox": "install Firefox",
    "webkit": "install WebKitGTK with its MiniBrowser (package libwebkit2gtk-4.1-0) and xvfb",
}
DECIDED = {"chromium": 0.955, "firefox": 0.98, "webkit": 0.84}
"""Least share of decided verdicts; WebKit gives no sign of the credentials mode."""


@pytest.fixture(scope="module", params=sorted(FINDERS))
def score(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    no_browser: Callable[[str], NoReturn],
) -> Score:
    """The scoreboard of one browser."""
    browser: str = request.param
    if not FINDERS[browser]():
        no_browser(f"no {browser} on this machine: {REMEDY[browser]}")
    folder: Path = tmp_path_factory.mktemp(browser)
    lab.run(browser, folder, lab.choose(core=os.environ.get(WHOLE) != "1"))
    return score_folder(folder)


def listed(found: list[Disagreement]) -> list[str]:
    """The differences in words, for the assertion message."""
    return [
        f"{d.truth['name']} step {d.truth['step']} {d.truth['role']}:"
        f" browser {d.expected!r}, engine {d.got!r}"
        for d in found
    ]


def test_the_lab_saw_enough(score: Score) -> None:
    """A lab that records nothing would pass all other tests."""
    assert score.cases >= 70
    assert score.counts["wrong way compared"] >= 250
    assert score.counts["false alarm compared"] >= 100


def test_few_are_left_open(score: Score) -> None:
    """Undecided is honest where the wire cannot tell; more of it than today is a step back."""
    decided = score.counts["wrong way compared"]
    share = DECIDED[score.browser]
    assert decided >= share * (decided + len(score.of_kind("undecided")))


def test_no_verdict_is_the_wrong_way(score: Score) -> None:
    assert listed(score.of_kind("wrong way")) == []


def test_no_control_is_called_blocked(score: Score) -> None:
    assert listed(score.of_kind("false alarm")) == []


def test_the_reasons_are_the_browsers_own(score: Score) -> None:
    assert listed(score.of_kind("reason")) == []


def test_credentials_are_never_guessed_wrong(score: Score) -> None:
    assert listed(score.of_kind("credentials")) == []


def test_requests_find_their_preflights(score: Score) -> None:
    assert listed(score.of_kind("pair")) == []


def test_loads_withheld_without_cors_are_told_apart(score: Score) -> None:
    assert score.counts["withheld compared"] >= 3
    assert listed(score.of_kind("withheld")) == []


def test_every_hard_case_is_named() -> None:
    """The hard cases of CORS on the wire, numbered: in the lab, or where WebKit or a state that
    the lab cannot reach is needed, as a text case."""
    shown = {case.hard for case in lab.choose()}
    texts = Path(__file__).resolve().parents[1].joinpath("cases").glob("*.txt")
    told = re.findall(r"hard=(\d+)", " ".join(p.read_text(encoding="utf-8") for p in texts))
    assert set(range(1, 26)) <= shown | {int(number) for number in told}


def test_known_differences_are_cases_of_today() -> None:
    """An entry for a case that is gone would hide nothing and mislead."""
    names = {case.name for case in lab.choose()}
    assert {name for _, name, _ in KNOWN} <= names
    assert all(KNOWN.values())
