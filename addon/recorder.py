"""The addon: every flow, once, through the auditor; findings live, the report at the end."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mitmproxy import command, ctx, exceptions, flowfilter, hooks, http
from mitmproxy.addonmanager import Loader
from mitmproxy.log import ALERT
from mitmproxy.tls import TlsData

from addon import eventlog, settings
from analysis.engine import Auditor, Heard
from analysis.exchange import Span
from analysis.finding import Finding, Kind, Severity
from analysis.redact import Door
from analysis.result import AuditResult, Capture, Skipped
from analysis.sources.base import CaptureError
from analysis.sources.flow import exchange_of
from analysis.sources.journal_writer import JournalWriter
from reports import ReportError, to_terminal, write

logger = logging.getLogger("cors_audit")

CAPTURE = "live"
MARKS = {Kind.BROKEN: ":red_circle:", Kind.DANGEROUS: ":warning:"}


class CorsAudit:
    """Records the CORS side of everything you browse, and says what the browser blocked.

    Passive: it sends nothing, changes no message, and reads no bodies. Findings appear as
    log lines; the report is written when mitmproxy ends.
    """

    name = "cors_audit"

    def __init__(self) -> None:
        self._scope: flowfilter.TFilter | None = None
        self._journal: JournalWriter | None = None
        self._running = False
        self._start()

    def _start(self) -> None:
        """Begin an empty session."""
        self._auditor = Auditor(Door(os.urandom(16)))
        self._throttle = eventlog.Throttle()
        self._found: set[str] = set()
        self._untrusted: Counter[str] = Counter()
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
            logger.error("cors_audit: %s", eventlog.ascii_only(mistake))

    def configure(self, updated: set[str]) -> None:
        """Take over changed options. Before the proxy runs, a mistake stops the start."""
        try:
            self._configure(updated)
        except exceptions.OptionsError as mistake:
            if self._running:
                raise  # shown to the person who set it, and rolled back
            logger.error("cors_audit: %s", eventlog.ascii_only(str(mistake)))

    def _configure(self, updated: set[str]) -> None:
        for name in updated & settings.OPTIONS.keys():
            settings.check(name, getattr(ctx.options, name))
        if "cors_scope" in updated:
            scope = self._option("cors_scope")
            self._scope = flowfilter.parse(scope) if scope else None
        if {"cors_session", "cors_redact"} & updated:
            if self._option("cors_session") and not self._option("cors_redact"):
                raise exceptions.OptionsError(
                    "cors_session: a journal is always redacted: leave out cors_redact=false"
                )
            self._auditor.door.redact = self._option("cors_redact")
        if {"cors_session", "cors_session_size"} & updated:
            self._open_journal(self._option("cors_session"))

    def _open_journal(self, name: str) -> None:
        """Begin or go on with a journal, readable by its owner only; with no name, end it."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if not name:
            return
        size = self._option("cors_session_size") * 2**20
        try:
            self._journal = JournalWriter(
                Path(name).expanduser(), size, redacted=self._option("cors_redact")
            )
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
        logger.info("CORS audit is listening. Findings appear here, the report at the end.")

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream event streams, if asked to."""
        if flow.live and flow.response and self._option("cors_stream_sse"):
            kind = flow.response.headers.get("content-type", "")
            if kind.startswith("text/event-stream"):
                flow.response.stream = True

    def response(self, flow: http.HTTPFlow) -> None:
        """An answer is complete."""
        self._hear(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """There will be no complete answer."""
        self._hear(flow)

    def tls_failed_client(self, data: TlsData) -> None:
        """A client does not trust the proxy: its requests will not be seen."""
        host = data.conn.sni or str((data.context.server.address or ("?",))[0])
        self._untrusted[host] += 1

    def done(self) -> None:
        """Write the report and say what was found. May come twice; the second does nothing."""
        if self._reported:
            return
        self._reported = True
        self._open_journal("")
        try:
            self._finish()
        except ReportError as problem:
            logger.error("cors_audit: the report could not be made: %s", problem)
        except Exception as problem:
            logger.error("cors_audit: the report could not be made: %s", eventlog.trace(problem))

    # Commands

    @command.command("cors.report")
    def report(self, path: str = "") -> None:
        """Write the report of the session so far, to PATH or to cors_report."""
        target = path or self._option("cors_report") or settings.OPTIONS["cors_report"].default
        written = self._write(self._result(), str(target))
        logger.log(ALERT, "CORS report: %s", written)

    @command.command("cors.findings")
    def findings(self) -> Sequence[str]:
        """List the findings so far, worst first."""
        return [eventlog.line(finding) for finding in self._result().findings]

    @command.command("cors.show")
    def show(self, rule: str) -> None:
        """Show only the flows that a rule has found, by its id."""
        if rule not in self._found:
            raise exceptions.CommandError(f"no findings of {rule!r} in this session")
        ctx.master.commands.call("set", "view_filter", f"~comment {rule}")

    @command.command("cors.clear")
    def clear(self) -> None:
        """Forget everything heard so far and begin anew."""
        self._start()
        self._auditor.door.redact = self._option("cors_redact")
        logger.log(ALERT, "CORS audit: cleared.")

    # What it does

    def _option(self, name: str) -> Any:
        """An option's value; its default where mitmproxy has not loaded us properly."""
        return getattr(ctx.options, name, settings.OPTIONS[name].default)

    def _hear(self, heard: http.HTTPFlow) -> None:
        """Judge one flow. An error of ours is logged and never reaches the traffic."""
        try:
            if self._auditor.has_heard(heard.id):
                return  # a replayed flow that failed comes as a response and as an error
            if self._scope is not None and not self._scope(heard):
                return
            try:
                exchange = exchange_of(heard, self._auditor.door, CAPTURE)
            except ValueError as problem:
                what = "request with an unreadable URL"
                self._auditor.skip(Skipped(CAPTURE, what, str(problem), 1))
                return
            self._flows += 1
            self._span.include(exchange.started, exchange.ended)
            if self._journal is not None:
                said = self._journal.write(exchange)
                if said is not None:
                    logger.warning("cors_audit: %s", eventlog.ascii_only(said))
            news = self._auditor.feed(exchange)
            self._tell(heard, news)
        except Exception as problem:
            logger.error("cors_audit: this flow could not be judged: %s", eventlog.trace(problem))

    def _tell(self, heard: http.HTTPFlow, news: Heard) -> None:
        if self._option("cors_live") != "off":
            for seen in news.settled:
                if seen.blocked:
                    logger.info("%s", eventlog.settled(seen))
        new = [self._auditor.live_finding(key) for key in news.new]
        again = [self._auditor.live_finding(key) for key in news.again]
        self._found.update(finding.rule for finding in new + again)
        live = self._option("cors_live")
        for finding in new + (again if live == "all" else []):
            self._log(finding, eventlog.line(finding))
        for finding in again:
            if live == "first" and finding.count in eventlog.REPEATS:
                self._log(finding, eventlog.repeat(finding))
        if (new or again) and self._option("cors_mark"):
            self._mark(heard, new + again)

    def _log(self, finding: Finding, text: str) -> None:
        least = Severity(self._option("cors_min_severity"))
        if self._option("cors_live") == "off" or finding.severity.rank > least.rank:
            return
        level = logging.WARNING if finding.kind in eventlog.LOUD else logging.INFO
        if not self._throttle.lets_through(time.monotonic()):
            return
        if self._throttle.held_back:
            logger.log(level, "%d more, see the report", self._throttle.held_back)
            self._throttle.held_back = 0
        logger.log(level, "%s", text)

    def _mark(self, heard: http.HTTPFlow, found: list[Finding]) -> None:
        """Set what a filter can find later (`~comment CORS`), unless a person was first."""
        worst = found[0]
        if not heard.marked and worst.kind in MARKS:
            heard.marked = MARKS[worst.kind]
        if not heard.comment:
            rules = ", ".join(finding.rule for finding in found)
            heard.comment = eventlog.ascii_only(f"CORS {rules}: {worst.title}")
        if not heard.live:
            return
        ctx.master.addons.trigger(hooks.UpdateHook([heard]))

    def _result(self) -> AuditResult:
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
        return self._auditor.result(capture)

    def _finish(self) -> None:
        result = self._result()
        for text in to_terminal.summary_lines(result):
            logger.log(ALERT, "%s", eventlog.ascii_only(text))
        if self._untrusted:
            count = sum(self._untrusted.values())
            hosts = ", ".join(host for host, _ in self._untrusted.most_common(3))
            logger.log(
                ALERT,
                "HTTPS failed for %d connections (%s): the browser does not trust mitmproxy's "
                "certificate, those requests were not audited.",
                count,
                eventlog.ascii_only(hosts),
            )
        target = self._option("cors_report")
        if target and result.exchanges:
            logger.log(ALERT, "Report: %s", eventlog.ascii_only(self._write(result, target)))

    def _write(self, result: AuditResult, target: str) -> str:
        """Write the report; where that fails, say so and use the temporary folder."""
        import reports

        path = Path(target).expanduser()
        if path.suffix == ".html" and not reports.available("html"):
            path = path.with_suffix(".json")
            logger.log(
                ALERT,
                "jinja2 is not installed here, so the report is JSON; make the page with: "
                "python -m reports %s --to html",
                path.name,
            )
        try:
            write.keep_existing(path)
            reports.save(result, path)
        except OSError as problem:
            fallback = Path(tempfile.mkdtemp(prefix="cors-audit-")) / path.name
            logger.warning(
                "cors_audit: cannot write %s (%s); using the temporary folder",
                path,
                problem.strerror,
            )
            reports.save(result, fallback)
            return str(fallback)
        return str(path)
