"""What is said about findings while a person browses: log lines, marks and comments."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from mitmproxy import http

from addon import eventlog
from analysis.engine import Auditor, Heard
from analysis.exchange import NOT_THE_SERVERS, Exchange
from analysis.fetch.classify import JUDGED
from analysis.finding import Finding, Kind, Severity
from analysis.findings import Group
from analysis.session.judge import Judged
from reports import story, words

logger = logging.getLogger("cors_audit")

MARKS = {Kind.BROKEN: ":red_circle:", Kind.DANGEROUS: ":warning:"}
METADATA = "cors_audit"
"""Key in a flow's metadata: the rules that found something in it."""
MOST_TOLD = 5_000
"""Findings whose repetitions are counted; of the oldest beyond, nothing more is said."""


_WORST_FIRST = {kind: place for place, kind in enumerate(Kind)}


@dataclass(slots=True)
class _Told:
    """A finding as it was when it was new, and how many flows have shown it since."""

    kind: Kind
    severity: Severity
    title: str
    remedy: str
    count: int = 1


class Teller:
    """Tells the findings of one session.

    Args:
        options: the addon's, as they stand at any time.
    """

    def __init__(self, auditor: Auditor, options: Mapping[str, object]) -> None:
        self.rules: set[str] = set()
        """Rules that have marked a flow."""
        self._auditor = auditor
        self._options = options
        self._throttle = eventlog.Throttle()
        self._told: dict[Group, _Told] = {}
        self._ways: set[str] = set()

    def tell(self, heard: http.HTTPFlow, judged: Judged, news: Heard) -> None:
        """Log what is new, or has come a round number of times; mark the flow."""
        live = self._options["cors_live"]
        if judged.exchange.altered in NOT_THE_SERVERS and judged.node.role in JUDGED:
            self._altered(judged.exchange)
        if live != "off":
            for seen in news.settled:
                if seen.blocked:
                    logger.info("%s", eventlog.settled(seen))
        found: list[tuple[str, _Told]] = []
        for group in news.new:
            finding = self._auditor.live_finding(group)
            found.append((finding.rule, self._learn(group, finding)))
            self._log(finding, eventlog.line(finding))
        for group in news.again:
            told = self._told.get(group)
            if told is None:
                continue
            told.count += 1
            found.append((group[0], told))
            if live == "all":
                finding = self._auditor.live_finding(group)
                self._log(finding, eventlog.line(finding))
            elif told.count in eventlog.REPEATS:
                self._log(told, eventlog.repeat(told.kind, group[0], group[2], told.count))
        for group in news.surer:
            finding = self._auditor.live_finding(group)
            if finding.kind is Kind.DANGEROUS:
                self._log(finding, eventlog.surer(finding))
        if found and self._options["cors_mark"]:
            self._mark(heard, found)

    def _altered(self, exchange: Exchange) -> None:
        """Say once per way that findings about such answers are left out."""
        assert exchange.altered is not None
        if exchange.altered not in self._ways:
            self._ways.add(exchange.altered)
            logger.warning("%s", eventlog.altered(exchange))

    def _learn(self, group: Group, finding: Finding) -> _Told:
        remedy = words.plain(words.rich(story.remedy(finding), 200))
        told = _Told(finding.kind, finding.severity, finding.title, remedy)
        if len(self._told) >= MOST_TOLD:
            del self._told[next(iter(self._told))]
        self._told[group] = told
        return told

    def _log(self, finding: Finding | _Told, text: str) -> None:
        least = Severity(str(self._options["cors_min_severity"]))
        if self._options["cors_live"] == "off" or finding.severity.rank > least.rank:
            return
        level = logging.WARNING if finding.kind in eventlog.LOUD else logging.INFO
        if not self._throttle.lets_through(time.monotonic()):
            return
        if self._throttle.held_back:
            logger.log(level, "%d more, see the report", self._throttle.held_back)
            self._throttle.held_back = 0
        logger.log(level, "%s", text)

    def _mark(self, heard: http.HTTPFlow, found: list[tuple[str, _Told]]) -> None:
        """Set what can be looked for later; a person's own mark and comment stay.

        The lists of flows hear of this answer after us, so they need no word about it.
        """
        found.sort(key=lambda each: (_WORST_FIRST[each[1].kind], each[1].severity.rank))
        worst = found[0][1]
        rules = list(dict.fromkeys(rule for rule, _ in found))
        self.rules.update(rules)
        heard.metadata[METADATA] = rules
        if not heard.marked and worst.kind in MARKS:
            heard.marked = MARKS[worst.kind]
        if not heard.comment:
            heard.comment = eventlog.comment(rules, worst.title, worst.remedy)


def filter_for(rule: str) -> str:
    """The filter that finds the flows that a rule has marked."""
    return f"~meta \"'{rule}'\""
