"""What goes from one process to another comes out as it went in."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.exchange import Exchange, Header, Headers, SetCookie, Url
from analysis.sources import parcel
from analysis.sources.base import Irrelevant, Problem

TEXTS = st.text(st.characters(codec=None), max_size=9)  # lone surrogates, too
MAYBE = st.one_of(st.none(), TEXTS)
TIMES = st.one_of(st.none(), st.floats(allow_nan=False), st.integers())
HEADERS = st.lists(st.builds(Header, TEXTS, MAYBE, st.integers()), max_size=3).map(
    lambda lines: Headers(tuple(lines))
)
URLS = st.builds(
    Url, TEXTS, TEXTS, st.integers(), TEXTS, st.lists(TEXTS, max_size=2).map(tuple),
    st.binary(max_size=12), TEXTS, st.booleans(),
)  # fmt: skip
COOKIES = st.builds(SetCookie, MAYBE, st.booleans(), MAYBE, st.booleans(), st.booleans())
EXCHANGES = st.builds(
    Exchange, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TIMES, TIMES, TEXTS, URLS, TEXTS, HEADERS,
    st.one_of(st.none(), st.integers()), HEADERS, MAYBE, st.integers(), MAYBE,
    st.one_of(st.none(), URLS), MAYBE, st.lists(COOKIES, max_size=2).map(tuple), MAYBE,
    st.integers(),
)  # fmt: skip
ITEMS = st.one_of(
    EXCHANGES,
    st.builds(Irrelevant, TEXTS, TIMES, TIMES),
    st.builds(Problem, TEXTS, TEXTS, st.booleans()),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(ITEMS, max_size=4), st.lists(MAYBE))
def test_everything_comes_out_as_it_went_in(
    items: list[parcel.Item], note: list[str | None]
) -> None:
    twice = [*items, *items]  # what is shared is sent once
    assert parcel.unpack(parcel.pack(note, twice)) == (note, twice)
