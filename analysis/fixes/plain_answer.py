"""What any server must answer where CORS headers are not the cure."""

from __future__ import annotations

from collections.abc import Callable

from ..fetch.headers import strip
from ..rules.lists import spelt_otherwise
from ..rules.model import Hit
from .model import PLACEHOLDER, PLAIN_NAME, PLAIN_ORIGIN, Wanted
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


def _untouched(wanted: Wanted, hit: Hit) -> str:
    return (
        "# a recording with nothing in between but the audit\n"
        "mitmdump -s addon/cors_audit.py -w session.flow\n"
    )


def _as_it_is(wanted: Wanted, hit: Hit) -> str:
    return (
        "# nothing to change, as long as everybody may have all that is served so;\n"
        "# never add Access-Control-Allow-Credentials to it\n"
    )


def _by_a_list(wanted: Wanted, hit: Hit) -> str:
    return (
        "# to let in another page: keep a list of exact origins, and answer\n"
        "#   Access-Control-Allow-Origin: the page's origin, if it is on the list, else nothing\n"
        "Vary: Origin                          # on every answer, also where it is not\n"
    )


def _off_the_list(wanted: Wanted, hit: Hit) -> str:
    return (
        "# If no page there needs this API any more, take its origin off the list, or send\n"
        "# no Access-Control-Allow-Origin where nobody else calls.\n"
        "Vary: Origin                          # if there is a list\n"
    )


def _check_the_handshake(wanted: Wanted, hit: Hit) -> str:
    origins = "\n".join(f"#   {origin}" for origin in wanted.origins)
    return (
        "# Before answering 101, answer 403 unless Origin is one of\n"
        f"{origins}\n"
        "HTTP/1.1 403 Forbidden\n"
    )


def _methods_in_capitals(wanted: Wanted, hit: Hit) -> str:
    asked = hit.seen.node.asked
    method = strip(asked.method) if asked else ""
    plain = method.upper() if PLAIN_NAME.fullmatch(method) else "PATCH"
    who = (
        "# The page must say it in capitals; in this list it is right:\n"
        if spelt_otherwise(plain, (method,))
        else "# In the list of methods, in capitals as browsers send it:\n"
    )
    return f"{who}Access-Control-Allow-Methods: {plain}\n"


def _nothing_to_allow(wanted: Wanted, hit: Hit) -> str:
    return (
        "# Nothing to change in the server: such headers are for its answers,\n"
        "# and Access-Control-Allow-Headers must not name them. The page must leave them out.\n"
    )


def _if_refused(wanted: Wanted, hit: Hit) -> str:
    if hit.seen.node.passes.get(True) is None:
        return "# Nothing is wrong with this answer: the browser's console says what happened.\n"
    return (
        "# if the console names CORS: the call has credentials, the preflight must allow them,\n"
        "# with methods and headers by their names in place of *\n"
        f"Access-Control-Allow-Origin: {wanted.origins[0]}\n"
        "Access-Control-Allow-Credentials: true\nVary: Origin\n"
    )


def _cookie_abroad(wanted: Wanted, hit: Hit) -> str:
    return (
        "# best: page and API below one domain, then Lax is right and the cookie travels\n"
        "# else: a cookie for other sites' pages (some browsers and users block even that);\n"
        "# then check Origin before every change: the cookie no longer guards against forgery\n"
        "Set-Cookie: session=...; Path=/; HttpOnly; Secure; SameSite=None; Partitioned\n"
    )


def _keep_the_permission(wanted: Wanted, hit: Hit) -> str:
    return (
        "# The cure is in the page. Until then let browsers keep the permission:\n"
        f"Access-Control-Max-Age: {wanted.max_age}\n"
    )


def _one_layer(wanted: Wanted, hit: Hit) -> str:
    return (
        "# In one of the two layers only, on preflights and calls alike:\n"
        f"Access-Control-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"
        "# and none of it in the other\n"
    )


def _vary(wanted: Wanted, hit: Hit) -> str:
    return (
        "# on every answer of these URLs, also to requests without Origin and to refused ones;\n"
        "# then empty the cache\n"
        f"Access-Control-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"
    )


def _cache_key(wanted: Wanted, hit: Hit) -> str:
    return (
        "# in the cache, not in the application: one copy for each Origin, for example\n"
        "#   nginx       proxy_cache_key $scheme$host$request_uri$http_origin;\n"
        "#   CloudFront  a cache policy that includes the header Origin\n"
        "#   Varnish     hash_data(req.http.Origin); in vcl_hash\n"
        "Vary: Origin\n"
    )


