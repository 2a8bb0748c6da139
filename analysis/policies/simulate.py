"""The recorded session under another policy: what would pass, what would break.

Every recorded request is given the answer of a server that follows the policy
(`policy_server`) and is judged anew (`replay`). Requests that were never recorded cannot be
judged, only named.

The JSON is `Simulation.to_dict()`: `{"format": "cors-audit/simulation", "format_version": 1,
…}`. Fields may be added within a version, never renamed or removed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from .. import __version__
from ..engine import TOOL, Auditor, Opinions, form_opinions
from ..exchange import Headers
from ..fetch import reasons
from ..fetch.browsers import CHROMIUM
from ..fetch.check import Asked, Failure, Step
from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..finding import Explained, Finding, Kind, Severity
from ..frozen import frozen
from ..plain import plain
from ..result import Tool
from ..rules import ALL
from ..session.judge import Judged, Outcome, proxy_answered
from ..session.policy import can_be_listed
from .file import ApiPolicy, of_policy
from .replay import Fate, Replay

FORMAT = "cors-audit/simulation"
FORMAT_VERSION = 1
MOST_EXAMPLES = 5
"""Flows named for each row; the others are counted."""
OUT_OF_REACH = frozenset({Step.REDIRECT_WITH_USERINFO, Step.REDIRECT_SCHEME})
"""Refusals that no policy can cure."""
CURED_BY_POLICY = {rule.id: rule.server_fix for rule in ALL}


class Change(StrEnum):
    """What becomes of a call."""

    BREAKS = "breaks"
    """It passed, and would be blocked."""
    MAY_BREAK = "may-break"
    """It may have passed, and would be blocked."""
    OPEN = "open"
    """What decides is not known, most often the credentials mode; `note` names it."""
    PASSES = "passes"
    """It was blocked, or may have been, and would pass."""
    WOULD_BE_SENT = "would-be-sent"
    """Its preflight was refused and would pass: the request, which was never made, is sent."""
    STAYS_BLOCKED = "stays-blocked"
    STAYS_ALLOWED = "stays-allowed"


@frozen
class CallRow:
    """Calls of one origin to one endpoint that fare alike."""

    api: str
    method: str
    path_template: str
    origin: str
    """As sent: `null` for opaque ones."""
    standing: str
    """`legitimate`, or `undecided`: the least-privilege policy leaves this call out."""
    was: str
    """Verdict in the recording: `allowed`, `blocked` or `indeterminate`."""
    now: str
    """Verdict under the policy."""
    change: Change
    reason_was: str | None
    """Chromium's `CorsError` name."""
    reason_now: str | None
    reason_now_param: str | None
    """The method, header or value that it is about."""
    note: str
    """What else is to be known, in a sentence, or empty."""
    count: int
    examples: tuple[str, ...]
    """`flow_id` of the first such exchanges."""


@frozen
class OriginRow:
    """What one origin may do with an API."""

    api: str
    origin: str
    standing: str
    """`legitimate`, `undecided`, or `mixed`, by path."""
    calls: int
    allowed_was: int
    """Calls that passed."""
    allowed_now: int
    """Calls that would pass, or be sent."""
    change: str
    """`gains` or `loses` access (from none, to none), `more`, `less` or `same`."""


@frozen
class DangerRow:
    """A dangerous finding, before or under the policy."""

    key: str
    rule: str
    severity: Severity
    title: str
    api: str
    count: int
    state: str
    """`gone`, `remains` or `new`."""
    by_policy: bool
    """Can a CORS policy cure it at all?"""


@frozen
class HiddenRow:
    """A response header that pages could read and would not any more."""

    api: str
    path_template: str
    name: str
    count: int


@frozen
class SimulationTotals:
    """Counts of calls: a refused preflight stands for the request that it kept from leaving."""

    calls: int
    breaks: int
    """Legitimate calls that break or may break."""
    breaks_undecided: int
    """The same of others."""
    passes: int
    """Those that would be sent included."""
    stays_blocked: int
    open: int
    dangerous: int
    """Dangerous findings that remain or are new, and that a policy can cure."""


