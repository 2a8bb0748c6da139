"""Summary and findings as Markdown, to paste into an issue or a job summary."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Finding, Kind
from analysis.result import AuditResult

from . import story, verdict, words
from .course import course, latest
from .escape import clip, markdown, markdown_code, visible_lines
from .story import Book
from .words import Rich

MOST_BYTES = 1_000_000
"""GitHub takes 1 MiB of job summary from a step, and drops all of a longer one."""
MOST_FINDINGS = 50
MOST_CODE = 6000
MOST_EXPLAINED = 12


def render(result: AuditResult) -> str:
    """The whole report; findings that find no room are counted."""
    book = Book(result)
    head = list(_head(book))
    if not book.calls and not result.totals.preflights:
        spots = _some([markdown(clip(spot.message, 400)) for spot in result.blind_spots])
        return "\n".join([*head, *spots]).rstrip() + "\n"
    head += [*_figures(book), *_table(book)]
    rest = list(_rest(book))
    findings: list[str] = []
    room = MOST_BYTES - _size(head) - _size(rest)
    shown = 0
    for finding in book.open[:MOST_FINDINGS]:
        part = list(_numbered(book, shown + 1, finding))
        room -= _size(part)
        if room < 0:
            break
        findings += part
        shown += 1
    if len(book.open) > shown:
        findings += [f"{len(book.open) - shown} more in the JSON.", ""]
    return "\n".join([*head, *findings, *rest]).rstrip() + "\n"


def issue(book: Book, finding: Finding) -> str:
    """One finding as the text of an issue."""
    title = _title(finding)
    return "\n".join([f"## {title}", "", *_told(book, finding)]).rstrip() + "\n"


def _size(lines: list[str]) -> int:
    """Bytes, line ends counted."""
    return sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in lines)


def _numbered(book: Book, number: int, finding: Finding) -> Iterator[str]:
    yield f"## {number}. {words.KIND_WORDS[finding.kind]}: {_title(finding)}"
    yield ""
    yield from _told(book, finding)


def _head(book: Book) -> Iterator[str]:
    result = book.result
    yield "# CORS audit"
    yield ""
    for line in verdict.lines(book):
        yield f"**{markdown(line.text)}**"
        yield ""
    facts = (verdict.source(result), words.period(*verdict.span(result)), verdict.browsers(book))
    yield " · ".join(markdown(fact) for fact in facts if fact)
    yield ""


def _figures(book: Book) -> Iterator[str]:
    result, totals = book.result, book.result.totals
    waited = words.duration(sum(policy.preflight_seconds for policy in result.policies))
    avoidable = sum(policy.avoidable_preflights for policy in result.policies)
    yield f"- {words.out_of(totals.blocked, book.calls, 'API call')} blocked by the browser"
    yield f"- {words.count(totals.preflights, 'preflight')}, {waited}, {avoidable} avoidable"
    fine = len(verdict.fine_apis(book))
    apis = words.out_of(fine, len(result.policies), "API")
    yield f"- {apis} {'needs' if fine == 1 else 'need'} no change"
    if totals.indeterminate:
        yield f"- {verdict.unclear(book)}"
    if over := course(book):
        yield f"- {markdown(latest(over))}"
    yield ""


def _table(book: Book) -> Iterator[str]:
    if not book.open:
        return
    yield "| kind | what happens | from → to | count | rule |"
    yield "|---|---|---|---:|---|"
    for finding in book.open[:MOST_FINDINGS]:
        title = _title(finding, table=True)
        route = f"{story.pages([finding])} → {words.host(finding.api)}"
        yield (
            f"| {words.KIND_WORDS[finding.kind]} | {title} | {markdown_code(route, table=True)} "
            f"| {finding.count} | {markdown_code(clip(finding.rule, 60), table=True)} |"
        )
    yield ""


def _told(book: Book, finding: Finding) -> Iterator[str]:
    route = f"{story.pages([finding])} → {words.host(finding.api)}"
    facts = (
        markdown_code(route),
        markdown(story.calls([finding])),
        markdown(story.tally(book, [finding])),
        f"rule {markdown_code(clip(finding.rule, 60))}",
    )
    yield " · ".join(fact for fact in facts if fact)
    yield ""
    yield _rich(words.rich(finding.message))
    yield ""
    if finding.kind is not Kind.BROKEN and finding.why_it_matters:
        yield _rich(words.rich(finding.why_it_matters))
        yield ""
    why = markdown(clip(finding.confidence_why, 200))
    yield f"Confidence: {finding.confidence.value}" + (f", {why}." if why else ".")
    yield ""
    for each in finding.explains[:MOST_EXPLAINED]:
        title = _rich(words.rich(each.title, 160))
        rule = markdown_code(clip(each.rule, 60))
        yield f"- the same cause: {title} ({each.count} ×, rule {rule})"
    if finding.explains:
        yield ""
    for row in book.examples(finding)[:1]:
        if row.message:
            yield from _block(clip(row.message, 900))
    for want in finding.expected:
        got = "absent" if want.got is None else markdown_code(clip(want.got))
        name = markdown_code(clip(want.header, 80))
        yield f"- {name}: {got}, needed {markdown_code(clip(want.needed))}"
    if finding.expected:
        yield ""
    fix = story.best_fix(finding)
    if fix:
        yield f"**Fix: {markdown(clip(fix.stack, 60))}**" + (
            f" {_rich(words.rich(fix.note))}" if fix.note else ""
        )
        yield ""
        if fix.code:
            yield from _block(visible_lines(fix.code.rstrip("\n"), MOST_CODE))


def _block(text: str) -> Iterator[str]:
    fence = "```"
    while fence in text:
        fence += "`"
    yield from (fence, text, fence, "")


def _rest(book: Book) -> Iterator[str]:
    result = book.result
    if book.ignored:
        yield "## Ignored"
        yield ""
        yield from _some([f"{_title(each)}: {_reason(each)}" for each in book.ignored])
        yield ""
    idle = words.idle(result)
    if idle:
        yield "## Ignored without effect"
        yield ""
        yield from _some([markdown(text) for text in idle])
        yield ""
    yield "## What this recording could not show"
    yield ""
    yield from _some([markdown(clip(spot.message, 400)) for spot in result.blind_spots])
    yield from _some(
        [
            f"not judged, {words.grouped(each.count)} × {markdown(clip(each.what, 80))}: "
            f"{markdown(clip(each.reason, 200))}"
            for each in result.skipped
        ]
    )
    if not result.redacted:
        yield "- **Not redacted: do not share.**"
    else:
        yield f"- {words.count(result.totals.redacted_values, 'value')} removed before judging"


def _some(lines: list[str]) -> Iterator[str]:
    """A list, cut where it gets too long to read."""
    yield from (f"- {line}" for line in lines[:MOST_FINDINGS])
    if len(lines) > MOST_FINDINGS:
        yield f"- {len(lines) - MOST_FINDINGS} more in the JSON"


def _reason(finding: Finding) -> str:
    return markdown(clip(finding.ignored.reason, 200)) if finding.ignored else ""


def _title(finding: Finding, table: bool = False) -> str:
    return _rich(words.rich(story.may(finding) + finding.title, 160), table)


def _rich(spans: Rich, table: bool = False) -> str:
    return "".join(
        markdown_code(span.text, table) if span.code else markdown(span.text) for span in spans
    )
