"""What is said about findings while a person browses, and when."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from weakref import ReferenceType

from mitmproxy import http

from addon import eventlog
from addon.marks import Marks, Told
from analysis.engine import Auditor, Heard
from analysis.exchange import NOT_THE_SERVERS, Exchange
from analysis.fetch.classify import JUDGED
from analysis.finding import Finding, Kind, Severity
from analysis.findings import Group
from analysis.tables import keep
from reports import story, words

logger = logging.getLogger("cors_audit")

MOST_TOLD = 5_000
"""Findings whose repetitions are counted; of the oldest beyond, nothing more is said."""


class Teller:
    """Tells the findings of one session.

    Args:
        options: the addon's, as they stand at any time.
    """

    def __init__(self, auditor: Auditor, options: Mapping[str, object]) -> None:
        self._auditor = auditor
        self._options = options
        self._throttle = eventlog.Throttle()
        self._told: dict[Group, Told] = {}
        self.marks = Marks(self._told.get)
        self._ways: set[str] = set()

    def tell(self, flows: Mapping[str, ReferenceType[http.HTTPFlow]], news: Heard) -> None:
        """Log what is new, or has come a round number of times; mark the flow, and earlier ones
        of which more is known now.

        Args:
            flows: the one that brought the news among them, by their ids. Nobody looks at the
                marks of those that are gone.
        """
        judged = news.judged
        live = self._options["cors_live"]
        if judged.exchange.altered in NOT_THE_SERVERS and judged.node.role in JUDGED:
            self._altered(judged.exchange)
        if live != "off":
            for seen in news.settled:
                if seen.blocked:
                    logger.info("%s", eventlog.settled(seen))
        if not (news.here or news.again or news.surer or news.earlier):
            return
        for group in news.new:
            finding = self._auditor.live_finding(group)
            self._learn(group, finding)
            self._log(finding, eventlog.line(finding))
        for group in news.again:
            told = self._told.get(group)
            if told is None:
                continue
            told.count += 1
            if live == "all":
                finding = self._auditor.live_finding(group)
                self._log(finding, eventlog.line(finding))
            elif told.count in eventlog.REPEATS:
                self._log(told, eventlog.repeat(told.kind, group[0], group[2], told.count))
        for group in news.surer:
            finding = self._auditor.live_finding(group)
            if group in self._told:
                self._learn(group, finding)
            if finding.kind is Kind.DANGEROUS:
                self._log(finding, eventlog.surer(finding))
        if self._options["cors_mark"]:
            # The lists of flows hear of this answer after us, so they need no word about it.
            flow = flows[judged.exchange.id]()
            if flow is not None:
                self.marks.set(flow, news.here)
            self._correct(news)

    def _correct(self, news: Heard) -> None:
        """Mark anew what was marked before this was known."""
        settled: dict[str, Sequence[Group]] = dict(news.earlier)
        for group in news.surer:
            settled = dict(self.marks.showing(group)) | settled
        if settled:
            self.marks.set_anew(settled.items())

    def _altered(self, exchange: Exchange) -> None:
        """Say once per way that findings about such answers are left out."""
        assert exchange.altered is not None
        if exchange.altered not in self._ways:
            self._ways.add(exchange.altered)
            logger.warning("%s", eventlog.altered(exchange))

    def _learn(self, group: Group, finding: Finding) -> None:
        remedy = words.plain(words.rich(story.remedy(finding), 200))
        known = self._told.get(group)
        count = known.count if known is not None else 1
        told = Told(finding.kind, finding.severity, finding.title, remedy, count)
        keep(self._told, group, told, MOST_TOLD)
        self.marks.learn()

    def _log(self, finding: Finding | Told, text: str) -> None:
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
