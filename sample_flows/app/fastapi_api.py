"""The shop's API on FastAPI, once per CORS set-up.

    python fastapi_api.py SETUP PORT [SHOP]

SHOP is the origin of the pages that are let in, `http://localhost:3000` unless it is given.
Each set-up is written as one meets it in the wild, with its mistake named; `fixed` is the one to
copy. All secrets are fake and say so.
"""

import sys
from collections.abc import Awaitable, Callable

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

SHOP = "".join(sys.argv[3:4]) or "http://localhost:3000"
LOGIN = "http://127.0.0.1:4001/login.html"
SESSION = "FAKE-SECRET-session-1234"
PRODUCTS = [
    {"id": "mug", "name": "Mug", "price": 9},
    {"id": "tea", "name": "Green tea", "price": 7},
    {"id": "pot", "name": "Teapot", "price": 31},
]
COUPONS = {"SPRING": 10}

CallNext = Callable[[Request], Awaitable[Response]]


class SessionExpired(Exception):
    """The cookie is there, the session behind it is not."""


def require_session(request: Request) -> None:
    """Let logged-in people pass; everybody else is sent away."""
    if request.cookies.get("sid") != SESSION:
        raise SessionExpired


def shop_api() -> FastAPI:
    """The routes, without a word about CORS."""
    app = FastAPI()

    @app.exception_handler(SessionExpired)
    async def to_login(_request: Request, _error: Exception) -> Response:
        return RedirectResponse(LOGIN, status_code=302)

    @app.get("/products")
    async def products() -> list[dict[str, object]]:
        return PRODUCTS

    @app.get("/catalogue")
    async def catalogue(response: Response) -> list[dict[str, object]]:
        response.headers["X-Total-Count"] = "42"
        return PRODUCTS[1:]

    @app.get("/search")
    async def search(q: str) -> list[dict[str, object]]:
        return [product for product in PRODUCTS if product["id"] == q]

    @app.get("/item/{name}")
    async def item(name: str) -> None:
        raise HTTPException(404, f"{name}: no longer sold")

    @app.post("/newsletter", status_code=201)
    async def newsletter() -> dict[str, bool]:
        return {"subscribed": True}

    @app.post("/login")
    async def login(response: Response) -> dict[str, str]:
        response.set_cookie("sid", SESSION, httponly=True, samesite="lax")
        return {"welcome": "Ada"}

    @app.get("/profile")
    async def profile() -> dict[str, str]:
        return {"name": "Ada", "town": "London"}

    @app.get("/orders", dependencies=[Depends(require_session)])
    async def orders() -> list[dict[str, object]]:
        return [{"order": "A-17", "total": 40, "ship_to": "Ada, 12 St James Square"}]

    @app.post("/cart/items", status_code=201)
    async def add() -> dict[str, int]:
        return {"items": 1}

    @app.put("/cart/quantity")
    async def quantity() -> dict[str, int]:
        return {"items": 2}

    @app.put("/account/address")
    async def address() -> dict[str, str]:
        return {"town": "Bath"}

    @app.post("/checkout", status_code=201)
    async def checkout() -> dict[str, str]:
        return {"order": "A-18"}

    @app.post("/coupon")
    async def coupon(code: dict[str, str]) -> dict[str, int]:
        return {"percent": COUPONS[code["code"]]}  # the bug of the story: KeyError, so a 500

    @app.get("/invoice")
    async def invoice() -> Response:
        name = 'attachment; filename="invoice-A-17.csv"'
        return Response("item,price\nmug,9\n", 200, {"Content-Disposition": name}, "text/csv")

    return app


def by_hand() -> ASGIApp:
    """Mistake: the header is set by hand and nobody answers OPTIONS; `/checkout` was forgotten."""
    app = shop_api()

    @app.middleware("http")
    async def add_header(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        if request.url.path != "/checkout":
            response.headers["Access-Control-Allow-Origin"] = SHOP
        return response

    return app


def only_origins() -> ASGIApp:
    """Mistake: the other lists stay at their defaults, GET and no header; Starlette answers 400."""
    app = shop_api()
    app.add_middleware(CORSMiddleware, allow_origins=[SHOP])
    return app


def _full_lists(app: FastAPI) -> FastAPI:
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[SHOP],
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        allow_credentials=True,
    )
    return app


def middleware() -> ASGIApp:
    """Mistake, hard to see: a 500 for an unhandled exception is made outside the middleware."""
    return _full_lists(shop_api())


def login_redirect() -> ASGIApp:
    """Mistakes: API calls are redirected to a login page, and for `/account` so is OPTIONS."""
    app = _full_lists(shop_api())

    @app.middleware("http")  # added last, so it stands before CORSMiddleware
    async def single_sign_on(request: Request, call_next: CallNext) -> Response:
        if request.url.path.startswith("/account") and request.cookies.get("sid") != SESSION:
            return RedirectResponse(LOGIN, status_code=302)
        return await call_next(request)

    return app


def fixed() -> ASGIApp:
    """What the shop needs and nothing more, around the whole application, so around errors too."""
    app = shop_api()

    @app.exception_handler(SessionExpired)
    async def say_so(_request: Request, _error: Exception) -> Response:
        return JSONResponse({"error": "please log in"}, status_code=401)

    return CORSMiddleware(
        app,
        allow_origins=[SHOP],
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=["Content-Disposition", "X-Total-Count"],
        allow_credentials=True,
        max_age=7200,
    )


SETUPS: dict[str, Callable[[], ASGIApp]] = {
    "by-hand": by_hand,
    "only-origins": only_origins,
    "middleware": middleware,
    "login-redirect": login_redirect,
    "fixed": fixed,
}

if __name__ == "__main__":
    setup, port = sys.argv[1:3]
    uvicorn.run(SETUPS[setup](), host="localhost", port=int(port), log_level="critical")
