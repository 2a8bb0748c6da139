"""Origins: how they are written, and when a browser takes a text for one.

https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
"""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
MAX_PORT = 65_535

# URL standard, "forbidden domain code point", less what cannot get this far.
_FORBIDDEN_IN_HOST = re.compile(r"[^!$&-.0-9:;=A-Z_a-z~]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+\-.]*):")
_SERIALISED = re.compile(
    r"[a-z][a-z0-9+\-.]*://(?:[^\s/?#@A-Z:\[\]]+|\[[0-9a-f:.]+\])(?::\d{1,5})?"
)


def serialise(scheme: str, host: str, port: int | None) -> str:
    """Write an origin as browsers put it in `Origin`: the scheme's own port left out."""
    if port is None or DEFAULT_PORTS.get(scheme) == port:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def is_serialised(text: str) -> bool:
    """Could a browser have written this `Origin`? `null`, or scheme, host and odd port only.

    Old web views write `file://`.
    """
    if text in ("null", "file://"):
        return True
    if not text.isascii() or _SERIALISED.fullmatch(text) is None:
        return False
    scheme, _, rest = text.partition("://")
    address, bracket, behind = rest.rpartition("]")
    if bracket and not _is_ipv6(address[1:]):
        return False
    port = behind.rpartition(":")[2] if ":" in behind else ""
    return not port or (DEFAULT_PORTS.get(scheme) != int(port) <= MAX_PORT and port[0] != "0")


@lru_cache(maxsize=4096)
def host_of(origin: str) -> str:
    """Host of a serialised origin; empty when it has none."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def is_loopback(host: str) -> bool:
    """`localhost`, names below it, 127.0.0.0/8 and ::1."""
    host = host.strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def portless(origin: str) -> str:
    """An origin, on this machine without its port: there ports change from run to run."""
    host = host_of(origin)
    return f"{origin.partition('://')[0]}://{host}" if is_loopback(host) else origin


class Space(StrEnum):
    """Where a host lies, as far as its name tells."""

    LOOPBACK = "loopback"
    LOCAL = "local"
    PUBLIC = "public"


_LOCAL_SUFFIXES = (".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home")
_SHARED = ipaddress.ip_network("100.64.0.0/10")


@lru_cache(maxsize=4096)
def address_space(host: str) -> Space:
    """This machine, a private network, or the open one: by the name or the literal address.

    What a public name resolves to is not asked: a proxy, a VPN or a test bench gives any name
    a private address. https://wicg.github.io/local-network-access/#ip-address-space
    """
    if is_loopback(host):
        return Space.LOOPBACK
    bare = host.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        intranet = "." not in bare or bare.endswith(_LOCAL_SUFFIXES)
        return Space.LOCAL if intranet else Space.PUBLIC
    if address.is_unspecified:
        return Space.LOOPBACK
    shared = address.version == 4 and address in _SHARED
    return Space.LOCAL if shared or address.is_private or address.is_link_local else Space.PUBLIC


def is_trustworthy(scheme: str, host: str) -> bool:
    """Is a URL with this scheme and host potentially trustworthy?

    Browsers send `Sec-Fetch-*` only to such URLs.
    """
    return scheme in ("https", "wss") or is_loopback(host)


def is_url(text: str) -> bool:
    """Does Chromium's `GURL` take the text for a valid URL?

    It decides between `AllowOriginMismatch` (valid) and `InvalidAllowOriginValue`. For the
    schemes with hosts the host must be there and hold no forbidden character; any other
    scheme makes a valid URL of anything, `localhost:3000` included.
    """
    match = _SCHEME.match(text)
    if match is None:
        return False
    scheme = match[1].lower()
    rest = text[match.end() :]
    if scheme not in DEFAULT_PORTS:
        return True
    authority = re.split(r"[/\\?#]", rest.lstrip("/\\"), maxsplit=1)[0]
    host, port = _split_port(authority.rpartition("@")[2])
    if not host:
        return False
    if port and not (port.isascii() and port.isdigit() and int(port[-12:]) <= MAX_PORT):
        return False
    if host.startswith("["):
        return host.endswith("]") and _is_ipv6(host[1:-1])
    host = _unescape_host(host)
    return ":" not in host and _FORBIDDEN_IN_HOST.search(host) is None


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _split_port(authority: str) -> tuple[str, str]:
    if authority.endswith("]"):
        return authority, ""
    host, colon, port = authority.rpartition(":")
    return (host, port) if colon else (authority, "")


def _unescape_host(host: str) -> str:
    # "a%2eb" is a.b; a stray % stays and is forbidden.
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), host)
