"""The addon's options, and the mistakes in them that mitmproxy would swallow.

mitmproxy ignores an unknown option, and drops the whole addon without a word when a value
has the wrong type (`--set cors_mark=yes`). Both must stop the start with one clear line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mitmproxy import exceptions, flowfilter

import reports
from analysis.finding import Severity

PREFIX = "cors_"
LIVE = ("off", "first", "all")
SEVERITIES = tuple(severity.value for severity in Severity)


@dataclass(frozen=True, slots=True)
class Option:
    """One option as `loader.add_option` wants it."""

    type: type
    default: object
    help: str
    choices: tuple[str, ...] | None = None


OPTIONS: Mapping[str, Option] = {
    "cors_report": Option(
        str,
        "cors-report.html",
        "Where the CORS report goes when the session ends; the suffix decides the format "
        "(.html, .json, .sarif, .xml, .csv, .md, .parquet; .xml is JUnit). Empty: no report. "
        "An existing report is kept under a dated name.",
    ),
    "cors_session": Option(
        str,
        "",
        "Path of a crash-safe, redacted session journal that is written while you browse; "
        "`cors-audit report` reads it like a capture. Empty: none.",
    ),
    "cors_session_size": Option(
        int,
        0,
        "Megabytes after which the journal goes on in a new file; the older ones are kept as "
        "NAME.1.jsonl, NAME.2.jsonl and so on. 0: one file, whatever its size.",
    ),
    "cors_scope": Option(
        str, "", "A mitmproxy filter expression: only matching flows are judged. Empty: all."
    ),
    "cors_live": Option(
        str,
        "first",
        "What is logged while you browse: off, first (a line per new finding, again at 10, "
        "100 and 1000; a danger also when it is surer), or all.",
        LIVE,
    ),
    "cors_min_severity": Option(
        str, "low", "Lowest severity of findings that are logged while you browse.", SEVERITIES
    ),
    "cors_mark": Option(
        bool,
        True,
        "Mark and comment flows with findings, unless a person already did; the filter "
        "`~comment CORS` finds them.",
    ),
    "cors_redact": Option(
        bool,
        True,
        "Keep secrets out of everything that is written. False brands the report as not redacted; "
        "a journal cannot be had without.",
    ),
    "cors_stream_sse": Option(
        bool,
        False,
        "Stream text/event-stream answers instead of buffering them, so that pages with event "
        "streams work behind the proxy.",
    ),
}


def swallowed(deferred: Mapping[str, Any]) -> Iterator[str]:
    """Mistakes in options given before the addon was loaded, one sentence each."""
    for name, raw in deferred.items():
        if not name.startswith(PREFIX):
            continue
        option = OPTIONS.get(name)
        if option is None:
            near = difflib.get_close_matches(name, OPTIONS, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            yield f"there is no option {name}{hint}"
            continue
        given = getattr(raw, "val", raw)
        last = given[-1] if isinstance(given, list) and given else given
        if option.type is bool and last not in (True, False, "", "true", "false", "toggle", []):
            yield f"{name} takes true or false, not {last!r}"


def loses_host(modes: Iterable[str], keeps_host_header: bool) -> bool:
    """Does a mode of mitmproxy's own replace the `Host` that the browser sent?"""
    return not keeps_host_header and any(mode.startswith("reverse:http") for mode in modes)


def check(name: str, value: object) -> None:
    """Check one value that has the right type.

    Raises:
        mitmproxy.exceptions.OptionsError: it is none of the choices, no filter, or of no format.
    """
    choices = OPTIONS[name].choices
    if choices is not None and value not in choices:
        raise exceptions.OptionsError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    if name == "cors_session_size" and isinstance(value, int) and value < 0:
        raise exceptions.OptionsError(f"cors_session_size must be 0 or more, not {value}")
    if name == "cors_report" and value:
        try:
            reports.format_of(str(value))
        except reports.ReportError as error:
            raise exceptions.OptionsError(f"cors_report: {error}") from error
    if name == "cors_scope" and value:
        try:
            flowfilter.parse(str(value))
        except ValueError as error:
            raise exceptions.OptionsError(
                f"cors_scope must be a mitmproxy filter expression, not {value!r}"
            ) from error
