"""Reading one side of a comparison: a capture, a JSON result, or an HTML report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diff import Session, Side, session
from ..finding import Confidence, Endpoint, Explained, Finding, Ignored, Kind, Severity
from ..plain import typed
from ..result import FORMAT, AuditResult
from .endings import INTERRUPTED
from .settings import mark
from .shared import audit, was_interrupted

if TYPE_CHECKING:
    from ..config import Config

_PAGE = re.compile(r"\s*+(?:<!--(?>.*?-->)\s*+)*+<!doctype html", re.IGNORECASE | re.DOTALL)
_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
FINDINGS_FORMAT = "cors-audit/findings"


def read_side(path: str, config: Config) -> tuple[Session, frozenset[str]]:
    """One side, and the values that must not be written."""
    head = _head(path)
    if path.lower().endswith(".json") or f'"{FORMAT}"' in head:
        return session(mark(_result(path), config), Path(path).name, "result"), frozenset()
    if _PAGE.match(head):
        return _report(path), frozenset()
    result = audit([path], redact=True, intent=config.intent)
    if was_interrupted(result):
        raise click.exceptions.Exit(INTERRUPTED)
    name = Path(path).resolve().name if path != "-" else "standard input"
    assert isinstance(result.secrets, frozenset)  # no other machine has read it
    return session(mark(result, config), name, "capture"), result.secrets


def _head(path: str) -> str:
    if path == "-" or not Path(path).is_file():
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1000)
    except OSError:
        return ""  # said when it is read as a capture


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise click.UsageError(f"{path}: {reason or error}") from error


def _result(path: str) -> AuditResult:
    try:
        data = json.loads(_text(path))
        if not isinstance(data, dict):
            raise ValueError(f'not a cors-audit result: no "format": "{FORMAT}"')
        return AuditResult.from_dict(data)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path}: {error}") from error


def _report(path: str) -> Session:
    """An HTML report: it holds its findings for programs, without evidence and policies."""
    found = _DATA.search(_text(path))
    try:
        data: Any = json.loads(found[1]) if found else {}
        if data.get("format") != FINDINGS_FORMAT or "session" not in data:
            raise ValueError("a page, but no report that can be compared; use its JSON result")
        about = data["session"]
        if data["left_out"]:
            raise ValueError(
                f"the page holds too few of its findings, {data['left_out']} are left out; "
                "use its JSON result"
            )
        findings = tuple(
            _finding(group, each) for group in data["findings"] for each in group["each"]
        )
        side = Side(
            name=Path(path).name,
            kind="report",
            first=typed(float | None, about["first"]),
            calls=typed(int, about["calls"]),
            preflights=typed(int, about["preflights"]),
            findings=sum(finding.ignored is None for finding in findings),
            redacted=typed(bool, about["redacted"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"{path}: damaged report: {error!r}") from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path}: {error}") from error
    return Session(side, findings, None)


def _finding(group: dict[str, Any], each: list[Any]) -> Finding:
    key, pages, endpoints, count, ignored, explains = each
    return Finding(
        key=typed(str, key),
        rule=typed(str, group["rule"]),
        kind=Kind(group["kind"]),
        severity=Severity(group["severity"]),
        confidence=Confidence(group["confidence"]),
        confidence_why="",
        title=typed(str, group["title"]),
        message="",
        why_it_matters="",
        api=typed(str, group["api"]),
        endpoints=tuple(
            Endpoint(typed(str, method), typed(str, shape), typed(int, number))
            for method, shape, number in endpoints
        ),
        pages=typed(tuple[str, ...], pages),
        count=typed(int, count),
        first=None,
        last=None,
        evidence=(),
        expected=(),
        fixes=(),
        cwe=(),
        references=(),
        ignored=None if ignored is None else Ignored(typed(str, ignored), None),
        remedy=typed(str, group["remedy"]),
        explains=tuple(typed(Explained, {**under, "message": ""}) for under in explains),
    )
