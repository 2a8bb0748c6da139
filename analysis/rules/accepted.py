"""The origins that an API let in by name, and whether it would let in anybody."""

from __future__ import annotations

from ..fetch.classify import Role
from ..fetch.origin import Space, address_space, host_of, is_loopback
from ..fetch.site import registrable_domain
from ..frozen import frozen
from ..session.facts import ApiFacts
from ..session.judge import Judged
from ..session.trust import parties, refused
from .lookalike import Likeness, bases_of, likeness

NOT_PUBLIC = (".test", ".localhost", ".invalid", ".local", ".internal")
"""Names that the open network does not resolve. https://www.rfc-editor.org/rfc/rfc6761"""


@frozen
class Accepted:
    """An origin that was answered by its own name."""

    origin: str
    host: str
    credentials: bool
    """Also with `Allow-Credentials: true`."""
    example: Judged


def accepted(api: ApiFacts) -> tuple[Accepted, ...]:
    """Each of them once, sorted; answers with credentials go before those without."""
    best: dict[str, Accepted] = {}
    for origin, answer in api.echoed():
        if not _lets_in(answer.example):
            continue
        known = best.get(origin)
        if known is None or (answer.allow_credentials and not known.credentials):
            best[origin] = Accepted(
                origin, host_of(origin), answer.allow_credentials, answer.example
            )
    return tuple(best[origin] for origin in sorted(best))


def _lets_in(seen: Judged) -> bool:
    status = seen.exchange.status or 0
    return seen.node.role is not Role.PREFLIGHT or 200 <= status <= 299


def lookalikes(api: ApiFacts) -> dict[str, Likeness]:
    """Those that pass for the API's own host, or for another that it let in."""
    own = host_of(api.api)
    every = api.once(accepted)
    bases = bases_of([own, *(each.host for each in every)])
    home = registrable_domain(own)
    found = {}
    for each in every:
        like = likeness(each.host, bases, home)
        if like is not None:
            found[each.origin] = like
    return found


def strangers(api: ApiFacts) -> list[str]:
    """One origin of each party that was named with credentials allowed.

    Look-alikes are no party of their own: a flawed list lets them in as well.
    """
    return _strangers(api, credentials=True)


def strangers_without_credentials(api: ApiFacts) -> list[str]:
    """One origin of each party that was named without credentials, look-alikes apart."""
    return _strangers(api, credentials=False)


def _strangers(api: ApiFacts, credentials: bool) -> list[str]:
    alike = {origin for origin, like in api.once(lookalikes).items() if like.sure}
    every = api.once(accepted)
    return parties(
        (a.origin for a in every if a.credentials is credentials and a.origin not in alike),
        api.api,
    )


def reflects(api: ApiFacts) -> bool:
    """Does it seem to let in whoever asks, with credentials?"""
    return len(api.once(strangers)) > 1 and not api.once(refused)


def reflects_without_credentials(api: ApiFacts) -> bool:
    """Does it seem to let in whoever asks, but without credentials?"""
    return len(api.once(strangers_without_credentials)) > 1 and not api.once(refused)


def is_own(host: str, api: ApiFacts) -> bool:
    """Is this host of the API's own site, or both on this machine?"""
    own = host_of(api.api)
    if is_loopback(own):
        return is_loopback(host)
    return registrable_domain(host) == registrable_domain(own)


def is_public(host: str) -> bool:
    """Does the open network know this host, as far as its name tells?"""
    return address_space(host) is Space.PUBLIC and not host.endswith(NOT_PUBLIC)
