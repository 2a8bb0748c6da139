"""Why a policy is right: what was checked and held, for APIs that need no change."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Kind
from analysis.frozen import frozen
from analysis.result import Policy

from .. import words
from ..escape import clip
from ..story import Book

LOOKED_FOR = {
    Kind.BROKEN: "calls that the browser blocks, and what is hidden behind them",
    Kind.DANGEROUS: "policies that let other sites read or do what they should not",
    Kind.FRAGILE: "what works by luck: caches, look-alikes, headers that only some answers carry",
    Kind.SLOW: "preflights that a longer cache would save",
    Kind.NOTE: "permissions that nobody uses, headers that do nothing",
}


@frozen
class Check:
    """Rules of one kind, and what they looked for."""

    kind: str
    kind_word: str
    rules: str
    looked_for: str


def checks(book: Book) -> tuple[Check, ...]:
    """What was looked for in vain, for a report without findings."""
    if book.open or not book.calls:
        return ()
    kinds = [rule.kind for rule in book.result.rules]
    return tuple(
        Check(
            kind.value,
            words.KIND_WORDS[kind],
            words.count(kinds.count(kind.value), "rule"),
            LOOKED_FOR[kind],
        )
        for kind in Kind
        if kind.value in kinds
    )


def reasons(policy: Policy) -> Iterator[str]:
    """One sentence for each part of a policy that held."""
    yield _readable(policy)
    yield from _origins(policy)
    if policy.preflights:
        yield from _permissions(policy)
    if policy.allows.errors == "yes":
        yield "Error answers carry the headers, too, so a failure shows as what it is."
    if policy.allows.vary_origin == "always":
        yield "Every answer says Vary: Origin, so no cache serves one page another's answer."
    if policy.preflights and policy.allows.max_age and not policy.avoidable_preflights:
        yield "No preflight asked what the browser could still have remembered."


def _readable(policy: Policy) -> str:
    calls = "The one call" if policy.calls == 1 else f"All {words.grouped(policy.calls)} calls"
    return f"{calls} passed, and the pages could read the answers."


def _origins(policy: Policy) -> Iterator[str]:
    mode, needed = policy.allows.allow_origin_mode, [each.value for each in policy.needs.origins]
    names = words.listed([clip(origin, 80) for origin in needed], 3)
    if mode == "wildcard":
        yield "Everybody may read, without credentials: right for data that is public."
    elif mode == "listed":
        yield f"It names {names} where they may read, and nobody else."
    elif mode in ("fixed", "echoed"):
        yield (
            f"It names only who called, {names}; what it would answer others was not seen."
            if mode == "echoed"
            else f"It names one origin, whoever asks: {names}."
        )
    if policy.allows.credentials and policy.needs.credentials in ("include", "mixed"):
        yield "Credentials are allowed, and the pages need them."
    elif not policy.allows.credentials and policy.needs.credentials == "not-include":
        yield "Credentials are not allowed, and no page needs them."


def _permissions(policy: Policy) -> Iterator[str]:
    needed = {each.value for each in policy.needs.methods}
    allowed = set(policy.allows.methods)
    if allowed and allowed <= needed:
        yield "It allows the methods that were used, and no other."
    asked = {each.value.lower() for each in policy.needs.headers}
    if asked and {name.lower() for name in policy.allows.headers} == asked:
        yield "It allows the request headers that were used, and no other."
