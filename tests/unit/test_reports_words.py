"""Plurals, times, differences."""

from __future__ import annotations

import pytest

from reports import characters, words


def test_plurals() -> None:
    assert [words.count(n, "call") for n in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]
    assert words.count(2, "policy", "policies") == "2 policies"
    assert words.out_of(1, 1, "call") == "1 of 1 call"
    assert words.out_of(14, 60, "call") == "14 of 60 calls"
    assert words.out_of(5, 0, "call") == "5 calls", "a total that says nothing is left out"
    assert words.count(12_345, "call") == "12\u00a0345 calls"


def test_lists() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (1794668520, 1794670260, "14 Nov 2026, 15:02–15:31 UTC"),
        (1794668520, 1794668525, "14 Nov 2026, 15:02 UTC"),
        (1794700740, 1794700860, "14 Nov 2026, 23:59 – 15 Nov 2026, 00:01 UTC"),
        (None, None, "time unknown"),
        (float("nan"), 1e300, "time unknown"),
    ],
)
def test_period(first: float | None, last: float | None, shown: str) -> None:
    assert words.period(first, last) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0061, "6 ms"), (1.0, "1 s"), (9.4, "9.4 s"), (1740, "29 min"), (7200, "2 h"),
     (None, ""), (-1, ""), (float("inf"), "")],
)  # fmt: skip
def test_duration(seconds: float | None, shown: str) -> None:
    assert words.duration(seconds) == shown


def test_host() -> None:
    assert words.host("https://api.example:8443") == "api.example:8443"
    assert words.host("chrome-extension://abc") == "chrome-extension://abc"
    assert words.host("null") == "null"
    assert words.host("") == "an unknown origin"


def test_rich() -> None:
    assert words.rich("Send `A: b` now") == (
        words.Span("Send "), words.Span("A: b", True), words.Span(" now"),
    )  # fmt: skip
    assert words.plain(words.rich("one ` alone")) == "one ` alone"
    assert words.rich("") == ()


def marked(pieces: tuple[characters.Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("got", "needed", "left", "right"),
    [
        ("http://a.example", "https://a.example", "http://a.example", "http[s]://a.example"),
        ("https://a.example/", "https://a.example", "https://a.example[/]", "https://a.example"),
        (
            "https://www.a.example",
            "https://a.example",
            "https://[www.]a.example",
            "https://a.example",
        ),
        ("http://a:3000", "http://a:3001", "http://a:300[0]", "http://a:300[1]"),
        ("*", "https://a.example", "*", "https://a.example"),
        ("https://a.example/", "http://a.example", "http[s]://a.example[/]", "http://a.example"),
        ("True", "true", "[T]rue", "[t]rue"),
        ("same", "same", "same", "same"),
        ("", "x", "", "x"),
    ],
)
def test_differences(got: str, needed: str, left: str, right: str) -> None:
    pieces = characters.pieces(got, needed)
    assert (marked(pieces[0]), marked(pieces[1])) == (left, right)
