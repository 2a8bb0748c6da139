"""The CORS check and the CORS-preflight check, with the step that failed.

https://fetch.spec.whatwg.org/#cors-check
https://fetch.spec.whatwg.org/#cors-preflight-fetch
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache

from ..exchange import Header, Headers, are_short
from ..frozen import frozen
from .browsers import BROWSERS, Browser
from .headers import extract_list, strip
from .origin import is_url
from .safelist import METHODS

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


class Step(StrEnum):
    """The ways a browser can refuse a response."""

    ALLOW_ORIGIN_MISSING = "allow-origin-missing"
    ALLOW_ORIGIN_MULTIPLE = "allow-origin-multiple"
    ALLOW_ORIGIN_INVALID = "allow-origin-invalid"
    ALLOW_ORIGIN_MISMATCH = "allow-origin-mismatch"
    WILDCARD_WITH_CREDENTIALS = "wildcard-with-credentials"
    CREDENTIALS_NOT_ALLOWED = "credentials-not-allowed"
    PREFLIGHT_STATUS = "preflight-status"
    PREFLIGHT_REDIRECT = "preflight-redirect"
    METHODS_UNPARSABLE = "methods-unparsable"
    HEADERS_UNPARSABLE = "headers-unparsable"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    HEADER_NOT_ALLOWED = "header-not-allowed"
    REDIRECT_WITH_USERINFO = "redirect-with-userinfo"
    REDIRECT_SCHEME = "redirect-scheme"


@frozen
class Failure:
    """Why a browser refused."""

    step: Step
    on_preflight: bool = False
    got: str | None = None
    """The value that was refused, None when the header was absent."""
    param: str | None = None
    """The method or header name that is not allowed."""
    whole: str | None = None
    """The whole list of which `got` is the first bad element; WebKit's text shows it."""
    counted: bool = False
    """Refused for the number of `Access-Control-Allow-Origin` lines, not for their value."""


@frozen
class Asked:
    """What a preflight asks permission for."""

    method: str
    headers: tuple[str, ...]
    """Lower-case, in the order of `Access-Control-Request-Headers`."""

    @classmethod
    def of(cls, request: Headers) -> Asked:
        """Read it from the preflight's request headers."""
        names = request.get("access-control-request-headers") or ""
        return cls(
            method=strip(request.get("access-control-request-method") or ""),
            headers=tuple(strip(n).lower() for n in names.split(",") if strip(n)),
        )


Checks = Mapping[str, Mapping[bool, Failure | None]]
"""By the name of a browser and the credentials mode (True: include) why it refuses."""


def cors_check(response: Headers, origin: str, include: bool, browser: Browser) -> Failure | None:
    """*CORS check* of a response to a request with this `Origin`.

    Args:
        origin: serialised request origin, `null` when opaque or tainted.
        include: is the request's credentials mode `include`?

    Returns:
        None when it passes.
    """
    return _checked(looked_at(response), origin, include, browser)


Looked = tuple[tuple[Header, ...], tuple[Header, ...]]


def looked_at(response: Headers) -> Looked:
    """All of an answer that the *CORS check* looks at."""
    return (
        response.lines("access-control-allow-origin"),
        response.lines("access-control-allow-credentials"),
    )


def cors_checks(looked: Looked, origin: str, modes: tuple[bool, ...]) -> Checks:
    """`cors_check` in every browser and each of these credentials modes (True: include)."""
    return {
        name: {mode: _checked(looked, origin, mode, browser) for mode in modes}
        for name, browser in BROWSERS.items()
    }


def _checked(looked: Looked, origin: str, include: bool, browser: Browser) -> Failure | None:
    check = _cors_check if all(map(are_short, looked)) else _cors_check.__wrapped__
    return check(*looked, origin, include, browser)


