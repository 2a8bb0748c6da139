"""Ruby on Rails with rack-cors."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted


def _words(items: tuple[str, ...]) -> str:
    return f"%w[{' '.join(items)}]"


def configure(wanted: Wanted) -> str:
    """An initializer; the middleware in front of all others."""
    options = [
        f"methods: {_words(tuple(method.lower() for method in wanted.methods))}, "
        f"# that is {', '.join(wanted.methods)}",
        f"headers: {_words(wanted.headers)},",
    ]
    if wanted.expose:
        options.append(f"expose: {_words(wanted.expose)},")
    if wanted.credentials:
        options.append("credentials: true,")
    options.append(f"max_age: {wanted.max_age}")
    origins = ", ".join(f"'{origin}'" for origin in wanted.origins)
    return (
        "# Gemfile: gem 'rack-cors'; the rest in config/initializers/cors.rb\n"
        + wanted.remarks("#")
        + "Rails.application.config.middleware.insert_before 0, Rack::Cors do\n"
        + "  allow do\n"
        + f"    origins {origins}\n"
        + "    resource '*',\n"
        + "".join(f"      {each}\n" for each in options)
        + "  end\nend\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """rack-cors's own header, or two headers that Rails adds to all."""
    if signature.has("x-rack-cors"):
        return "the header `x-rack-cors`", Confidence.CERTAIN
    if signature.has("x-runtime", "x-request-id"):
        return "the headers `x-runtime` and `x-request-id`", Confidence.FIRM
    return None


STACK = Stack(
    id="rails",
    name="Rails (rack-cors)",
    where="server",
    configure=configure,
    place="`insert_before 0` puts it in front of Warden, Devise and static files.",
    traps="No slash at the end of an origin; regular expressions need `\\A` and `\\z`. Host "
    "authorization answers 403 to unknown hosts, which looks like CORS.",
    versions="Rails 6 and newer, rack-cors 2 and 3",
    source="https://github.com/cyu/rack-cors#rails-configuration",
    recognise=recognise,
    special={
        "preflight-needs-login": "`insert_before 0` is what puts it before the login check.",
        "preflight-without-cors-headers": "A 200 without CORS headers is how rack-cors refuses: "
        "the origin, the method or a header is not in these lists.",
        "hidden-error-status": "As the first middleware it adds the headers to error pages, too.",
        "multiple-allow-origin": "Keep this one, and take the header out of controllers and of "
        "the proxy.",
    },
)
