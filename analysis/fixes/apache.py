"""Apache httpd."""

from __future__ import annotations

from ..finding import Confidence
from .model import Stack, Wanted, by_header


def configure(wanted: Wanted) -> str:
    """`mod_headers`, `mod_setenvif` and `mod_rewrite`."""
    rows = [
        f'SetEnvIf Origin "{wanted.pattern()}" CORS_ORIGIN=$1',
        'Header always set Access-Control-Allow-Origin "%{CORS_ORIGIN}e" env=CORS_ORIGIN',
    ]
    if wanted.credentials:
        rows.append("Header always set Access-Control-Allow-Credentials true env=CORS_ORIGIN")
    rows.append("Header always merge Vary Origin")
    lists = [("Allow-Methods", wanted.methods), ("Allow-Headers", wanted.headers)]
    for name, items in [*lists, ("Expose-Headers", wanted.expose)]:
        if items:
            value = ", ".join(items)
            rows.append(f'Header always set Access-Control-{name} "{value}" env=CORS_ORIGIN')
    rows += [
        f"Header always set Access-Control-Max-Age {wanted.max_age} env=CORS_ORIGIN",
        "RewriteEngine On",
        "RewriteCond %{REQUEST_METHOD} =OPTIONS",
        'RewriteCond %{HTTP:Access-Control-Request-Method} !=""',
        "RewriteRule ^ - [R=204,L]",
    ]
    return wanted.remarks("#") + "\n".join(rows) + "\n"


def one_layer(wanted: Wanted) -> str:
    """Take the application's header away, where Apache sets its own."""
    return (
        "# either remove Apache's own lines, or keep these and drop the application's:\n"
        "Header onsuccess unset Access-Control-Allow-Origin\n"
        "Header onsuccess unset Access-Control-Allow-Credentials\n\n" + configure(wanted)
    )


STACK = Stack(
    id="apache",
    name="Apache",
    where="proxy",
    configure=configure,
    place="In the `VirtualHost` or `Directory` of the API; needs `mod_headers` and `mod_rewrite`.",
    traps="`Header set` without `always` misses errors, and both together send the header twice. "
    "Keep the anchors `^` and `$` and the `\\.`.",
    versions="Apache 2.4",
    source="https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header",
    recognise=by_header("server", "apache", Confidence.CERTAIN),
    special={
        "hidden-error-status": "`always` is what puts the headers on errors.",
        "multiple-allow-origin": "Set the header in one place; `onsuccess unset` takes the "
        "application's away.",
        "preflight-needs-login": "The rewrite answers OPTIONS before `Require valid-user` does "
        "only in the server or `VirtualHost` context.",
    },
    instead={"multiple-allow-origin": one_layer},
)
