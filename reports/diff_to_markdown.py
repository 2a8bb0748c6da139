"""Two results compared, as Markdown: a comment for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analysis.diff import Diff, FindingRow

from . import compared, story, words
from .escape import clip, markdown, markdown_code
from .words import Rich

MOST_ROWS = 25
MOST_POLICIES = 20


def render(diff: Diff) -> str:
    """The whole comment."""
    return "\n".join(_page(diff)).rstrip() + "\n"


def _page(diff: Diff) -> Iterator[str]:
    yield "## CORS: what changed"
    yield ""
    yield f"**{markdown(compared.headline(diff).text)}**"
    yield ""
    yield f"- OLD: {markdown(compared.side(diff.old))}"
    yield f"- NEW: {markdown(compared.side(diff.new))}"
    yield ""
    appeared = compared.open_rows(diff.appeared)
    if appeared:
        yield from _appeared(sorted(appeared, key=lambda each: not each.worse))
    if diff.changed:
        yield f"### Changed ({len(diff.changed)})"
        yield ""
        yield from _list(diff.changed, "")
    if diff.gone:
        yield f"### Gone ({len(diff.gone)})"
        yield ""
        yield from _list(diff.gone, "NEW")
    yield from _policies(diff)
    accepted = len(diff.appeared) - len(appeared)
    if accepted:
        yield f"{words.count(accepted, 'new finding')} ignored, by configuration or baseline."


def _appeared(rows: list[FindingRow]) -> Iterator[str]:
    yield f"### New ({len(rows)})"
    yield ""
    for row in rows[:MOST_ROWS]:
        worse = " (fails the check)" if row.worse else ""
        yield f"- {_title(row)}{worse}<br>"
        note = compared.caution(row, "OLD")
        yield f"  {markdown_code(story.route(row))}" + (f", {markdown(note)}" if note else "")
        cause = story.cause(row, 300)
        if cause:
            yield f"  <br>{_rich(words.rich(cause, 400))}"
        rule = markdown_code(clip(row.rule, 60))
        yield f"  <br>Fix: {_rich(words.rich(row.remedy, 300))} ({rule})"
    yield from _more(rows)


def _list(rows: Iterable[FindingRow], without: str) -> Iterator[str]:
    every = list(rows)
    for row in every[:MOST_ROWS]:
        facts = [markdown(compared.changes(row.changes)), markdown_code(story.route(row))]
        if without:
            facts.append(markdown(compared.caution(row, without)))
        worse = " (fails the check)" if row.worse else ""
        yield f"- {_title(row)}{worse}: {', '.join(fact for fact in facts if fact)}"
    yield from _more(every)


def _policies(diff: Diff) -> Iterator[str]:
    if not diff.policies_compared:
        yield "Policies were not compared: an HTML report holds none."
        yield ""
        return
    if not diff.policies:
        return
    yield f"<details><summary>Policies ({len(diff.policies)})</summary>"
    yield ""
    for row in diff.policies[:MOST_POLICIES]:
        yield f"- {markdown_code(words.host(row.api))}"
        yield from (f"  - {markdown(line)}" for line in compared.policy(row))
    if len(diff.policies) > MOST_POLICIES:
        yield f"- {len(diff.policies) - MOST_POLICIES} more in the JSON"
    yield ""
    yield "</details>"
    yield ""


def _title(row: FindingRow) -> str:
    kind = words.KIND_WORDS[row.kind]
    return f"**{kind}**: {_rich(words.rich(compared.title(row, 160)))}"


def _more(rows: list[FindingRow]) -> Iterator[str]:
    if len(rows) > MOST_ROWS:
        yield f"- {len(rows) - MOST_ROWS} more in the JSON"
    yield ""


def _rich(spans: Rich) -> str:
    return "".join(markdown_code(span.text) if span.code else markdown(span.text) for span in spans)