@frozen
class Simulation:
    """What the recorded session would be under another policy."""

    tool: Tool
    policy: str
    """Name of the policy file."""
    totals: SimulationTotals
    calls: tuple[CallRow, ...]
    """What breaks comes first, what stays allowed last."""
    origins: tuple[OriginRow, ...]
    dangerous: tuple[DangerRow, ...]
    hidden: tuple[HiddenRow, ...]
    as_recorded: tuple[str, ...]
    """APIs of the session that the policy does not speak of."""
    not_called: tuple[str, ...]
    """APIs of the policy that the session does not show."""

    @property
    def is_fine(self) -> bool:
        """Nothing legitimate breaks, and nothing dangerous remains."""
        return not self.totals.breaks and not self.totals.dangerous

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, as plain dicts and lists."""
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **plain(self)}

    def to_json(self) -> str:
        """The JSON text: the same input gives the same bytes."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=True) + "\n"


def simulate(auditor: Auditor, policies: Iterable[ApiPolicy], name: str) -> Simulation:
    """Replay what the auditor has heard under other policies.

    Args:
        name: of the policies, for the result.
    """
    wanted = {policy.api: policy for policy in policies}
    judged = auditor.judged()
    before = form_opinions(judged, auditor.intent)
    called = {api.api for api in before.apis}
    replay = Replay(wanted)
    fates = [fate for seen in judged if (fate := replay.play(seen)) is not None]
    after = form_opinions([*replay.judged(), *replay.refusals()], auditor.intent)
    standing = _Standing(before)
    rows = _call_rows(fates, standing)
    dangerous = tuple(_dangers(before, after, wanted))
    return Simulation(
        tool=Tool(TOOL, __version__),
        policy=name,
        totals=_totals(rows, dangerous),
        calls=rows,
        origins=tuple(_origins(rows)),
        dangerous=dangerous,
        hidden=tuple(_hidden(fates, standing)),
        as_recorded=tuple(sorted(called - set(wanted))),
        not_called=tuple(sorted(set(wanted) - called)),
    )


class _Standing:
    """Which calls are legitimate: those that the least-privilege policy lets in."""

    def __init__(self, before: Opinions) -> None:
        self._least = {policy.api: of_policy(policy) for policy in before.policies()}

    def of(self, seen: Judged) -> str:
        """The word for a call."""
        node, exchange = seen.node, seen.exchange
        rule = self._least[exchange.url.origin].rule_for(exchange.url.path)
        asked = node.asked or Asked(exchange.method, node.unsafe)
        can_ask = all(can_be_listed(name) for name in (asked.method, *asked.headers))
        let_in = rule is not None and ("*" in rule.origins or node.origin in rule.origins)
        return "legitimate" if let_in and can_ask else "undecided"


def _change(fate: Fate) -> Change | None:
    was, now = fate.was.verdict.outcome, fate.now.outcome
    if Outcome.NOT_APPLICABLE in (was, now):
        return None
    if now is Outcome.BLOCKED:
        if was is Outcome.BLOCKED:
            return Change.STAYS_BLOCKED
        return Change.BREAKS if was is Outcome.ALLOWED else Change.MAY_BREAK
    if now is Outcome.INDETERMINATE:
        return Change.OPEN
    if was is Outcome.BLOCKED and fate.was.node.role is Role.PREFLIGHT:
        return Change.WOULD_BE_SENT
    return Change.STAYS_ALLOWED if was is Outcome.ALLOWED else Change.PASSES


def _call_rows(fates: list[Fate], standing: _Standing) -> tuple[CallRow, ...]:
    groups: dict[CallRow, list[str]] = {}
    for fate in fates:
        change = _change(fate)
        if change is None:
            continue
        seen = fate.was
        asked = seen.node.asked
        row = CallRow(
            api=seen.exchange.url.origin,
            method=asked.method if asked is not None else seen.exchange.method,
            path_template=seen.exchange.url.path,
            origin=seen.node.origin,
            standing=standing.of(seen),
            was=seen.verdict.outcome.value,
            now=fate.now.outcome.value,
            change=change,
            reason_was=_code(seen.failure),
            reason_now=_code(fate.now.failure or fate.now.possible),
            reason_now_param=_param(fate.now.failure or fate.now.possible),
            note=fate.note or _why_not_cured(fate, change) or "; ".join(fate.now.assuming),
            count=0,
            examples=(),
        )
        groups.setdefault(row, []).append(seen.exchange.id)
    rows = [
        replace(row, count=len(ids), examples=tuple(ids[:MOST_EXAMPLES]))
        for row, ids in groups.items()
    ]
    changes = list(Change)
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                changes.index(row.change), row.standing, row.api, row.path_template, row.method,
                row.origin, -row.count, row.reason_was or "", row.reason_now or "", row.note,
                row.examples,
            ),
        )
    )  # fmt: skip


