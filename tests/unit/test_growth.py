"""Hostile input takes time in proportion to its size: counted in steps, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from analysis.cli.sides import _PAGE
from analysis.engine import Auditor
from analysis.ignores import fits
from analysis.policies.file import fits as fits_path
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.sources.base import Problem
from analysis.sources.flowfile import exchanges
from analysis.sources.stored import Stored
from analysis.sources.transcript import exchanges as transcript

from . import flows


def steps(work: Callable[[], object]) -> int:
    """Calls of functions, ours and the interpreter's, that some work takes."""
    count = 0

    def called(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def beginnings(number: int) -> bytes:
    """A damaged record whose body holds seeming flows, each reaching to the end of all of them."""
    each = len(b"12:99999:4:type;0:~")
    size = number * each + len(b"0:~")
    body = b"".join(
        b"12:%05d:4:type;0:~" % (size - at - len(b"12:99999:"))
        for at in range(0, number * each, each)
    )
    good = flows.dump(flows.call())
    return b"x" + body + b"0:~}" + good


def test_seeming_flows_in_a_damaged_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.sources.flowfile.IN_VAIN", 2_000)

    def read(number: int) -> list[object]:
        return list(exchanges(Stored.of(beginnings(number)), Door(), "c0"))

    for number in (100, 1_000):
        lost, found = read(number)
        assert isinstance(lost, Problem)
        assert not isinstance(found, Problem)
    few, many = steps(lambda: read(200)), steps(lambda: read(1_600))
    assert many < 12 * few


@pytest.mark.parametrize("stars", [3, 8, 30])
def test_patterns_with_many_stars(stars: int) -> None:
    """Tried out, this would take longer than the universe is old."""
    text = "a" * 20_000
    assert not fits("*a" * stars + "*b", text)
    assert fits("*a" * stars + "*", text)
    assert fits("*a?" * stars + "*a", text)
    assert not fits_path("/" + "{n}a" * stars + "b", "/" + text)
    assert fits_path("/" + "{n}a" * stars + "*", "/" + text)


def test_comments_before_a_page() -> None:
    assert _PAGE.match("<!---->\n" * 120 + "<!DOCTYPE html>")
    assert not _PAGE.match("<!---->" * 140 + "<p>")


def test_what_is_needed_when_thousands_of_names_are_asked_for() -> None:
    """Found all at once, and all of them."""

    def judged(number: int) -> AuditResult:
        names = ",".join(f"x-{each:05}" for each in range(number))
        text = (
            "> OPTIONS https://api.example/items\n> Origin: https://app.example\n"
            "> Access-Control-Request-Method: PUT\n> Sec-Fetch-Mode: cors\n"
            f"> Access-Control-Request-Headers: {names}\n"
            "< 204\n< Access-Control-Allow-Origin: https://app.example\n"
            "< Access-Control-Allow-Methods: PUT\n< Access-Control-Allow-Headers: x-00001\n"
        )
        auditor = Auditor()
        for each in transcript(text, auditor.door):
            auditor.add(each)
        return auditor.result()

    (finding,) = [f for f in judged(3_000).findings if f.rule == "header-not-allowed"]
    needed = finding.expected[0].needed
    assert needed is not None
    assert len(needed.split(", ")) == 3_000
    assert steps(lambda: judged(1_600)) < 3 * steps(lambda: judged(800))
