"""Django with django-cors-headers."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, py


def configure(wanted: Wanted) -> str:
    """Settings."""
    rows = [
        f"CORS_ALLOWED_ORIGINS = {py(wanted.origins)}",
        f"CORS_ALLOW_METHODS = {py(wanted.methods)}",
        f"CORS_ALLOW_HEADERS = {py(wanted.headers)}",
    ]
    if wanted.expose:
        rows.append(f"CORS_EXPOSE_HEADERS = {py(wanted.expose)}")
    if wanted.credentials:
        rows.append("CORS_ALLOW_CREDENTIALS = True")
        rows.append(f"CSRF_TRUSTED_ORIGINS = {py(wanted.origins)}")
    rows.append(f"CORS_PREFLIGHT_MAX_AGE = {wanted.max_age}")
    return (
        "# pip install django-cors-headers\n"
        'INSTALLED_APPS = [*INSTALLED_APPS, "corsheaders"]\n'
        'MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *MIDDLEWARE]\n'
        + wanted.remarks("#")
        + "\n".join(rows)
        + "\n"
    )


PYTHON_SERVERS = ("wsgiserver", "gunicorn", "uvicorn", "daphne", "hypercorn", "waitress")
SECURITY = (
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
)
"""Headers of its security middleware, in the order in which it adds them."""


def recognise(signature: Signature) -> Recognised | None:
    """Defaults of django-cors-headers, or of its security middleware behind a Python server."""
    if "x-csrftoken" in signature.get("access-control-allow-headers"):
        if signature.get("access-control-max-age") == "86400":
            return "`x-csrftoken` and 86400 in the preflight's answer", Confidence.FIRM
    if not signature.get("server").lower().startswith(PYTHON_SERVERS):
        return None
    if signature.in_order(*SECURITY):
        return "a Python server with the headers of its security middleware", Confidence.FIRM
    if "origin" in (name.strip() for name in signature.get("vary").split(",")):
        return "a Python server with `Vary: origin` in lower case", Confidence.FIRM
    return None


STACK = Stack(
    id="django",
    name="Django (django-cors-headers)",
    where="server",
    configure=configure,
    place="At the end of `settings.py`; so the middleware comes first, above "
    "`CommonMiddleware` and login checks.",
    traps="`CORS_ALLOW_ALL_ORIGINS` with credentials repeats every origin; regular expressions "
    "need a `$` at the end. Cookies from another site need `SameSite=None; Secure`.",
    versions="Django 5, django-cors-headers 4",
    source="https://github.com/adamchainz/django-cors-headers#configuration",
    recognise=recognise,
    special={
        "hidden-error-status": "As the first middleware it adds the headers to errors, too.",
        "preflight-redirected": "`APPEND_SLASH` redirects before a low-placed CORS middleware: "
        "call the URL with its slash.",
    },
)
