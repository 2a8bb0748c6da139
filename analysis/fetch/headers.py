"""Header values as the Fetch and HTTP standards read them.

https://fetch.spec.whatwg.org/#headers-class, RFC 9110 section 5.6.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..exchange import REMEMBERED_SIZE

HTTP_WHITESPACE = "\t\n\r "
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def strip(value: str) -> str:
    """Remove HTTP whitespace at both ends."""
    return value.strip(HTTP_WHITESPACE)


def is_token(text: str) -> bool:
    """RFC 9110 `token`."""
    return TOKEN.fullmatch(text) is not None


def extract_list(value: str | None) -> tuple[str, ...] | str:
    """*Extract header list values* for the `Access-Control-*` lists of tokens.

    Returns:
        The items; or, as a plain string, the first item that is no token: then the whole
        header is a parse failure. An absent header is an empty list.
    """
    if value is None:
        return ()
    read = _extract_list if len(value) <= REMEMBERED_SIZE else _extract_list.__wrapped__
    return read(value)


@lru_cache(maxsize=1024)
def _extract_list(value: str) -> tuple[str, ...] | str:
    items = []
    for part in value.split(","):
        item = strip(part)
        if not item:
            continue
        if not is_token(item):
            return item
        items.append(item)
    return tuple(items)


def list_items(value: str | None) -> tuple[str, ...]:
    """The items of such a list; none where it does not parse."""
    parsed = extract_list(value)
    return () if isinstance(parsed, str) else parsed


def vary_names(value: str | None) -> frozenset[str]:
    """Names in a `Vary` header, lower-cased; `*` stays `*`."""
    if value is None:
        return frozenset()
    read = _vary_names if len(value) <= REMEMBERED_SIZE else _vary_names.__wrapped__
    return read(value)


@lru_cache(maxsize=1024)
def _vary_names(value: str) -> frozenset[str]:
    return frozenset(strip(part).lower() for part in value.split(",") if strip(part))
