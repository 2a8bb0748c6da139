"""HAProxy in front of an application."""

from ..stack import Stack, Variant, from_machine

ORIGIN = "http-after-response set-header Access-Control-Allow-Origin https://shop.test\n"
CREDENTIALS = "http-after-response set-header Access-Control-Allow-Credentials true\n"
LISTS = (
    'http-after-response set-header Access-Control-Allow-Methods "GET, PUT, DELETE"\n'
    'http-after-response set-header Access-Control-Allow-Headers "content-type, x-trace"\n'
)
GOOD = ORIGIN + CREDENTIALS + LISTS
ANSWER = "http-request return status 204 if METH_OPTIONS\n"


def _asking(test: str) -> Variant:
    """Origins that pass this test are let in by name."""
    named = (
        f"http-request set-var(txn.origin) req.fhdr(Origin) if {{ req.fhdr(Origin) {test} }}\n"
        "http-after-response set-header Access-Control-Allow-Origin %[var(txn.origin)] "
        "if { var(txn.origin) -m found }\n"
    )
    return Variant({"1": GOOD.replace(ORIGIN, named) + ANSWER})


STACKS = (
    Stack(
        id="haproxy",
        fix="haproxy",
        app="haproxy.cfg",
        command=("haproxy", "-f", "{file}", "-db"),
        version=from_machine("haproxy", "-v"),
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
                    "1": GOOD.replace("after-response", "response")
                    + (GOOD + ANSWER)
                    .replace("\n", " if METH_OPTIONS\n")
                    .replace("204 if METH_OPTIONS", "204")
                },
                {"BOOM": "garble"},
                502,
            ),
            "doubled": Variant({"1": GOOD.replace("set-h", "add-h") + ANSWER}, {"CORS": "1"}),
            "reflected": _asking("-m found"),
            "null": _asking("-m str null https://shop.test"),
            "suffix": _asking("-m end shop.test"),
        },
    ),
)
