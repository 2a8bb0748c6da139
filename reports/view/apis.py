"""What each API needs to allow, what it allows, and the smallest policy that would do."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Kind
from analysis.frozen import frozen
from analysis.result import LeastPrivilege, PathPolicy, Policy

from .. import verdict, words
from ..escape import clip, visible
from ..story import Book
from .endpoints import Endpoints, endpoints
from .needs import MOST_ITEMS, Row, rows
from .right import reasons

MOST_APIS = 60
MOST_TABLES = 15
"""APIs whose endpoints are listed."""
MOST_PATHS = 12


@frozen
class Chip:
    """A word with the shape and colour of a kind, or of `fine`."""

    tone: str
    text: str


@frozen
class Api:
    """One server origin."""

    origin: str
    chips: tuple[Chip, ...]
    facts: str
    right: tuple[str, ...]
    """Why it needs no change; empty for an API that does."""
    rows: tuple[Row, ...]
    policy: str
    by_path: str
    """The same for some paths each, where that is tighter."""
    undecided: tuple[str, ...]
    endpoints: Endpoints | None


@frozen
class Apis:
    """The section."""

    items: tuple[Api, ...]
    left_out: int


def apis(book: Book) -> Apis:
    """All APIs, worst first."""
    policies = worst_first(book)
    return Apis(
        tuple(
            _api(book, policy, number < MOST_TABLES)
            for number, policy in enumerate(policies[:MOST_APIS])
        ),
        max(len(policies) - MOST_APIS, 0),
    )


def worst_first(book: Book) -> list[Policy]:
    """By blocked calls, then by dangerous findings, then by other findings."""

    def rank(policy: Policy) -> tuple[int, int, int, str]:
        found = [finding for finding in book.open if finding.api == policy.api]
        dangerous = sum(finding.kind is Kind.DANGEROUS for finding in found)
        return -policy.blocked, -dangerous, -len(found), policy.api

    return sorted(book.result.policies, key=rank)


def _api(book: Book, policy: Policy, listed: bool) -> Api:
    stacks = [clip(stack.name, 60) for stack in policy.stacks[:3]]
    pages = words.listed([words.host(page) for page in policy.pages], 3)
    facts = (
        words.listed(stacks) or "server software not recognised",
        f"{words.count(policy.calls, 'call')}, {words.count(policy.preflights, 'preflight')}",
        f"from {pages}" if pages else "",
    )
    return Api(
        clip(policy.api, 120),
        tuple(_chips(book, policy)),
        " · ".join(fact for fact in facts if fact),
        tuple(reasons(policy)) if policy.api in verdict.fine_apis(book) else (),
        tuple(rows(policy)),
        headers(policy.least_privilege, policy.least_privilege.max_age),
        "\n\n".join(_by_path(policy.least_privilege)),
        tuple(clip(each, 300) for each in policy.least_privilege.undecided),
        endpoints(policy.endpoints) if listed and policy.endpoints else None,
    )


def _chips(book: Book, policy: Policy) -> Iterator[Chip]:
    found = [finding for finding in book.open if finding.api == policy.api]
    dangerous = [finding for finding in found if finding.kind is Kind.DANGEROUS]
    if policy.blocked:
        yield Chip("broken", f"{policy.blocked} of {policy.calls} blocked")
    if policy.allows.allow_origin_mode == "reflected" and policy.allows.credentials:
        yield Chip("dangerous", "echoes every origin seen")
    elif dangerous:
        yield Chip("dangerous", f"{len(dangerous)} dangerous")
    for kind in (Kind.FRAGILE, Kind.SLOW):
        number = sum(finding.kind is kind for finding in found)
        if number:
            yield Chip(kind.value, f"{number} {kind.value}")
    if policy.indeterminate:
        yield Chip("note", f"{policy.indeterminate} cannot be told")
    if policy.api in verdict.fine_apis(book):
        yield Chip("fine", "works, needs no change")


def _by_path(policy: LeastPrivilege) -> Iterator[str]:
    for each in policy.by_path[:MOST_PATHS]:
        paths = words.listed([clip(path, 80) for path in each.paths], 6)
        yield f"# {paths}\n{headers(each, policy.max_age) or '# nobody is let in'}"


def headers(policy: LeastPrivilege | PathPolicy, max_age: int) -> str:
    """The smallest policy as response headers, to copy."""
    origins = [visible(origin, 200) for origin in policy.origins[:MOST_ITEMS]]
    if not origins:
        return ""
    lines = [f"Access-Control-Allow-Origin: {origins[0]}"]
    if len(origins) > 1:
        lines = ["# the one of these that the request's Origin header names, else none:"]
        lines += [f"# Access-Control-Allow-Origin: {origin}" for origin in origins]
    if policy.credentials:
        lines.append("Access-Control-Allow-Credentials: true")
    if policy.exposed:
        lines.append(f"Access-Control-Expose-Headers: {_list(policy.exposed)}")
    if policy.origins != ("*",):
        lines.append("Vary: Origin")
    preflight = []
    if policy.methods:
        preflight.append(f"Access-Control-Allow-Methods: {_list(policy.methods)}")
    if policy.headers:
        preflight.append(f"Access-Control-Allow-Headers: {_list(policy.headers)}")
    if preflight:
        preflight.append(f"Access-Control-Max-Age: {max_age}")
        lines += ["", "# on answers to OPTIONS also:", *preflight]
    return "\n".join(lines)


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(visible(value, 80) for value in values[:MOST_ITEMS])
