"""How an API decides whom to trust, as far as its answers show."""

from __future__ import annotations

from collections.abc import Iterable

from ..fetch.origin import host_of, is_loopback
from ..fetch.site import registrable_domain
from .facts import ApiFacts, Told
from .judge import Outcome


def parties(origins: Iterable[str], api: str) -> list[str]:
    """One origin of each party: a site, or the programs of this machine.

    To an API on the open network every local origin is its developers' own. Two names of this
    machine that share a port (`localhost:3000`, `127.0.0.1:3000`) are the same page.
    """
    sites: dict[str, str] = {}
    local: dict[str, list[str]] = {}
    for origin in sorted(origins):
        host = host_of(origin)
        if not host:
            continue
        if is_loopback(host):
            local.setdefault(host, []).append(origin)
        else:
            sites.setdefault(registrable_domain(host), origin)
    if is_loopback(host_of(api)):
        ports: set[str] = set()
        for mine in local.values():
            numbers = {origin.rpartition(":")[2] for origin in mine}
            if not ports & numbers:
                sites[mine[0]] = mine[0]
            ports |= numbers
    return list(sites.values())


def refused(api: ApiFacts) -> list[str]:
    """Origins that the API answered, but never allowed: what a list does and an echo does not."""
    allowed = {origin for origin, _ in api.echoed()}
    return sorted(
        {
            origin
            for (origin, value, _), answer in api.answers.items()
            if origin not in allowed
            and origin != "null"
            and value != "*"
            and answer.example.verdict.outcome is Outcome.BLOCKED
            and (answer.example.exchange.status or 500) < 400
        }
    )


def allow_origin_mode(rows: Iterable[Told], api: str) -> str:
    """How `Allow-Origin` behaved over these answers: a word of `result.Allows`."""
    answered = [row for row in rows if row.status < 400]
    values = {row.allow_origin for row in answered} - {None}
    if not values:
        return "absent"
    if values in ({"*"}, {"null"}):
        return "wildcard" if "*" in values else "null"
    if values & {"*", "null"}:
        return "mixed"
    echoed = {row.origin for row in answered if row.allow_origin == row.origin}
    others = {row.origin for row in answered} - echoed - {"null"}
    if values - echoed and len(values) == 1:
        return "fixed"
    if others:
        return "listed"
    return "reflected" if len(parties(echoed, api)) > 1 else "echoed"
