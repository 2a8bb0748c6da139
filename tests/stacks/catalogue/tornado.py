"""Tornado, with a base class by hand."""

from ..stack import PYTHON, Code, Stack, Variant, from_pypi

SET = "        self.set_header("
ORIGIN = f'{SET}"Access-Control-Allow-Origin", "https://shop.test")\n'
CREDENTIALS = f'{SET}"Access-Control-Allow-Credentials", "true")\n'
LISTS = (
    f'{SET}"Access-Control-Allow-Methods", "GET, PUT, DELETE")\n'
    f'{SET}"Access-Control-Allow-Headers", "content-type, x-trace")\n'
)
GOOD = ORIGIN + CREDENTIALS + LISTS
ANSWER = "\n    def options(self, *_: str) -> None:\n        self.set_status(204)\n"
PREPARE = """
    def prepare(self) -> None:
        if self.request.method != "OPTIONS":
            super().prepare()
"""


def _base(lines: str, hook: str = "set_default_headers", more: str = PREPARE) -> Code:
    """A base class that sets these headers, for all handlers and the one for unknown URLs."""
    code = f"class Headers:\n    def {hook}(self) -> None:\n{lines}{ANSWER}{more}"
    missing = (
        "\n\nclass Missing(Headers, RequestHandler):\n"
        "    def get(self) -> None:\n        self.send_error(404)\n\n\n"
    )
    return {"1": code + missing, "2": "default_handler_class=Missing,\n", "3": "Headers,\n"}


def _asking(test: str) -> Variant:
    """Origins that pass this test are let in by name."""
    named = (
        '        origin = self.request.headers.get("Origin", "")\n'
        f"        if {test}:\n"
        '            self.set_header("Access-Control-Allow-Origin", origin)\n'
    )
    return Variant(_base(GOOD.replace(ORIGIN, named)))


STACKS = (
    Stack(
        id="tornado",
        fix="tornado",
        app="tornado_app.py",
        command=PYTHON,
        version=from_pypi("tornado"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant(_base(GOOD, more="")),
            "method": Variant(_base(GOOD.replace(", DELETE", ""))),
            "header": Variant(_base(GOOD.replace(", x-trace", ""))),
            "wildcard": Variant(_base(GOOD.replace("https://shop.test", "*"))),
            "credentials": Variant(_base(ORIGIN + LISTS)),
            "errors": Variant(_base(GOOD + "        super().prepare()\n", "prepare", "")),
            "doubled": Variant(
                _base(GOOD + ORIGIN.replace("set_header", "add_header")),
            ),
            "reflected": _asking("origin"),
            "null": _asking('origin in ("null", "https://shop.test")'),
            "suffix": _asking('origin.endswith("shop.test")'),
        },
    ),
)
