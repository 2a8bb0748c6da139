"""NestJS, whose `enableCors` hands the options to `cors` or `@fastify/cors`."""

from __future__ import annotations

from .model import Stack, Wanted, js


def configure(wanted: Wanted) -> str:
    """One call in `main.ts`."""
    rows = [
        f"  origin: {js(wanted.origins)},",
        f"  methods: {js(wanted.methods)},",
        f"  allowedHeaders: {js(wanted.headers)},",
    ]
    if wanted.expose:
        rows.append(f"  exposedHeaders: {js(wanted.expose)},")
    if wanted.credentials:
        rows.append("  credentials: true,")
    rows.append(f"  maxAge: {wanted.max_age},")
    return wanted.remarks("//") + "app.enableCors({\n" + "\n".join(rows) + "\n});\n"


STACK = Stack(
    id="nestjs",
    name="NestJS",
    where="server",
    configure=configure,
    place="In `main.ts` right after `NestFactory.create(...)`, before other `app.use` and "
    "`app.listen`; take `cors: true` out of `create`.",
    traps="`enableCors()` without options, and `cors: true`, allow everybody. Gateways of "
    "`@nestjs/websockets` have a `cors` option of their own.",
    versions="NestJS 10 and newer",
    source="https://docs.nestjs.com/security/cors",
    special={
        "preflight-needs-login": "It answers preflights before guards run; a login check added "
        "with `app.use` must come after it.",
        "hidden-error-status": "What exception filters answer then carries the headers, too.",
        "errors-without-cors-headers": "What exception filters answer carries the headers; a "
        "proxy's own error pages need them there.",
        "multiple-allow-origin": "Call `enableCors` once, and not besides `cors: true` or the "
        "`cors` package; or leave all of it to the proxy.",
    },
)