@lru_cache(maxsize=1024)
def _cors_check(
    lines: tuple[Header, ...],
    credentials_lines: tuple[Header, ...],
    origin: str,
    include: bool,
    browser: Browser,
) -> Failure | None:
    allowed = _joined(lines, browser)
    if allowed is None:
        return Failure(Step.ALLOW_ORIGIN_MISSING)
    if browser.counts_canonical_allow_origin and len(lines) > 1:
        if sum(line.name == "Access-Control-Allow-Origin" for line in lines) > 1:
            return Failure(Step.ALLOW_ORIGIN_MULTIPLE, got=allowed, counted=True)
    if allowed == "*":
        return Failure(Step.WILDCARD_WITH_CREDENTIALS, got=allowed) if include else None
    if allowed != origin:
        return Failure(_mismatch(allowed), got=allowed)
    if not include:
        return None
    credentials = _joined(credentials_lines, browser)
    if credentials != "true":
        return Failure(Step.CREDENTIALS_NOT_ALLOWED, got=credentials)
    return None


def _joined(lines: tuple[Header, ...], browser: Browser) -> str | None:
    """Fetch's *get*: the values joined as this engine joins them; None when there is no line."""
    if not lines:
        return None
    if len(lines) == 1:
        return strip(lines[0].value or "")
    values = [strip(line.value or "") for line in lines]
    if browser.drops_empty_lines:
        values = [value for value in values if value]
    return ", ".join(values)


def _mismatch(allowed: str) -> Step:
    if " " in allowed or "," in allowed:
        return Step.ALLOW_ORIGIN_MULTIPLE
    if allowed == "null" or is_url(allowed):
        return Step.ALLOW_ORIGIN_MISMATCH
    return Step.ALLOW_ORIGIN_INVALID


def preflight_check(
    asked: Asked, origin: str, status: int, response: Headers, include: bool, browser: Browser
) -> Failure | None:
    """Would this preflight's answer let the request it asks for go out?

    Args:
        origin: the preflight's own.
        include: credentials mode of the request that is asked for; the preflight itself
            never carries any.
    """
    redirected = status in REDIRECT_STATUSES and bool(strip(response.get("location") or ""))
    if redirected and browser.redirect_before_origin:
        return Failure(Step.PREFLIGHT_REDIRECT, on_preflight=True, got=str(status))
    bad_status = not 200 <= status <= 299
    if bad_status and browser.status_before_origin:
        return Failure(Step.PREFLIGHT_STATUS, on_preflight=True, got=str(status))
    failure = cors_check(response, origin, include, browser)
    if failure is not None:
        return replace(failure, on_preflight=True)
    if redirected:
        return Failure(Step.PREFLIGHT_REDIRECT, on_preflight=True, got=str(status))
    if bad_status:
        return Failure(Step.PREFLIGHT_STATUS, on_preflight=True, got=str(status))
    return _permission(asked, response, include, browser)


def _permission(asked: Asked, response: Headers, include: bool, browser: Browser) -> Failure | None:
    methods_line = response.get("access-control-allow-methods")
    headers_line = response.get("access-control-allow-headers")
    methods, headers = extract_list(methods_line), extract_list(headers_line)
    bad_methods = _unparsable(Step.METHODS_UNPARSABLE, methods, methods_line)
    bad_headers = _unparsable(Step.HEADERS_UNPARSABLE, headers, headers_line)
    bad_method = bad_methods or _method(asked.method, methods, include)
    bad_header = bad_headers or _header(asked.headers, headers, include)
    if browser.lists_parsed_before_method:
        return bad_methods or bad_headers or bad_method or bad_header
    return bad_method or bad_header


def _unparsable(step: Step, parsed: tuple[str, ...] | str, line: str | None) -> Failure | None:
    if not isinstance(parsed, str):
        return None
    return Failure(step, on_preflight=True, got=parsed, whole=line)


def _method(method: str, allowed: tuple[str, ...] | str, include: bool) -> Failure | None:
    if method in METHODS or method in allowed or (not include and "*" in allowed):
        return None
    return Failure(Step.METHOD_NOT_ALLOWED, on_preflight=True, param=method)


def _header(
    names: tuple[str, ...], allowed: tuple[str, ...] | str, include: bool
) -> Failure | None:
    if not include and "*" in allowed:
        return None  # also for Authorization: all three engines depart from the standard
    listed = {name.lower() for name in allowed}
    for name in names:
        if name not in listed:
            return Failure(Step.HEADER_NOT_ALLOWED, on_preflight=True, param=name)
    return None
