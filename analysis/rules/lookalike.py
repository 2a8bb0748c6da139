"""Hosts made to pass for another: the shapes that careless comparisons let through.

Servers that search the origin for their own name, or match it by a pattern without ends or
with bare dots, accept names that anybody can register.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator

from ..fetch.origin import is_loopback
from ..fetch.site import knows_suffixes, registrable_domain
from ..frozen import frozen

_HOSTILE = re.compile(
    r"(?:evil|not|fake|bad|rogue|hostile|malicious|attack(?:er)?s?|hack(?:er|ed)?s?|phish(?:ing)?|"
    r"pwn(?:ed)?|xss|spoof|scam|steal|thief|villain|mallory|untrusted|lookalike)[-_.\d]*",
    re.I,
)
"""What people put before a name when they try a server out."""
LONGEST = 253
"""Longest host name."""


@frozen
class Likeness:
    """One host that passes for another."""

    base: str
    """The host that it passes for."""
    why: str
    """How a comparison must be flawed to accept it."""
    sure: bool
    """False: a sister brand may have such a name."""


def likeness(host: str, bases: frozenset[str], home: str) -> Likeness | None:
    """Does this host pass for one of `bases`?

    Args:
        home: the API's own registrable domain, whose hosts are never strangers.
    """
    if len(host) > LONGEST or is_address(host):
        return None
    domain = registrable_domain(host)
    if domain == home:
        return None
    strangers = (each for each in _likenesses(host, domain, bases) if not _kin(each.base, domain))
    found = sorted(strangers, key=lambda each: (not each.sure, -len(each.base), each.base))
    return found[0] if found else None


def bases_of(hosts: Iterable[str]) -> frozenset[str]:
    """The names that other hosts may try to pass for: these hosts, and the domains they are in."""
    found: set[str] = set()
    for host in hosts:
        if is_address(host) or is_loopback(host):
            continue
        found.add(host)
        domain = registrable_domain(host)
        # Without the list `co.uk` is taken for a domain: names so short are not relied on.
        if knows_suffixes() or len(domain.partition(".")[0]) > 3:
            found.add(domain)
    return frozenset(each for each in found if "." in each)


def is_address(host: str) -> bool:
    """An IP address, not a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _kin(base: str, domain: str) -> bool:
    return registrable_domain(base) == domain


def _likenesses(host: str, domain: str, bases: frozenset[str]) -> Iterator[Likeness]:
    own = len(host) - len(domain)
    edges = [i for i, c in enumerate(host) if not c.isalnum()]
    for end in edges:
        for start in range(end):
            if host[start:end] not in bases:
                continue
            if end <= own:
                yield Likeness(host[start:end], "it looks at the beginning only", True)
            elif host[end] != ".":
                yield Likeness(host[start:end], "it takes what follows the name for nothing", True)
    for start in range(1, len(host)):
        if host[start:] in bases and host[start - 1] != ".":
            before = host[:start].rpartition(".")[2]
            odd = not (host[start - 1].isalnum() or host[start - 1] == "-")
            sure = odd or _HOSTILE.fullmatch(before) is not None
            yield Likeness(host[start:], "it looks at the end only, without the dot", sure)
    for i, c in enumerate(host):
        if c != "." and (name := f"{host[:i]}.{host[i + 1 :]}") in bases:
            yield Likeness(name, "a bare dot in its pattern stands for any character", c.isalnum())
