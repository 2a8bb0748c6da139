"""The least-privilege policy of an API as text to copy: headers, or one server's configuration.

Every item stands there with how often the session showed the need for it, as comments in the
language of the configuration. What is put into code is what `fixes.Wanted` lets through.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence
from ..fixes import ANY, STACKS
from ..fixes.model import Stack, Wanted
from ..result import LeastPrivilege, Observed, PathPolicy, Policy, PolicyEvidence
from ..rules.say import count

SPELT = {"etag": "ETag", "www-authenticate": "WWW-Authenticate"}
MOST_PATHS = 12
"""Paths that are named in a comment; the others are counted."""


def text(policy: Policy, stack: Stack) -> str:
    """The policy for a server software; plain headers go by path where that is tighter."""
    least = policy.least_privilege
    if least.origins == ("*",):
        return _for_everybody(policy)
    if not least.origins:
        wanted = Wanted.of(least).with_comments(
            f"For {policy.api}: it was called, but by no origin that may be let in without a "
            "person's decision. Until then: no CORS headers.",
            *(f"To be decided: {each}" for each in least.undecided),
        )
        return wanted.remarks("#")
    if stack is not ANY or not least.by_path:
        heading = [f"For {policy.api}."]
        if least.by_path:
            groups = len(least.by_path)
            heading.append(f"Tighter in {groups} groups of paths: see the plain headers, or JSON.")
        return stack.configure(_wanted(least, heading))
    blocks = []
    for number, each in enumerate(least.by_path):
        by_itself = LeastPrivilege(
            origins=each.origins,
            methods=each.methods,
            headers=each.headers,
            credentials=each.credentials,
            max_age=least.max_age,
            undecided=least.undecided if number == 0 else (),
            exposed=each.exposed,
            evidence=each.evidence,
        )
        heading = [f"For {policy.api}, paths: {_paths(each)}."]
        blocks.append(stack.configure(_wanted(by_itself, heading)))
    return "\n".join(blocks)


def _for_everybody(policy: Policy) -> str:
    """Everybody may read: that is what the API's owner declared."""
    least = policy.least_privilege
    lists = [
        (name, ", ".join(values))
        for name, values in (
            ("Access-Control-Allow-Methods", least.methods),
            ("Access-Control-Allow-Headers", least.headers),
        )
        if values
    ]
    star = "Access-Control-Allow-Origin: *\n"
    exposed = ", ".join(least.exposed)
    return (
        f"# For {policy.api}: declared to be open to everybody, without credentials.\n"
        "# On the preflight (OPTIONS with Access-Control-Request-Method), status 204, no login:\n"
        + star
        + "".join(f"{name}: {value}\n" for name, value in lists)
        + f"Access-Control-Max-Age: {least.max_age}\n\n"
        "# On the real answer, errors included:\n"
        + star
        + (f"Access-Control-Expose-Headers: {exposed}\n" if exposed else "")
    )


def recognised(policy: Policy) -> Stack | None:
    """The server software that the session showed, the surest first, servers before proxies."""
    known = {each.name: Confidence(each.confidence).rank for each in policy.stacks}
    found = [stack for stack in STACKS if stack.name in known]
    return min(found, key=lambda s: (s.where == "proxy", known[s.name]), default=None)


def _wanted(policy: LeastPrivilege, heading: list[str]) -> Wanted:
    """What a configuration says, with the evidence as comments."""
    methods = [each.value for each in policy.evidence.methods]
    exposed = [SPELT.get(name, name.title()) for name in policy.exposed]
    wanted = Wanted.of(policy, methods, exposed)
    evidence = _evidence(policy, policy.evidence) if policy.evidence.calls else ()
    questions = (f"To be decided: {each}" for each in wanted.comments)
    return wanted.with_comments(*heading, *evidence, *questions)


def _evidence(policy: LeastPrivilege, known: PolicyEvidence) -> Iterator[str]:
    yield f"Seen in {count(known.calls, 'call')}. Origins: {_counted(known.origins)}."
    listed = [each for each in known.methods if each.value in policy.methods]
    others = [each for each in known.methods if each.value not in policy.methods]
    parts = [_counted(listed)] if listed else []
    if others:
        parts.append(f"{_counted(others)} without being listed")
    yield f"Methods: {'; '.join(parts)}."
    if known.headers:
        yield f"Request headers: {_counted(known.headers)}."
    modes = (
        ("included", known.include),
        ("not included", known.not_include),
        ("unknown", known.unknown),
    )
    yield f"Credentials: {', '.join(f'{word} ({count})' for word, count in modes if count)}."
    if known.exposed:
        yield f"Exposed and sent: {_counted(known.exposed)}."


def _counted(items: tuple[Observed, ...] | list[Observed]) -> str:
    return ", ".join(f"{each.value} ({each.count})" for each in items)


def _paths(policy: PathPolicy) -> str:
    # Comments take no braces: `/users/{n}` is shown as `/users/:n`.
    shown = [path.replace("{", ":").replace("}", "") for path in policy.paths[:MOST_PATHS]]
    more = len(policy.paths) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
