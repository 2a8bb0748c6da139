"""From capture files to a result: the road that the command line and notebooks take."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from .engine import Auditor
from .exchange import Exchange, Span
from .redact import Door
from .result import AuditResult, Capture, Skipped
from .session.intent import NOTHING_DECLARED, Intent
from .sources import CaptureError, Irrelevant, Piece, find, name_of, pieces, size_of
from .sources.reading import Passed

INTERRUPTED = "interrupted: the result is partial"
OFTEN = 500
"""Flows after which progress is told, at the latest."""


@dataclass(slots=True)
class Progress:
    """How far the reading has got."""

    size: int
    """Bytes in all of the files."""
    name: str = ""
    """Of the capture that is being read."""
    read: int = 0
    """Bytes read so far."""
    flows: int = 0
    calls: int = 0
    """Flows with an `Origin`."""


Tell = Callable[[Progress], None]
Found = Sequence[str | CaptureError]
Read = Callable[[Found, bytes, Door, Passed], Generator[Piece, None, None]]
"""How captures are read: `sources.pieces`, or the same on other machines."""


@dataclass
class _Reading:
    """What reading one capture came to."""

    piece: Piece
    flows: int = 0
    span: Span = field(default_factory=Span)
    error: str | None = None
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)


def audit(
    inputs: Sequence[str | os.PathLike[str]],
    *,
    redact: bool = True,
    progress: Tell | None = None,
    intent: Intent = NOTHING_DECLARED,
    workers: int = 0,
) -> AuditResult:
    """Judge captures as one browsing session.

    Args:
        inputs: files, folders, or `-` for standard input.
        redact: False keeps secrets in the result, and brands it.
        progress: called now and then while captures are read.
        intent: origins that the owners of the APIs declared to be allowed.
        workers: processes that may read large captures at the same time; the result is the
            same. With two or more, a script that calls this must be importable: see "safe
            importing of main module" in Python's `multiprocessing`. Below, this process reads.

    Returns:
        The result; what could not be read is named in its `skipped` and `captures`.

    An interruption (Ctrl+C) while reading ends in a result of what was read by then, with
    the capture marked as incomplete.

    Raises:
        TypeError: a single name was given, whose letters would be taken for files.
    """
    if isinstance(inputs, str | os.PathLike):
        raise TypeError(f"audit takes a list of captures: audit([{os.fspath(inputs)!r}])")
    heard = hear(inputs, redact=redact, progress=progress, intent=intent, workers=workers)
    return conclude(heard)


def conclude(auditor: Auditor) -> AuditResult:
    """The result of an auditor that heard it all, with the course over its captures."""
    judged = auditor.walk()
    result = auditor.tell(judged)
    if len(result.captures) < 2:
        return result
    from .batch.trends import series

    course = series(result.captures, judged, result.findings, auditor.intent)
    return replace(result, series=course)


def hear(
    inputs: Sequence[str | os.PathLike[str]],
    *,
    redact: bool = True,
    progress: Tell | None = None,
    intent: Intent = NOTHING_DECLARED,
    workers: int = 0,
    read: Read | None = None,
) -> Auditor:
    """The auditor that was fed all of these captures; arguments as for `audit`.

    Args:
        read: instead of reading them here, with `workers` processes.
    """
    read = read or partial(pieces, workers)
    key = os.urandom(16)
    auditor = Auditor(Door(key, redact), intent)
    found = list(find([os.fspath(each) for each in inputs]))
    state = Progress(size_of(found))
    tell = progress or _keep_quiet

    def passed(size: int) -> None:
        state.read += size
        tell(state)

    reading: _Reading | None = None
    with closing(read(found, key, auditor.door, passed)) as all_pieces:
        try:
            for piece in all_pieces:
                if reading is not None and reading.piece.number != piece.number:
                    _finish(auditor, reading)
                    reading = None
                if piece.error is not None:
                    auditor.skip(Skipped("", "input", piece.error, 1))
                    continue
                reading = reading or _Reading(piece)
                state.name = piece.name
                _feed(auditor, piece, reading, state, tell)
        except KeyboardInterrupt:
            reading = reading or _Reading(Piece(0, name_of(str(found[0]))))
            reading.error = INTERRUPTED
    if reading is not None:
        _finish(auditor, reading)
    return auditor


def _feed(auditor: Auditor, piece: Piece, reading: _Reading, state: Progress, tell: Tell) -> None:
    for item in piece.items:
        if isinstance(item, Exchange | Irrelevant):
            if isinstance(item, Exchange):
                auditor.add(item)
                state.calls += "origin" in item.request
            else:
                auditor.pass_over(item.id)
            reading.flows += 1
            reading.span.include(item.started, item.ended)
            state.flows += 1
            if state.flows % OFTEN == 0:
                tell(state)
            continue
        reading.skipped[(item.what, item.reason)] += 1
        if item.fatal:
            reading.error = reading.error or f"{item.what}: {item.reason}"


def _finish(auditor: Auditor, reading: _Reading) -> None:
    """Name a capture that was read, and what was skipped in it."""
    piece = reading.piece
    capture_id = f"c{piece.number}"
    for (what, reason), count in sorted(reading.skipped.items()):
        auditor.skip(Skipped(capture_id, what, reason, count))
    auditor.add_capture(
        Capture(
            id=capture_id,
            name=piece.name,
            kind=piece.kind,
            flows=reading.flows,
            first=reading.span.first,
            last=reading.span.last,
            complete=reading.error is None,
            error=reading.error,
            sha256=piece.sha256,
            made_by=piece.made_by,
        )
    )


def _keep_quiet(_: Progress) -> None:
    """Tells nobody."""
