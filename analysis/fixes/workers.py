"""Cloudflare Workers."""

from __future__ import annotations

from .model import Stack, Wanted, by_host, in_places, js


def configure(wanted: Wanted) -> str:
    """Two functions, and the lines of the handler that call them."""
    both = ["answer.headers.set('Access-Control-Allow-Origin', origin); // it is on the list"]
    if wanted.credentials:
        both.append("answer.headers.set('Access-Control-Allow-Credentials', 'true');")
    if wanted.expose:
        names = ", ".join(wanted.expose)
        both.append(f"answer.headers.set('Access-Control-Expose-Headers', '{names}');")
    asked = [f"answer.headers.set('Access-Control-Allow-Methods', '{', '.join(wanted.methods)}');"]
    if wanted.headers:
        names = ", ".join(wanted.headers)
        asked.append(f"answer.headers.set('Access-Control-Allow-Headers', '{names}');")
    asked.append(f"answer.headers.set('Access-Control-Max-Age', '{wanted.max_age}');")
    functions = [
        f"const ORIGINS = new Set({js(wanted.origins)});",
        "",
        "function isPreflight(request) {",
        "  return request.method === 'OPTIONS'",
        "    && request.headers.has('Access-Control-Request-Method');",
        "}",
        "",
        "function withCors(request, response) {",
        "  const answer = new Response(response.body, response); // one that may be changed",
        "  answer.headers.delete('Access-Control-Allow-Origin'); // of what was fetched",
        "  answer.headers.delete('Access-Control-Allow-Credentials');",
        "  answer.headers.append('Vary', 'Origin');",
        "  const origin = request.headers.get('Origin');",
        "  if (!ORIGINS.has(origin)) return answer;",
        *(f"  {row}" for row in both),
        "  if (!isPreflight(request)) return answer;",
        *(f"  {row}" for row in asked),
        "  return answer;",
        "}",
    ]
    first = "if (isPreflight(request)) return withCors(request, new Response(null, "
    return wanted.remarks("//") + in_places(
        "//",
        ("above `export default`", "\n".join(functions) + "\n"),
        ("first in `fetch(request, env, ctx)`", first + "{ status: 204 }));\n"),
        ("around what it returns, errors included", "return withCors(request, response);\n"),
    )


STACK = Stack(
    id="workers",
    name="Cloudflare Workers",
    where="server",
    configure=configure,
    place="In the Worker's script.",
    traps="The headers of a fetched response cannot be changed: copy it first. What a Worker "
    "throws is answered by Cloudflare's page without headers: catch it. Its cache ignores `Vary`.",
    versions="module Workers",
    source="https://developers.cloudflare.com/workers/examples/cors-header-proxy/",
    recognise=by_host(".workers.dev"),
    hop="platform",
    special={
        "hidden-error-status": "Catch what the Worker throws, and answer it through `withCors`: "
        "Cloudflare's error 1101 has no headers.",
        "foreign-answer-from-cache": "`caches.default` ignores `Vary`: store answers before "
        "`withCors`, and add the headers to what comes out.",
        "preflight-needs-login": "The preflight's line must stand before the login check.",
    },
)
