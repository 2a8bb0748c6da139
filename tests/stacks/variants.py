"""The ways to get CORS wrong that every server software is put through.

What each looks like in one software's words is data in `catalogue/`; here stands what an audit
of the recorded session must find, whatever the software.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrong:
    """One way."""

    finds: frozenset[str]
    """Rules of which one must speak up."""
    page: str = "application"
    """Function of `calls.js` that is the front end."""
    login: bool = False
    """The application wants a login for everything, preflights too."""
    dangerous: bool = False
    """Pages of other sites read what they should not."""


ALL = {
    # nothing at all
    "bare": Wrong(frozenset({"preflight-without-cors-headers", "preflight-bad-status"})),
    # nothing at all, for a page that needs little
    "reading": Wrong(frozenset({"missing-allow-origin"}), page="reader"),
    # preflights end at the login check
    "login": Wrong(frozenset({"preflight-needs-login"}), login=True),
    # DELETE is not in the list
    "method": Wrong(frozenset({"method-not-allowed", "refused-by-cors-layer"})),
    # X-Trace is not in the list
    "header": Wrong(frozenset({"header-not-allowed", "refused-by-cors-layer"})),
    # `*`, for calls with cookies
    "wildcard": Wrong(frozenset({"wildcard-with-credentials"})),
    # no Allow-Credentials, for calls with cookies
    "credentials": Wrong(frozenset({"credentials-not-allowed"})),
    # errors leave without the headers
    "errors": Wrong(frozenset({"hidden-error-status"})),
    # the proxy's own error leaves without the headers
    "gateway": Wrong(frozenset({"gateway-error", "hidden-error-status"})),
    # two layers add the header
    "doubled": Wrong(frozenset({"multiple-allow-origin"})),
    # whoever asks is let in, with credentials
    "reflected": Wrong(frozenset({"reflected-origin-with-credentials"}), dangerous=True),
    # `null` is on the list
    "null": Wrong(frozenset({"null-origin-allowed"}), dangerous=True),
    # names are compared by their end only
    "suffix": Wrong(frozenset({"lookalike-origin-allowed"}), dangerous=True),
}
