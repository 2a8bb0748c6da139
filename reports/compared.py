"""Sentences about two results compared, shared by the formats that tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from analysis.diff import Change, Diff, EndpointRow, FindingRow, PolicyRow, Side
from analysis.frozen import frozen

from . import story, words
from .escape import clip, visible

NAMES = {
    "allow_origin_mode": "Allow-Origin",
    "credentials": "credentials",
    "origins": "origins",
    "methods": "methods",
    "headers": "headers",
    "exposed": "exposed headers",
    "max_age": "Max-Age",
    "vary_origin": "Vary: Origin",
}
"""Fields of a policy as people call them."""
MOST_VALUES = 6
KINDS = {"capture": "recording", "result": "JSON result", "report": "HTML report"}


@frozen
class Headline:
    """The first sentence; `tone` is `broken`, `fine` or `plain`."""

    text: str
    tone: str


def headline(diff: Diff) -> Headline:
    """Is it worse than before? With counts."""
    counts = [
        words.count(len(open_rows(diff.appeared)), "new finding"),
        f"{len(diff.gone)} gone",
        f"{len(diff.changed)} changed",
        f"{diff.unchanged} as before",
    ]
    if diff.worse:
        worse = words.count(diff.worse, "finding")
        return Headline(f"Worse by {worse}: {', '.join(counts)}.", "broken")
    tone = "fine" if diff.gone and not diff.appeared else "plain"
    return Headline(f"Nothing got worse: {', '.join(counts)}.", tone)


def open_rows(rows: Iterable[FindingRow]) -> list[FindingRow]:
    """Those that nobody accepted."""
    return [row for row in rows if row.ignored is None]


def side(each: Side) -> str:
    """`session.flow, 14 Nov 2026, 15:02 UTC, 29 API calls, 3 findings`."""
    name = visible(each.name, 60, wire=False)
    if each.kind != "capture":
        name += f" ({KINDS.get(each.kind, '')})"
    facts = [
        name,
        words.period(each.first, each.first) if words.moment(each.first) else "",
        words.count(each.calls, "API call"),
        words.count(each.findings, "finding"),
        "" if each.redacted else "not redacted: do not share",
    ]
    return ", ".join(fact for fact in facts if fact)


def title(row: FindingRow, limit: int = 140) -> str:
    """The title, with `Maybe` where the evidence is thin."""
    return story.may(row) + clip(row.title, limit)


def caution(row: FindingRow, other: str) -> str:
    """What an appearance or a disappearance does not prove; `other`: the side without it."""
    if row.compared is False:
        return f"{other} holds no such call"
    return ""


def change(each: Change) -> str:
    """`Allow-Origin fixed → listed`, `methods +PUT -DELETE`."""
    name = NAMES.get(each.what, each.what)
    if each.was is not None or each.now is not None:
        return f"{name} {clip(each.was or '', 60)} → {clip(each.now or '', 60)}"
    parts = [f"+{clip(value, 60)}" for value in each.added[:MOST_VALUES]]
    parts += [f"-{clip(value, 60)}" for value in each.removed[:MOST_VALUES]]
    more = max(len(each.added) - MOST_VALUES, 0) + max(len(each.removed) - MOST_VALUES, 0)
    if more:
        parts.append(f"and {more} more")
    return f"{name} {' '.join(parts)}"


def changes(every: Iterable[Change]) -> str:
    """All of them in a row."""
    return "; ".join(map(change, every))


def policy(row: PolicyRow) -> Iterator[str]:
    """What differs in one policy, a line each."""
    if row.state != "changed":
        calls = {"new": "OLD never called it", "gone": "NEW never called it"}
        yield calls.get(row.state, "")
        return
    if row.changes:
        yield changes(row.changes)
    yield from _endpoints(row)
    if row.least_privilege:
        yield f"enough would be: {changes(row.least_privilege)}"
    for called, name in ((row.only_new, "NEW"), (row.only_old, "OLD")):
        if called:
            yield f"called in {name} alone: {words.listed([clip(c, 80) for c in called], 4)}"


def _endpoints(row: PolicyRow) -> Iterator[str]:
    """Endpoints with equal changes in one line; what the API's own line says is not repeated."""
    said = set(row.changes)
    alike: dict[tuple[Change, ...], list[EndpointRow]] = defaultdict(list)
    for endpoint in row.endpoints:
        left = tuple(each for each in endpoint.changes if each not in said)
        if left:
            alike[left].append(endpoint)
    for left, endpoints in alike.items():
        names = [clip(f"{each.method} {each.path_template}", 80) for each in endpoints]
        yield f"{words.listed(names, 2)}: {changes(left)}"
