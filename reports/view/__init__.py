"""The page model: exactly what the HTML page prints, as plain frozen data.

Order, grouping, counts, anchors and sentences are made here; the templates only print.
Every captured string in the model has been through `reports.escape`.
"""

from __future__ import annotations

from typing import Any

from analysis.frozen import frozen
from analysis.result import AuditResult

from .. import verdict, words
from ..course import course
from ..story import Book
from . import (
    about,
    anchors,
    apis,
    cards,
    choice,
    copies,
    cost,
    matrix,
    programs,
    recordings,
    summary,
    timeline,
    waterfall,
)

__all__ = ["ROOM", "Badge", "Page", "Place", "page"]


ROOM = 1_000_000
"""Characters of all cards and of the texts behind their buttons, to begin with."""


@frozen
class Place:
    """A link of the side list; `count` may be empty."""

    id: str
    name: str
    count: str


@frozen
class Badge:
    """May this file be shared?"""

    tone: str
    text: str


@frozen
class Page:
    """Everything on the page."""

    source: str
    badge: Badge
    places: tuple[Place, ...]
    facts: tuple[str, ...]
    summary: summary.Summary
    findings: cards.Findings
    apis: apis.Apis
    matrix: matrix.Matrix
    recordings: recordings.Recordings | None
    """None: there is one recording only."""
    timeline: timeline.Timeline
    moments: tuple[waterfall.Moment, ...]
    cost: cost.Cost
    about: about.About
    data: dict[str, Any]
    """For scripts: texts of the copy buttons, and the findings for programs."""


def page(result: AuditResult, room: int = ROOM) -> Page:
    """The page model of a result.

    Args:
        room: characters that the cards may take, about.
    """
    book = Book(result)
    names = anchors.anchors(book.open)
    chosen = choice.choose(book, room)
    listed = [*chosen.cards, *(each for rows in chosen.alike.values() for each in rows)]
    places = {finding.key: names[finding.key] for finding in listed}
    over = course(book)
    told = programs.groups(result.findings)
    times = timeline.timeline(book)
    return Page(
        source=verdict.source(result),
        badge=_badge(result),
        places=_places(result, bool(over), bool(times.lanes)),
        facts=tuple(fact for fact in _facts(book) if fact),
        summary=summary.summary(book, names, over),
        findings=cards.findings(book, names, chosen, over),
        apis=apis.apis(book),
        matrix=matrix.matrix(book),
        recordings=recordings.recordings(over, places) if over else None,
        timeline=times,
        moments=waterfall.moments(book),
        cost=cost.cost(book),
        about=about.about(book),
        data={
            "format": "cors-audit/findings",
            "format_version": 1,
            "session": _session(book),
            "findings": told,
            "left_out": len(result.findings) - sum(len(group["each"]) for group in told),
            "copies": {
                names[finding.key]: copies.copies(book, finding) for finding in chosen.cards
            },
        },
    )


def _session(book: Book) -> dict[str, Any]:
    """What a comparison says about this side."""
    first, _ = verdict.span(book.result)
    return {
        "first": first if words.moment(first) else None,
        "calls": book.calls,
        "preflights": book.result.totals.preflights,
        "redacted": book.result.redacted,
    }


def _badge(result: AuditResult) -> Badge:
    if not result.redacted:
        return Badge("broken", "Not redacted: do not share")
    removed = words.count(result.totals.redacted_values, "value")
    return Badge("fine", f"Redacted: {removed} removed")


def _places(result: AuditResult, several: bool, timed: bool) -> tuple[Place, ...]:
    made = [
        Place("summary", "Summary", ""),
        Place("findings", "Findings", str(len(result.findings))),
    ]
    if result.policies:
        made += [
            Place("apis", "APIs", str(len(result.policies))),
            Place("matrix", "Who calls what", ""),
        ]
    if several:
        made.append(Place("recordings", "Recordings", str(len(result.captures))))
    if timed:
        made.append(Place("timeline", "Timeline", ""))
    if result.policies:
        made.append(Place("cost", "Preflight cost", ""))
    return (*made, Place("about", "About", ""))


def _facts(book: Book) -> tuple[str, ...]:
    totals = book.result.totals
    first, last = verdict.span(book.result)
    length = words.duration(last - first) if first is not None and last is not None else ""
    cross = totals.cors + totals.preflights
    requests = words.count(totals.flows, "request")
    return (
        words.period(first, last),
        f"recorded for {length}" if length else "",
        verdict.browsers(book),
        f"{requests}, {words.grouped(cross)} cross-origin",
    )
