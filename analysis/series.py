"""Several captures, one after the other: what each showed, and what changed between them.

`batch.trends` makes it; here is its shape.
"""

from __future__ import annotations

from .frozen import frozen


@frozen
class CaptureCounts:
    """What one capture holds; a call whose preflight lies in another one counts here."""

    capture: str
    """Id of the capture."""
    calls: int
    """CORS requests, those that were never sent included."""
    preflights: int
    blocked: int
    indeterminate: int


@frozen
class ApiCounts:
    """The calls to one API in one capture."""

    api: str
    capture: str
    calls: int
    blocked: int


@frozen
class FindingCourse:
    """Where one finding was seen; every field holds ids of captures, in order of time.

    A finding is looked for only where its calls were made: a capture that is not in `tried`
    says nothing about it.
    """

    key: str
    tried: tuple[str, ...]
    """Made at least one of its calls."""
    found: tuple[str, ...]
    appeared: tuple[str, ...]
    """Found here, and not in the capture before that made its calls; never the first one."""
    gone: tuple[str, ...]
    """Not found here, though its calls were made, and found in the one before that made them."""


@frozen
class Series:
    """The captures of a result, in order of time."""

    captures: tuple[CaptureCounts, ...]
    apis: tuple[ApiCounts, ...]
    """By API, then in order of time; only where it was called."""
    findings: tuple[FindingCourse, ...]
    """In the order of the result. Left out: findings that only several captures together show."""
