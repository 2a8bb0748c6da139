"""Fastify with `@fastify/cors`."""

from ..stack import NODE, Stack, Variant, from_npm

LIST = "methods: ['GET', 'PUT', 'DELETE'], allowedHeaders: ['content-type', 'x-trace']"
GOOD = f"origin: ['https://shop.test'], {LIST}, credentials: true"


def _cors(options: str) -> str:
    return f"await fastify.register(import('@fastify/cors'), {{ {options} }});\n"


STACKS = (
    Stack(
        id="fastify-5",
        fix="fastify",
        app="fastify.mjs",
        command=NODE,
        version=from_npm("fastify", "@fastify/cors"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"after login": _cors(GOOD)}),
            "method": Variant({"1": _cors(GOOD.replace(", 'DELETE'", ""))}),
            "header": Variant({"1": _cors(GOOD.replace(", 'x-trace'", ""))}),
            "wildcard": Variant({"1": _cors(GOOD.replace("['https://shop.test']", "'*'"))}),
            "credentials": Variant({"1": _cors(GOOD.replace(", credentials: true", ""))}),
            "errors": Variant(
                {
                    "1": _cors(GOOD),
                    "errors": "fastify.setErrorHandler((error, request, reply) => {\n"
                    "  for (const name of Object.keys(reply.getHeaders()))"
                    " reply.removeHeader(name);\n"
                    "  reply.code(500).send('broken');\n"
                    "});\n",
                }
            ),
            "doubled": Variant(
                {
                    "1": _cors(GOOD),
                    "after login": "fastify.addHook('onSend', async (request, reply) => {\n"
                    "  const own = reply.getHeader('Access-Control-Allow-Origin');\n"
                    "  if (own) reply.header('Access-Control-Allow-Origin', [own, own]);\n"
                    "});\n",
                }
            ),
            "reflected": Variant({"1": _cors(f"origin: true, {LIST}, credentials: true")}),
            "null": Variant({"1": _cors(GOOD.replace("['", "['null', '", 1))}),
            "suffix": Variant(
                {"1": _cors(GOOD.replace("['https://shop.test']", "/shop\\.test$/"))}
            ),
        },
    ),
)
