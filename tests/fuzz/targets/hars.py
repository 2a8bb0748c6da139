"""HAR files: every entry is an exchange or a named problem; nothing is raised."""

from __future__ import annotations

from analysis.redact import Door
from analysis.sources import read
from analysis.sources.opening import CaptureFile
from analysis.sources.stored import Stored

from .told import judged, sound


def har(data: bytes) -> None:
    """A whole HAR file."""
    door = Door(b"fuzz")
    found = sound(read(CaptureFile("fuzz.har", Stored.of(data), "har", None), door, "c0"))
    judged(found, door)
