"""Apache httpd."""

from __future__ import annotations

import re

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, shown


def configure(wanted: Wanted) -> str:
    """`mod_headers` and `mod_rewrite`; the origin is compared whole, by an expression."""
    names = ", ".join(f"'{origin}'" for origin in wanted.origins)
    allowed = f'"expr=%{{HTTP:Origin}} in {{ {names} }}"'
    rows = [
        "# the application's, if any",
        "Header onsuccess unset Access-Control-Allow-Origin",
        "Header onsuccess unset Access-Control-Allow-Credentials",
        f'Header always set Access-Control-Allow-Origin "expr=%{{HTTP:Origin}}" {allowed}',
    ]
    if wanted.credentials:
        rows.append(f"Header always set Access-Control-Allow-Credentials true {allowed}")
    rows.append("Header always merge Vary Origin")
    lists = [("Allow-Methods", wanted.methods), ("Allow-Headers", wanted.headers)]
    for name, items in [*lists, ("Expose-Headers", wanted.expose)]:
        if items:
            value = ", ".join(items)
            rows.append(f'Header always set Access-Control-{name} "{value}" {allowed}')
    rows += [
        f"Header always set Access-Control-Max-Age {wanted.max_age} {allowed}",
        "RewriteEngine On",
        "RewriteCond %{REQUEST_METHOD} =OPTIONS",
        'RewriteCond %{HTTP:Access-Control-Request-Method} !=""',
        "RewriteRule ^ - [R=204,L]",
    ]
    return wanted.remarks("#") + "\n".join(rows) + "\n"


def recognise(signature: Signature) -> Recognised | None:
    """It names itself; Tomcat, as `Apache-Coyote`, and Traffic Server are others."""
    server = signature.get("server")
    if not re.match(r"Apache(/|$)", server):
        return None
    return shown("server", server), Confidence.CERTAIN


STACK = Stack(
    id="apache",
    name="Apache",
    where="proxy",
    configure=configure,
    place="In the `VirtualHost` of the API; needs `mod_headers` and `mod_rewrite`.",
    traps="`Header set` without `always` misses errors, and both together send the header twice. "
    "`SetEnvIf` with a pattern needs `^`, `$` and `\\.`, and is lost on an `ErrorDocument`.",
    versions="Apache 2.4",
    source="https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header",
    recognise=recognise,
    special={
        "hidden-error-status": "`always` is what puts the headers on errors.",
        "multiple-allow-origin": "Set the header in one place: `onsuccess unset` takes the "
        "application's away.",
        "preflight-needs-login": "The rewrite answers OPTIONS before `Require valid-user` does "
        "only in the server or `VirtualHost` context.",
    },
)
