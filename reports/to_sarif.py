"""SARIF 2.1.0 (OASIS), for code scanning and for programs that collect findings of many tools.

A finding of ours lies in traffic and not in a line of source, while consumers show nothing
without a file and a line: the file is the recording, the line its first, and the endpoint
stands in the message, in `logicalLocations` and in `webRequest`.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from analysis import plain
from analysis.finding import Evidence, Finding
from analysis.result import AuditResult, Capture, ExchangeRow, HeaderRow

from . import story, words
from .escape import clip, visible, visible_lines
from .sarif_rules import LEVELS, Object, cards, rule, taxonomy, text, unlinked, weaknesses_of
from .story import Book

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
VERSION = "2.1.0"
MOST_RESULTS = 5000
"""GitHub shows no more of a run, and takes a file of 10 MB, compressed."""
MOST_HEADERS = 60
MOST_CODE = 6000
FINGERPRINT = "corsAuditFinding/v1"
LINE_HASH = "primaryLocationLineHash"
"""The only fingerprint that GitHub reads."""
REMOVED = "[removed]"
FIRST_LINE = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}


def render(result: AuditResult) -> str:
    """The SARIF text, in ASCII."""
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [_run(result)]}
    return plain.text(log) + "\n"


def _run(result: AuditResult) -> Object:
    book = Book(result)
    shown = result.findings[:MOST_RESULTS]
    weaknesses = weaknesses_of(result)
    rules = [rule(card, result.findings, weaknesses) for card in cards(result)]
    places = _Places(result.captures)
    index = {each["id"]: number for number, each in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": visible(result.tool.name),
                "version": visible(result.tool.version),
                "rules": rules,
                "supportedTaxonomies": [{"name": "CWE", "index": 0}],
            }
        },
        "automationDetails": {"id": "cors-audit/"},
        "columnKind": "unicodeCodePoints",
        "redactionTokens": [REMOVED],
        "invocations": [_invocation(result)],
        "artifacts": places.artifacts,
        "taxonomies": [taxonomy(weaknesses)],
        "results": [_result(book, finding, index, places) for finding in shown],
        "properties": {"redacted": result.redacted, "totals": plain.plain(result.totals)},
    }


class _Places:
    """The recordings as artifacts, and where in them something lies."""

    def __init__(self, captures: Iterable[Capture]) -> None:
        self.artifacts: list[Object] = []
        self._index: dict[str, int] = {}
        for capture in captures:
            made: Object = {
                "location": {"uri": _file(capture.name)},
                "roles": ["analysisTarget"],
            }
            if capture.sha256:
                made["hashes"] = {"sha-256": visible(capture.sha256)}
            if made not in self.artifacts:
                self.artifacts.append(made)
            self._index[capture.id] = self.artifacts.index(made)
        if not self.artifacts:
            self.artifacts.append({"location": {"uri": "recording"}, "roles": ["analysisTarget"]})

    def physical(self, capture: str | None) -> Object:
        """The first line of a recording, by its id."""
        index = self._index.get(capture or "", 0)
        uri = self.artifacts[index]["location"]["uri"]
        return {"artifactLocation": {"uri": uri, "index": index}, "region": FIRST_LINE}


def _file(name: str) -> str:
    return quote(name[:200], safe="", errors="surrogatepass") or "recording"


def _result(book: Book, finding: Finding, rules: dict[str, int], places: _Places) -> Object:
    examples = book.examples(finding)
    row = examples[0] if examples else None
    made: Object = {
        "ruleId": clip(finding.rule, 255),
        "ruleIndex": rules[clip(finding.rule, 255)],
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": places.physical(row.capture if row else None),
                "logicalLocations": [
                    {"fullyQualifiedName": name, "kind": "resource"} for name in _endpoints(finding)
                ],
            }
        ],
        "partialFingerprints": {
            FINGERPRINT: visible(finding.key),
            LINE_HASH: f"{visible(finding.key)}:1",
        },
        "occurrenceCount": max(1, finding.count),
        "relatedLocations": [
            _related(number, each, book, places) for number, each in enumerate(finding.evidence, 1)
        ],
        "properties": _properties(finding),
    }
    if row is not None:
        made["webRequest"] = {
            "method": visible(row.method),
            "target": visible(row.url),
            "headers": _headers(row.request_headers),
        }
        made["webResponse"] = _response(row)
    if finding.ignored is not None:
        made["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": text(finding.ignored.reason),
            }
        ]
    return made


def _message(finding: Finding) -> str:
    """Title, place, what happened, what to do. Consumers show the first sentence as the title."""
    parts = (
        text(story.may(finding) + finding.title),
        unlinked(story.route(finding)),
        text(finding.message),
        text(finding.remedy),
    )
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _endpoints(finding: Finding) -> list[str]:
    api = clip(finding.api)
    return [f"{clip(e.method, 40)} {api}{clip(e.path_template)}" for e in finding.endpoints] or [
        api
    ]


def _related(number: int, each: Evidence, book: Book, places: _Places) -> Object:
    row = book.exchanges.get(each.flow_id)
    value = f": {clip(each.value)}" if each.value is not None else ""
    where = f"{visible(each.place)} {clip(each.header or '', 80)}{value}".strip()
    made: Object = {
        "id": number,
        "physicalLocation": places.physical(row.capture if row else None),
        "message": {"text": unlinked(f"{where} ({clip(each.note)})")},
    }
    if row is not None:
        made["logicalLocations"] = [
            {"fullyQualifiedName": f"{visible(row.method)} {clip(row.url)}", "kind": "resource"}
        ]
    return made


def _properties(finding: Finding) -> Object:
    """What SARIF has no field for."""
    fix = story.best_fix(finding)
    made: Object = {
        "kind": finding.kind,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "confidenceWhy": text(finding.confidence_why),
        "api": clip(finding.api),
        "pages": [clip(page) for page in finding.pages],
        "expected": [
            {
                "header": clip(want.header, 80),
                "got": None if want.got is None else clip(want.got),
                "needed": clip(want.needed),
            }
            for want in finding.expected
        ],
        "explains": [visible(each.key) for each in finding.explains],
    }
    if fix is not None:
        made["fix"] = {
            "stack": text(fix.stack),
            "where": visible(fix.where),
            "note": text(fix.note),
            "code": visible_lines(fix.code, MOST_CODE),
        }
    return made


def _response(row: ExchangeRow) -> Object:
    if row.status is None:
        return {"noResponseReceived": True}
    return {"statusCode": row.status, "headers": _headers(row.response_headers)}


def _headers(lines: Iterable[HeaderRow]) -> dict[str, str]:
    """Names as sent; lines of one name are joined as Fetch joins them."""
    made: dict[str, str] = {}
    for line in list(lines)[:MOST_HEADERS]:
        name = clip(line.name, 80)
        value = REMOVED if line.value is None else clip(line.value)
        made[name] = f"{made[name]}, {value}" if name in made else value
    return made


def _invocation(result: AuditResult) -> Object:
    notes: list[Object] = [
        _notification("error", f"{clip(each.name)}: {text(each.error)}", "incomplete")
        for each in result.captures
        if each.error
    ]
    notes += [
        _notification(
            "warning",
            f"not judged, {words.grouped(each.count)} × {clip(each.what, 80)}: {text(each.reason)}",
            "not-judged",
        )
        for each in result.skipped
    ]
    if len(result.findings) > MOST_RESULTS:
        left = words.count(len(result.findings) - MOST_RESULTS, "more finding")
        notes.append(_notification("warning", f"{left}: in the JSON", "left-out"))
    notes += [
        _notification("note", text(spot.message), clip(spot.id, 80)) for spot in result.blind_spots
    ]
    complete = all(capture.complete for capture in result.captures)
    return {"executionSuccessful": complete, "toolExecutionNotifications": notes}


def _notification(level: str, told: str, id: str) -> Object:
    return {"level": level, "message": {"text": unlinked(told)}, "descriptor": {"id": id}}
