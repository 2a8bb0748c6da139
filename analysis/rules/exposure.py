"""Whose data does misplaced trust give away? The argument that several severities share.

What a trusted page can do in a visitor's name rests on the visitor's cookies travelling to
the API from that page. `SameSite=Lax` and `Strict` keep them at home, whatever CORS allows.
https://html.spec.whatwg.org/#same-site
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from ..finding import Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged

OWASP = (
    "https://owasp.org/www-project-web-security-testing-guide/latest/"
    "4-Web_Application_Security_Testing/11-Client-side_Testing/"
    "07-Testing_Cross_Origin_Resource_Sharing"
)
"""WSTG-CLNT-07, the testing guide's chapter on CORS."""


class Travel(StrEnum):
    """Do the API's cookies go along with calls from pages of other sites?"""

    SEEN = "seen"
    """They did, in this session."""
    MARKED = "marked"
    """It sets some with `SameSite=None`, which is meant for that."""
    OPEN = "open"
    """Nothing in the session tells."""
    HOME = "home"
    """All that it was seen to set are `Lax` or `Strict`."""


def travel(api: ApiFacts) -> Travel:
    """What the session shows about the API's cookies."""
    if api.cookies_abroad:
        return Travel.SEEN
    kinds = {cookie.same_site for cookie in api.cookies_set}
    if "none" in kinds:
        return Travel.MARKED
    return Travel.HOME if kinds and kinds <= {"lax", "strict"} else Travel.OPEN


def graded(api: ApiFacts, severity: Severity, seen: Severity | None = None) -> Severity:
    """A severity, weighed by the cookies: one step milder where they stay at home.

    Args:
        severity: where nothing is known about them.
        seen: where they were seen to travel, if that is worse.
    """
    how = travel(api)
    if how is Travel.HOME:
        return _MILDER[severity]
    return seen or severity if how is Travel.SEEN else severity


_MILDER = {
    Severity.CRITICAL: Severity.HIGH,
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.LOW,
    Severity.INFO: Severity.INFO,
}

_TOLD = {
    Travel.SEEN: "Cookies were seen to travel to it from pages of other sites, so their owner's "
    "data is readable there.",
    Travel.MARKED: "It sets cookies with `SameSite=None`, which travel from other sites, too, "
    "unless the browser blocks third-party cookies.",
    Travel.OPEN: "In this capture no cookie was seen to travel to it from another site.",
    Travel.HOME: "The cookies that it was seen to set are `SameSite=Lax` or `Strict` and do not "
    "travel from other sites, which keeps the damage small for now.",
}


def told(api: ApiFacts) -> str:
    """What the session shows about the API's cookies, in a sentence."""
    return _TOLD[travel(api)]


_PUBLIC_KINDS = frozenset({"audio", "font", "image", "script", "style", "track", "video"})
"""Loads of elements, by `Sec-Fetch-Dest`."""
_FOR_ALL = frozenset({"public", "immutable", "s-maxage"})
"""Words of `Cache-Control` that go with what everybody is given."""


def is_public_content(seen: Judged) -> bool:
    """Does the exchange say itself that everybody is given the same?"""
    kind = seen.exchange.request.get("sec-fetch-dest")
    if kind not in _PUBLIC_KINDS and not _cache_words(seen) & _FOR_ALL:
        return False
    return not signs_of_a_person(seen) and not seen.exchange.cookies


def signs_of_a_person(seen: Judged) -> list[str]:
    """What on the exchange says that the answer is made for one person."""
    signs = []
    if "authorization" in seen.exchange.request:
        signs.append("Authorization")
    if "private" in _cache_words(seen):
        signs.append("Cache-Control")
    if any(not cookie.deletes for cookie in seen.exchange.set_cookies):
        signs.append("Set-Cookie")
    return signs


def _cache_words(seen: Judged) -> frozenset[str]:
    return _directives(seen.exchange.response.get("cache-control") or "")


@lru_cache(maxsize=256)
def _directives(control: str) -> frozenset[str]:
    return frozenset(part.partition("=")[0].strip() for part in control.lower().split(","))
