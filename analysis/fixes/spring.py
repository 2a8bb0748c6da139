"""Spring MVC and Spring Security."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted

VARY = "origin, access-control-request-method, access-control-request-headers"


def _list(items: tuple[str, ...]) -> str:
    return "List.of(" + ", ".join(f'"{item}"' for item in items) + ")"


def configure(wanted: Wanted) -> str:
    """A bean that Spring Security finds by its type."""
    rows = [
        f"    config.setAllowedOrigins({_list(wanted.origins)});",
        f"    config.setAllowedMethods({_list(wanted.methods)});",
        f"    config.setAllowedHeaders({_list(wanted.headers)});",
    ]
    if wanted.expose:
        rows.append(f"    config.setExposedHeaders({_list(wanted.expose)});")
    if wanted.credentials:
        rows.append("    config.setAllowCredentials(true);")
    rows.append(f"    config.setMaxAge({wanted.max_age}L);")
    return (
        wanted.remarks("//")
        + "@Bean\nUrlBasedCorsConfigurationSource corsConfigurationSource() {\n"
        + "    var config = new CorsConfiguration();\n"
        + "\n".join(rows)
        + "\n    var source = new UrlBasedCorsConfigurationSource();\n"
        + '    source.registerCorsConfiguration("/**", config);\n'
        + "    return source;\n}\n"
        + "// in the SecurityFilterChain: http.cors(Customizer.withDefaults())\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """It varies by three names, on every answer and not on preflights alone."""
    if signature.get("vary").lower() != VARY:
        return None
    if signature.on_preflight and signature.status != 403:
        return None
    return "`Vary` with three names on every answer", Confidence.FIRM


STACK = Stack(
    id="spring",
    name="Spring",
    where="server",
    configure=configure,
    place="In a `@Configuration` class; Spring Security then runs CORS before the login check.",
    traps='`setAllowedOriginPatterns("*")` repeats every origin. `@CrossOrigin` on controllers '
    "adds to this, so remove it.",
    versions="Spring Framework 6 and 7",
    source="https://docs.spring.io/spring-security/reference/servlet/integrations/cors.html",
    recognise=recognise,
    special={
        "preflight-needs-login": "`http.cors(...)` is what puts CORS before the login check.",
        "refused-by-cors-layer": "Its 403 means that the origin, the method or a header is not in "
        "these lists.",
    },
)
