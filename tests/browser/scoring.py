"""Compare the engine's verdicts on a recording with what the browser really did."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitmproxy.http import HTTPFlow

from .case import CORS, NON_BROWSER
from .joining import read_flows, wire_method
from .known_differences import KNOWN
from .lab import RECORDING, TRUTH

if TYPE_CHECKING:
    from analysis.engine import Auditor

QUERY_VALUE = re.compile(r"\b(case|step)=\w+")
DECIDED = ("allowed", "blocked")
PASSED_FIRST = ("allowed", "indeterminate", "not-applicable", "blocked")
SHOWN_HEADERS = re.compile(
    r"origin|access-control-.*|sec-fetch-.*|cookie|authorization|content-type|vary|location"
    r"|if-none-match|referer|user-agent"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Disagreement:
    """One exchange on which engine and browser differ."""

    what: str
    """`wrong way`, `undecided`, `false alarm`, `reason`, `assumed reason`, `message`, `pair`,
    `credentials`, `withheld`."""
    truth: Row
    engine: Row | None
    expected: object
    got: object

    @property
    def known(self) -> str | None:
        """The written reason, if this difference is known."""
        return KNOWN.get((self.truth["browser"], self.truth["name"], self.what))


@dataclass
class Score:
    """The scoreboard of one browser."""

    browser: str
    version: str
    cases: int
    counts: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    def judge(
        self, what: str, truth: Row, engine: Row | None, expected: object, got: object, right: bool
    ) -> None:
        """Count one comparison."""
        self.counts[f"{what} compared"] += 1
        if right:
            self.counts[f"{what} right"] += 1
        else:
            self.disagreements.append(Disagreement(what, truth, engine, expected, got))

    def of_kind(self, what: str, known: bool = False) -> list[Disagreement]:
        """Disagreements of one kind; those with a written reason only on request."""
        return [d for d in self.disagreements if d.what == what and (known or not d.known)]


def score_folder(folder: Path) -> Score:
    """Audit a recording and compare."""
    from analysis.offline import hear

    truth: list[Row] = json.loads((folder / TRUTH).read_text())
    auditor = hear([str(folder / RECORDING)])
    exchanges = {row["flow_id"]: row for row in auditor.result().to_dict()["exchanges"]}
    board = score(truth, exchanges)
    score_withheld(board, auditor, {r["flow_id"]: r for r in truth if r["flow_id"]})
    return board


def score_withheld(board: Score, auditor: Auditor, truth: dict[str, Row]) -> None:
    """Loads without CORS whose answer was kept from the page. Only Chromium gives a reason; in
    the others the load must at least have failed."""
    from analysis.fetch.classify import Role
    from analysis.fetch.withheld import withheld

    for seen in auditor.judged():
        exchange, node = seen.exchange, seen.node
        record = truth.get(exchange.id)
        if node.role is not Role.NO_CORS or record is None or exchange.lost is not None:
            continue
        page = node.page or ""
        embedder = node.client.embedder_policy(page, exchange.started)
        found = withheld(exchange, node.page, embedder, node.browser)
        if board.browser == "chromium":
            said = any("BLOCKED_BY" in note for note in record["notes"])
            board.judge("withheld", record, None, said, found, said is (found is not None))
        elif found is not None and found.sure:
            outcome = record["page_outcome"]
            board.judge("withheld", record, None, "error", outcome, outcome != "load")


def score(truth: list[Row], exchanges: dict[str, Row]) -> Score:
    """Compare record by record."""
    first = truth[0] if truth else {"browser": "none", "version": ""}
    board = Score(first["browser"], first["version"], len({r["name"] for r in truth}))
    truth = with_twins_dealt_out(truth, exchanges)
    preflights = {r["preflight_of"]: r["flow_id"] for r in truth if r["preflight_of"]}
    for record in truth:
        if record["flow_id"] is None:
            board.counts["not on the wire"] += 1
            continue
        engine = exchanges.get(record["flow_id"])
        verdict = engine["verdict"] if engine else "not-applicable"
        control = record["kind"] != CORS and record["blocked"] is False
        if control or record["kind"] == NON_BROWSER:
            score_control(board, record, engine, verdict)
        elif record["blocked"] is None:
            board.counts["browser undecided"] += 1
        else:
            score_cors(board, record, engine, verdict, preflights.get(record["flow_id"]))
    return board


def with_twins_dealt_out(truth: list[Row], exchanges: dict[str, Row]) -> list[Row]:
    """The truth, with preflights that are one another's twins joined anew to their flows.

    Preflights of calls made at the same moment may be equal in every byte, and so are their
    answers. Neither the order in which they arrive nor the connection tells which of them the
    browser means, so only how many passed is compared, not which.
    """
    twins: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for record in truth:
        if record["role"] == "preflight" and record["flow_id"] and "concurrent" in record["tags"]:
            twins[record["case"], record["step"], record["url"], record["method"]].append(record)
    flow_of = {}
    for records in twins.values():
        flows = sorted(
            (record["flow_id"] for record in records),
            key=lambda flow: PASSED_FIRST.index(exchanges[flow]["verdict"]),
        )
        passed_first = sorted(records, key=lambda record: bool(record["blocked"]))
        flow_of.update({id(r): flow for r, flow in zip(passed_first, flows, strict=True)})
    return [{**r, "flow_id": flow_of.get(id(r), r["flow_id"])} for r in truth]


def score_control(board: Score, record: Row, engine: Row | None, verdict: str) -> None:
    """No CORS check ran, so nothing may be called blocked."""
    board.judge("false alarm", record, engine, "not blocked", verdict, verdict != "blocked")
    if verdict in ("allowed", "indeterminate"):
        board.counts[f"controls called {verdict}"] += 1


def score_cors(
    board: Score, record: Row, engine: Row | None, verdict: str, preflight: str | None
) -> None:
    """Verdict, then reason, message, partner and credentials."""
    expected = "blocked" if record["blocked"] else "allowed"
    board.counts["judged by the browser"] += 1
    if verdict == "not-applicable" and engine and engine["lost"]:
        board.counts["answers lost"] += 1  # the browser judged the proxy's error page
        return
    if verdict not in DECIDED or engine is None:
        board.judge("undecided", record, engine, expected, verdict, False)
        return
    board.judge("wrong way", record, engine, expected, verdict, verdict == expected)
    if verdict == expected == "blocked":
        score_reason(board, record, engine)
    if record["role"] != "preflight":
        partner = preflight or ("cache" if record["served_by"] == "cache" else None)
        got = engine["preflight"]
        # Concurrent preflights of one URL are the same bytes: any of them will do.
        alike = record["name"].startswith("concurrent/") and None not in (got, partner)
        board.judge("pair", record, engine, partner, got, got == partner or alike)
    asked = record["credentials_mode"]
    if engine["credentials"] == "unknown" or asked == "unknown":
        board.counts["credentials unknown"] += 1
    else:
        got = engine["credentials"]
        board.judge("credentials", record, engine, asked, got, got == asked)


def score_reason(board: Score, record: Row, engine: Row) -> None:
    """The browser's own code and its own sentence; WebKit's sentence is all it has."""
    browser, sentence, reasons = record["browser"], record["message"], engine["reasons"]
    expected = QUERY_VALUE.sub(r"\1=…", sentence) if sentence is not None else None
    code, got = {
        "chromium": (record["chromium_code"], engine["reason"]),
        "firefox": (record["firefox_key"], reasons["firefox"]),
        "webkit": (expected, reasons["webkit"]),
    }[browser]
    if browser == "webkit" and expected is None:
        return  # only the page knows of it
    # Which of two reasons comes first may hang on a mode that the wire hides: the engine then
    # says what it assumed, and is counted apart.
    what = "assumed reason" if engine["assuming"] else "reason"
    board.judge(what, record, engine, code, got, got == code)
    if sentence is not None and browser != "webkit":
        printed = engine["message"] if browser == "chromium" else engine["message_firefox"]
        board.judge("message", record, engine, expected, printed, printed == expected)


def evidence(folder: Path) -> dict[str, list[str]]:
    """The telling lines of every flow, for the reader of a disagreement."""
    return {flow.id: describe(flow) for flow in read_flows(folder / RECORDING)}


def describe(flow: HTTPFlow) -> list[str]:
    """Request line, status, and the headers that CORS is about."""
    lines = [f"{wire_method(flow)} {flow.request.url}"]
    lines += [f"  > {name}: {value}" for name, value in shown(flow.request.headers)]
    if flow.response:
        lines.append(f"  {flow.response.status_code}")
        lines += [f"  < {name}: {value}" for name, value in shown(flow.response.headers)]
    if flow.error:
        lines.append(f"  error: {flow.error.msg}")
    return lines


def shown(headers: Any) -> list[tuple[str, str]]:
    """Header lines worth printing, each as it stood on the wire."""
    return [
        (name, value[:120])
        for name, value in headers.items(multi=True)
        if SHOWN_HEADERS.fullmatch(name.lower())
    ]
