"""Apache in front of an application."""

from ..stack import Stack, Variant, from_machine

ORIGIN = "Header always set Access-Control-Allow-Origin https://shop.test\n"
CREDENTIALS = "Header always set Access-Control-Allow-Credentials true\n"
LISTS = (
    'Header always set Access-Control-Allow-Methods "GET, PUT, DELETE"\n'
    'Header always set Access-Control-Allow-Headers "content-type, x-trace"\n'
)
GOOD = ORIGIN + CREDENTIALS + LISTS
ANSWER = "RewriteEngine On\nRewriteCond %{REQUEST_METHOD} =OPTIONS\nRewriteRule ^ - [R=204,L]\n"
ON_SUCCESS = "".join(
    f"{line.replace(' always', kind)} \"expr=%{{REQUEST_METHOD}} {test} 'OPTIONS'\"\n"
    for kind, test in (("", "!="), (" always", "=="))
    for line in GOOD.splitlines()
)


def _asking(pattern: str) -> Variant:
    """Origins of this pattern are let in by name."""
    named = 'set Access-Control-Allow-Origin "%{LET_IN}e" env=LET_IN\n'
    lines = GOOD.replace("set Access-Control-Allow-Origin https://shop.test\n", named)
    return Variant({"1": f'SetEnvIf Origin "({pattern})" LET_IN=$1\n{lines}{ANSWER}'})


STACKS = (
    Stack(
        id="apache",
        fix="apache",
        app="apache.conf",
        command=("apache2", "-f", "{file}", "-D", "FOREGROUND"),
        version=from_machine("apache2", "-v"),
        proxy=True,
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"1": GOOD}),
            "method": Variant({"1": GOOD.replace(", DELETE", "") + ANSWER}),
            "header": Variant({"1": GOOD.replace(", x-trace", "") + ANSWER}),
            "wildcard": Variant({"1": GOOD.replace("https://shop.test", "*") + ANSWER}),
            "credentials": Variant({"1": ORIGIN + LISTS + ANSWER}),
            "errors": Variant(
                {
                    "1": GOOD + ANSWER + "Header always unset Access-Control-Allow-Origin "
                    '"expr=%{REQUEST_STATUS} == 500"\n'
                }
            ),
            "gateway": Variant({"1": ON_SUCCESS + ANSWER}, {"BOOM": "garble"}, 502),
            "doubled": Variant({"1": GOOD + ANSWER}, {"CORS": "1"}),
            "reflected": _asking(".*"),
            "null": _asking(r"^null$|^https://shop\.test$"),
            "suffix": _asking(r".*shop\.test$"),
        },
    ),
)
