"""Numbers in place of secrets."""

from __future__ import annotations

from hashlib import blake2b


class Numbers:
    """The same number for the same secret, counted from 1 as they come, for each kind anew.

    A number tells nothing of what it stands for. Digests are kept, not the secrets.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}
        self._last: dict[str, int] = {}

    def of(self, kind: str, secret: str) -> int:
        """The number of a secret."""
        text = f"{kind}\0{secret}".encode("utf-8", "surrogatepass")
        digest = blake2b(text, digest_size=16).digest()
        number = self._known.get(digest)
        if number is None:
            number = self._last[kind] = self._last.get(kind, 0) + 1
            self._known[digest] = number
        return number
