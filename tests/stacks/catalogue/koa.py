"""Koa with `@koa/cors`."""

from ..stack import NODE, Stack, Variant, from_npm

GOOD = (
    "origin: (ctx) => 'https://shop.test', allowMethods: 'GET,PUT,DELETE', "
    "allowHeaders: 'content-type,x-trace', credentials: true"
)
ORIGIN = "'https://shop.test'"


def _cors(options: str) -> str:
    return f"app.use(require('@koa/cors')({{ {options} }}));\n"


STACKS = (
    Stack(
        id="koa-3",
        fix="koa",
        app="koa.js",
        command=NODE,
        version=from_npm("koa", "@koa/cors"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"after login": _cors(GOOD)}),
            "method": Variant({"1": _cors(GOOD.replace(",DELETE", ""))}),
            "header": Variant({"1": _cors(GOOD.replace(",x-trace", ""))}),
            "wildcard": Variant(
                {"1": _cors(GOOD.replace(ORIGIN, "'*'").replace(", credentials: true", ""))}
            ),
            "credentials": Variant({"1": _cors(GOOD.replace(", credentials: true", ""))}),
            "errors": Variant({"1": _cors(f"{GOOD}, keepHeadersOnError: false")}),
            "doubled": Variant(
                {
                    "1": _cors(GOOD),
                    "after login": "app.use((ctx, next) => {\n"
                    "  ctx.append('Access-Control-Allow-Origin', 'https://shop.test');\n"
                    "  return next();\n"
                    "});\n",
                }
            ),
            "reflected": Variant({"1": _cors(GOOD.replace(ORIGIN, "ctx.get('Origin')"))}),
            "null": Variant(
                {
                    "1": _cors(
                        GOOD.replace(ORIGIN, "ctx.get('Origin') === 'null' ? 'null' : " + ORIGIN)
                    )
                }
            ),
            "suffix": Variant(
                {
                    "1": _cors(
                        GOOD.replace(
                            ORIGIN,
                            "ctx.get('Origin').endsWith('shop.test') ? ctx.get('Origin') : ''",
                        )
                    )
                }
            ),
        },
    ),
)
