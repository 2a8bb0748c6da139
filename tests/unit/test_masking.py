"""Words in place of what must not be shown, everywhere in a result."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from analysis.finding import Kind
from analysis.masking import masked, stand_in
from analysis.result import Skipped

from . import example_result

SHOP = example_result.shop()


def test_what_is_hidden_stands_nowhere_any_more() -> None:
    hidden = SHOP.exchanges[0].api
    assert SHOP.to_json().count(hidden) > 9
    shown = masked(SHOP, {hidden}).to_json()
    assert hidden not in shown
    assert shown == SHOP.to_json().replace(hidden, stand_in(hidden))


def test_the_longer_value_goes_first() -> None:
    assert masked("secret-token of secret", {"secret", "secret-token"}) == (
        f"{stand_in('secret-token')} of {stand_in('secret')}"
    )


def test_a_result_that_says_nothing_of_it_is_itself() -> None:
    assert masked(SHOP, {"9fX2kQ81mmZpq"}) is SHOP
    assert masked(SHOP, ()) is SHOP


def test_words_of_ours_and_private_fields_stay() -> None:
    private = replace(SHOP, secrets=frozenset({"broken"}))
    done = masked(private, {"broken"})
    assert done.secrets == {"broken"}
    assert masked((Kind.BROKEN, "broken"), {"broken"}) == (Kind.BROKEN, stand_in("broken"))


@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text("ab"), st.builds(Skipped, *[st.text("ab")] * 3,
                  st.integers())),
        lambda inner: st.one_of(st.lists(inner), st.lists(inner).map(tuple),
                                st.dictionaries(st.text("ab"), inner)),
    )
)  # fmt: skip
def test_everything_else_stays_as_it_is(value: object) -> None:
    done = masked(value, {"a"})
    assert type(done) is type(value)
    shown = json.dumps(value, default=lambda each: [each.capture, each.what, each.reason])
    assert json.dumps(done, default=lambda each: [each.capture, each.what, each.reason]) == (
        shown.replace("a", stand_in("a"))
    )
