"""Short ways to say what most rows of the tables need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..answers import ECHO, GRANT, NO_STORE, Answer, Headers, Reply
from ..case import Step

OMIT: dict[str, Any] = {}
"""`fetch` without a credentials option: none go to another origin."""
WITH: dict[str, Any] = {"credentials": "include"}
MODES = (("anonymous", OMIT), ("credentialed", WITH))

COOKIE = (*NO_STORE, ("Set-Cookie", "sid=1; Path=/; SameSite=None; Secure"))
LAX_COOKIE = (*NO_STORE, ("Set-Cookie", "plain=1; Path=/"))


def get(answer: Answer = ECHO, target: str = "api", **options: Any) -> Step:
    """A simple fetch."""
    return Step("fetch", options, target, Reply((answer,)))


def ask(
    preflight: Answer = GRANT,
    answer: Answer = ECHO,
    target: str = "api",
    method: str = "PUT",
    **options: Any,
) -> Step:
    """A fetch with a preflight in front."""
    return Step("fetch", {"method": method} | options, target, Reply((answer,), (preflight,)))


def lines(name: str, values: str | Iterable[str]) -> Headers:
    """A header, once per value."""
    return tuple((name, value) for value in ((values,) if isinstance(values, str) else values))
