"""Express with `cors`."""

from ..stack import NODE, Stack, Variant, from_npm

LIST = "methods: ['GET', 'PUT', 'DELETE'], allowedHeaders: ['content-type', 'x-trace']"
GOOD = f"origin: ['https://shop.test'], {LIST}, credentials: true"


def _cors(options: str) -> str:
    return f"app.use(require('cors')({{ {options} }}));\n"


VARIANTS = {
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
            "errors": "app.use((error, req, res, next) => {\n"
            "  for (const name of res.getHeaderNames()) res.removeHeader(name);\n"
            "  res.status(500).send('broken');\n"
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
    "null": Variant({"1": _cors(GOOD.replace("['", "['null', '"))}),
    "suffix": Variant({"1": _cors(GOOD.replace("['https://shop.test']", "/shop\\.test$/"))}),
}

STACKS = (
    Stack(
        id="express-5",
        fix="express",
        app="express.js",
        command=NODE,
        environment={"EXPRESS": "express"},
        version=from_npm("express", "cors"),
        variants=VARIANTS,
    ),
    Stack(
        id="express-4",
        fix="express",
        app="express.js",
        command=NODE,
        environment={"EXPRESS": "express4"},
        version=from_npm("express4", "cors"),
        variants=VARIANTS,
    ),
)
