"""The shape of a fix: one server software, and how to tell it a policy.

Nothing captured is put into code as it came: `Wanted.of` lets through only origins, methods
and header names made of plain characters, which need no quoting in any language. The rest is
left out, and a comment says that something was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import lru_cache
from json import dumps
from textwrap import wrap
from typing import NamedTuple

from ..exchange import Exchange
from ..finding import Confidence
from ..frozen import frozen
from ..result import LeastPrivilege

PLAIN_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII
)
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_NOT_PLAIN_TEXT = re.compile(r"[^A-Za-z0-9 .,:;/()'?!_-]")
_SHORT_LIST = re.compile(r"\[\s*\"[^\]{}]*\]")
PLACEHOLDER = "https://your-page.example"
"""Stands where the session showed no origin that may be allowed."""


@frozen
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
    "allow",
    "cache-control",
    "content-type",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
)
"""Response headers whose values tell something."""
MOST_NAMES = 40
"""Header names that are looked at; what names its maker stands among the first."""


@lru_cache(maxsize=1024)
def _given(names: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """Those of `SIGNS` that are among these header names, and where they stand in `SIGNS`."""
    lower = {name.lower() for name in names}
    return tuple([(place, name) for place, name in enumerate(SIGNS) if name in lower])


class Signature(NamedTuple):
    """What an answer tells about the software that made it; equal for very many answers."""

    signs: tuple[str | None, ...]
    names: tuple[str, ...]
    """Names of all headers as sent: their order, repetition and case tell something, too."""
    status: int
    on_preflight: bool
    length: str
    """`Content-Length` of refusals and of answers to preflights, which are alike each time."""
    host: str
    """Name of the server that was called."""
    http1: bool
    """The wire keeps the case of names; newer versions of HTTP do not."""

    @classmethod
    def of(cls, exchange: Exchange, on_preflight: bool) -> Signature:
        """Of one answer."""
        headers, status = exchange.response, exchange.status or 0
        alike = on_preflight or status >= 400
        signs: list[str | None] = [None] * len(SIGNS)
        for place, name in _given(headers.spelt):
            signs[place] = headers.get(name)
        return cls(
            signs=tuple(signs),
            names=headers.spelt[:MOST_NAMES],
            status=status,
            on_preflight=on_preflight,
            length=(headers.get("content-length") or "") if alike else "",
            host=exchange.url.host,
            http1=exchange.http_version.startswith("HTTP/1"),
        )

    def get(self, name: str) -> str:
        """Value of one of `SIGNS`; empty when absent."""
        return self.signs[SIGNS.index(name)] or ""

    def has(self, *names: str) -> bool:
        """Are headers of all these (lower-case) names there?"""
        return set(names) <= {each.lower() for each in self.names}

    def starting(self, *starts: str) -> str:
        """The first header whose lower-case name starts like one of these; empty: none."""
        return next((each for each in self.names if each.lower().startswith(starts)), "")

    def in_order(self, *names: str) -> bool:
        """Do these (lower-case) names stand there, in this order?"""
        rest = iter([each.lower() for each in self.names])
        return all(name in rest for name in names)

    def lines(self, name: str) -> int:
        """How many lines of that (lower-case) name there are."""
        return sum(each.lower() == name for each in self.names)


Recognised = tuple[str, Confidence]
"""(what gave it away, how sure)."""


@frozen
class Known:
    """A software that was recognised."""

    name: str
    because: str
    """What gave it away, as Markdown."""
    sure: Confidence
    hop: str
    """`CDN`, `gateway`, `proxy`, `platform` or `application`."""


def shown(name: str, value: str) -> str:
    """A header as the reason for having recognised something."""
    plain = "".join(c if c.isprintable() and c != "`" else "?" for c in value[:60])
    return f"`{name.title()}: {plain}`"


def by_header(name: str, start: str, sure: Confidence) -> Callable[[Signature], Recognised | None]:
    """Recognise by the beginning of a header's value, whatever its case."""

    def look(signature: Signature) -> Recognised | None:
        value = signature.get(name)
        return (shown(name, value), sure) if value.lower().startswith(start.lower()) else None

    return look


def by_host(*ends: str) -> Callable[[Signature], Recognised | None]:
    """Recognise by the end of the called host's name, which only its provider gives out."""

    def look(signature: Signature) -> Recognised | None:
        end = next((end for end in ends if signature.host.endswith(end)), None)
        return (f"the host's name ends with `{end}`", Confidence.CERTAIN) if end else None

    return look


@frozen
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
    """For which the code is written."""
    source: str
    """The documentation by which it was written."""
    recognise: Callable[[Signature], Recognised | None] = lambda signature: None
    hop: str = ""
    """`CDN`, `gateway`, `proxy`, `platform` or `application`; empty: as `where` says."""
    special: Mapping[str, str] = field(default_factory=dict)
    """Rule id to the sentence that this rule needs instead of `traps`."""
    instead: Mapping[str, Callable[[Wanted], str]] = field(default_factory=dict)
    """Rule id to the code that this rule needs instead of the whole configuration."""

    @property
    def layer(self) -> str:
        """Which hop on the way it is."""
        return self.hop or ("proxy" if self.where == "proxy" else "application")


def in_places(mark: str, *pieces: tuple[str, str]) -> str:
    """Code that belongs in several places, each piece under a numbered line that names its own.

    Args:
        mark: what begins a comment in that language.
        pieces: (where it goes, code that ends with a line feed), in the order of application.

    Every piece must work unchanged where its line says: the stack tests paste it there.
    """
    numbered = enumerate(pieces, 1)
    return "\n".join(f"{mark} {n}. {where}:\n{code}" for n, (where, code) in numbered)


def as_json(value: object) -> str:
    """JSON, short lists on one line each."""
    return _SHORT_LIST.sub(_one_line, dumps(value, indent=2)) + "\n"


def _one_line(found: re.Match[str]) -> str:
    return re.sub(r"\s*\n\s*", " ", found.group()).replace("[ ", "[").replace(" ]", "]")


def quoted(items: Iterable[str]) -> str:
    """A list of strings in YAML and JSON."""
    return dumps(list(items))


def go(items: Iterable[str]) -> str:
    """A list of strings in Go."""
    return "[]string{" + ", ".join(f'"{item}"' for item in items) + "}"


def js(items: Iterable[str]) -> str:
    """A list of strings in JavaScript."""
    return "[" + ", ".join(f"'{item}'" for item in items) + "]"


def py(items: Iterable[str]) -> str:
    """A list of strings in Python."""
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"
