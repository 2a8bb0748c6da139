"""Findings that a person accepted: by an `ignore` in the configuration, or by a baseline.

Accepted findings stay in the result, counted and listed; they only cease to fail a check.
Patterns know `*` (anything, slashes too) and `?` (one character). Square brackets are plain
characters: they stand in IPv6 origins and in paths.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from .finding import Explained, Finding, Ignored
from .frozen import frozen
from .result import AuditResult, IgnoreUse

FORMAT = "cors-audit/baseline"
FORMAT_VERSION = 1


@frozen
class Ignore:
    """One `ignore` of the configuration. What it leaves out fits everything."""

    rule: str
    reason: str
    api: str | None = None
    page: str | None = None
    method: str | None = None
    path: str | None = None
    until: date | None = None
    """Last day on which it applies."""

    def matches(self, finding: Finding) -> bool:
        """Is the whole finding meant? One that shows at other places too is not."""
        return (
            finding.rule == self.rule
            and fits(self.api, finding.api)
            and _all_fit(self.page, finding.pages)
            and _all_fit(self.method, (each.method for each in finding.endpoints))
            and _all_fit(self.path, (each.path_template for each in finding.endpoints))
        )

    def matches_under(self, explained: Explained, parent: Finding) -> bool:
        """May a finding be meant that stands under another one? It keeps no places of its own."""
        return (
            explained.rule == self.rule
            and fits(self.api, parent.api)
            and any(fits(self.page, page) for page in parent.pages or ("",))
            and any(
                fits(self.method, each.method) and fits(self.path, each.path_template)
                for each in parent.endpoints
            )
        )

    def has_expired(self, today: date) -> bool:
        """Is its last day over?"""
        return self.until is not None and today > self.until


@frozen
class Accepted:
    """One finding of a baseline; all but the key is there for people."""

    key: str
    rule: str
    api: str
    title: str


@frozen
class Baseline:
    """The findings that were there when the baseline was written."""

    name: str
    """Name of its file."""
    accepted: tuple[Accepted, ...]

    @property
    def reason(self) -> str:
        """Why its findings are ignored."""
        return f"in the baseline {self.name}"


def fits(pattern: str | None, text: str) -> bool:
    """Does a text fit a pattern, or equal it? No pattern fits everything."""
    return pattern is None or pattern == text or _compiled(pattern).fullmatch(text) is not None


def _all_fit(pattern: str | None, texts: Iterable[str]) -> bool:
    if pattern is None:
        return True
    each = list(texts)
    return bool(each) and all(fits(pattern, text) for text in each)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """What stands between two stars is taken where it comes first: whatever fits later fits
    then, too, and nothing is tried twice (as `fnmatch` does)."""
    first, *others = (
        "".join("." if c == "?" else re.escape(c) for c in part) for part in pattern.split("*")
    )
    between = "".join(f"(?>.*?{part})" for part in others[:-1] if part)
    return re.compile(f"{first}{between}.*{others[-1]}" if others else first, re.DOTALL)


def apply(
    result: AuditResult,
    ignores: Iterable[Ignore],
    source: str,
    baseline: Baseline | None,
    today: date,
) -> AuditResult:
    """The result with accepted findings marked, and with what each decision did.

    Args:
        source: name of the file that holds `ignores`.
        today: the day by which `until` is judged.
    """
    every = list(ignores)
    known = {each.key: each for each in baseline.accepted} if baseline else {}
    findings = []
    for finding in result.findings:
        ignored = finding.ignored or _decision(finding, every, today)
        if ignored is None and baseline and finding.key in known:
            ignored = Ignored(baseline.reason, None)
        findings.append(replace(finding, ignored=ignored))
    uses = [_use(ignore, source, result.findings, today) for ignore in every]
    if baseline:
        uses += _baseline_uses(baseline, result.findings)
    return replace(result, findings=tuple(findings), ignores=(*result.ignores, *uses))


def _decision(finding: Finding, ignores: Iterable[Ignore], today: date) -> Ignored | None:
    for ignore in ignores:
        if not ignore.has_expired(today) and ignore.matches(finding):
            return Ignored(ignore.reason, ignore.until.isoformat() if ignore.until else None)
    return None


def _use(ignore: Ignore, source: str, findings: Iterable[Finding], today: date) -> IgnoreUse:
    count = sum(
        ignore.matches(finding)
        + sum(ignore.matches_under(each, finding) for each in finding.explains)
        for finding in findings
    )
    state = "used" if count else "unused"
    return IgnoreUse(
        source=source,
        rule=ignore.rule,
        api=ignore.api,
        page=ignore.page,
        method=ignore.method,
        path=ignore.path,
        key=None,
        reason=ignore.reason,
        until=ignore.until.isoformat() if ignore.until else None,
        state="expired" if ignore.has_expired(today) else state,
        count=count,
    )


def _baseline_uses(baseline: Baseline, findings: Iterable[Finding]) -> Iterable[IgnoreUse]:
    there = {key for finding in findings for key in keys_of(finding)}
    for each in baseline.accepted:
        found = each.key in there
        yield IgnoreUse(
            source=baseline.name,
            rule=each.rule,
            api=each.api,
            page=None,
            method=None,
            path=None,
            key=each.key,
            reason=baseline.reason,
            until=None,
            state="used" if found else "unused",
            count=int(found),
        )


def keys_of(finding: Finding) -> tuple[str, ...]:
    """Its key, and those of the findings under it."""
    return finding.key, *(each.key for each in finding.explains)


def baseline_text(result: AuditResult) -> str:
    """A baseline that accepts every finding which is not ignored already, as JSON.

    Findings under another one are accepted with it, so that a cure of half the cause does not
    make the other half look new.
    """
    rows = []
    for finding in result.findings:
        if finding.ignored is None:
            rows.append(Accepted(finding.key, finding.rule, finding.api, finding.title))
            rows += [
                Accepted(each.key, each.rule, finding.api, each.title) for each in finding.explains
            ]
    rows.sort(key=lambda row: (row.rule, row.api, row.key))
    body = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "findings": [
            {"key": row.key, "rule": row.rule, "api": row.api, "title": row.title} for row in rows
        ],
    }
    return json.dumps(body, indent=1, ensure_ascii=True) + "\n"


def baseline_of(text: str, name: str) -> Baseline:
    """Read what `baseline_text` wrote.

    Raises:
        ValueError: it is no baseline, or of a version that is not known here.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError("no baseline: write one with `cors-audit check INPUT --write-baseline`")
    if data.get("format_version") != FORMAT_VERSION:
        raise ValueError(
            f"format_version {data.get('format_version')!r} is not {FORMAT_VERSION}: "
            "write the baseline again, or use a newer cors-audit"
        )
    rows = data.get("findings")
    if not isinstance(rows, list):
        raise ValueError('damaged baseline: "findings" is no list')
    accepted: dict[str, Accepted] = {}
    for number, row in enumerate(rows, 1):
        told = (
            [row.get(f) for f in ("key", "rule", "api", "title")] if isinstance(row, dict) else []
        )
        if not told or not all(isinstance(value, str) for value in told):
            raise ValueError(
                f"damaged baseline: finding {number} needs the texts key, rule, api and title"
            )
        accepted.setdefault(str(told[0]), Accepted(*map(str, told)))
    return Baseline(name, tuple(accepted.values()))
