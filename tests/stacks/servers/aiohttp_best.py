"""aiohttp, headers by one middleware around everything, errors included."""

import sys
from collections.abc import Awaitable, Callable

from aiohttp import web

port, origin = int(sys.argv[1]), sys.argv[2]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    try:
        response = web.Response(status=204) if asks else await handler(request)
    except web.HTTPException as error:
        response = web.Response(status=error.status, text=error.reason)
    except Exception:
        response = web.Response(status=500, text="boom")
    response.headers["Vary"] = "Origin"
    if request.headers.get("Origin") == origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        if asks:
            response.headers["Access-Control-Allow-Methods"] = "GET, PUT"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = "7200"
    return response


async def items(request: web.Request) -> web.Response:
    return web.json_response(["tea"])


async def put(request: web.Request) -> web.Response:
    return web.json_response({"number": int(request.match_info["number"])})


async def boom(request: web.Request) -> web.Response:
    raise RuntimeError("boom")


app = web.Application(middlewares=[cors])
app.add_routes([web.get("/items", items), web.put("/items/{number}", put), web.get("/boom", boom)])
web.run_app(app, host="127.0.0.1", port=port, print=None)
