"""What any server must answer where CORS headers are not the cure."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.model import Hit
from .model import Wanted
from .page import plain_url


def _unauthorized(wanted: Wanted, hit: Hit) -> str:
    rows = ["HTTP/1.1 401 Unauthorized", f"Access-Control-Allow-Origin: {wanted.origins[0]}"]
    if wanted.credentials:
        rows.append("Access-Control-Allow-Credentials: true")
    rows += ["Vary: Origin", "Content-Type: application/json"]
    return (
        "# to API calls without a session (Sec-Fetch-Mode: cors, or Accept: application/json)\n"
        + "\n".join(rows)
        + "\n"
    )


def _no_redirect(wanted: Wanted, hit: Hit) -> str:
    return (
        "# Do not redirect OPTIONS requests that carry Access-Control-Request-Method:\n"
        "# answer them with 204 and these headers, and redirect only what follows.\n"
        f"Access-Control-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"
    )


def _fetch_yourself(wanted: Wanted, hit: Hit) -> str:
    return (
        "# Answer with the target's content, or with its address in the body, instead of:\n"
        "#   302 and Location\n"
        f"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"
    )


def _reach_it(wanted: Wanted, hit: Hit) -> str:
    return (
        "# no browser and no CORS here: this must get an answer first\n"
        f"curl -sv -o /dev/null '{plain_url(hit.seen.exchange.url)}'\n"
    )


def _refuse_first(wanted: Wanted, hit: Hit) -> str:
    origins = "\n".join(f"#   {origin}" for origin in wanted.origins)
    return (
        "# Before acting on POST, PUT, PATCH or DELETE, answer 403 unless Origin is one of\n"
        f"{origins}\n"
        "# (Sec-Fetch-Site: same-origin passes, too), or unless a CSRF token is right.\n"
        "HTTP/1.1 403 Forbidden\n"
    )


def _embeddable(wanted: Wanted, hit: Hit) -> str:
    return (
        "# only if every site may embed it; for sites of your own domain: same-site\n"
        "Cross-Origin-Resource-Policy: cross-origin\n"
    )


def _data_by_cors(wanted: Wanted, hit: Hit) -> str:
    return (
        "# for an element: answer with an image, a script or a medium, and its true Content-Type\n"
        "# for data: let the page call fetch(), and answer with\n"
        f"Access-Control-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"
    )


def _ask_the_user(wanted: Wanted, hit: Hit) -> str:
    return (
        "# the page's server: https, and leave for the page to ask the user\n"
        "Permissions-Policy: local-network=(self), loopback-network=(self)\n"
        "# the server called: CORS headers for that page, as for any other\n"
        f"Access-Control-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"
    )


CODE: dict[str, Callable[[Wanted, Hit], str]] = {
    "login-redirect": _unauthorized,
    "preflight-redirected": _no_redirect,
    "redirect-turned-origin-null": _fetch_yourself,
    "redirect-with-userinfo": _fetch_yourself,
    "redirect-off-the-web": _fetch_yourself,
    "server-never-answered": _reach_it,
    "blocked-but-executed": _refuse_first,
    "withheld-by-resource-policy": _embeddable,
    "withheld-by-embedder-policy": _embeddable,
    "withheld-as-opaque": _data_by_cors,
    "local-network-target": _ask_the_user,
}
"""By rule; these are the rules whose `server_fix` is False."""
