"""The addon: every flow, once, through the auditor; findings live, the report at the end."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mitmproxy import command, ctx, exceptions, flowfilter, http
from mitmproxy.addonmanager import Loader
from mitmproxy.flow import Flow
from mitmproxy.log import ALERT
from mitmproxy.tls import TlsData

from addon import chain, ending, eventlog, report_file, settings, verdict_view
from addon.chain import Came
from addon.explain import Explanations
from addon.inbox import Inbox, Waiting
from addon.marks import filter_for
from addon.mishaps import Mishaps
from addon.telling import Teller
from addon.untrusted import Untrusted
from analysis.engine import Auditor
from analysis.exchange import Exchange, Span, believed
from analysis.redact import Door
from analysis.relevance import may_matter
from analysis.result import AuditResult, Capture, Skipped
from analysis.sources.base import CaptureError, Unjudged
from analysis.sources.flow import from_values, values_of
from analysis.sources.journal_writer import JournalWriter
from analysis.sources.proxied import Proxied
from reports import ReportError, to_terminal

logger = logging.getLogger("cors_audit")

CAPTURE = "live"
MOST_REASONS = 100
"""Reasons told apart why a flow was not judged."""


class CorsAudit:
    """Records the CORS side of everything you browse, and says what the browser blocked.

    While scripts may rewrite flows, they are heard from two other places in mitmproxy's chain of
    addons (`chain`). Passive: it sends nothing, changes no message, and reads no bodies. Findings
    appear as log lines; the report is written when mitmproxy ends.
    """

    name = "cors_audit"

    def __init__(self) -> None:
        # mitmproxy copies an option's value each time it is asked for it, so they are kept.
        self._options = {name: option.default for name, option in settings.OPTIONS.items()}
        self._scope: flowfilter.TFilter | None = None
        self._journal: JournalWriter | None = None
        self._running = False
        self._mishaps = Mishaps()
        self._take_view_back: Callable[[], object] | None = None
        self._watched = False
        """Are marks looked at, or saved, as soon as a flow has ended?"""
        self._inbox = Inbox(self._judge, self._mishaps)
        self._first = chain.First(self._options, self._mishaps)
        self._last = chain.Last(self._listen)
        self.response: chain.Hear | None = self._listen
        """Hooks for a complete answer, and for none. None: they are heard in the last place."""
        self.error: chain.Hear | None = self._listen
        self._start()

    def _start(self) -> None:
        """Begin an empty session."""
        redact = bool(self._options["cors_redact"])
        self._auditor = Auditor(Door(os.urandom(16), redact))
        self._aside = Door(redact=redact)
        """For what has nothing to do with CORS and goes to the journal alone."""
        self._teller = Teller(self._auditor, self._options)
        self._explanations = Explanations()
        self._untrusted = Untrusted()
        self._skipped: Counter[tuple[str, str]] = Counter()
        self._flows = 0
        self._span = Span()
        self._reported = False

    # mitmproxy's hooks

    def load(self, loader: Loader) -> None:
        """Declare the options; refuse to start on a mistake in them."""
        for name, option in settings.OPTIONS.items():
            choices = option.choices
            loader.add_option(name, option.type, option.default, option.help, choices)
        for mistake in settings.swallowed(getattr(ctx.options, "deferred", {})):
            logger.error("cors_audit: %s", eventlog.plain(mistake))
        self._try("the content view cannot be offered", self._offer_view)

    def configure(self, updated: set[str]) -> None:
        """Take over changed options. Before the proxy runs, a mistake stops the start."""
        try:
            self._configure(updated)
        except exceptions.OptionsError as mistake:
            if self._running:
                raise  # shown to the person who set it, and rolled back
            logger.error("cors_audit: %s", eventlog.plain(str(mistake)))
        except Exception as error:
            self._mishaps.note("the options could not be taken over", error)

    def _configure(self, updated: set[str]) -> None:
        if updated & settings.OPTIONS.keys():
            self._catch_up()  # what was heard before goes by what was set before
        for name in updated & settings.OPTIONS.keys():
            value = getattr(ctx.options, name)
            settings.check(name, value)
            self._options[name] = value
        if self._running and updated & chain.WANTING:
            self._try("rewritten messages cannot be told", self._take_places)
        if "save_stream_file" in updated:
            self._try("it is not known who looks at marks", self._look_round)
        if "cors_scope" in updated:
            scope = self._options["cors_scope"]
            self._scope = flowfilter.parse(str(scope)) if scope else None
        if {"cors_session", "cors_redact"} & updated:
            redact = bool(self._options["cors_redact"])
            if self._options["cors_session"] and not redact:
                raise exceptions.OptionsError(
                    "cors_session: a journal is always redacted: leave out cors_redact=false"
                )
            self._auditor.door.redact = self._aside.redact = redact
        if {"cors_session", "cors_session_size"} & updated:
            self._open_journal(str(self._options["cors_session"]))

    def _open_journal(self, name: str) -> None:
        """Begin or go on with a journal, readable by its owner only; with no name, end it."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if not name:
            return
        megabytes = self._options["cors_session_size"]
        assert isinstance(megabytes, int)
        try:
            self._journal = JournalWriter(Path(name).expanduser(), megabytes * 2**20)
        except CaptureError as problem:
            raise exceptions.OptionsError(
                f"cors_session: {name}: {problem}: give another name"
            ) from problem
        except OSError as problem:
            raise exceptions.OptionsError(
                f"cors_session: cannot write {name}: {problem.strerror}"
            ) from problem

    def running(self) -> None:
        """Say that we are here."""
        self._running = True
        self._try("rewritten messages cannot be told", self._take_places)
        self._try("it is not known who looks at marks", self._look_round)
        self._try("it is not known what the mode hides", self._warn_of_mode)
        logger.info("CORS audit is listening. Findings appear here, the report at the end.")

    def tls_failed_client(self, data: TlsData) -> None:
        """A client does not trust the proxy: its requests will not be seen."""
        self._try("a failed handshake could not be counted", lambda: self._untrusted.note(data))

    def done(self) -> None:
        """Write the report and say what was found. May come twice; the second does nothing."""
        if self._reported:
            return
        self._reported = True
        self._catch_up()
        self._try("the journal could not be closed", lambda: self._open_journal(""))
        self._try("the addon could not be unloaded", self._leave_places)
        if self._take_view_back is not None:
            self._try("the content view could not be taken back", self._take_view_back)
        self._try("the report could not be made", self._end)
        self._try("the errors could not be counted", self._own_up)

    # Commands

    @command.command("cors.report")
    def report(self, path: str = "") -> None:
        """Write the report of the session so far, to PATH or to cors_report."""
        target = path or self._options["cors_report"] or settings.OPTIONS["cors_report"].default
        try:
            written = report_file.write(self._result(), str(target))
        except (ReportError, OSError) as problem:
            raise exceptions.CommandError(eventlog.plain(f"no report: {problem}")) from problem
        logger.log(ALERT, "CORS report: %s", eventlog.plain(written))

    @command.command("cors.findings")
    def findings(self) -> Sequence[str]:
        """List the findings so far, worst first."""
        found = [eventlog.line(finding) for finding in self._result().findings]
        return found or ["No findings so far."]  # the console cannot show an empty list

    @command.command("cors.explain")
    def explain(self, flow: Flow) -> Sequence[str]:
        """Say what the browser made of a flow, and why: `cors.explain @focus`."""
        return self._explain(flow.id)

    @command.command("cors.show")
    def show(self, rule: str) -> None:
        """Show only the flows in which a rule has found something, by its id."""
        self._catch_up()
        rules = self._teller.marks.rules
        if rule not in rules:
            those = f"; the rules that have: {', '.join(sorted(rules))}" if rules else ""
            raise exceptions.CommandError(
                eventlog.plain(f"{rule!r} has marked no flow in this session{those}")
            )
        if "view_filter" not in ctx.options:
            raise exceptions.CommandError("mitmdump has no list of flows to be filtered")
        ctx.options.update(view_filter=filter_for(rule))

    @command.command("cors.clear")
    def clear(self) -> None:
        """Forget everything heard so far and begin anew."""
        self._catch_up()
        self._start()
        logger.log(ALERT, "CORS audit: cleared.")

    # What it does

    def _try(self, what: str, do: Callable[[], object]) -> bool:
        """Do it; where that fails, note that `what`. Did it work?"""
        try:
            do()
        except Exception as error:
            self._mishaps.note(what, error)
            return False
        return True

    def _take_places(self) -> None:
        taken = chain.look_after(ctx.master.addons, ctx.options, self, self._first, self._last)
        self.response = self.error = None if taken else self._listen

    def _leave_places(self) -> None:
        chain.leave_places(ctx.master.addons, self._first, self._last)

    def _offer_view(self) -> None:
        self._take_view_back = verdict_view.install(self._explain)

    def _explain(self, flow_id: str) -> list[str]:
        self._catch_up()
        try:
            return self._explanations.lines(flow_id, self._auditor.live_finding)
        except Exception as error:
            self._mishaps.note("a flow could not be explained", error)
            return ["cors-audit could not explain this flow: an error of its own, see the log."]

    def _catch_up(self) -> None:
        self._try("flows that waited could not be judged", self._inbox.empty)

    def _warn_of_mode(self) -> None:
        keeps = "keep_host_header" in ctx.options and ctx.options.keep_host_header
        if settings.loses_host(ctx.options.mode, keeps):
            logger.warning(
                "CORS audit: in reverse mode mitmproxy replaces Host, so a page and its own server "
                "look like two origins. Start it with --set keep_host_header=true."
            )

    def _look_round(self) -> None:
        saved = "save_stream_file" in ctx.options and bool(ctx.options.save_stream_file)
        self._watched = saved or "view" in ctx.master.addons.lookup

    def _listen(self, flow: http.HTTPFlow) -> None:
        """All that is done about a flow while mitmproxy waits: as little as can be."""
        try:
            # In few functions, as each brings code into the processor's caches that it then uses
            # once: that takes longer than what the code does.
            first, came = self._first, None
            if first.asked or first.answered:
                came = first.came(flow.id)
            if self._scope is not None and not self._scope(flow):
                return
            asked, answer = flow.request.data, flow.response
            said = answer.data.headers.fields if answer is not None else ()
            matters = may_matter(asked.headers.fields, said)
            if matters or self._journal is not None:
                self._inbox.put(flow, (came, matters, flow.live, *values_of(flow)))
            else:
                ended = answer.data.timestamp_end if answer is not None else None
                if ended is None and flow.error is not None:
                    ended = flow.error.timestamp
                self._inbox.pass_by((flow.id, asked.timestamp_start, ended))
            if matters and self._watched:
                self._inbox.empty()
        except Exception as error:
            self._mishaps.note("a flow could not be heard", error)

    def _judge(self, waiting: Waiting) -> None:
        exchanges: dict[str, Exchange] = {}
        for noted in waiting.noted:
            try:
                now = from_values(noted[3:])
                if now.id not in exchanges:
                    exchange = self._hear(now, *noted[:3])
                    if exchange is not None:
                        exchanges[now.id] = exchange
            except Exception as error:
                self._not_judged(error)
        for flow_id, started, ended in waiting.passing:
            try:
                if flow_id not in exchanges and self._auditor.pass_over(flow_id):
                    self._count(believed(started), believed(ended))
            except Exception as error:
                self._not_judged(error)
        try:
            every = self._auditor.feed(exchanges.values(), self._not_judged)
        except Exception as error:
            self._not_judged(error)
            return
        for news in every:
            try:
                self._explanations.keep(news)
            except Exception as error:
                self._mishaps.note("a verdict could not be kept", error)
            try:
                self._teller.tell(waiting.flows, news)
            except Exception as error:
                self._mishaps.note("a finding could not be told", error)

    def _not_judged(self, error: Exception) -> None:
        self._mishaps.note("a flow could not be judged", error)

    def _hear(self, now: Proxied, came: Came | None, matters: bool, live: bool) -> Exchange | None:
        """The exchange of a flow, once: a replayed one that failed comes as a response and an
        error. None: there is nothing to judge."""
        if self._auditor.has_heard(now.id):
            return None
        altered = chain.altered(now, came) if live else None
        try:
            door = self._auditor.door if matters else self._aside
            exchange = now.exchange(door, CAPTURE, altered)
        except Unjudged as problem:
            self._skip(problem.what, str(problem))
            return None
        self._count(exchange.started, exchange.ended)
        if self._journal is not None:
            self._try("the journal could not be written", lambda: self._write_down(exchange))
        return exchange

    def _count(self, started: float | None, ended: float | None) -> None:
        self._flows += 1
        self._span.include(started, ended)

    def _skip(self, what: str, reason: str) -> None:
        if (what, reason) not in self._skipped and len(self._skipped) >= MOST_REASONS:
            reason = "various reasons"
        self._skipped[what, reason] += 1

    def _write_down(self, exchange: Exchange) -> None:
        assert self._journal is not None
        said = self._journal.write(exchange)
        if said is not None:
            logger.warning("cors_audit: %s", eventlog.plain(said))

    def _result(self) -> AuditResult:
        self._catch_up()
        capture = Capture(
            id=CAPTURE,
            name="live session",
            kind="live",
            flows=self._flows,
            first=self._span.first,
            last=self._span.last,
            complete=True,
            error=None,
            sha256=None,
        )
        result = self._auditor.result(capture)
        skipped = (
            Skipped(CAPTURE, what, reason, count)
            for (what, reason), count in sorted(self._skipped.items())
        )
        return replace(result, skipped=(*result.skipped, *skipped))

    def _end(self) -> None:
        if self._auditor.extent > ending.LONG:
            logger.log(ALERT, "%s", ending.announcement(self._auditor.extent))
        with ending.interruptible(self._auditor.interrupt):
            self._finish()

    def _finish(self) -> None:
        result = self._result()
        self._try("the end could not be summed up", lambda: self._sum_up(result))
        target = str(self._options["cors_report"])
        if target and result.exchanges:
            try:
                logger.log(ALERT, "Report: %s", eventlog.plain(report_file.write(result, target)))
            except ReportError as problem:
                logger.warning("cors_audit: no report: %s", eventlog.plain(str(problem)))

    def _sum_up(self, result: AuditResult) -> None:
        for text in to_terminal.summary_lines(result):
            logger.log(ALERT, "%s", eventlog.plain(text))
        said = self._untrusted.summary()
        if said is not None:
            logger.log(ALERT, "%s", eventlog.plain(said))

    def _own_up(self) -> None:
        for line in self._mishaps.summary():
            logger.warning("%s", line)
