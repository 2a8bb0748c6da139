"""Journals: every line is an exchange, a named problem, or a heading; nothing is raised."""

from __future__ import annotations

from analysis import record
from analysis.redact import Door
from analysis.sources import journal as journals
from analysis.sources import read
from analysis.sources.opening import CaptureFile
from analysis.sources.stored import Stored

from .told import judged, sound


def journal(data: bytes) -> None:
    """The lines of a journal, behind a heading that is whole."""
    door = Door(b"fuzz")
    whole = journals.heading().encode() + data
    found = sound(read(CaptureFile("fuzz.jsonl", Stored.of(whole), "journal", None), door, "c0"))
    for each in found:
        assert record.read(record.write(each), "c0") == each
    judged(found, door)
