"""Texts behind the copy buttons of a card."""

from __future__ import annotations

import json

from analysis.finding import Finding
from analysis.result import ExchangeRow

from .. import to_markdown
from ..escape import clip
from ..story import Book

MOST_LISTED = 20


def copies(book: Book, finding: Finding) -> dict[str, str]:
    """Issue text, curl command and ignore rule of one finding."""
    texts = {"issue": to_markdown.issue(book, finding), "ignore": _ignore_rule(finding)}
    examples = book.examples(finding)
    if examples:
        texts["curl"] = _curl(examples[0])
    return texts


def _curl(row: ExchangeRow) -> str:
    """A command that a person may run on a server they may test: redacted, ready to edit."""
    lines = [f"curl -g -i -X {_quoted(row.method)} {_quoted(row.url)}"]
    removed = []
    for header in row.request_headers:
        name = header.name.lower()
        if name in ("host", "content-length", "connection") or name.startswith("sec-"):
            continue
        if header.value is None:
            removed.append(clip(header.name, 60))
        else:
            lines.append(f"-H {_quoted(f'{header.name}: {header.value}')}")
    if not any(header.name.lower() == "origin" for header in row.request_headers) and row.origin:
        lines.append(f"-H {_quoted(f'Origin: {row.origin}')}")
    command = " \\\n  ".join(lines)
    if removed:
        command = f"# removed, fill in if needed: {', '.join(removed[:MOST_LISTED])}\n{command}"
    return f"# Run this only on a server you may test.\n{command}\n"


def _quoted(text: str) -> str:
    return "'" + clip(text, 400).replace("'", "'\\''") + "'"


def _ignore_rule(finding: Finding) -> str:
    given = {"rule": finding.rule, "api": finding.api}
    if len(finding.pages) == 1:
        given["page"] = finding.pages[0]
    if len(finding.endpoints) == 1:
        given["method"] = finding.endpoints[0].method
        given["path"] = finding.endpoints[0].path_template
    lines = [f"{name} = {json.dumps(clip(value))}" for name, value in given.items()]
    return "\n".join(
        ("# cors-audit.toml; in pyproject.toml the heading is [[tool.cors-audit.ignore]]",
         "[[ignore]]", *lines, 'reason = ""  # required')
    ) + "\n"  # fmt: skip