def _vary_preflights(wanted: Wanted, hit: Hit) -> str:
    return (
        "# on answers to OPTIONS, if the CDN must keep them\n"
        "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\n"
    )


def _less_vary(wanted: Wanted, hit: Hit) -> str:
    return (
        "# where everybody gets the same, with and without Origin: what else it depends on\n"
        "Vary: Accept-Encoding\n"
    )


def _expose_less(wanted: Wanted, hit: Hit) -> str:
    needed = [name for row in hit.expected for name in row.needed.split(",")]
    names = [name for name in map(strip, needed) if PLAIN_NAME.fullmatch(name)]
    if not names:
        return "# leave out Access-Control-Expose-Headers\n"
    return f"Access-Control-Expose-Headers: {', '.join(names)}\n"


def _measured_by(wanted: Wanted, hit: Hit) -> str:
    return f"Timing-Allow-Origin: {wanted.origins[0]}\nVary: Origin\n"


def _allow_the_page(wanted: Wanted, hit: Hit) -> str:
    page = hit.seen.node.page or ""
    origin = page if PLAIN_ORIGIN.fullmatch(page) else PLACEHOLDER
    return f"Access-Control-Allow-Origin: {origin}\nVary: Origin\n"


def _how_long(wanted: Wanted, hit: Hit) -> str:
    return (
        "# no browser and no CORS here: how long does it take?\n"
        f"curl -so /dev/null -w '%{{time_total}} s\\n' '{plain_url(hit.seen.exchange.url)}'\n"
    )


def _by_https(wanted: Wanted, hit: Hit) -> str:
    target = hit.seen.exchange.location
    shown = plain_url(target).replace("http:", "https:", 1) if target else "https://..."
    return (
        "# let the application believe the proxy about the scheme, for example\n"
        "#   nginx     proxy_set_header X-Forwarded-Proto $scheme;\n"
        "#   Express   app.set('trust proxy', 1);\n"
        "#   uvicorn   --proxy-headers --forwarded-allow-ips=<the proxy>\n"
        "#   Django    SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n"
        f"Location: {shown}\n"
    )


def _preload(wanted: Wanted, hit: Hit) -> str:
    kind = hit.seen.exchange.request.get("sec-fetch-dest") or ""
    as_kind = kind if PLAIN_NAME.fullmatch(kind) and kind != "empty" else "fetch"
    return (
        "# only if the preload is sent by the page's server\n"
        f"Link: <{plain_url(hit.seen.exchange.url)}>; rel=preload; as={as_kind}; crossorigin\n"
    )


CODE: dict[str, Callable[[Wanted, Hit], str]] = {
    "login-redirect": _unauthorized,
    "lower-case-method": _methods_in_capitals,
    "response-header-sent-by-page": _nothing_to_allow,
    "response-header-in-request": _nothing_to_allow,
    "request-never-followed": _if_refused,
    "cookie-kept-at-home": _cookie_abroad,
    "avoidable-preflight": _keep_the_permission,
    "preflight-answered-elsewhere": _one_layer,
    "preflight-redirected": _no_redirect,
    "redirect-turned-origin-null": _fetch_yourself,
    "redirect-with-userinfo": _fetch_yourself,
    "redirect-off-the-web": _fetch_yourself,
    "server-never-answered": _reach_it,
    "blocked-but-executed": _refuse_first,
    "forgeable-request": _refuse_first,
    "websocket-from-other-site": _check_the_handshake,
    "wildcard-for-public-content": _as_it_is,
    "fixed-origin-for-everybody": _by_a_list,
    "allowed-origin-never-seen": _off_the_list,
    "withheld-by-resource-policy": _embeddable,
    "withheld-by-embedder-policy": _embeddable,
    "withheld-as-opaque": _data_by_cors,
    "local-network-target": _ask_the_user,
    "answer-altered-by-proxy": _untouched,
    "foreign-answer-from-cache": _vary,
    "cache-ignores-vary": _cache_key,
    "preflight-missing-vary": _vary_preflights,
    "needless-vary-origin": _less_vary,
    "pointless-names-exposed": _expose_less,
    "sensitive-header-exposed": _expose_less,
    "timing-open-to-all": _measured_by,
    "opaque-answer": _allow_the_page,
    "call-given-up": _how_long,
    "redirect-to-plain-http": _by_https,
    "downloaded-twice": _preload,
}
"""By rule; these are the rules whose `server_fix` is False."""
