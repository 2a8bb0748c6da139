"""Stand-ins for what the door withholds, of one capture."""

from __future__ import annotations

from ipaddress import IPv6Address

from ..redact import Door
from .lines import Lines
from .numbers import Numbers
from .urls import Urls

ADDRESSES = int(IPv6Address("2001:db8::"))
"""The network that is for documentation (RFC 3849)."""


class StandIns:
    """Makes them; the same for the same within a capture.

    Args:
        door: decides what is withheld, and remembers it, so that the copy can be searched.
    """

    def __init__(self, door: Door) -> None:
        self.door = door
        self._numbers = Numbers()
        self.urls = Urls(door, self._numbers)
        self.lines = Lines(door, self._numbers, self.urls)
        self.reader = Door()
        """By which copies are read, to see that they tell the same as their originals."""

    def address(self, text: str) -> str:
        """Of a client; empty where it is not known."""
        return str(IPv6Address(ADDRESSES + self._numbers.of("address", text))) if text else ""

    def version(self, text: bytes) -> bytes:
        """Of HTTP."""
        return text if self.door.http_version(text.decode("latin-1")) else b"removed"
