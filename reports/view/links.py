"""Links out of the page: only to places we know, never to captured text."""

from __future__ import annotations

from urllib.parse import urlsplit

from analysis.finding import Finding
from analysis.frozen import frozen

from ..escape import clip

MDN = "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors/"
FIREFOX_PAGES = frozenset(
    {
        "CORSAllowOriginNotMatchingOrigin",
        "CORSDidNotSucceed",
        "CORSDisabled",
        "CORSExternalRedirectNotAllowed",
        "CORSInvalidAllowHeader",
        "CORSInvalidAllowMethod",
        "CORSMethodNotFound",
        "CORSMissingAllowCredentials",
        "CORSMissingAllowHeaderFromPreflight",
        "CORSMissingAllowOrigin",
        "CORSMultipleAllowOriginNotAllowed",
        "CORSNotSupportingCredentials",
        "CORSOriginHeaderNotAdded",
        "CORSPreflightDidNotSucceed",
        "CORSRequestNotHttp",
    }
)
"""MDN's pages about Firefox's messages; the browser's own keys may end in a digit."""
HOSTS = {
    "fetch.spec.whatwg.org": "Fetch standard",
    "html.spec.whatwg.org": "HTML standard",
    "developer.mozilla.org": "MDN",
    "www.rfc-editor.org": "RFC",
    "datatracker.ietf.org": "RFC",
    "httpwg.org": "HTTP working group",
    "portswigger.net": "PortSwigger",
    "cheatsheetseries.owasp.org": "OWASP",
    "owasp.org": "OWASP",
    "developer.chrome.com": "Chrome",
    "web.dev": "web.dev",
    "wicg.github.io": "WICG",
    "w3c.github.io": "W3C",
    "www.w3.org": "W3C",
}
"""Hosts that rules may refer to, and what they are called."""
_LINK_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#=&%+,()!"
)


@frozen
class Link:
    """`href` is empty where the address is shown as text only."""

    text: str
    href: str


def references(finding: Finding) -> tuple[Link, ...]:
    """What to read about a finding, the weakness it is an example of included."""
    made = [_reference(each) for each in finding.references[:8]]
    for cwe in finding.cwe[:4]:
        number = cwe.removeprefix("CWE-")
        href = f"https://cwe.mitre.org/data/definitions/{number}.html"
        known = number.isascii() and number.isdigit() and len(number) < 6
        made.append(Link(clip(cwe, 40), href if known else ""))
    return tuple(made)


def firefox(key: str | None) -> tuple[str, str]:
    """Firefox's name of a reason and MDN's page about it; both may be empty."""
    if not key:
        return "", ""
    page = key.rstrip("0123456789")
    return clip(key, 60), MDN + page if page in FIREFOX_PAGES else ""


def _reference(address: str) -> Link:
    try:
        parts = urlsplit(address)
        host = parts.netloc
    except ValueError:
        return Link(clip(address, 120), "")
    if parts.scheme != "https" or host not in HOSTS or set(address) - _LINK_CHARACTERS:
        return Link(clip(address, 120), "")
    last = parts.fragment or parts.path.rstrip("/").rpartition("/")[2]
    return Link(f"{HOSTS[host]}: {clip(last, 60)}" if last else HOSTS[host], address)
