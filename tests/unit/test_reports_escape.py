"""Strings from strangers are made visible, and nothing else is lost."""

from __future__ import annotations

import json

import pytest

from reports import escape
from reports.columns import width

from .example_result import HOSTILE


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain text, 'quoted' <b>", "plain text, 'quoted' <b>"),
        ("\x1b]8;;x\x07", r"\x1b]8;;x\x07"),
        ("a\tb\r\nc", r"a\tb\r\nc"),
        ("\x7f\x00", r"\x7f\x00"),
        ("\u202e\u2066\u200b\ufeff", r"\u202e\u2066\u200b\ufeff"),
        ("\u2028\u2029\u00ad", r"\u2028\u2029\xad"),
        ("\U000e0041", r"\U000e0041"),
        ("b\xc3\xbccher", "bücher"),
        ("\xe2\x82\xac", "€"),
        ("\xff\xfe", r"\xff\xfe"),
        ("\xe9", r"\xe9"),
        ("\xc2\x9b31m", r"\x9b31m"),
        ("\x9b31m", r"\x9b31m"),
        ("\udc9b31m", r"\x9b31m"),
        ("\ud800", r"\ud800"),
        ("\xe2\x80\xae", r"\u202e"),
        ("日本", "日本"),
        ("‘quoted’", "‘quoted’"),
    ],
)
def test_visible(given: str, shown: str) -> None:
    assert escape.visible(given) == shown


def test_own_text_keeps_its_letters() -> None:
    assert escape.visible("café.flow", wire=False) == "café.flow"
    assert escape.visible("caf\udce9.flow", wire=False) == r"caf\xe9.flow"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("limit", [1, 2, 7, 40])
def test_cut_at_columns(text: str, limit: int) -> None:
    shown = escape.visible(text, limit)
    assert width(shown) <= limit
    assert len(shown) <= 40 * limit, "marks without width are cut too"


def test_a_cut_never_splits_an_escape() -> None:
    assert escape.visible("ab\x1bcd", 5) == "ab…"
    assert escape.visible("ab\x1bcd", 8) == r"ab\x1bcd"
    assert escape.visible("日本語", 5) == "日本…"


def test_clip_tells_the_length() -> None:
    assert escape.clip("A" * 10_000, 10) == "AAAAAAAAA… (10000 characters)"
    assert escape.clip("A" * 10, 10) == "A" * 10
    assert escape.clip("ends with …", 300) == "ends with …"


@pytest.mark.parametrize("text", HOSTILE)
def test_visible_can_be_encoded_and_printed(text: str) -> None:
    shown = escape.visible(text)
    shown.encode("utf-8")
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert escape.visible(shown, wire=False) == shown


def test_lines_stay_lines() -> None:
    text = escape.visible_lines("a\r\n\tb\x1b\nc", 100)
    assert text == "a\n\tb\\x1b\nc"
    assert escape.visible_lines("x" * 50, 10) == "x" * 10 + "\n… 40 more characters"


@pytest.mark.parametrize("text", HOSTILE)
def test_json_inside_a_script(text: str) -> None:
    inside = escape.script_json({"value": text})
    assert json.loads(inside) == {"value": text}
    assert not set("<>&'\u2028\u2029") & set(inside)
    assert inside.isascii()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("**bold** [a](b)", r"\*\*bold\*\* \[a\](b)"),
        ("see http://evil.example", "see http&#58;//evil.example"),
        ("www.evil.example", "www&#46;evil.example"),
        ("ask @user about #12", "ask @<!-- -->user about #<!-- -->12"),
        ("<img> & co", "&lt;img> &amp; co"),
        ("- no list", "<!-- -->- no list"),
        ("1. no list", "<!-- -->1. no list"),
        ("a | b", r"a \| b"),
    ],
)
def test_markdown(given: str, shown: str) -> None:
    assert escape.markdown(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [("x", "`x`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("", "")],
)
def test_markdown_code(given: str, shown: str) -> None:
    assert escape.markdown_code(given) == shown


def test_markdown_code_in_a_table() -> None:
    assert escape.markdown_code("a|b", table=True) == r"`a\|b`"
