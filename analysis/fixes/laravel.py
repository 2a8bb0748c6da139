"""Laravel, whose `HandleCors` reads `config/cors.php`."""

from __future__ import annotations

from ..fetch.headers import vary_names
from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted

VARY = {"access-control-request-method", "access-control-request-headers"}


def _list(items: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{item}'" for item in items) + "]"


def configure(wanted: Wanted) -> str:
    """The whole file."""
    return (
        "<?php\n\n// config/cors.php\n"
        + wanted.remarks("//")
        + "return [\n"
        + "    'paths' => ['*'], // better: only those of the API, such as 'api/*'\n"
        + f"    'allowed_origins' => {_list(wanted.origins)},\n"
        + "    'allowed_origins_patterns' => [],\n"
        + f"    'allowed_methods' => {_list(wanted.methods)},\n"
        + f"    'allowed_headers' => {_list(wanted.headers)},\n"
        + f"    'exposed_headers' => {_list(wanted.expose)},\n"
        + f"    'max_age' => {wanted.max_age},\n"
        + ("    'supports_credentials' => true,\n" if wanted.credentials else "")
        + "];\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """A preflight's answer by PHP that varies as its CORS package does by default."""
    if not signature.on_preflight or signature.status != 204:
        return None
    if not signature.get("x-powered-by").startswith("PHP/"):
        return None
    if signature.get("cache-control") != "no-cache, private":
        return None
    if not vary_names(signature.get("vary")) >= VARY:
        return None
    return "PHP, `no-cache, private` and the `Vary` of its CORS package", Confidence.FIRM


STACK = Stack(
    id="laravel",
    name="Laravel",
    where="server",
    configure=configure,
    place="In `config/cors.php` (`php artisan config:publish cors` makes it); then "
    "`php artisan config:cache`.",
    traps="As shipped it allows every origin, and with `supports_credentials` it then repeats "
    "each. A path that is not among `paths` gets nothing; `https://*.app.example` matches any "
    "depth.",
    versions="Laravel 9 and newer",
    source="https://laravel.com/docs/routing#cors",
    recognise=recognise,
    special={
        "preflight-needs-login": "`HandleCors` is global middleware and answers preflights before "
        "`auth` and `sanctum` run: keep it global.",
        "missing-allow-origin": "A path that is not among `paths` gets no headers at all.",
        "multiple-allow-origin": "Take `header('Access-Control-Allow-Origin: ...')` out of "
        "`.htaccess`, `index.php` and other middleware.",
    },
)
