"""The rules as pages to read: for the command line, and as `rules/README.md`.

`python -m analysis.catalogue` writes that file anew; with `--check` it only says whether it
is fresh.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from textwrap import dedent, fill

from .fetch.check import Step
from .fetch.reasons import WORDINGS
from .finding import Kind
from .rules import ALL
from .rules.cause import BY_STEP, NO_ROUTE_STATUSES
from .rules.model import Rule

README = Path(__file__).parent / "rules" / "README.md"
KINDS = {
    Kind.BROKEN: "the browser blocked calls",
    Kind.DANGEROUS: "others may read or do what they should not",
    Kind.FRAGILE: "works now, by luck",
    Kind.SLOW: "avoidable waiting",
    Kind.NOTE: "worth knowing",
}
_BY_ID = {rule.id: rule for rule in ALL}

MORE_ON_CALL: dict[Step, tuple[str, ...]] = {
    Step.ALLOW_ORIGIN_MISSING: (
        "origin-not-listed",
        "hidden-error-status",
        "gateway-error",
        "login-redirect",
        "redirect-turned-origin-null",
        "server-never-answered",
        "refused-by-cors-layer",
    ),
    Step.METHOD_NOT_ALLOWED: ("lower-case-method", "wildcard-list-with-credentials"),
    Step.HEADER_NOT_ALLOWED: ("response-header-sent-by-page", "wildcard-list-with-credentials"),
    Step.ALLOW_ORIGIN_MISMATCH: (
        "redirect-turned-origin-null",
        "foreign-answer-from-cache",
        "cache-ignores-vary",
    ),
}
"""Other rules that may stand behind a browser's message about the call itself."""
ON_PREFLIGHT: dict[Step, tuple[str, ...]] = {
    Step.ALLOW_ORIGIN_MISSING: (
        "preflight-without-cors-headers",
        "preflight-bad-status",
        "preflight-needs-login",
        "preflight-server-error",
        "refused-by-cors-layer",
    ),
    Step.PREFLIGHT_STATUS: (
        "preflight-bad-status",
        "preflight-needs-login",
        "preflight-server-error",
        "refused-by-cors-layer",
    ),
    Step.PREFLIGHT_REDIRECT: ("preflight-redirected",),
    Step.METHOD_NOT_ALLOWED: (
        "method-not-allowed",
        "lower-case-method",
        "wildcard-list-with-credentials",
    ),
    Step.HEADER_NOT_ALLOWED: (
        "header-not-allowed",
        "response-header-sent-by-page",
        "wildcard-list-with-credentials",
    ),
}
"""Rules behind a message about the preflight, where they differ from the step's own."""
_OTHER_MESSAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "due to access control checks",  # all that Safari says at first
        ("missing-allow-origin", "hidden-error-status", "preflight-without-cors-headers"),
    ),
    ("cors request did not succeed", ("server-never-answered", "redirect-with-userinfo")),
    ("multiple cors header", ("multiple-allow-origin",)),
    ("not include 'authorization'", ("authorization-under-wildcard",)),
    ("failed to fetch", ("server-never-answered",)),
    ("networkerror when attempting to fetch", ("server-never-answered",)),
    ("net::err_", ("server-never-answered",)),
    ("mixed content", ("redirect-to-plain-http",)),
)
"""Texts without a step of their own, in small letters."""
SHORTEST_MATCH = 14
"""Characters of a pasted text that a stable part of a message must cover."""


def explain(rule_id: str) -> str | None:
    """A rule's page as text; None when there is no such rule."""
    rule = _BY_ID.get(rule_id.strip().lower())
    return None if rule is None else "\n".join(_page(rule)).rstrip("\n") + "\n"


def nearest(text: str) -> str | None:
    """The rule id that a misspelt one is closest to."""
    near = get_close_matches(text.strip().lower().replace("_", "-"), list(_BY_ID), 1, 0.6)
    return near[0] if near else None


def explain_message(text: str) -> list[Rule]:
    """The rules that may stand behind a browser's console message, likeliest first.

    Messages are known by the parts that do not change with the call, whole or cut off.
    """
    pasted = _normal(text)
    found: dict[str, None] = {}
    for part, rules in _OTHER_MESSAGES:
        if part in pasted:
            found.update(dict.fromkeys(rules))
    about_preflight = "preflight" in pasted
    for step in _steps(pasted):
        on_preflight = ON_PREFLIGHT.get(step, (BY_STEP[step],))
        on_call = (BY_STEP[step], *MORE_ON_CALL.get(step, ()))
        if about_preflight or step in (Step.PREFLIGHT_STATUS, Step.PREFLIGHT_REDIRECT):
            found.update(dict.fromkeys(on_preflight))
        else:
            found.update(dict.fromkeys(on_call))
            if step is Step.ALLOW_ORIGIN_MISSING and "reason:" in pasted:
                found.update(dict.fromkeys(on_preflight))  # Firefox does not say which
    return sorted((_BY_ID[each] for each in found), key=lambda rule: _fits(rule, pasted))


def _fits(rule: Rule, pasted: str) -> int:
    """Smaller is likelier: a status in the message tells an error from a missing header."""
    status = re.search(r"status code: (\d{3})", pasted)
    if status is None:
        return 0
    code = int(status[1])
    fits = {
        "hidden-error-status": code >= 400,
        "gateway-error": code >= 400 and code not in (401, 403, 404, 500),
        "missing-allow-origin": code < 400,
        "preflight-needs-login": code in (401, 403),
        "preflight-bad-status": code in NO_ROUTE_STATUSES,
        "preflight-server-error": code >= 500 and code not in NO_ROUTE_STATUSES,
        "refused-by-cors-layer": code == 400,
        "login-redirect": code < 400,
    }
    return 0 if fits.get(rule.id) else 1


