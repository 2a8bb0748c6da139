"""The file that the report goes to."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path, PurePath

from mitmproxy.log import ALERT

import reports
from addon import eventlog
from analysis.result import AuditResult
from reports import write as files

logger = logging.getLogger("cors_audit")


def write(result: AuditResult, target: str) -> str:
    """Write the report; where that fails, say so and use the temporary folder.

    Returns:
        The names of the files that were written.

    Raises:
        reports.ReportError, OSError: there can be none.
    """
    path = Path(target).expanduser()
    format = reports.format_of(path)
    try:
        reports.need(format)
    except reports.MissingPackage as missing:
        path = path.with_suffix(".json")
        logger.log(
            ALERT,
            "%s; the report is JSON, make the other where that is there with: "
            "python -m reports %s --to %s -o %s",
            missing,
            eventlog.plain(path.name),
            format,
            eventlog.plain(PurePath(target).name),
        )
    try:
        files.keep_existing(path)
        written = reports.save(result, path)
    except OSError as problem:
        fallback = Path(tempfile.mkdtemp(prefix="cors-audit-")) / path.name
        logger.warning(
            "cors_audit: cannot write %s (%s); using the temporary folder",
            eventlog.plain(str(path)),
            problem.strerror,
        )
        written = reports.save(result, fallback)
    return ", ".join(str(each) for each in written)
