"""Each engine's own words for a refusal.

Chromium: `CorsError` of the DevTools protocol, and the console sentence. Firefox: the key
of the console message, and its sentence. WebKit: the console text. One row per step.
"""

from __future__ import annotations

import re

from ..exchange import Headers
from ..frozen import frozen
from .browsers import Browser
from .check import Failure, Step


@frozen
class Wording:
    """How the engines name one step. `{got}` and `{param}` are those of the `Failure`."""

    chromium: str
    chromium_text: str
    firefox: str
    firefox_text: str
    webkit: str


_NOT_EQUAL = (
    "The 'Access-Control-Allow-Origin' header has a value '{got}' that is not equal to the "
    "supplied origin. Have the server send the header with a valid value."
)

WORDINGS: dict[Step, Wording] = {
    Step.ALLOW_ORIGIN_MISSING: Wording(
        "MissingAllowOriginHeader",
        "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
        "CORSMissingAllowOrigin2",
        "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}",
        "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
    ),
    Step.ALLOW_ORIGIN_MULTIPLE: Wording(
        "MultipleAllowOriginValues",
        "The 'Access-Control-Allow-Origin' header contains multiple values '{got}', but only "
        "one is allowed. Have the server send the header with a valid value.",
        "CORSAllowOriginNotMatchingOrigin",
        "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{got}’)",
        "Access-Control-Allow-Origin cannot contain more than one origin.",
    ),
    Step.ALLOW_ORIGIN_INVALID: Wording(
        "InvalidAllowOriginValue",
        "The 'Access-Control-Allow-Origin' header contains the invalid value '{got}'. Have the "
        "server send the header with a valid value.",
        "CORSAllowOriginNotMatchingOrigin",
        "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{got}’)",
        "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
    ),
    Step.ALLOW_ORIGIN_MISMATCH: Wording(
        "AllowOriginMismatch",
        _NOT_EQUAL,
        "CORSAllowOriginNotMatchingOrigin",
        "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{got}’)",
        "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
    ),
    Step.WILDCARD_WITH_CREDENTIALS: Wording(
        "WildcardOriginNotAllowed",
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the "
        "wildcard '*' when the request's credentials mode is 'include'.",
        "CORSNotSupportingCredentials",
        "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)",
        "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
    ),
    Step.CREDENTIALS_NOT_ALLOWED: Wording(
        "InvalidAllowCredentials",
        "The value of the 'Access-Control-Allow-Credentials' header in the response is '{got}' "
        "which must be 'true' when the request's credentials mode is 'include'.",
        "CORSMissingAllowCredentials",
        "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’)",
        'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".',
    ),
    Step.PREFLIGHT_STATUS: Wording(
        "PreflightInvalidStatus",
        "It does not have HTTP ok status.",
        "CORSPreflightDidNotSucceed3",
        "CORS preflight response did not succeed). Status code: {status}",
        "Preflight response is not successful. Status code: {status}",
    ),
    Step.PREFLIGHT_REDIRECT: Wording(
        "PreflightDisallowedRedirect",
        "Redirect is not allowed for a preflight request.",
        "CORSExternalRedirectNotAllowed",
        "CORS request external redirect not allowed)",
        "Preflight response is not successful. Status code: {status}",
    ),
    Step.METHODS_UNPARSABLE: Wording(
        "InvalidAllowMethodsPreflightResponse",
        "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
        "CORSInvalidAllowMethod",
        "invalid token ‘{got}’ in CORS header ‘Access-Control-Allow-Methods’)",
        "Header Access-Control-Allow-Methods has an invalid value: {got}",
    ),
    Step.HEADERS_UNPARSABLE: Wording(
        "InvalidAllowHeadersPreflightResponse",
        "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
        "CORSInvalidAllowHeader",
        "invalid token ‘{got}’ in CORS header ‘Access-Control-Allow-Headers’)",
        "Header Access-Control-Allow-Headers has an invalid value: {got}",
    ),
    Step.METHOD_NOT_ALLOWED: Wording(
        "MethodDisallowedByPreflightResponse",
        "Method {param} is not allowed by Access-Control-Allow-Methods in preflight response.",
        "CORSMethodNotFound",
        "Did not find method in CORS header ‘Access-Control-Allow-Methods’)",
        "Method {param} is not allowed by Access-Control-Allow-Methods.",
    ),
    Step.HEADER_NOT_ALLOWED: Wording(
        "HeaderDisallowedByPreflightResponse",
        "Request header field {param} is not allowed by Access-Control-Allow-Headers in "
        "preflight response.",
        "CORSMissingAllowHeaderFromPreflight2",
        "header ‘{param}’ is not allowed according to header ‘Access-Control-Allow-Headers’ "
        "from CORS preflight response)",
        "Request header field {param} is not allowed by Access-Control-Allow-Headers.",
    ),
    Step.REDIRECT_WITH_USERINFO: Wording(
        "RedirectContainsCredentials",
        "Redirect location '{got}' contains a username and password, which is disallowed for "
        "cross-origin requests.",
        "CORSDidNotSucceed2",
        "CORS request did not succeed). Status code: (null)",
        "redirection URL {got} has credentials",
    ),
    Step.REDIRECT_SCHEME: Wording(
        "CorsDisabledScheme",
        "Cross origin requests are only supported for protocol schemes: chrome, "
        "chrome-untrusted, data, http, https.",
        "CORSDidNotSucceed2",
        "CORS request did not succeed). Status code: (null)",
        "not allowed to follow a cross-origin CORS redirection with non CORS scheme",
    ),
}