def _normal(text: str) -> str:
    """Small letters, plain quotes, single blanks: pasted texts are wrapped and retyped."""
    plain = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'})
    whole = re.sub(r"-\s*\n\s*", "-", plain)  # some terminals wrap at hyphens
    return " ".join(whole.lower().split())


def _steps(pasted: str) -> Iterator[Step]:
    scored = [
        (max(_covered(pieces, pasted) for pieces in texts), step)
        for step, texts in _stable_parts().items()
    ]
    best = max(score for score, _ in scored)
    if best >= SHORTEST_MATCH:
        yield from (step for score, step in scored if score == best)


@cache
def _stable_parts() -> dict[Step, tuple[tuple[str, ...], ...]]:
    """Per step, each engine's text cut at what changes with the call."""
    parts: dict[Step, tuple[tuple[str, ...], ...]] = {}
    for step, wording in WORDINGS.items():
        texts = (wording.chromium_text, wording.firefox_text, wording.webkit, wording.chromium)
        parts[step] = tuple(
            tuple(p.strip() for p in re.split(r"\{\w+\}", _normal(text)) if p.strip())
            for text in texts
        )
    return parts


def _covered(pieces: tuple[str, ...], pasted: str) -> int:
    """Characters of the stable parts found in the text, in order; the end may be cut off."""
    position, score = 0, 0
    for number, piece in enumerate(pieces):
        at = pasted.find(piece, position)
        if at >= 0:
            position, score = at + len(piece), score + len(piece)
            continue
        cut = _cut_off(piece, pasted[position:])
        if cut:
            return score + cut
        if number == 0 and len(pieces) == 1:
            return _beginning_missing(piece, pasted)
        return 0 if number == 0 else min(score, SHORTEST_MATCH - 1)
    return score


def _cut_off(piece: str, rest: str) -> int:
    """Length of the longest beginning of `piece` at which the pasted text ends."""
    for length in range(min(len(piece), len(rest)), 0, -1):
        if rest.endswith(piece[:length]):
            return length if _telling(piece[:length]) else 0
    return 0


def _beginning_missing(piece: str, pasted: str) -> int:
    """A pasted fragment out of the middle of a message."""
    return len(pasted) if _telling(pasted) and pasted in piece else 0


def _telling(fragment: str) -> bool:
    """Long enough, and more than the name of a header."""
    return len(fragment) >= SHORTEST_MATCH and fragment.count(" ") >= 2


def as_json() -> str:
    """The catalogue for programs."""
    rows = [
        {
            "id": rule.id,
            "title": rule.title,
            "kind": rule.kind.value,
            "severity": rule.severity.value,
            "since": rule.since,
            "why": rule.why,
            "fix": rule.fix,
            "cwe": list(rule.cwe),
            "references": list(rule.references),
            "example": {"bad": _example(rule.example.bad), "good": _example(rule.example.good)},
        }
        for rule in ALL
    ]
    return json.dumps(rows, indent=1, ensure_ascii=True) + "\n"


def markdown() -> str:
    """The text of `rules/README.md`."""
    lines = [
        "# The rules",
        "",
        "<!-- Made by `python -m analysis.catalogue`. Do not edit: edit the rules. -->",
        "",
        f"{len(ALL)} rules. A verdict (what the browser did) is a fact; a rule is our opinion of "
        "it. Each rule is one file in this folder, with a transcript that it catches and one that "
        "it leaves alone.",
        "",
        "| rule | what it says | kind | severity |",
        "|---|---|---|---|",
        *(
            f"| [`{rule.id}`](#{rule.id}) | {_cell(rule.title)} | {rule.kind} | {rule.severity} |"
            for rule in ALL
        ),
        "",
        "Kinds: " + "; ".join(f"**{kind}**: {meaning}" for kind, meaning in KINDS.items()) + ".",
        "",
    ]
    for rule in ALL:
        lines += _section(rule)
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield ""
    yield f"**{rule.title}.** {rule.kind}, {rule.severity}, since {rule.since}."
    yield ""
    yield rule.why
    yield ""
    yield f"**Instead:** {rule.fix}"
    yield ""
    yield "```text"
    yield "# caught"
    yield _example(rule.example.bad)
    yield "# left alone"
    yield _example(rule.example.good)
    yield "```"
    yield ""
    yield " · ".join([*rule.cwe, *(f"<{link}>" for link in rule.references)])
    yield ""


def _page(rule: Rule) -> Iterator[str]:
    yield rule.id
    yield "=" * len(rule.id)
    yield fill(rule.title, 88)
    yield ""
    yield f"{rule.kind}, {rule.severity}, since {rule.since}: {KINDS[rule.kind]}"
    yield ""
    yield fill(rule.why, 88, break_long_words=False, break_on_hyphens=False)
    yield ""
    yield fill(f"Instead: {rule.fix}", 88, break_long_words=False, break_on_hyphens=False)
    yield ""
    yield "Caught:"
    yield _indented(rule.example.bad)
    yield ""
    yield "Left alone:"
    yield _indented(rule.example.good)
    yield ""
    yield "See:"
    yield from (f"  {link}" for link in (*rule.references, *rule.cwe))


def _example(text: str) -> str:
    return dedent(text).strip("\n").rstrip()


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in _example(text).splitlines())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the catalogue, or with `--check` compare it: 1 when it is not fresh."""
    text = markdown()
    if "--check" not in arguments:
        README.write_text(text, encoding="utf-8")
        return 0
    fresh = README.is_file() and README.read_text(encoding="utf-8") == text
    if not fresh:
        sys.stderr.write(f"{README.name} of the rules is not fresh: python -m analysis.catalogue\n")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
