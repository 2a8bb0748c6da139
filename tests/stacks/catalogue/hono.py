"""Hono on Node, with its own `hono/cors`."""

from ..stack import NODE, Stack, Variant, from_npm

GOOD = (
    "origin: ['https://shop.test'], allowMethods: ['GET', 'PUT', 'DELETE'], "
    "allowHeaders: ['content-type', 'x-trace'], credentials: true"
)
LIST = "['https://shop.test']"


def _cors(options: str) -> str:
    return f"app.use('*', (await import('hono/cors')).cors({{ {options} }}));\n"


STACKS = (
    Stack(
        id="hono-4",
        fix="hono",
        app="hono.mjs",
        command=NODE,
        version=from_npm("hono"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"after login": _cors(GOOD)}),
            "method": Variant({"2": _cors(GOOD.replace(", 'DELETE'", ""))}),
            "header": Variant({"2": _cors(GOOD.replace(", 'x-trace'", ""))}),
            "wildcard": Variant({"2": _cors(GOOD.replace(LIST, "'*'"))}),
            "credentials": Variant({"2": _cors(GOOD.replace(", credentials: true", ""))}),
            "errors": Variant(
                {
                    "2": "app.use('*', async (c, next) => {\n"
                    "  await next();\n"
                    "  if (c.error) c.res.headers.delete('Access-Control-Allow-Origin');\n"
                    "});\n" + _cors(GOOD)
                }
            ),
            "doubled": Variant(
                {
                    "2": _cors(GOOD),
                    "after login": "app.use('*', async (c, next) => {\n"
                    "  await next();\n"
                    "  c.res.headers.append('Access-Control-Allow-Origin', 'https://shop.test');\n"
                    "});\n",
                }
            ),
            "reflected": Variant({"2": _cors(GOOD.replace(LIST, "(origin) => origin"))}),
            "null": Variant({"2": _cors(GOOD.replace("['", "['null', '", 1))}),
            "suffix": Variant(
                {
                    "2": _cors(
                        GOOD.replace(
                            LIST, "(origin) => (origin.endsWith('shop.test') ? origin : null)"
                        )
                    )
                }
            ),
        },
    ),
)
