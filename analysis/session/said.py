"""What an answer says for CORS, read once for all answers that say the same."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..exchange import Header, Headers
from ..fetch.headers import list_items, strip, vary_names
from ..fetch.safelist import RESPONSE_NAMES

_PREFIX = "access-control-"


class Said(NamedTuple):
    """The CORS headers of an answer, each without whitespace around it; None: not there."""

    allow_origin: str | None
    allow_credentials: str | None
    methods: str | None
    headers: str | None
    exposed: str | None
    max_age: str | None
    vary_origin: bool
    """`Vary` names `Origin`, or is `*`."""
    exposed_names: frozenset[str]
    """The names in `exposed`, lower-cased."""


def said(response: Headers) -> Said:
    """What this answer says."""
    fields = response.fields
    lines = tuple([fields[place] for place in _places(response.spelt)])
    return _said(lines) if response.short else _said.__wrapped__(lines)


@lru_cache(maxsize=4096)
def _places(names: tuple[str, ...]) -> tuple[int, ...]:
    """Where the lines stand that say something, in a list of lines with these names."""
    lower = [name.lower() for name in names]
    return tuple(at for at, name in enumerate(lower) if name == "vary" or name.startswith(_PREFIX))


@lru_cache(maxsize=1024)
def _said(lines: tuple[Header, ...]) -> Said:
    headers = Headers(lines)

    def value(name: str) -> str | None:
        found = headers.get(f"{_PREFIX}{name}")
        return None if found is None else strip(found)

    exposed = value("expose-headers")
    return Said(
        allow_origin=value("allow-origin"),
        allow_credentials=value("allow-credentials"),
        methods=value("allow-methods"),
        headers=value("allow-headers"),
        exposed=exposed,
        max_age=value("max-age"),
        vary_origin=bool(vary_names(headers.get("vary")) & {"origin", "*"}),
        exposed_names=frozenset(name.lower() for name in list_items(exposed)),
    )


@lru_cache(maxsize=4096)
def needing_exposure(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these header names of an answer, lower-cased and once, that script can read only
    if they are exposed."""
    lower = dict.fromkeys(map(str.lower, names))
    return tuple(name for name in lower if name not in RESPONSE_NAMES)
