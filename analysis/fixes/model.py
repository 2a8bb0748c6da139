"""The shape of a fix: one server software, and how to tell it a policy.

Nothing captured is put into code as it came: `Wanted.of` lets through only origins, methods
and header names made of plain characters, which need no quoting in any language. The rest is
left out, and a comment says that something was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from textwrap import wrap

from ..exchange import Exchange
from ..finding import Confidence
from ..result import LeastPrivilege

PLAIN_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII
)
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_NOT_PLAIN_TEXT = re.compile(r"[^A-Za-z0-9 .,:;/()'?!_-]")
PLACEHOLDER = "https://your-page.example"
"""Stands where the session showed no origin that may be allowed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a configuration must allow, and nothing more."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    """All that were used: some servers refuse a preflight for GET unless GET is listed."""
    listed: tuple[str, ...]
    """Those that browsers want listed."""
    headers: tuple[str, ...]
    credentials: bool
    expose: tuple[str, ...]
    max_age: int
    comments: tuple[str, ...]
    """What a person must decide, one sentence each."""

    @classmethod
    def of(
        cls, policy: LeastPrivilege, methods: Iterable[str] = (), expose: Iterable[str] = ()
    ) -> Wanted:
        """From the least-privilege policy; `methods` are all that the session used."""
        origins = [o for o in policy.origins if PLAIN_ORIGIN.fullmatch(o)]
        listed = [m.upper() for m in policy.methods if PLAIN_NAME.fullmatch(m)]
        used = [m.upper() for m in methods if PLAIN_NAME.fullmatch(m)]
        headers = [h for h in policy.headers if PLAIN_NAME.fullmatch(h)]
        left_out = (
            len(policy.origins) + len(policy.methods) + len(policy.headers)
            - len(origins) - len(listed) - len(headers)
        )  # fmt: skip
        comments = [_NOT_PLAIN_TEXT.sub("", each) for each in policy.undecided]
        if left_out:
            comments.append(
                f"{left_out} unusual value(s) of the session were left out: check by hand."
            )
        if not origins:
            comments.append("No origin of the session may be allowed: put your page's here.")
        return cls(
            origins=tuple(origins) or (PLACEHOLDER,),
            methods=tuple(sorted({*used, *listed} or {"GET"})),
            listed=tuple(dict.fromkeys(listed)),
            headers=tuple(headers),
            credentials=policy.credentials is True,
            expose=tuple(name for name in expose if PLAIN_NAME.fullmatch(name)),
            max_age=policy.max_age,
            comments=tuple(comments),
        )

    def but(self, origins: tuple[str, ...], *comments: str) -> Wanted:
        """The same for other origins."""
        return replace(
            self,
            origins=tuple(o for o in origins if PLAIN_ORIGIN.fullmatch(o)) or (PLACEHOLDER,),
            comments=(*self.comments, *(_NOT_PLAIN_TEXT.sub("", each) for each in comments)),
        )

    def with_comments(self, *comments: str) -> Wanted:
        """The same with other comments."""
        return replace(self, comments=tuple(_NOT_PLAIN_TEXT.sub("", each) for each in comments))

    def remarks(self, mark: str) -> str:
        """The comments as lines of code that begin with `mark`."""
        rows = [row for each in self.comments for row in _rows(each)]
        return "".join(f"{mark} {row}\n" for row in rows)

    def pattern(self) -> str:
        """A regular expression that matches exactly the origins."""
        quoted = [re.sub(r"([.\[\]+])", r"\\\1", origin) for origin in self.origins]
        return f"^({'|'.join(quoted)})$"


@lru_cache(maxsize=1024)
def _rows(comment: str) -> tuple[str, ...]:
    """A comment in lines: every server's configuration of every finding wants the same ones."""
    return tuple(wrap(comment, 88))


SIGNS = (
    "server",
    "via",
    "x-powered-by",
    "keep-alive",
    "vary",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
)


@dataclass(frozen=True, slots=True)
class Signature:
    """What an answer tells about the software that made it; equal for very many answers."""

    signs: tuple[str | None, ...]
    status: int
    on_preflight: bool

    @classmethod
    def of(cls, exchange: Exchange, on_preflight: bool) -> Signature:
        """Of one answer."""
        signs = tuple(exchange.response.get(name) for name in SIGNS)
        return cls(signs, exchange.status or 0, on_preflight)

    def get(self, name: str) -> str:
        """Value of one of `SIGNS`; empty when absent."""
        return self.signs[SIGNS.index(name)] or ""


Recognised = tuple[str, Confidence]
"""(what gave it away, how sure)."""


def by_header(name: str, start: str, sure: Confidence) -> Callable[[Signature], Recognised | None]:
    """Recognise by the beginning of a header's value, whatever its case."""

    def look(signature: Signature) -> Recognised | None:
        value = signature.get(name)
        if not value.lower().startswith(start.lower()):
            return None
        shown = "".join(c if c.isprintable() and c != "`" else "?" for c in value[:60])
        return f"`{name.title()}: {shown}`", sure

    return look


@dataclass(frozen=True, slots=True)
class Stack:
    """One server software."""

    id: str
    """Short name for the command line."""
    name: str
    """As people write it."""
    where: str
    """`server` or `proxy`."""
    configure: Callable[[Wanted], str]
    place: str
    """Where the code goes, in a sentence."""
    traps: str
    """What goes wrong with it, in a sentence or two."""
    versions: str
    source: str
    recognise: Callable[[Signature], Recognised | None] = lambda signature: None
    special: Mapping[str, str] = field(default_factory=dict)
    """Rule id to the sentence that this rule needs instead of `traps`."""
    instead: Mapping[str, Callable[[Wanted], str]] = field(default_factory=dict)
    """Rule id to the code that this rule needs instead of the whole configuration."""


def js(items: Iterable[str]) -> str:
    """A list of strings in JavaScript."""
    return "[" + ", ".join(f"'{item}'" for item in items) + "]"


def py(items: Iterable[str]) -> str:
    """A list of strings in Python."""
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"
