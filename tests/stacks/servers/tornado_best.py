"""Tornado, headers set for every handler by `set_default_headers`, which errors keep."""

import asyncio
import sys

from tornado.web import Application, HTTPError, RequestHandler

port, origin = int(sys.argv[1]), sys.argv[2]


class Api(RequestHandler):
    """Every handler's parent."""

    def set_default_headers(self) -> None:
        self.set_header("Vary", "Origin")
        if self.request.headers.get("Origin") == origin:
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")

    def options(self, *_: str) -> None:
        if self.request.headers.get("Origin") == origin:
            self.set_header("Access-Control-Allow-Methods", "GET, PUT")
            self.set_header("Access-Control-Allow-Headers", "Content-Type")
            self.set_header("Access-Control-Max-Age", "7200")
        self.set_status(204)


class Items(Api):
    """`/items`."""

    def get(self) -> None:
        self.write({"items": ["tea"]})


class Item(Api):
    """`/items/1`."""

    def put(self, number: str) -> None:
        self.write({"number": number})


class Missing(Api):
    """Everything else."""

    def prepare(self) -> None:
        if self.request.method != "OPTIONS":
            raise HTTPError(404)


class Boom(Api):
    """`/boom`."""

    def get(self) -> None:
        raise RuntimeError("boom")


async def main() -> None:
    """Serve until ended."""
    routes = [(r"/items", Items), (r"/items/(\d+)", Item), (r"/boom", Boom)]
    Application(routes, default_handler_class=Missing).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
