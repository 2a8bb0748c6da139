"""Where an error of our own came from, fit to be shown to anybody."""

from __future__ import annotations

import traceback
from pathlib import Path


def trace(error: Exception) -> str:
    """Its kind and where it came from, without its words: they may quote what was captured."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in reversed(frames))
    return f"{type(error).__name__} at {places}"
