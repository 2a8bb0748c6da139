"""Two results compared: what is new, gone and changed, in findings and in policies.

Findings are the same when their keys are, and a finding that stands under another one counts
as present. Ports of this machine differ from run to run, so they make no difference. What one
side never called was not judged there: rows say so in `compared`.

The JSON is `Diff.to_dict()`: `{"format": "cors-audit/diff", "format_version": 1, …}`. Fields
may be added within a version, never renamed or removed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from .fetch.origin import portless
from .finding import Confidence, Endpoint, Finding, Ignored, Kind, Severity
from .frozen import frozen
from .plain import plain
from .result import AnswerRow, AuditResult, EndpointPolicy, Policy, Tool

FORMAT = "cors-audit/diff"
FORMAT_VERSION = 1
JUDGED = ("cors", "preflight")

Meets = Callable[[Kind, Severity], bool]
"""Does a finding of this kind and severity fail the gate?"""
Call = tuple[str, str, str]
"""API without the ports of this machine, method, path shape."""


@frozen
class Side:
    """One of the two results."""

    name: str
    """File or folder name, never a path."""
    kind: str
    """`capture`, `result` (JSON) or `report` (HTML: findings, but no policies)."""
    first: float | None
    """Start of the recording, seconds since the epoch, UTC."""
    calls: int
    """CORS requests, preflights not counted."""
    preflights: int
    findings: int
    """Those that are not ignored."""
    redacted: bool


@frozen
class Session:
    """One side, with all that is compared."""

    side: Side
    findings: tuple[Finding, ...]
    policies: tuple[Policy, ...] | None
    """None: this kind of file holds none."""
    elsewhere: frozenset[str] = frozenset()
    """Keys of findings about loads that are in no table of policies."""


@frozen
class Change:
    """One thing that differs: a value (`was`, `now`) or a list (`added`, `removed`)."""

    what: str
    was: str | None = None
    now: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@frozen
class FindingRow:
    """A finding that is new, gone or changed."""

    key: str
    rule: str
    kind: Kind
    severity: Severity
    confidence: Confidence
    title: str
    message: str
    remedy: str
    """What to change, in one sentence."""
    api: str
    pages: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    count: int
    ignored: Ignored | None
    explains: tuple[str, ...]
    """Rules whose findings stand under this one."""
    changes: tuple[Change, ...]
    """What differs, for a changed finding: `severity`, `confidence`, `count`, `ignored`."""
    worse: bool
    """New, or more severe than before, and it fails the gate."""
    compared: bool | None
    """Did the other side call any of its endpoints? False: it was not judged there; null: the
    other side does not tell."""


@frozen
class EndpointRow:
    """An endpoint that both sides called, and what differs in its policy."""

    method: str
    path_template: str
    changes: tuple[Change, ...]
    """`allow_origin_mode`, `credentials`, `origins`, `methods`, `headers`."""


@frozen
class PolicyRow:
    """An API whose policy differs, or that one side only called."""

    api: str
    """As the newer side names it."""
    state: str
    """`new`, `gone` or `changed`."""
    changes: tuple[Change, ...]
    """What it answers: `allow_origin_mode`, `credentials`, `origins`, `methods`, `headers`,
    `exposed`, `max_age`, `vary_origin`."""
    least_privilege: tuple[Change, ...]
    """What would be enough: `origins`, `methods`, `headers`, `credentials`."""
    endpoints: tuple[EndpointRow, ...]
    only_old: tuple[str, ...]
    """Endpoints that the older side alone called, `GET /users/{n}`."""
    only_new: tuple[str, ...]


@frozen
class Diff:
    """Everything that differs."""

    tool: Tool
    old: Side
    new: Side
    worse: int
    """Findings that fail the gate by being new or more severe."""
    appeared: tuple[FindingRow, ...]
    gone: tuple[FindingRow, ...]
    changed: tuple[FindingRow, ...]
    unchanged: int
    """Findings on both sides that did not change, ignored ones left out."""
    policies: tuple[PolicyRow, ...]
    policies_compared: bool
    """False: one side is a report without policies."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        body = plain(self)
        assert isinstance(body, dict)
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **body}

    def to_json(self) -> str:
        """The JSON text; ASCII."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=True) + "\n"


def session(result: AuditResult, name: str, kind: str) -> Session:
    """A result as one side of a comparison."""
    roles = {row.flow_id: row.role for row in result.exchanges}
    starts = [each.first for each in result.captures if each.first is not None]
    return Session(
        Side(
            name=name,
            kind=kind,
            first=min(starts, default=None),
            calls=max(sum(policy.calls for policy in result.policies), result.totals.cors),
            preflights=result.totals.preflights,
            findings=sum(finding.ignored is None for finding in result.findings),
            redacted=result.redacted,
        ),
        result.findings,
        result.policies,
        frozenset(
            finding.key
            for finding in result.findings
            if not any(roles.get(each.flow_id) in JUDGED for each in finding.evidence)
        ),
    )


def compare(tool: Tool, old: Session, new: Session, meets: Meets) -> Diff:
    """What differs between two sides."""
    before, after = _present(old), _present(new)
    old_calls, new_calls = _calls(old), _calls(new)
    appeared, changed, unchanged = [], [], 0
    for finding in new.findings:
        was = before.get(finding.key)
        row = _row(finding, _called(finding, new, old_calls))
        if was is None:
            worse = finding.ignored is None and meets(finding.kind, finding.severity)
            appeared.append(replace(row, worse=worse))
            continue
        changes = tuple(_finding_changes(was, finding))
        if changes:
            rose = finding.severity.rank < was.severity.rank
            worse = rose and finding.ignored is None and meets(finding.kind, finding.severity)
            changed.append(replace(row, changes=changes, worse=worse))
        elif finding.ignored is None:
            unchanged += 1
    gone = [
        _row(finding, _called(finding, old, new_calls))
        for finding in old.findings
        if finding.key not in after
    ]
    compared = old.policies is not None and new.policies is not None
    return Diff(
        tool=tool,
        old=old.side,
        new=new.side,
        worse=sum(row.worse for row in (*appeared, *changed)),
        appeared=tuple(appeared),
        gone=tuple(gone),
        changed=tuple(changed),
        unchanged=unchanged,
        policies=tuple(_policies(old.policies or (), new.policies or ())) if compared else (),
        policies_compared=compared,
    )


@frozen
class _Was:
    """What an older finding said, at the top or under another one."""

    severity: Severity
    confidence: Confidence | None
    """None under another finding, where none is kept; likewise the following."""
    count: int | None
    ignored: bool


def _present(side: Session) -> dict[str, _Was]:
    there = {}
    for finding in side.findings:
        ignored = finding.ignored is not None
        for each in finding.explains:
            there[each.key] = _Was(each.severity, None, None, ignored)
    for finding in side.findings:
        there[finding.key] = _Was(
            finding.severity, finding.confidence, finding.count, finding.ignored is not None
        )
    return there


def _finding_changes(was: _Was, now: Finding) -> Iterator[Change]:
    if was.severity is not now.severity:
        yield Change("severity", was.severity.value, now.severity.value)
    if was.confidence is not None and was.confidence is not now.confidence:
        yield Change("confidence", was.confidence.value, now.confidence.value)
    if was.count is not None and len(str(was.count)) != len(str(now.count)):
        # The order of magnitude: how often something was called says little.
        yield Change("count", str(was.count), str(now.count))
    if was.ignored != (now.ignored is not None):
        words = {True: "yes", False: "no"}
        yield Change("ignored", words[was.ignored], words[not was.ignored])


def _row(finding: Finding, compared: bool | None) -> FindingRow:
    return FindingRow(
        key=finding.key,
        rule=finding.rule,
        kind=finding.kind,
        severity=finding.severity,
        confidence=finding.confidence,
        title=finding.title,
        message=finding.message,
        remedy=finding.remedy,
        api=finding.api,
        pages=finding.pages,
        endpoints=finding.endpoints,
        count=finding.count,
        ignored=finding.ignored,
        explains=tuple(dict.fromkeys(each.rule for each in finding.explains)),
        changes=(),
        worse=False,
        compared=compared,
    )


def _calls(side: Session) -> frozenset[Call] | None:
    """Every call of a side; None: it does not tell."""
    if side.policies is None:
        return None
    return frozenset(
        (portless(policy.api), each.method, each.path_template)
        for policy in side.policies
        for each in policy.endpoints
    )


def _called(finding: Finding, here: Session, there: frozenset[Call] | None) -> bool | None:
    """Did the other side call an endpoint where this side has the finding?"""
    if there is None or finding.key in here.elsewhere or not finding.endpoints:
        return None
    api = portless(finding.api)
    return any((api, each.method, each.path_template) in there for each in finding.endpoints)


def _policies(old: Iterable[Policy], new: Iterable[Policy]) -> Iterator[PolicyRow]:
    for was, now in _pairs(old, new):
        if was is None or now is None:
            only = was or now
            assert only is not None
            state = "new" if was is None else "gone"
            yield PolicyRow(only.api, state, (), (), (), (), ())
            continue
        row = _policy(was, now)
        if row.changes or row.least_privilege or row.endpoints or row.only_old or row.only_new:
            yield row


def _pairs(
    old: Iterable[Policy], new: Iterable[Policy]
) -> Iterator[tuple[Policy | None, Policy | None]]:
    """Policies of the same API: of the same origin first, then of other ports of this machine."""
    before = {policy.api: policy for policy in old}
    after = {policy.api: policy for policy in new}
    both = before.keys() & after.keys()
    moved: dict[str, list[Policy]] = defaultdict(list)
    for api in sorted(before.keys() - both):
        moved[portless(api)].append(before[api])
    for api in sorted(after):
        if api in both:
            yield before[api], after[api]
            continue
        same = moved[portless(api)]
        yield (same.pop(0) if same else None), after[api]
    for rest in moved.values():
        for policy in rest:
            yield policy, None


def _policy(was: Policy, now: Policy) -> PolicyRow:
    before = {(each.path_template, each.method): each for each in was.endpoints}
    after = {(each.path_template, each.method): each for each in now.endpoints}
    rows = []
    for place in sorted(before.keys() & after.keys()):
        changes = tuple(_endpoint_changes(before[place], after[place]))
        if changes:
            rows.append(EndpointRow(place[1], place[0], changes))
    return PolicyRow(
        api=now.api,
        state="changed",
        changes=tuple(_allowed_changes(was, now)),
        least_privilege=tuple(_needed_changes(was, now)),
        endpoints=tuple(rows),
        only_old=tuple(f"{m} {p}" for p, m in sorted(before.keys() - after.keys())),
        only_new=tuple(f"{m} {p}" for p, m in sorted(after.keys() - before.keys())),
    )


def _allowed_changes(was: Policy, now: Policy) -> Iterator[Change]:
    old, new = was.allows, now.allows
    yield from _value("allow_origin_mode", old.allow_origin_mode, new.allow_origin_mode)
    yield from _value("credentials", _yes(old.credentials), _yes(new.credentials))
    yield from _origins(
        [each.value for each in old.allow_origins],
        [each.value for each in new.allow_origins],
        [each.value for each in was.needs.origins],
        [each.value for each in now.needs.origins],
    )
    if was.preflights and now.preflights:
        yield from _list("methods", old.methods, new.methods)
        yield from _list("headers", old.headers, new.headers)
        yield from _list("max_age", old.max_age, new.max_age)
    yield from _list("exposed", old.exposed, new.exposed)
    yield from _value("vary_origin", old.vary_origin, new.vary_origin)


def _needed_changes(was: Policy, now: Policy) -> Iterator[Change]:
    old, new = was.least_privilege, now.least_privilege
    yield from _list("origins", old.origins, new.origins)
    yield from _list("methods", old.methods, new.methods)
    yield from _list("headers", old.headers, new.headers)
    yield from _value("credentials", _yes(old.credentials), _yes(new.credentials))


def _endpoint_changes(was: EndpointPolicy, now: EndpointPolicy) -> Iterator[Change]:
    yield from _value("allow_origin_mode", was.allow_origin_mode, now.allow_origin_mode)
    old, new = _Answers(was.answers), _Answers(now.answers)
    yield from _value("credentials", _yes(old.credentials), _yes(new.credentials))
    yield from _origins(old.origins, new.origins, old.asked, new.asked)
    if old.preflighted and new.preflighted:
        yield from _list("methods", old.methods, new.methods)
        yield from _list("headers", old.headers, new.headers)


class _Answers:
    """What an endpoint answered, over all who asked."""

    def __init__(self, answers: tuple[AnswerRow, ...]) -> None:
        self.origins = [each.allow_origin for each in answers if each.allow_origin is not None]
        self.asked = [each.origin for each in answers]
        self.credentials = any(
            each.allow_origin is not None and each.allow_credentials == "true" for each in answers
        )
        preflights = [each for each in answers if each.on_preflight]
        self.preflighted = bool(preflights)
        self.methods = [name for each in preflights for name in _items(each.methods)]
        self.headers = [name.lower() for each in preflights for name in _items(each.headers)]


def _items(text: str | None) -> list[str]:
    return [part for each in (text or "").split(",") if (part := each.strip(" \t"))]


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[value]


def _value(what: str, was: str, now: str) -> Iterator[Change]:
    if was != now:
        yield Change(what, was, now)


def _origins(
    was: list[str], now: list[str], asked_before: list[str], asks_now: list[str]
) -> Iterator[Change]:
    """Origins that were let in. One that asked on one side only shows no difference."""
    before, after = set(map(portless, asked_before)), set(map(portless, asks_now))
    alone = before ^ after
    for change in _list("origins", was, now):
        added = tuple(each for each in change.added if portless(each) not in alone)
        removed = tuple(each for each in change.removed if portless(each) not in alone)
        if added or removed:
            yield replace(change, added=added, removed=removed)


def _list(what: str, was: Iterable[str], now: Iterable[str]) -> Iterator[Change]:
    """What was added and removed; another port of this machine is no difference."""
    before = {portless(each): each for each in was}
    after = {portless(each): each for each in now}
    added = tuple(sorted(after[key] for key in after.keys() - before.keys()))
    removed = tuple(sorted(before[key] for key in before.keys() - after.keys()))
    if added or removed:
        yield Change(what, added=added, removed=removed)