_OWN_PREFLIGHT_CODE = frozenset(
    {
        Step.ALLOW_ORIGIN_MISSING,
        Step.ALLOW_ORIGIN_MULTIPLE,
        Step.ALLOW_ORIGIN_INVALID,
        Step.ALLOW_ORIGIN_MISMATCH,
        Step.WILDCARD_WITH_CREDENTIALS,
        Step.CREDENTIALS_NOT_ALLOWED,
    }
)
"""Steps that Chromium names `Preflight…` when they fail on the preflight."""

_PREFLIGHT_PREFIX = "Response to preflight request doesn't pass access control check: "
_PREFIXED = _OWN_PREFLIGHT_CODE | {Step.PREFLIGHT_STATUS, Step.PREFLIGHT_REDIRECT}

_LOADS = {
    "audio": "audio",
    "audioworklet": "script",
    "font": "font",
    "image": "image",
    "manifest": "manifest",
    "paintworklet": "script",
    "script": "script",
    "serviceworker": "script",
    "sharedworker": "script",
    "style": "CSS stylesheet",
    "track": "text track",
    "video": "video",
    "worker": "script",
    "xslt": "XSL stylesheet",
}
"""`Sec-Fetch-Dest` to the word in Chromium's `Access to … at`."""


def load_word(request: Headers) -> str:
    """What Chromium calls the load, as far as the wire tells fetch and others apart."""
    if "prefetch" in (request.get("sec-purpose") or ""):
        return "link prefetch resource"
    if (request.get("accept") or "").startswith("text/event-stream"):
        return "resource"
    return _LOADS.get(request.get("sec-fetch-dest") or "", "fetch")


def code(failure: Failure, browser: Browser) -> str:
    """The engine's own name for the failure (WebKit has none but its text's template)."""
    wording = WORDINGS[failure.step]
    if browser.name == "chromium":
        prefix = "Preflight" if failure.on_preflight and failure.step in _OWN_PREFLIGHT_CODE else ""
        return prefix + wording.chromium
    if browser.name == "firefox":
        if failure.counted:
            return "CORSMultipleAllowOriginNotAllowed"
        return wording.firefox
    return wording.webkit


def chromium_message(
    failure: Failure, url: str, origin: str, load: str, redirected_from: str | None
) -> str:
    """The sentence in Chromium's console; `url` is redacted, so it is that sentence but for it.

    Args:
        origin: origin of the page, also where the request said `null`.
        load: see `load_word`.
        redirected_from: URL of the first request of a redirect chain.
    """
    got = failure.got or ""
    if failure.step is Step.REDIRECT_WITH_USERINFO:
        got = ""  # Chromium leaves the location out
    reason = WORDINGS[failure.step].chromium_text.format(
        got=re.sub(r"[^\x00-\x7f]", lambda m: f"\\u{ord(m[0]):04X}", got), param=failure.param
    )
    if failure.on_preflight and failure.step in _PREFIXED:
        reason = _PREFLIGHT_PREFIX + reason
    via = f" (redirected from '{redirected_from}')" if redirected_from else ""
    return (
        f"Access to {load} at '{url}'{via} from origin '{origin}' has been blocked by CORS "
        f"policy: {reason}"
    )


def firefox_message(failure: Failure, url: str, status: int | None) -> str:
    """The sentence in Firefox's console.

    Args:
        status: of the answer that was checked: on a 304 that of the stored one.
    """
    if failure.counted:
        text = "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed)"
    else:
        text = WORDINGS[failure.step].firefox_text.format(
            got=(failure.got or "").encode("latin-1", "replace").decode("utf-8", "replace"),
            param=failure.param,
            status="(null)" if status is None else status,
        )
    if failure.step is Step.WILDCARD_WITH_CREDENTIALS:
        url = f"‘{url}’"  # only this message quotes it
    return (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
        f"resource at {url}. (Reason: {text}."
    )


def webkit_message(
    failure: Failure, origin: str, status: int | None, redirected_to: str | None = None
) -> str:
    """The text in WebKit's console.

    Args:
        redirected_to: target, where the answer that was checked is a redirect.
    """
    got = failure.got if failure.got is not None else ""
    step = failure.step
    if step is Step.ALLOW_ORIGIN_MULTIPLE and "," not in got:
        step = Step.ALLOW_ORIGIN_MISMATCH  # a space alone separates nothing here
    text = WORDINGS[step].webkit.format(
        got=got if failure.whole is None else failure.whole,
        param=failure.param,
        origin=origin,
        status=status,
    )
    if redirected_to is None or failure.on_preflight:
        return text
    return (
        f"Cross-origin redirection to {redirected_to} denied by Cross-Origin Resource Sharing "
        f"policy: {text}"
    )
