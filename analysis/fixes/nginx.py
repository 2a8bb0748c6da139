"""nginx."""

from __future__ import annotations

from ..finding import Confidence
from .model import Stack, Wanted, by_header, in_places


def configure(wanted: Wanted) -> str:
    """A map of the allowed origins, and the headers, for errors too."""
    both = ["add_header Access-Control-Allow-Origin $cors_origin always;"]
    if wanted.credentials:
        both.append("add_header Access-Control-Allow-Credentials $cors_credentials always;")
    both.append("add_header Vary Origin always;")
    real = list(both)
    if wanted.expose:
        names = ", ".join(wanted.expose)
        real.append(f'add_header Access-Control-Expose-Headers "{names}" always;')
    asked = [
        *both,
        f'add_header Access-Control-Allow-Methods "{", ".join(wanted.methods)}" always;',
    ]
    if wanted.headers:
        names = ", ".join(wanted.headers)
        asked.append(f'add_header Access-Control-Allow-Headers "{names}" always;')
    asked.append(f"add_header Access-Control-Max-Age {wanted.max_age} always;")
    maps = [
        "map $http_origin $cors_origin {    # compares without regard to case, so names the value",
        '    default "";',
        *(f'    "{origin}" "{origin}";' for origin in wanted.origins),
        "}",
    ]
    if wanted.credentials:
        maps += [
            "map $cors_origin $cors_credentials {",
            "    default true;",
            '    "" "";',
            "}",
        ]
    maps += [
        'map "$request_method $http_access_control_request_method" $cors_preflight {',
        "    default 0;",
        '    "~^OPTIONS ." 1;',
        "}",
    ]
    location = [
        "proxy_hide_header Access-Control-Allow-Origin;         # the application's, if any",
        "proxy_hide_header Access-Control-Allow-Credentials;",
        *real,
        "if ($cors_preflight) {             # inherits nothing, so all of it again",
        *(f"    {row}" for row in asked),
        "    return 204;",
        "}",
    ]
    return wanted.remarks("#") + in_places(
        "#",
        ("in http, beside the servers", "\n".join(maps) + "\n"),
        ("in the location of the API, beside proxy_pass", "\n".join(location) + "\n"),
    )


STACK = Stack(
    id="nginx",
    name="nginx",
    where="proxy",
    configure=configure,
    place="The maps in `http`, the rest in the API's `location`, in place of other CORS lines "
    "there; take CORS out of the application behind.",
    traps="Without `always` errors go out bare. One `add_header` in a `location` drops those of "
    "the level above. `$http_origin` without the map would allow everybody.",
    versions="nginx 1.7.5 and newer",
    source="https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
    recognise=by_header("server", "nginx", Confidence.CERTAIN),
    special={
        "gateway-error": "`always` is what puts the headers on nginx's own 413, 502 and 504; if "
        "the application sends its own, keep these lines to an `error_page` location.",
        "hidden-error-status": "`always` is what puts the headers on errors; its own 502 and 504 "
        "pages get them only this way.",
        "multiple-allow-origin": "Set the header in one place: `proxy_hide_header` takes the "
        "application's away. Or take nginx's lines out, and leave all of it to the application.",
    },
)
