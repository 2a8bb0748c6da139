"""NestJS on Express."""

from ..stack import NODE, Stack, Variant, from_npm

LIST = "methods: ['GET', 'PUT', 'DELETE'], allowedHeaders: ['content-type', 'x-trace']"
GOOD = f"origin: ['https://shop.test'], {LIST}, credentials: true"


def _cors(options: str) -> str:
    return f"app.enableCors({{ {options} }});\n"


STACKS = (
    Stack(
        id="nestjs",
        fix="nestjs",
        app="nestjs.mjs",
        command=NODE,
        version=from_npm("@nestjs/core"),
        seen_as=("Express (cors)",),
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
                    "errors": "app.useGlobalFilters({\n"
                    "  catch(error, host) {\n"
                    "    const response = host.switchToHttp().getResponse();\n"
                    "    for (const name of response.getHeaderNames())"
                    " response.removeHeader(name);\n"
                    "    response.status(error.status || 500).send('broken');\n"
                    "  },\n"
                    "});\n",
                }
            ),
            "doubled": Variant(
                {
                    "1": _cors(GOOD),
                    "after login": "app.use((req, res, next) => {\n"
                    "  res.append('Access-Control-Allow-Origin', 'https://shop.test');\n"
                    "  next();\n"
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
