"""aiohttp, with a middleware by hand."""

from ..stack import PYTHON, Stack, Variant, from_pypi

GOOD = """\
@web.middleware
async def headers(request, handler):
    try:
        if request.method == "OPTIONS":
            response = web.Response(status=204)
        else:
            response = await handler(request)
    except web.HTTPException as error:
        response = error
    except Exception:
        response = web.Response(status=500)
    response.headers["Access-Control-Allow-Origin"] = "https://shop.test"
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Access-Control-Allow-Methods"] = "GET, PUT, DELETE"
    response.headers["Access-Control-Allow-Headers"] = "content-type, x-trace"
    return response


"""
FIRST = "app.middlewares.insert(0, headers)\n"
ORIGIN = '"https://shop.test"'


def _asking(test: str) -> Variant:
    """Origins that pass this test are let in by name."""
    origin = f'(origin if {test} else "")'.replace("origin", 'request.headers.get("Origin", "")')
    return Variant({"1": GOOD.replace(ORIGIN, origin) + FIRST})


STACKS = (
    Stack(
        id="aiohttp",
        fix="aiohttp",
        app="aiohttp_app.py",
        command=PYTHON,
        version=from_pypi("aiohttp"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"1": GOOD + "app.middlewares.append(headers)\n"}),
            "method": Variant({"1": GOOD.replace(", DELETE", "") + FIRST}),
            "header": Variant({"1": GOOD.replace(", x-trace", "") + FIRST}),
            "wildcard": Variant({"1": GOOD.replace(ORIGIN, '"*"') + FIRST}),
            "credentials": Variant({"1": GOOD.replace('"true"', '"false"') + FIRST}),
            "errors": Variant(
                {"1": GOOD.replace("except Exception", "except ZeroDivisionError") + FIRST}
            ),
            "doubled": Variant(
                {
                    "1": GOOD + FIRST + "async def again(request, response):\n"
                    '    response.headers.add("Access-Control-Allow-Origin", "https://shop.test")\n'
                    "\n\napp.on_response_prepare.append(again)\n"
                }
            ),
            "reflected": _asking("origin"),
            "null": _asking('origin in ("null", "https://shop.test")'),
            "suffix": _asking('origin.endswith("shop.test")'),
        },
    ),
)
