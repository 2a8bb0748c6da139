"""Flask with Flask-CORS."""

from ..stack import PYTHON, Stack, Variant, from_pypi

GOOD = (
    'origins=["https://shop.test"], methods=["GET", "PUT", "DELETE"], '
    'allow_headers=["content-type", "x-trace"], supports_credentials=True'
)
LIST = '["https://shop.test"]'


def _cors(options: str) -> str:
    return f"from flask_cors import CORS\n\nCORS(app, {options})\n\n\n"


HEADERS = """
@app.after_request
def headers(response):
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Access-Control-Allow-Origin"] = {origin}
    response.headers["Access-Control-Allow-Methods"] = "GET, PUT, DELETE"
    response.headers["Access-Control-Allow-Headers"] = "content-type, x-trace"
    return response


"""
ERRORS = """
@app.errorhandler(Exception)
def broken(error):
    response = Response(status=getattr(error, "code", 500))
    response.headers["X-Broken"] = "1"
    return response


@app.after_request
def strip(response):
    if "X-Broken" in response.headers:
        response.headers.pop("Access-Control-Allow-Origin", None)
    return response


"""

STACKS = (
    Stack(
        id="flask",
        fix="flask",
        app="flask_app.py",
        command=PYTHON,
        version=from_pypi("flask", "flask-cors"),
        tolerates=("https://SHOP.test", "HTTPS://shop.test"),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"after login": _cors(GOOD)}),
            "method": Variant({"1": _cors(GOOD.replace(', "DELETE"', ""))}),
            "header": Variant({"1": _cors(GOOD.replace(', "x-trace"', ""))}),
            "wildcard": Variant({"1": HEADERS.format(origin='"*"')}),
            "credentials": Variant({"1": _cors(GOOD.replace(", supports_credentials=True", ""))}),
            "errors": Variant({"1": ERRORS + _cors(GOOD)}),
            "doubled": Variant(
                {
                    "1": _cors(GOOD),
                    "errors": "@app.after_request\n"
                    "def again(response):\n"
                    '    response.headers.add("Access-Control-Allow-Origin", "https://shop.test")\n'
                    "    return response\n\n\n",
                }
            ),
            "reflected": Variant({"1": _cors(GOOD.replace(LIST, 'r".*"'))}),
            "null": Variant({"1": _cors(GOOD.replace(LIST, '["null", "https://shop.test"]'))}),
            "suffix": Variant({"1": _cors(GOOD.replace(LIST, r'r".*shop\.test$"'))}),
        },
    ),
)
