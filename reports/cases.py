"""What was called from where, with the findings that are about it: the cases of a test report.

A case is an endpoint and a page. The result holds exchanges and findings apart, so they are
brought together here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.finding import Finding, Kind
from analysis.result import ExchangeRow

from .story import Book

JUDGED = ("cors", "preflight")
"""Roles of exchanges that make a case."""
UNKNOWN_PAGE = "a page not known"
UNKNOWN_METHOD = "a preflight, its call not recorded, of"

Place = tuple[str, str, str, str]
"""API, method, path shape and page of a case."""


@dataclass(slots=True)
class Case:
    """What was seen at one endpoint from one page, and what is said of it."""

    rows: list[ExchangeRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def rows_with(self, verdict: str) -> list[ExchangeRow]:
        """The exchanges that were judged so."""
        return [row for row in self.rows if row.verdict == verdict]


def gather(book: Book) -> dict[Place, Case]:
    """Every place that was called, and every other that a finding is about."""
    cases: dict[Place, Case] = {}
    served = {row.preflight: row for row in book.result.exchanges if row.preflight}
    for row in book.result.exchanges:
        if row.role in JUDGED:
            method = _method(row, served.get(row.flow_id)) or UNKNOWN_METHOD
            place = (row.api, method, row.path_template, row.page or UNKNOWN_PAGE)
            cases.setdefault(place, Case()).rows.append(row)
    _bring_home(book, cases)
    for finding in book.result.findings:
        for place in _places(finding, cases):
            cases.setdefault(place, Case()).findings.append(finding)
    _blame(book, cases)
    return cases


def _method(row: ExchangeRow, call: ExchangeRow | None) -> str | None:
    """The method of the call; for a preflight whose call is not here, that which it asked for."""
    if row.role != "preflight":
        return row.method
    if call is not None:
        return call.method
    asked = (
        header.value
        for header in row.request_headers
        if header.name.lower() == "access-control-request-method"
    )
    return next((value for value in asked if value), None)


def _bring_home(book: Book, cases: dict[Place, Case]) -> None:
    """Preflights whose method the result does not hold belong to what was called there."""
    called: dict[tuple[str, str, str], str] = {}
    for finding in book.result.findings:
        for api, method, path, page in _everywhere(finding):
            called.setdefault((api, path, page), method)
    for api, method, path, page in sorted(cases):
        if method != UNKNOWN_METHOD:
            called.setdefault((api, path, page), method)
    for place in [place for place in cases if place[1] == UNKNOWN_METHOD]:
        api, _, path, page = place
        if method := called.get((api, path, page), ""):
            home = cases.setdefault((api, method, path, page), Case())
            home.rows += cases.pop(place).rows


def _blame(book: Book, cases: dict[Place, Case]) -> None:
    """Blocked calls elsewhere, after a redirect: the finding is the one that points at them."""
    pointing = {
        each.flow_id: finding
        for finding in reversed(book.result.findings)
        if finding.kind is Kind.BROKEN
        for each in finding.evidence
    }
    for case in cases.values():
        if not case.findings:
            flows = [
                flow
                for row in case.rows_with("blocked")
                for flow in (row.flow_id, row.redirected_from)
                if flow in pointing
            ]
            case.findings += [pointing[flow] for flow in flows[:1]]


def _everywhere(finding: Finding) -> list[Place]:
    return [
        (finding.api, endpoint.method, endpoint.path_template, page)
        for endpoint in finding.endpoints
        for page in finding.pages or (UNKNOWN_PAGE,)
    ]


def _places(finding: Finding, cases: dict[Place, Case]) -> list[Place]:
    """The cases that a finding is about: of a broken one, those with a blocked call."""
    places = _everywhere(finding)
    seen = [place for place in places if place in cases]
    if finding.kind is Kind.BROKEN:
        seen = [place for place in seen if cases[place].rows_with("blocked")] or seen
    return seen or places
