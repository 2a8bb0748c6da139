"""A JSON text that is read value by value, never as a whole.

A HAR file holds every body: hundreds of megabytes, of which one entry at a time is needed.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from .stored import Stored

BLOCK = 2**20
"""Bytes that are decoded at a time, at the least."""
TAIL = 16
"""Characters at the end of what was decoded in which an error may only mean: there is more."""
TRIES = 1_000
"""Objects that are tried in search of the next whole one behind a damage."""
TRIES_TO_THE_END = 100
"""The same, of those that lead to the end of the file: each costs as much as the rest of it. An
entry that is cut off has a few objects in it that are, too."""

_DECODER = json.JSONDecoder(strict=False)
_BLANKS = re.compile(r"[ \t\r\n]*")
_OBJECT = re.compile(r'\{\s*"')


class Damaged(ValueError):
    """What stands here is no JSON, or the file is over."""


class CutOff(Damaged):
    """The file is over before what begins here is."""


class JsonText:
    """A place in the JSON text of a file; behind it everything is forgotten."""

    def __init__(self, data: Stored) -> None:
        self._data = data
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._decoded = 0
        """Bytes."""
        self._text = ""
        self._at = 0

    @property
    def read(self) -> int:
        """Bytes that were decoded so far."""
        return self._decoded

    def _more(self) -> bool:
        """Decode as much again; False: there is no more."""
        if self._decoded >= len(self._data):
            return False
        end = self._decoded + max(BLOCK, len(self._text) - self._at)
        block = self._data[self._decoded : end]
        self._decoded += len(block)
        new = self._decode(block, self._decoded >= len(self._data))
        self._text = self._text[self._at :] + new
        self._at = 0
        return True

    def next(self) -> str:
        """The next character that is no blank; empty at the end. Does not go on."""
        while True:
            found = _BLANKS.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self, *expected: str) -> str:
        """Go over one of these characters.

        Raises:
            Damaged: another one stands here.
        """
        found = self.next()
        if found not in expected or not found:
            raise Damaged("another character")
        self._at += 1
        return found

    def value(self) -> Any:
        """Go over one value, and return it.

        Raises:
            Damaged: it is none.
            CutOff: it is not whole.
        """
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - TAIL
                if cut and self._more():
                    continue
                raise (CutOff if cut else Damaged)(error.msg) from None
            except RecursionError:
                raise Damaged("nested too deeply") from None
            if isinstance(value, int | float) and end == len(self._text) and self._more():
                continue  # further digits
            self._at = end
            return value

    def member(self, name: str) -> bool:
        """Go into an object, to the value of its member `name`; False: it has none.

        Raises:
            Damaged: it is no object, or is damaged before that member.
        """
        self.skip("{")
        if self.next() == "}":
            return False
        while True:
            key = self.value()
            self.skip(":")
            if key == name:
                return True
            self.value()
            if self.skip(",", "}") == "}":
                return False

    def objects(self) -> Iterator[dict[str, Any]]:
        """Whole objects from here on, wherever they stand, the outer ones only."""
        failed = cut_off = 0
        while failed < TRIES and cut_off < TRIES_TO_THE_END:
            found = _OBJECT.search(self._text, self._at)
            if found is None:
                self._at = max(self._at, len(self._text) - TAIL)
                if not self._more():
                    return
                continue
            self._at = found.start()
            try:
                value = self.value()
            except Damaged as damage:
                failed += 1
                cut_off += isinstance(damage, CutOff)
                self._at += 1
                continue
            yield value