def _code(failure: Failure | None) -> str | None:
    return reasons.code(failure, CHROMIUM) if failure is not None else None


def _param(failure: Failure | None) -> str | None:
    return (failure.param or failure.got) if failure is not None else None


def _why_not_cured(fate: Fate, change: Change) -> str:
    seen, failure = fate.was, fate.now.failure
    if change is not Change.STAYS_BLOCKED:
        return ""
    if proxy_answered(seen.exchange):
        return "The server gave no proper answer, which no policy cures."
    if failure is not None and failure.step in OUT_OF_REACH:
        return "Where it redirects to is refused, which no policy cures."
    if seen.node.origin == "null":
        return "Its Origin is null, which should never be allowed: call the final URL directly."
    return ""


PASSING = (Change.STAYS_ALLOWED, Change.PASSES, Change.WOULD_BE_SENT)


def _origins(rows: tuple[CallRow, ...]) -> Iterator[OriginRow]:
    grouped: dict[tuple[str, str], list[CallRow]] = {}
    for row in rows:
        grouped.setdefault((row.api, row.origin), []).append(row)
    for (api, origin), mine in sorted(grouped.items()):
        words = {row.standing for row in mine}
        was = sum(row.count for row in mine if row.was == Outcome.ALLOWED)
        now = sum(row.count for row in mine if row.change in PASSING)
        yield OriginRow(
            api=api,
            origin=origin,
            standing=words.pop() if len(words) == 1 else "mixed",
            calls=sum(row.count for row in mine),
            allowed_was=was,
            allowed_now=now,
            change=_compared(was, now),
        )


def _compared(was: int, now: int) -> str:
    if was == now:
        return "same"
    if now > was:
        return "more" if was else "gains"
    return "less" if now else "loses"


def _dangers(
    before: Opinions, after: Opinions, wanted: dict[str, ApiPolicy]
) -> Iterator[DangerRow]:
    old, new = (
        {row.key: row for row in _dangerous(opinions) if row.api in wanted}
        for opinions in (before, after)
    )
    for key in {**old, **new}:
        if key in new:
            yield replace(new[key], state="remains" if key in old else "new")
        else:
            yield replace(old[key], state="gone")


def _dangerous(opinions: Opinions) -> Iterator[DangerRow]:
    """Dangerous findings, those included that stand under another one."""
    for found in opinions.findings:
        every: tuple[Finding | Explained, ...] = (found, *found.explains)
        for each in every:
            if each.kind is Kind.DANGEROUS:
                yield DangerRow(
                    key=each.key,
                    rule=each.rule,
                    severity=each.severity,
                    title=each.title,
                    api=found.api,
                    count=each.count,
                    state="",
                    by_policy=CURED_BY_POLICY[each.rule],
                )


def _hidden(fates: list[Fate], standing: _Standing) -> Iterator[HiddenRow]:
    """Headers that legitimate calls could read by name, and could not under the policy."""
    lost: Counter[tuple[str, str, str]] = Counter()
    for fate in fates:
        include = fate.was.credentials.include
        exposed = _exposed(fate.answer)
        names = _exposed(fate.was.exchange.response) & set(fate.was.exchange.response.names())
        names = set() if "*" in exposed and include is not True else names - exposed
        if names and _change(fate) is Change.STAYS_ALLOWED:
            if standing.of(fate.was) == "legitimate":
                where = fate.was.exchange.url
                lost.update((where.origin, where.path, name) for name in names)
    for (api, path, name), count in sorted(lost.items()):
        yield HiddenRow(api, path, name, count)


def _exposed(response: Headers) -> set[str]:
    names = extract_list(response.get("access-control-expose-headers"))
    return set() if isinstance(names, str) else {name.lower() for name in names}


def _totals(rows: tuple[CallRow, ...], dangerous: tuple[DangerRow, ...]) -> SimulationTotals:
    def count(*changes: Change, standing: str | None = None) -> int:
        return sum(
            row.count for row in rows if row.change in changes and standing in (None, row.standing)
        )

    broken = Change.BREAKS, Change.MAY_BREAK
    return SimulationTotals(
        calls=sum(row.count for row in rows),
        breaks=count(*broken, standing="legitimate"),
        breaks_undecided=count(*broken, standing="undecided"),
        passes=count(Change.PASSES, Change.WOULD_BE_SENT),
        stays_blocked=count(Change.STAYS_BLOCKED),
        open=count(Change.OPEN),
        dangerous=sum(row.state != "gone" and row.by_policy for row in dangerous),
    )
