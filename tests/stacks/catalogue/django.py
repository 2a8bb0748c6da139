"""Django with django-cors-headers."""

from ..stack import PYTHON, Stack, Variant, from_pypi

GOOD = """\
CORS_ALLOWED_ORIGINS = ["https://shop.test"]
CORS_ALLOW_METHODS = ["GET", "PUT", "DELETE"]
CORS_ALLOW_HEADERS = ["content-type", "x-trace"]
CORS_ALLOW_CREDENTIALS = True
"""
LIST = 'CORS_ALLOWED_ORIGINS = ["https://shop.test"]'
ANYBODY = "CORS_ALLOW_ALL_ORIGINS = True"
FIRST = """\
INSTALLED_APPS.append("corsheaders")
MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")
"""
LAST = FIRST.replace("insert(0, ", "append(")
OWN = """\
def {name}(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
{body}        return response

    return middleware


"""


def _own(name: str, body: str, place: str) -> dict[str, str]:
    """A middleware of the application's own; `place`: the statement that adds it."""
    return {"1": place, "middleware": OWN.format(name=name, body=body)}


STACKS = (
    Stack(
        id="django",
        fix="django",
        app="django_app.py",
        command=PYTHON,
        version=from_pypi("django", "django-cors-headers"),
        tolerates=("https://shop.test/", "HTTPS://shop.test"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"1": LAST + GOOD}),
            "method": Variant({"1": FIRST + GOOD.replace(', "DELETE"', "")}),
            "header": Variant({"1": FIRST + GOOD.replace(', "x-trace"', "")}),
            "wildcard": Variant(
                _own(
                    "headers",
                    '        if request.method == "OPTIONS":\n'
                    "            response = HttpResponse(status=204)\n"
                    '        response["Access-Control-Allow-Origin"] = "*"\n'
                    '        response["Access-Control-Allow-Methods"] = "GET, PUT, DELETE"\n'
                    '        response["Access-Control-Allow-Headers"] = "content-type, x-trace"\n',
                    'MIDDLEWARE.insert(0, "__main__.headers")\n',
                )
            ),
            "credentials": Variant(
                {"1": FIRST + GOOD.replace("CORS_ALLOW_CREDENTIALS = True\n", "")}
            ),
            "errors": Variant(
                _own(
                    "strip",
                    "        if response.status_code == 500:\n"
                    '            del response["Access-Control-Allow-Origin"]\n',
                    FIRST + 'MIDDLEWARE.insert(0, "__main__.strip")\n' + GOOD,
                )
            ),
            "reflected": Variant({"1": FIRST + GOOD.replace(LIST, ANYBODY)}),
            "null": Variant({"1": FIRST + GOOD.replace('["h', '["null", "h', 1)}),
            "suffix": Variant(
                {
                    "1": FIRST
                    + GOOD.replace(LIST, r'CORS_ALLOWED_ORIGIN_REGEXES = [r".*shop\.test$"]')
                }
            ),
        },
    ),
)
