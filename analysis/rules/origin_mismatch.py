"""An `Access-Control-Allow-Origin` that is not the page's origin."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from ..fetch.cache import served_from_cache
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import began, code, ended, listed, working_origins


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Another origin, or something that is no origin."""
    failure = seen.verdict.failure
    if cause(seen, api) != RULE.id or failure is None:
        return
    got, origin = failure.got or "", seen.node.origin
    works = [each for each in working_origins(api) if each != origin]
    others = f" This API does answer {listed(works)} by name." if works else ""
    mark = served_from_cache(seen.exchange)
    if mark is not None and got not in ("", "null"):
        others += f" A cache gave it (`{mark}`), so it may have been made for another page."
    yield Hit(
        seen,
        f"{began(seen)}. The answer allows {code(got) if got else 'an empty value'}, and the page "
        f"is {code(origin)}: {difference(origin, got)}. The two are compared byte for byte. "
        f"{ended(seen)}{others}",
        (
            evidence(seen, "response", ACAO, "not the page's origin"),
            evidence(seen, "request", "Origin", "the page's origin", "related"),
        ),
        needed(seen),
    )


def difference(origin: str, got: str) -> str:
    """In a few words, how the allowed value differs from the origin."""
    if origin == "null":
        return "the page has no origin of its own, which no server should allow"
    if not got.strip():
        return "the value is empty"
    if got == "null":
        return "`null` stands for pages without an origin"
    if got[0] in "'\"" or got[-1] in "'\"":
        return "the value stands in quotes"
    if got.rstrip("/") == origin:
        return "there is a slash at the end"
    if got.lower() == origin:
        return "there are upper-case letters in it"
    if "*" in got:
        return "a wildcard inside an origin means nothing to browsers"
    if "://" not in got:
        return "the scheme (`http://` or `https://`) is missing"
    try:
        return _by_part(urlsplit(origin), urlsplit(got))
    except ValueError:
        return "it is no origin"


def _by_part(page: SplitResult, allowed: SplitResult) -> str:
    hosts = page.hostname or "", allowed.hostname or ""
    if allowed.path.strip("/") or allowed.query:
        return "an origin ends after host and port, without a path"
    if hosts[0] == hosts[1]:
        if page.scheme != allowed.scheme:
            return f"`{page.scheme}` and `{allowed.scheme}` are different origins"
        if page.port != allowed.port:
            return "the ports differ"
    if hosts[0].removeprefix("www.") == hosts[1].removeprefix("www."):
        return "one has `www.` and the other has not"
    return "it is another origin"


RULE = Rule(
    id="origin-mismatch",
    title="The API allows another address than the one this page has",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="The value must be the page's origin letter for letter: scheme, host and odd port, no "
    "slash at the end, no path, no pattern. It works for one address (production, or localhost) "
    "and fails for the next. Severity is high because every call of this page fails.",
    fix="Add this page's exact origin to the API's list of allowed origins, written as the "
    "browser writes it.",
    references=(fetch("cors-check"), mdn("CORSAllowOriginNotMatchingOrigin")),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com/
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
