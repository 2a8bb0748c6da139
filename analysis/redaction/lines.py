"""Header lines that may be passed on.

What the door shows of a line it shows of its stand-in. Lines that are withheld as a whole keep
their length; of cookies, references, challenges and user agents what is told of them stays.
"""

from __future__ import annotations

from ..exchange import Header
from ..redact import SAME_SITE, Door
from ..sources.agent import agent
from ..sources.wire import Fields
from .numbers import Numbers
from .urls import Urls

KEPT_LINES = 10_000
"""Lines remembered, so that equal ones are worked out once."""
FLAGS = {"secure": "Secure", "httponly": "HttpOnly", "partitioned": "Partitioned"}
BROWSERS = {
    "chromium": "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "firefox": "Gecko/20100101 Firefox/{}.0",
    "webkit": "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{}.0 Safari/605.1.15",
}
"""What a user agent says of an engine and its version, and that alone."""


class Lines:
    """Makes stand-ins of header lines."""

    def __init__(self, door: Door, numbers: Numbers, urls: Urls) -> None:
        self._door = door
        self._numbers = numbers
        self._urls = urls
        self._known: dict[tuple[bytes, bytes], tuple[bytes, bytes]] = {}

    def fields(self, fields: Fields, authority: str = "") -> Fields:
        """Lines in the same order, of the same names.

        Args:
            authority: of the URL: a `Host` that repeats it is as much a host's name.
        """
        named = authority.encode("utf-8", "surrogateescape")
        shown = self._door.headers(fields).fields
        return tuple(
            [
                (line[0], self._urls.authority(authority).encode("utf-8", "surrogateescape"))
                if line[1] == named and line[0].lower() == b"host"
                else self._line(line, each)
                for line, each in zip(fields, shown, strict=True)
            ]
        )

    def text(self, text: str) -> str:
        """Running text, such as an error of the proxy."""
        return self._urls.inside(self._door.text(text))

    def _line(self, line: tuple[bytes, bytes], shown: Header) -> tuple[bytes, bytes]:
        known = self._known.get(line)
        if known is None:
            if len(self._known) >= KEPT_LINES:
                self._known.clear()
            name = shown.name.encode("latin-1")
            known = self._known[line] = name, self._value(name.lower(), line[1], shown.value)
        return known

    def _value(self, name: bytes, raw: bytes, shown: str | None) -> bytes:
        text = raw.decode("latin-1").strip("\t\n\r ")
        if not text or (shown == text and name not in (b"referer", b"location")):
            return raw
        # A user agent is read with the blanks around it, as it stands on the wire.
        whole = raw.decode("latin-1") if name == b"user-agent" else text
        made = self._stand_in(name, whole, shown)
        if made is None:
            made = self._removed("line", text)[: len(raw)]
        return made.encode("latin-1").ljust(len(raw))

    def _stand_in(self, name: bytes, text: str, shown: str | None) -> str | None:
        """What tells the same as this value; None: nothing is told of it but its length."""
        if name == b"cookie":
            return "; ".join(self._cookie(each) for each in text.split(";") if each.strip())
        if name == b"set-cookie":
            return self._set_cookie(text)
        if name == b"user-agent":
            return self._user_agent(text)
        if name == b"location" or (name == b"referer" and shown is not None):
            return self._urls.reference(text)
        if name == b"www-authenticate":
            removed = self._removed("challenge", text)
            return f"({removed})" if shown is None else f"{shown} {removed}"[: len(text)]
        return self._urls.inside(shown) if shown is not None else None

    def _removed(self, kind: str, secret: str) -> str:
        return f"removed-{self._numbers.of(kind, secret)}"

    def _cookie(self, pair: str) -> str:
        name, equals, value = pair.strip().partition("=")
        told = f"cookie-{self._numbers.of('cookie', name)}"
        return f"{told}={self._removed('cookie value', value)}" if equals else told

    def _set_cookie(self, text: str) -> str:
        pair, *attributes = text.split(";")
        told = [self._cookie(pair)]
        for each in attributes:
            name, _, value = (part.strip() for part in each.partition("="))
            name = name.lower()
            if name in FLAGS:
                told.append(FLAGS[name])
            elif name == "path":
                told.append(f"Path={self._urls.path(value)}")
            elif name == "domain":
                told.append("Domain=removed.invalid")
            elif name == "samesite":
                told.append(f"SameSite={value if value.lower() in SAME_SITE else 'removed'}")
        if self._door.set_cookie(text).deletes:
            told.append("Max-Age=0")
        return "; ".join(told)

    def _user_agent(self, text: str) -> str:
        """A user agent of the same engine or tool, and another one for another."""
        name, _, version = agent(text).partition("/")
        removed = self._removed("user agent", text)
        if name in BROWSERS and version:
            return f"Mozilla/5.0 ({removed}) {BROWSERS[name].format(version)}"
        return f"{name}/{removed}" if name else f"Mozilla/5.0 ({removed})"
