"""A report that is several files of bytes, together with what can be read in them."""

from __future__ import annotations

from analysis.frozen import frozen


@frozen
class Tables:
    """The files of a format that is no text, as its renderer answers them."""

    files: tuple[bytes, ...]
    """In the order of `reports.PARTS`."""
    text: str
    """Every text that a reader of the files gets to see, for the search for secrets: in the
    bytes themselves it may be compressed."""
