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
        '# pip install django-cors-headers, and "corsheaders" in INSTALLED_APPS\n'
        'MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")\n'
        + wanted.remarks("#")
        + "\n".join(rows)
        + "\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """Its development server, or the defaults of django-cors-headers."""
    if signature.get("server").startswith("WSGIServer"):
        return "`Server: WSGIServer`", Confidence.FIRM
    if "x-csrftoken" in signature.get("access-control-allow-headers"):
        if signature.get("access-control-max-age") == "86400":
            return "`x-csrftoken` and 86400 in the preflight's answer", Confidence.FIRM
    return None


STACK = Stack(
    id="django",
    name="Django (django-cors-headers)",
    where="server",
    configure=configure,
    place="In `settings.py`; the middleware as high as possible, above `CommonMiddleware`.",
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
