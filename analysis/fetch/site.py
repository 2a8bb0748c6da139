"""Sites: schemeful same-site, by the public suffix list where it is at hand.

https://html.spec.whatwg.org/#same-site. The list comes with the `publicsuffixlist`
package; the live addon may run where it is not installed, and then a rule of thumb serves:
the last two labels of the host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import cache, lru_cache


@cache
def _suffix_reader() -> Callable[[str], str | None] | None:
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None
    reader: Callable[[str], str | None] = PublicSuffixList().privatesuffix
    return reader


def knows_suffixes() -> bool:
    """False: registrable domains are guessed, and who relies on them is less sure."""
    return _suffix_reader() is not None


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """The part of a host that somebody registered; the host itself for addresses."""
    bare = host.strip("[]")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        pass
    else:
        return bare
    read = _suffix_reader()
    if read is not None:
        return read(bare) or bare
    return ".".join(bare.rsplit(".", 2)[-2:])


@lru_cache(maxsize=4096)
def shared_suffix(host: str) -> str | None:
    """The suffix that a hoster lends names under: `github.io` for `me.github.io`.

    These stand in the private section of the list; None without the list. Registries that sell
    names below two letters of their own (`uk.com`) are no hosters.
    """
    readers = _section_readers()
    if readers is None:
        return None
    suffix = readers[0](host)
    if suffix is None or "." not in suffix or suffix == readers[1](host):
        return None
    country, _, rest = suffix.partition(".")
    return None if len(country) == 2 and country.isalpha() and "." not in rest else suffix


@cache
def _section_readers() -> tuple[Callable[[str], str | None], Callable[[str], str | None]] | None:
    """Readers of the public suffix of a host, by the whole list and by its first section."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None
    whole, first = PublicSuffixList(), PublicSuffixList(only_icann=True)
    return whole.publicsuffix, first.publicsuffix


def same_site(scheme_a: str, host_a: str, scheme_b: str, host_b: str) -> bool:
    """Schemeful same-site: equal schemes and equal registrable domains."""
    return scheme_a == scheme_b and (
        host_a == host_b or registrable_domain(host_a) == registrable_domain(host_b)
    )
