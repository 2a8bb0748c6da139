"""No text of ours gives bad advice: a sentence that names a bad remedy must be a known warning.

`warnings.txt` holds those sentences word for word. A new or changed one fails here, so that a
person reads it: does it warn, or does it advise?
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from analysis.fixes import STACKS, dev_server
from analysis.rules import ALL
from analysis.rules.model import Rule

from .test_fixes import result_of

ROOT = Path(__file__).resolve().parents[2]
WARNINGS = Path(__file__).with_name("warnings.txt")
BAD = {
    "reflection": r"origin: true|OriginPatterns|SetIsOriginAllowed|ALLOW_ALL|allow_all|AllowAll"
    r"|(repeat|echo|reflect|copy|copies|mirror)\w* "
    r"(every|any|whatever|whoever|back|the|each|all)\b",
    "browser security off": r"disable-web-security|disable[ds]? (the browser|web|browser)"
    r"|browser extension|CORS Unblock|fileuri\.strict|turn(ing)? off (CORS|security)",
    "public CORS proxy": r"cors-?anywhere|allorigins|corsproxy|thingproxy|crossorigin\.me"
    r"|cors\.sh\b|public CORS prox",
    "no-cors": r"no-cors(?!-)",
    "wildcard and credentials": r"(`\*`|: \*|'\*'|\"\*\"|\bwildcard\b(?!-)).*(credential|cookie)"
    r"|(credential|cookie).*(`\*`|: \*|'\*'|\"\*\"|(?<!-)\bwildcard\b(?!-))",
}
_CODE_BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
_END = re.compile(r"(?<=[.!?;])\s+|\n\s*\n|\n(?=[-*#|>] )|\|")


def sentences(text: str) -> Iterator[str]:
    """The text in sentences, each on one line."""
    for part in _END.split(text):
        plain = " ".join(part.split())
        if plain:
            yield plain


def bad(text: str) -> set[str]:
    """Sentences that name a bad remedy."""
    return {
        each
        for each in sentences(text)
        if any(re.search(pattern, each, re.I) for pattern in BAD.values())
    }


def rule_texts(rule: Rule) -> Iterator[str]:
    """What a rule says, wherever it says it; not its examples, which show what is wrong."""
    for each in fields(rule):
        value = getattr(rule, each.name)
        if isinstance(value, str):
            yield value


def fixed_texts() -> Iterator[str]:
    """Texts that do not depend on a capture."""
    for rule in ALL:
        yield from rule_texts(rule)
    for stack in STACKS:
        yield from (stack.place, stack.traps, *stack.special.values())
    yield dev_server.NOTE


def made_texts(rule: Rule) -> Iterator[str]:
    """What a report says about the rule's bad example."""
    result = result_of(rule.example.bad)
    for finding in result.findings:
        yield from (finding.message, finding.why_it_matters, finding.remedy)
    fixes = [fix for finding in result.findings for fix in finding.fixes]
    for fix in (*fixes, *(fix for shelf in result.shelves for fix in shelf.fixes)):
        yield fix.note
        yield from fix.code.splitlines()


def documents() -> Iterator[Path]:
    """Everything that people read in the repository."""
    yield from sorted(ROOT.glob("*.md"))
    for name in ("addon", "analysis", "reports", "sample_flows"):
        yield from sorted((ROOT / name).glob("**/*.md"))


def known() -> set[str]:
    return set(WARNINGS.read_text(encoding="utf-8").splitlines())


def test_texts_warn_and_never_advise_it() -> None:
    assert bad("\n\n".join(fixed_texts())) <= known()


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_reports_warn_and_never_advise_it(rule: Rule) -> None:
    assert bad("\n\n".join(made_texts(rule))) <= known()


@pytest.mark.parametrize("path", list(documents()), ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_warn_and_never_advise_it(path: Path) -> None:
    assert bad(_CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))) <= known()


def test_no_warning_is_kept_that_nobody_says_any_more() -> None:
    said = bad("\n\n".join(fixed_texts()))
    for rule in ALL:
        said |= bad("\n\n".join(made_texts(rule)))
    for path in documents():
        said |= bad(_CODE_BLOCK.sub("", path.read_text(encoding="utf-8")))
    assert known() == said


@pytest.mark.parametrize(
    "text",
    [
        "Set `origin: true`.",
        "Start Chromium with --disable-web-security.",
        "Install a browser extension.",
        "Call it through cors-anywhere.",
        "Use fetch with mode: 'no-cors'.",
        "Answer Access-Control-Allow-Origin: * to calls with cookies.",
        "Echo whatever origin asks.",
    ],
)
def test_bad_advice_is_noticed(text: str) -> None:
    assert bad(text) == {text}
