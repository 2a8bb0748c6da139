"""The rules of a result as SARIF's `reportingDescriptor`s, and the weaknesses as a taxonomy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from analysis.finding import Finding, Kind, Severity
from analysis.result import AuditResult, RuleCard

from .escape import clip, markdown, visible

LONGEST = 1000
"""Characters of a text; GitHub takes 1024."""
LEVELS: dict[str, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
SECURITY: dict[str, str] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
    Severity.INFO: "0.5",
}
"""In the middle of the ranges that GitHub calls critical (above 9.0), high, medium and low."""

Object = dict[str, Any]


def weaknesses_of(result: AuditResult) -> list[str]:
    """The CWE ids of all findings, by number."""
    return sorted({cwe for finding in result.findings for cwe in finding.cwe}, key=_number)


def cards(result: AuditResult) -> Iterator[RuleCard]:
    """The rules that ran, and any that only a finding names."""
    known = {card.id for card in result.rules}
    yield from result.rules
    for finding in result.findings:
        if finding.rule not in known:
            known.add(finding.rule)
            yield RuleCard(finding.rule, finding.title, finding.kind, finding.severity, "")


def rule(card: RuleCard, findings: Iterable[Finding], weaknesses: list[str]) -> Object:
    """One rule; what helps against it is known where it found something."""
    found = [finding for finding in findings if finding.rule == card.id]
    worst = min((finding.severity for finding in found), key=lambda each: each.rank, default=None)
    severity = worst or card.severity
    title = text(card.title)
    made: Object = {
        "id": clip(card.id, 255),
        "name": "".join(part.capitalize() for part in visible(card.id, 200).split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": _help(card, found[0] if found else None),
        "defaultConfiguration": {"level": LEVELS.get(severity, "note")},
    }
    tags = ["cors", clip(card.kind, 80)]
    properties: Object = {}
    if card.kind == Kind.DANGEROUS:
        tags.append("security")
        properties["security-severity"] = SECURITY.get(severity, SECURITY[Severity.INFO])
    if found:
        made["fullDescription"] = {"text": text(found[0].why_it_matters) or title}
        tags += [f"external/cwe/{text(cwe).lower()}" for cwe in found[0].cwe[:10]]
        if links := _links(found[0]):
            made["helpUri"] = links[0]
        if found[0].cwe:
            made["relationships"] = [
                {
                    "target": {
                        "id": _numbertext(cwe),
                        "index": weaknesses.index(cwe),
                        "toolComponent": {"name": "CWE", "index": 0},
                    },
                    "kinds": ["relevant"],
                }
                for cwe in dict.fromkeys(found[0].cwe)
            ]
    return {**made, "properties": {"tags": list(dict.fromkeys(tags)), **properties}}


def _help(card: RuleCard, found: Finding | None) -> Object:
    """What the rule is about, in text and in Markdown."""
    more = f"`cors-audit explain {clip(card.id, 80)}` tells the rest."
    if found is None:
        return {"text": f"{text(card.title)}. {more}", "markdown": f"{_prose(card.title)}. {more}"}
    plain = [text(found.why_it_matters), f"Instead: {text(found.remedy)}"]
    rich = [_prose(found.why_it_matters), f"**Instead:** {_prose(found.remedy)}"]
    links = _links(found)
    return {
        "text": "\n\n".join([*plain, "\n".join(links), more]),
        "markdown": "\n\n".join([*rich, "\n".join(f"- <{link}>" for link in links), more]),
    }


def taxonomy(weaknesses: list[str]) -> Object:
    """Those weaknesses, as far as they are named here."""
    return {
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration"},
        "informationUri": "https://cwe.mitre.org/",
        "isComprehensive": False,
        "taxa": [
            {
                "id": _numbertext(cwe),
                "shortDescription": {"text": text(cwe)},
                "helpUri": f"https://cwe.mitre.org/data/definitions/{quote(_numbertext(cwe))}.html",
            }
            for cwe in weaknesses
        ],
    }


def _numbertext(cwe: str) -> str:
    return text(cwe).removeprefix("CWE-")


def _number(cwe: str) -> tuple[int, str]:
    digits = cwe.removeprefix("CWE-")
    return (int(digits) if digits.isascii() and digits.isdigit() else 0, cwe)


def text(words: str) -> str:
    """Captured or not, as a message may hold it."""
    return unlinked(clip(words, LONGEST))


def unlinked(words: str) -> str:
    r"""SARIF messages hold links, `[text](target)`; a backslash makes the bracket a bracket."""
    return words.replace("](", "\\](")


def _prose(words: str) -> str:
    return markdown(clip(words, LONGEST))


def _links(finding: Finding) -> list[str]:
    """The references of a rule, as URIs whatever they hold."""
    return [
        quote(each[:LONGEST], safe=":/?#@!$&'*+,;=%~", errors="surrogatepass")
        for each in finding.references
        if each.startswith("https://")
    ]
