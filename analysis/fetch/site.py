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


FEW = 16
"""Top-level domains of which a session's hosts are, as a rule; with more the whole list is read."""
_OTHERS_BEGIN = "// ===END ICANN DOMAINS==="


@cache
def _text() -> str | None:
    """The list as it was published, None where it is not at hand."""
    try:
        from publicsuffixlist import PSLFILE
    except ImportError:
        return None
    return Path(PSLFILE).read_text(encoding="utf-8")


_lists: dict[tuple[str, bool], PublicSuffixList] = {}
"""By top-level domain (empty: all), and whether only the first section counts."""


def _list(host: str, only_first_section: bool = False) -> PublicSuffixList | None:
    """The list as far as it concerns a host, None where it is not at hand.

    To read all of it takes longer than to judge a small recording.
    """
    text = _text()
    if text is None:
        return None
    top = host.rpartition(".")[2].lower()
    if len(_lists) >= FEW or not top.isalnum() or not host.isascii() or "xn--" in host.lower():
        top = ""
    known = _lists.get((top, only_first_section))
    if known is None:
        if only_first_section:
            text = text.partition(_OTHERS_BEGIN)[0]
        known = _lists[top, only_first_section] = _all(text) if not top else _of(top, text)
    return known


def _of(top: str, text: str) -> PublicSuffixList:
    """The rules for names below a top-level domain, written in ASCII as the names are."""
    from publicsuffixlist import PublicSuffixList

    lines = []
    end = text.find(f"{top}\n")
    while end >= 0:
        line = text[text.rfind("\n", 0, end) + 1 : end + len(top)]
        if line.rpartition(".")[2] == top and not line.startswith("//"):
            lines.append(line)
        end = text.find(f"{top}\n", end + 1)
    return PublicSuffixList(lines, accept_encoded_idn=False)


def _all(text: str) -> PublicSuffixList:
    """All rules. Left to itself the library sends every line through a slow codec; few need it."""
    from publicsuffixlist import PublicSuffixList, encode_idn

    lines = []
    for line in text.splitlines():
        lines.append(line)
        if not line.isascii() and not line.startswith("//"):
            excepted = "!" if line.startswith("!") else ""
            lines.append(excepted + encode_idn(line.removeprefix("!")))
    return PublicSuffixList(lines, accept_encoded_idn=False)


def knows_suffixes() -> bool:
    """False: registrable domains are guessed, and who relies on them is less sure."""
    return _text() is not None


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
    suffixes = _list(bare)
    if suffixes is not None:
        return suffixes.privatesuffix(bare) or bare
    return ".".join(bare.rsplit(".", 2)[-2:])


@lru_cache(maxsize=4096)
def shared_suffix(host: str) -> str | None:
    """The suffix that a hoster lends names under: `github.io` for `me.github.io`.

    These stand in the private section of the list; None without the list. Registries that sell
    names below two letters of their own (`uk.com`) are no hosters.
    """
    suffixes = _list(host)
    suffix = None if suffixes is None else suffixes.publicsuffix(host)
    if suffix is None or "." not in suffix:
        return None
    first = _list(host, only_first_section=True)
    if first is None or suffix == first.publicsuffix(host):
        return None
    country, _, rest = suffix.partition(".")
    return None if len(country) == 2 and country.isalpha() and "." not in rest else suffix


def same_site(scheme_a: str, host_a: str, scheme_b: str, host_b: str) -> bool:
    """Schemeful same-site: equal schemes and equal registrable domains."""
    return scheme_a == scheme_b and (
        host_a == host_b or registrable_domain(host_a) == registrable_domain(host_b)
    )
