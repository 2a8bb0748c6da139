"""Which values may stand in a text: none that does is left out, and hardly any other is kept."""

from __future__ import annotations

import string
from binascii import b2a_base64
from itertools import product
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports import leaks
from reports.sieve import Sieve

from . import example_result

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
RUN = st.text(LETTERS_AND_DIGITS, min_size=6, max_size=12)
BESIDE = st.text(" aZ09._-~+/=%&<>'\"`*[]|#@:\\\n\xe4\u202e\udc80", max_size=9)


@given(BESIDE, RUN, BESIDE, st.text('aB1 \n"', max_size=4))
@example("", "www123", ".", "")
@example("", "123456", ". ", "\n")
@example("\xe4", "Abc123", "\udc80", "f")
@settings(max_examples=300, deadline=None)
def test_a_value_is_caught_in_every_spelling(before: str, run: str, after: str, near: str) -> None:
    value = f"{before}{run}{after}"
    sieve = Sieve(frozenset({value, "another-secret"}))
    for form, spelling in leaks.forms(value):
        assert value in sieve.caught(f"{near}{spelling}{near}"), form


def test_letters_and_digits_are_such_in_base64_too() -> None:
    """Each character there hangs on two neighbours at most, wherever a group begins."""
    everything = "".join(map("".join, product(LETTERS_AND_DIGITS, repeat=3)))
    assert set(b2a_base64(everything.encode(), newline=False).decode()) <= {*LETTERS_AND_DIGITS}


def test_what_stands_nowhere_is_not_caught() -> None:
    random = Random(1)
    values = frozenset(f"token-{random.randbytes(9).hex()}" for _ in range(2_000))
    assert len(values) == 2_000
    assert Sieve(values).caught(example_result.shop().to_json()) == []


def test_all_words_of_a_value_must_be_there() -> None:
    value = "9fX2kQ81mmZpq, default"
    assert Sieve(frozenset({value})).caught("the default of somebody else") == []
    assert Sieve(frozenset({value})).caught(value) == [value]


def test_values_without_a_run_are_looked_for_as_they_are() -> None:
    sieve = Sieve(frozenset({"203.0.113.7", "short", "9fX2kQ81"}))
    assert sieve.caught("nothing of this") == ["203.0.113.7"]
    assert sorted(sieve.caught("9fX2kQ81")) == ["203.0.113.7", "9fX2kQ81"]
