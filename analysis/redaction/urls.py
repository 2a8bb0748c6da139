"""URLs that may be passed on: what the door withholds of them is numbered.

Whatever the door shows of a URL it shows of its stand-in, and two have the same stand-in exactly
if they are the same: caches, redirects and preflights are judged by that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ..redact import Door
from .numbers import Numbers

_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.S)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_INNER = re.compile(r"://[^\s,;\"'<>]*")
_LABEL = re.compile(r"\{(?:n|uuid|date|email|id|token|hash|param)\}")
DOTS = (".", "..")
DATES = 10**6
"""Dates that are told apart."""

SEGMENTS: Mapping[str, Callable[[int], str]] = {
    "{n}": str,
    "{uuid}": lambda number: f"00000000-0000-4000-8000-{number:012d}",
    "{date}": lambda number: f"{number % DATES // 100:04d}-{number % 100:02d}",
    "{email}": lambda number: f"removed-{number}@example.invalid",
    "{id}": lambda number: f"({number})",
    "{token}": lambda number: f"(removed-{number:06d})",
    "{hash}": lambda number: f"{number:08d}",
    "{param}": lambda number: f"({number})",
}
"""By what the door writes in place of a part of a URL: another one of which it writes the same."""


class Urls:
    """Makes stand-ins of URLs.

    Args:
        door: decides what is withheld.
    """

    def __init__(self, door: Door, numbers: Numbers) -> None:
        self._door = door
        self._numbers = numbers

    def absolute(self, text: str) -> str:
        """A URL with a scheme and a host, without its fragment.

        Raises:
            ValueError: it is none.
        """
        found = _ABSOLUTE.match(text)
        if found is None:
            raise ValueError("not an absolute URL")
        scheme, authority, rest = found.groups()
        return f"{scheme}://{self.authority(authority)}{self._path_and_query(rest)}"

    def authority(self, text: str) -> str:
        """Host and port as they are, without the user name and password before them."""
        userinfo, at, host = text.rpartition("@")
        if userinfo.strip(":"):
            userinfo = f"removed-{self._numbers.of('userinfo', userinfo)}"
        return f"{userinfo}{at}{host}"

    def reference(self, text: str) -> str:
        """What stands in a `Referer` or `Location`, also relative, without its fragment."""
        if text.startswith("//"):
            authority = re.split(r"[/?#]", text[2:], maxsplit=1)[0]
            rest = text[2 + len(authority) :]
            return f"//{self.authority(authority)}{self._path_and_query(rest)}"
        if _ABSOLUTE.match(text):
            try:
                self._door.url(text.partition("#")[0])
            except ValueError:
                return f"http://[removed-{self._numbers.of('reference', text)}"
            return self.absolute(text)
        scheme = _SCHEME.match(text)
        if scheme is not None:
            return f"{scheme[0]}:removed-{self._numbers.of('reference', text)}"
        return self._path_and_query(text)

    def path(self, text: str) -> str:
        """A path, segment by segment."""
        shown = self._door.path(text).split("/")
        return "/".join(map(self._segment, text.split("/"), shown))

    def inside(self, shown: str) -> str:
        """A running text of which the door shows this: what it wrote into URLs in it, it writes
        again. Such URLs are never compared, so all are numbered 1."""
        return _INNER.sub(lambda url: _relabelled(url[0]), shown).replace("…", "removed")

    def _path_and_query(self, text: str) -> str:
        path, mark, query = text.partition("#")[0].partition("?")
        return self.path(path) + mark + "&".join(map(self._parameter, query.split("&")))

    def _segment(self, was: str, shown: str) -> str:
        if was == shown or was in DOTS:
            return was
        label = _LABEL.search(shown)
        assert label is not None
        number = self._numbers.of(label[0], was)
        return shown[: label.start()] + SEGMENTS[label[0]](number) + shown[label.end() :]

    def _parameter(self, pair: str) -> str:
        if not pair:
            return pair
        name, equals, value = pair.partition("=")
        shown = self._door.parameter(pair).partition("=")[0]
        if shown != name:
            name = SEGMENTS["{param}"](self._numbers.of("{param}", name))
        if value:
            value = f"removed-{self._numbers.of('query', value)}"
        return name + equals + value


def _relabelled(url: str) -> str:
    return _LABEL.sub(lambda label: SEGMENTS[label[0]](1), url)
