"""Sites: schemeful same-site, by the public suffix list where it is at hand.

https://html.spec.whatwg.org/#same-site. The list comes with the `publicsuffixlist`
package; the live addon may run where it is not installed, and then a rule of thumb serves:
the last two labels of the host.
"""

from __future__ import annotations

import ipaddress
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _list(only_first_section: bool = False) -> PublicSuffixList | None:
    """The list, None where it is not at hand.

    Left to itself the library sends every line through a slow codec; few of them need it.
    """
    try:
        from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn
    except ImportError:
        return None
    lines = []
    for line in Path(PSLFILE).read_text(encoding="utf-8").splitlines():
        lines.append(line)
        if not line.isascii() and not line.startswith("//"):
            excepted = "!" if line.startswith("!") else ""
            lines.append(excepted + encode_idn(line.removeprefix("!")))
    return PublicSuffixList(lines, accept_encoded_idn=False, only_icann=only_first_section)


def knows_suffixes() -> bool:
    """False: registrable domains are guessed, and who relies on them is less sure."""
    return _list() is not None


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
    suffixes = _list()
    if suffixes is not None:
        return suffixes.privatesuffix(bare) or bare
    return ".".join(bare.rsplit(".", 2)[-2:])


@lru_cache(maxsize=4096)
def shared_suffix(host: str) -> str | None:
    """The suffix that a hoster lends names under: `github.io` for `me.github.io`.

    These stand in the private section of the list; None without the list. Registries that sell
    names below two letters of their own (`uk.com`) are no hosters.
    """
    suffixes = _list()
    suffix = None if suffixes is None else suffixes.publicsuffix(host)
    if suffix is None or "." not in suffix:
        return None
    first = _list(only_first_section=True)
    if first is None or suffix == first.publicsuffix(host):
        return None
    country, _, rest = suffix.partition(".")
    return None if len(country) == 2 and country.isalpha() and "." not in rest else suffix


def same_site(scheme_a: str, host_a: str, scheme_b: str, host_b: str) -> bool:
    """Schemeful same-site: equal schemes and equal registrable domains."""
    return scheme_a == scheme_b and (
        host_a == host_b or registrable_domain(host_a) == registrable_domain(host_b)
    )
