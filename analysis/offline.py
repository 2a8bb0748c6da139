"""From capture files to a result: the road that the command line and notebooks take."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from .engine import Auditor
from .exchange import Exchange, Span
from .redact import Door
from .result import AuditResult, Capture, Skipped
from .session.intent import NOTHING_DECLARED, Intent
from .sources import CaptureError, CaptureFile, Problem, find, open_capture, read

Progress = Callable[[str, int], None]
"""Called with a capture's name and the number of flows read from it so far."""


@dataclass
class _Reading:
    """What reading one capture came to."""

    flows: int = 0
    span: Span = field(default_factory=Span)
    error: str | None = None
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)


def audit(
    inputs: Sequence[str | os.PathLike[str]],
    *,
    redact: bool = True,
    progress: Progress | None = None,
    intent: Intent = NOTHING_DECLARED,
) -> AuditResult:
    """Judge captures as one browsing session.

    Args:
        inputs: files, folders, or `-` for standard input.
        redact: False keeps secrets in the result, and brands it.
        intent: origins that the owners of the APIs declared to be allowed.

    Returns:
        The result; what could not be read is named in its `skipped` and `captures`.

    An interruption (Ctrl+C) while reading ends in a result of what was read by then, with
    the capture marked as incomplete.
    """
    return conclude(hear(inputs, redact=redact, progress=progress, intent=intent))


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
    progress: Progress | None = None,
    intent: Intent = NOTHING_DECLARED,
) -> Auditor:
    """The auditor that was fed all of these captures; arguments as for `audit`."""
    auditor = Auditor(Door(os.urandom(16), redact), intent)
    for number, path in enumerate(find([os.fspath(each) for each in inputs])):
        if isinstance(path, CaptureError):
            auditor.skip(Skipped("", "input", str(path), 1))
            continue
        try:
            capture = open_capture(path)
        except CaptureError as error:
            auditor.skip(Skipped("", "input", str(error), 1))
            continue
        interrupted = _read_one(auditor, capture, f"c{number}", progress)
        if interrupted:
            break
    return auditor


def _read_one(
    auditor: Auditor, capture: CaptureFile, capture_id: str, progress: Progress | None
) -> bool:
    """Feed one capture to the auditor; True when the user interrupted it."""
    reading = _Reading()
    interrupted = False
    try:
        _feed(auditor, read(capture, auditor.door, capture_id), reading, capture.name, progress)
    except KeyboardInterrupt:
        interrupted = True
        reading.error = "interrupted: the result is partial"
    for (what, reason), count in sorted(reading.skipped.items()):
        auditor.skip(Skipped(capture_id, what, reason, count))
    auditor.add_capture(
        Capture(
            id=capture_id,
            name=capture.name,
            kind=capture.kind,
            flows=reading.flows,
            first=reading.span.first,
            last=reading.span.last,
            complete=reading.error is None,
            error=reading.error,
            sha256=capture.sha256,
            made_by=capture.made_by,
        )
    )
    return interrupted


def _feed(
    auditor: Auditor,
    items: Iterable[Exchange | Problem],
    reading: _Reading,
    name: str,
    progress: Progress | None,
) -> None:
    for item in items:
        if isinstance(item, Exchange):
            auditor.add(item)
            reading.flows += 1
            reading.span.include(item.started, item.ended)
            if progress is not None and reading.flows % 500 == 0:
                progress(name, reading.flows)
            continue
        reading.skipped[(item.what, item.reason)] += 1
        if item.fatal:
            reading.error = reading.error or f"{item.what}: {item.reason}"
