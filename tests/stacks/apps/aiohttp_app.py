import os

from aiohttp import web


@web.middleware
async def login_wanted(request: web.Request, handler) -> web.StreamResponse:
    known = not os.environ.get("LOGIN") or request.cookies.get("session") == "1"
    if not known and request.path != "/login":
        raise web.HTTPUnauthorized
    return await handler(request)


async def login(request: web.Request) -> web.Response:
    response = web.Response(status=204)
    response.set_cookie("session", "1", samesite="None", secure=True, httponly=True)
    return response


async def items(request: web.Request) -> web.Response:
    return web.json_response(["tea"], headers={"X-Total": "1"})


async def put(request: web.Request) -> web.Response:
    return web.json_response({"number": int(request.match_info["number"])})


async def delete(request: web.Request) -> web.Response:
    return web.json_response({"gone": int(request.match_info["number"])})


async def boom(request: web.Request) -> web.Response:
    raise RuntimeError("boom")


app = web.Application(middlewares=[login_wanted])
# [1]
app.add_routes(
    [
        web.post("/login", login),
        web.get("/items", items),
        web.put("/items/{number}", put),
        web.delete("/items/{number}", delete),
        web.get("/boom", boom),
    ]
)
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
