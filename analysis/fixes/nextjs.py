"""Next.js: one `proxy.ts` in front of the route handlers."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, js, shown


def configure(wanted: Wanted) -> str:
    """A file of its own, which answers preflights and adds the headers to the rest."""
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
    rows = [
        "// proxy.ts; up to Next.js 15: middleware.ts, and the function is called `middleware`",
        "import { NextResponse, type NextRequest } from 'next/server';",
        "",
        f"const ORIGINS = new Set({js(wanted.origins)});",
        "",
        "export function proxy(request: NextRequest) {",
        "  const origin = request.headers.get('Origin') ?? '';",
        "  const preflight =",
        "    request.method === 'OPTIONS' && request.headers.has('Access-Control-Request-Method');",
        "  const answer = preflight ? new NextResponse(null, { status: 204 }) "
        ": NextResponse.next();",
        "  answer.headers.append('Vary', 'Origin');",
        "  if (!ORIGINS.has(origin)) return answer;",
        *(f"  {row}" for row in both),
        "  if (!preflight) return answer;",
        *(f"  {row}" for row in asked),
        "  return answer;",
        "}",
        "",
        "export const config = { matcher: '/api/:path*' };",
    ]
    return wanted.remarks("//") + "\n".join(rows) + "\n"


def recognise(signature: Signature) -> Recognised | None:
    """It names itself, or sends headers of its own."""
    powered = signature.get("x-powered-by")
    if powered == "Next.js":
        return shown("x-powered-by", powered), Confidence.CERTAIN
    if "next-router-state-tree" in signature.get("vary").lower():
        return "`Vary` names `next-router-state-tree`", Confidence.CERTAIN
    own = signature.starting("x-nextjs-")
    return (f"the header `{own.lower()}`", Confidence.CERTAIN) if own else None


STACK = Stack(
    id="nextjs",
    name="Next.js",
    where="server",
    configure=configure,
    place="In the project's root (or `src`), beside `app`; a login check in the same file comes "
    "after the preflight's answer.",
    traps="`headers` in `next.config.js` can send one fixed origin only, to everybody. Route "
    "handlers answer OPTIONS by themselves with 204 and no CORS headers.",
    versions="Next.js 13 and newer",
    source="https://nextjs.org/docs/app/api-reference/file-conventions/proxy#cors",
    recognise=recognise,
    special={
        "preflight-without-cors-headers": "The 204 of a route handler without `OPTIONS` is "
        "Next.js's own: this file answers before it.",
        "preflight-needs-login": "The preflight's answer comes first in this file, a login check "
        "after it.",
        "multiple-allow-origin": "Take the headers out of `next.config.js`, of `vercel.json` and "
        "of the route handlers.",
    },
)
