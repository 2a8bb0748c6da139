"""Node without a framework, and headers by hand."""

from ..stack import NODE, Stack, Variant, from_machine

ORIGIN = "  res.setHeader('Access-Control-Allow-Origin', 'https://shop.test');\n"
CREDENTIALS = "  res.setHeader('Access-Control-Allow-Credentials', 'true');\n"
LISTS = (
    "  if (req.method === 'OPTIONS') {\n"
    "    res.setHeader('Access-Control-Allow-Methods', 'PUT, DELETE');\n"
    "    res.setHeader('Access-Control-Allow-Headers', 'content-type, x-trace');\n"
    "    return res.writeHead(204).end();\n"
    "  }\n"
)
GOOD = ORIGIN + CREDENTIALS + LISTS


def _ask(test: str) -> str:
    """Whoever passes this test is let in by name."""
    return (
        "  const origin = req.headers.origin || '';\n"
        "  res.setHeader('Vary', 'Origin');\n"
        f"  if ({test}) res.setHeader('Access-Control-Allow-Origin', origin);\n"
        + CREDENTIALS
        + LISTS
    )


STACKS = (
    Stack(
        id="node",
        fix="node",
        app="node.js",
        command=NODE,
        version=from_machine("node", "--version"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"after login": GOOD}),
            "method": Variant({"2": GOOD.replace(", DELETE", "")}),
            "header": Variant({"2": GOOD.replace(", x-trace", "")}),
            "wildcard": Variant({"2": GOOD.replace("https://shop.test", "*")}),
            "credentials": Variant({"2": ORIGIN + LISTS}),
            "errors": Variant(
                {
                    "2": GOOD,
                    "errors": "for (const name of res.getHeaderNames()) res.removeHeader(name);\n",
                }
            ),
            "doubled": Variant(
                {
                    "2": GOOD,
                    "after login": "  res.appendHeader('Access-Control-Allow-Origin', "
                    "'https://shop.test');\n",
                }
            ),
            "reflected": Variant({"2": _ask("true")}),
            "null": Variant({"2": _ask("['null', 'https://shop.test'].includes(origin)")}),
            "suffix": Variant({"2": _ask("origin.endsWith('shop.test')")}),
        },
    ),
)
