"""Marks and comments: when they are set, and set anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.addons.view import View
from mitmproxy.test import taddons

from addon import marks
from addon.recorder import CorsAudit
from analysis.finding import Kind

from . import flows

RED = marks.MARKS[Kind.BROKEN]
RULE = "wildcard-with-credentials"


class Tool:
    """The addon in a tool that lists flows, and how often that was told of a change."""

    def __init__(self, context: taddons.context, addon: CorsAudit) -> None:
        self.addon = addon
        self.view = View()
        self.updates: list[str] = []
        context.master.addons.add(self.view)
        self.view.sig_view_update.connect(self._updated)

    def _updated(self, flow: http.HTTPFlow) -> None:
        self.updates.append(flow.id)

    def hear(self, flow: http.HTTPFlow) -> None:
        """A flow ends; it is in the list already."""
        self.view.add([flow])
        self.addon._last.response(flow)


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tool]:
    monkeypatch.chdir(tmp_path)
    addon = CorsAudit()
    with taddons.context(addon) as context:
        # What this sends to addons as events must not outlive the context's loop.
        context.master._legacy_log_events.uninstall()
        context.configure(addon, cors_report="")
        yield Tool(context, addon)
        addon.done()
        context.master.event_loop.close()


def test_what_is_settled_later_is_marked_then(tool: Tool) -> None:
    first, second = flows.settled_later()
    tool.hear(first)
    before = first.marked, first.comment
    assert RED not in before
    tool.hear(second)
    assert first.marked == RED
    assert first.comment.startswith(f"CORS {RULE}")
    assert first.metadata[marks.METADATA] == [RULE]
    assert RULE not in second.comment
    assert second.marked != RED
    assert tool.updates == [first.id]
    assert any(RULE in line for line in tool.addon.explain(first))
    tool.addon.show(RULE)


@pytest.mark.parametrize("when", ["before", "between"])
def test_a_persons_own_words_stay(tool: Tool, when: str) -> None:
    first, second = flows.settled_later()
    if when == "between":
        tool.hear(first)
    first.marked, first.comment = ":grapes:", "look at this"
    if when == "before":
        tool.hear(first)
    tool.hear(second)
    assert (first.marked, first.comment) == (":grapes:", "look at this")
    assert first.metadata[marks.METADATA] == [RULE]


def test_a_mark_that_no_longer_holds_goes(tool: Tool) -> None:
    flow = flows.call()
    tool.hear(flow)
    assert flow.marked == RED
    tool.addon._teller.marks.set_anew([(flow.id, ())])
    assert (flow.marked, flow.comment, flow.metadata) == ("", "", {})
    assert tool.updates == [flow.id]


def test_flows_that_left_the_list_are_left_alone(tool: Tool) -> None:
    first, second = flows.settled_later()
    tool.hear(first)
    tool.view.remove([first])
    tool.hear(second)
    assert RED not in first.marked
    assert tool.updates == []


def test_marks_remembered_are_bounded(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "REMEMBERED", 3)
    for number in range(9):
        tool.hear(flows.call(started=1_700_000_000.0 + number))
    assert len(tool.addon._teller.marks._known) == 3
