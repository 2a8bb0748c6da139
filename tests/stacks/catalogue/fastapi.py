"""FastAPI with Starlette's `CORSMiddleware`."""

from ..stack import PYTHON, Stack, Variant, from_pypi

GOOD = (
    'allow_origins=["https://shop.test"], allow_methods=["GET", "PUT", "DELETE"], '
    'allow_headers=["content-type", "x-trace"], allow_credentials=True'
)
LIST = 'allow_origins=["https://shop.test"]'
IMPORT = "from starlette.middleware.cors import CORSMiddleware\n\n"


def _cors(options: str) -> str:
    return f"{IMPORT}app.add_middleware(CORSMiddleware, {options})\n\n\n"


def _around(options: str) -> str:
    return f"{IMPORT}app = CORSMiddleware(app, {options})\n"


AGAIN = """
@app.middleware("http")
async def again(request: Request, call_next):
    response = await call_next(request)
    response.headers.append("Access-Control-Allow-Origin", "https://shop.test")
    return response


"""
STAR = """
@app.middleware("http")
async def headers(request: Request, call_next):
    response = await call_next(request)
    if request.method == "OPTIONS":
        response = Response(status_code=204)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, PUT, DELETE"
    response.headers["Access-Control-Allow-Headers"] = "content-type, x-trace"
    return response


"""

STACKS = (
    Stack(
        id="fastapi",
        fix="fastapi",
        app="fastapi_app.py",
        command=PYTHON,
        version=from_pypi("fastapi", "starlette", "uvicorn"),
        tolerates=("content-type",),
        variants={
            "bare": Variant(),
            "reading": Variant(),
            "login": Variant({"inside login": _cors(GOOD)}),
            "method": Variant({"1": _around(GOOD.replace(', "DELETE"', ""))}),
            "header": Variant({"1": _around(GOOD.replace(', "x-trace"', ""))}),
            "wildcard": Variant({"middleware": STAR}),
            "credentials": Variant({"1": _around(GOOD.replace(", allow_credentials=True", ""))}),
            "errors": Variant({"middleware": _cors(GOOD)}),
            "doubled": Variant({"middleware": _cors(GOOD) + AGAIN}),
            "reflected": Variant({"1": _around(GOOD.replace(LIST, 'allow_origin_regex=".*"'))}),
            "null": Variant({"1": _around(GOOD.replace('["h', '["null", "h', 1))}),
            "suffix": Variant(
                {"1": _around(GOOD.replace(LIST, r'allow_origin_regex=r".*shop\.test$"'))}
            ),
        },
    ),
)
