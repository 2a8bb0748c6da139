"""nginx in front of an application."""

from ..stack import Stack, Variant, from_machine

ORIGIN = "add_header Access-Control-Allow-Origin https://shop.test always;\n"
CREDENTIALS = "add_header Access-Control-Allow-Credentials true always;\n"
LISTS = (
    "add_header Access-Control-Allow-Methods 'GET, PUT, DELETE' always;\n"
    "add_header Access-Control-Allow-Headers 'content-type, x-trace' always;\n"
)
GOOD = ORIGIN + CREDENTIALS + LISTS


def _place(lines: str, maps: str = "") -> dict[str, str]:
    """The lines, which an `if` does not inherit."""
    return {"1": maps, "2": f"{lines}if ($request_method = OPTIONS) {{\n{lines}return 204;\n}}\n"}


def _asking(pattern: str) -> dict[str, str]:
    """Origins of this pattern are let in by name."""
    maps = f"map $http_origin $let_in {{\n    default '';\n    {pattern} $http_origin;\n}}\n"
    return _place(GOOD.replace("https://shop.test", "$let_in"), maps)


STACKS = (
    Stack(
        id="nginx",
        fix="nginx",
        app="nginx.conf",
        command=("nginx", "-c", "{file}", "-p", "{folder}", "-e", "stderr"),
        version=from_machine("nginx", "-v"),
        proxy=True,
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"2": GOOD}),
            "method": Variant(_place(GOOD.replace(", DELETE", ""))),
            "header": Variant(_place(GOOD.replace(", x-trace", ""))),
            "wildcard": Variant(_place(GOOD.replace("https://shop.test", "*"))),
            "credentials": Variant(_place(ORIGIN + LISTS)),
            "errors": Variant(_place(GOOD.replace(" always", ""))),
            "gateway": Variant(_place(GOOD.replace(" always", "")), {"BOOM": "garble"}, 502),
            "doubled": Variant(_place(GOOD), {"CORS": "1"}),
            "reflected": Variant(_place(GOOD.replace("https://shop.test", "$http_origin"))),
            "null": Variant(_asking(r"'~^(null|https://shop\.test)$'")),
            "suffix": Variant(_asking(r"'~shop\.test$'")),
        },
    ),
)
