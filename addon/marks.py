"""Marks and comments on flows: set when a flow is heard, and anew when its verdict is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mitmproxy import ctx, hooks
from mitmproxy.flow import Flow

from addon import eventlog
from analysis.finding import Kind, Severity
from analysis.findings import Group
from analysis.tables import keep

MARKS = {Kind.BROKEN: ":red_circle:", Kind.DANGEROUS: ":warning:"}
_WORST_FIRST = {kind: place for place, kind in enumerate(Kind)}
METADATA = "cors_audit"
"""Key in a flow's metadata: the rules that found something in it."""
REMEMBERED = 5_000
"""Flows whose marks may still change; older ones keep theirs."""


@dataclass(slots=True)
class Told:
    """A finding as it was told, and how many flows have shown it since."""

    kind: Kind
    severity: Severity
    title: str
    remedy: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class _Marked:
    """What we left on a flow."""

    groups: tuple[Group, ...] = ()
    mark: str = ""
    comment: str = ""


_NOTHING = _Marked()


class Marks:
    """The marks of one session, by the ids of flows: the flows themselves are never held.

    Args:
        told: what was told of a finding; None: nothing, or too long ago.
    """

    def __init__(self, told: Callable[[Group], Told | None]) -> None:
        self._told = told
        self._known: dict[str, _Marked] = {}
        self._saying: dict[tuple[Group, ...], tuple[list[str], _Marked]] = {}
        self.rules: set[str] = set()
        """Rules that have marked a flow."""

    def set(self, flow: Flow, groups: Sequence[Group]) -> bool:
        """Say on a flow which findings it shows; has anything changed?

        A person's own mark and comment stay: only what we left there is replaced.
        """
        before = self._known.get(flow.id, _NOTHING)
        rules, now = self._said(tuple(groups))
        if not rules and before is _NOTHING:
            return False
        keep(self._known, flow.id, now, REMEMBERED)
        was = flow.metadata.get(METADATA, []), flow.marked, flow.comment
        if rules:
            flow.metadata[METADATA] = list(rules)
        else:
            flow.metadata.pop(METADATA, None)
        if flow.marked == before.mark:
            flow.marked = now.mark
        if flow.comment == before.comment:
            flow.comment = now.comment
        return was != (rules, flow.marked, flow.comment)

    def learn(self) -> None:
        """Something else is told of a finding now."""
        self._saying.clear()

    def _said(self, groups: tuple[Group, ...]) -> tuple[list[str], _Marked]:
        """What to leave on a flow that shows these findings, and the rules of those that were
        told, worst first."""
        known = self._saying.get(groups)
        if known is None:
            found = [(group[0], told) for group in groups if (told := self._told(group))]
            found.sort(key=lambda each: (_WORST_FIRST[each[1].kind], each[1].severity.rank))
            rules = list(dict.fromkeys(rule for rule, _ in found))
            mark = comment = ""
            if found:
                worst = found[0][1]
                mark = MARKS.get(worst.kind, "")
                comment = eventlog.comment(rules, worst.title, worst.remedy)
            self.rules.update(rules)
            known = rules, _Marked(groups, mark, comment)
            keep(self._saying, groups, known, REMEMBERED)
        return known

    def set_anew(self, settled: Iterable[tuple[str, Sequence[Group]]]) -> None:
        """The same for flows that have ended, by id, where the tool still lists them."""
        view = ctx.master.addons.get("view")  # mitmdump has none, and keeps no flows
        if view is None:
            return
        changed = []
        for flow_id, groups in settled:
            flow = view.get_by_id(flow_id)
            if flow is not None and self.set(flow, groups):
                changed.append(flow)
        if changed:
            ctx.master.addons.trigger(hooks.UpdateHook(changed))

    def showing(self, group: Group) -> list[tuple[str, Sequence[Group]]]:
        """The flows on which a finding is said, each with all that it shows."""
        known = self._known.items()
        return [(flow_id, marked.groups) for flow_id, marked in known if group in marked.groups]


def filter_for(rule: str) -> str:
    """The filter that finds the flows that a rule has marked."""
    return f"~meta \"'{rule}'\""
