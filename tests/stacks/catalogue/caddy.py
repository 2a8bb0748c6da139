"""Caddy in front of an application."""

from ..stack import Stack, Variant, from_machine

ORIGIN = "header Access-Control-Allow-Origin https://shop.test\n"
CREDENTIALS = "header Access-Control-Allow-Credentials true\n"
LISTS = (
    'header Access-Control-Allow-Methods "GET, PUT, DELETE"\n'
    'header Access-Control-Allow-Headers "content-type, x-trace"\n'
)
GOOD = ORIGIN + CREDENTIALS + LISTS
ANSWER = "@options method OPTIONS\nrespond @options 204\n"


def _asking(pattern: str) -> Variant:
    """Origins of this pattern are let in by name."""
    named = "header @let_in Access-Control-Allow-Origin {http.request.header.Origin}\n"
    return Variant(
        {"1": f"@let_in header_regexp Origin {pattern}\n{GOOD.replace(ORIGIN, named)}{ANSWER}"}
    )


STACKS = (
    Stack(
        id="caddy",
        fix="caddy",
        app="Caddyfile",
        command=("caddy", "run", "--config", "{file}", "--adapter", "caddyfile"),
        version=from_machine("caddy", "version"),
        proxy=True,
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"1": GOOD}),
            "method": Variant({"1": GOOD.replace(", DELETE", "") + ANSWER}),
            "header": Variant({"1": GOOD.replace(", x-trace", "") + ANSWER}),
            "wildcard": Variant({"1": GOOD.replace("https://shop.test", "*") + ANSWER}),
            "credentials": Variant({"1": ORIGIN + LISTS + ANSWER}),
            "gateway": Variant(
                {
                    "1": GOOD.replace(
                        ORIGIN,
                        "header {\nAccess-Control-Allow-Origin https://shop.test\ndefer\n}\n",
                    )
                    + ANSWER
                },
                {"BOOM": "garble"},
                502,
            ),
            "doubled": Variant({"1": GOOD + ANSWER}, {"CORS": "1"}),
            "reflected": _asking(".*"),
            "null": _asking(r"^null$|^https://shop\.test$"),
            "suffix": _asking(r"shop\.test$"),
        },
    ),
)
