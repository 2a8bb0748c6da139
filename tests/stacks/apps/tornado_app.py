import asyncio
import os

from tornado.web import Application, RequestHandler


class Shop(RequestHandler):
    def prepare(self) -> None:
        known = not os.environ.get("LOGIN") or self.get_cookie("session") == "1"
        if not known and self.request.path != "/login":
            self.send_error(401)


# [1]
class Login(
    # [3]
    Shop,
):
    def post(self) -> None:
        self.set_cookie("session", "1", samesite="None", secure=True, httponly=True)
        self.set_status(204)


class Items(
    # [3]
    Shop,
):
    def get(self) -> None:
        self.set_header("X-Total", "1")
        self.set_header("Content-Type", "application/json")
        self.write('["tea"]')


class Item(
    # [3]
    Shop,
):
    def put(self, number: str) -> None:
        self.write({"number": int(number)})

    def delete(self, number: str) -> None:
        self.write({"gone": int(number)})


class Boom(
    # [3]
    Shop,
):
    def get(self) -> None:
        raise RuntimeError("boom")


async def main() -> None:
    routes = [("/login", Login), ("/items", Items), ("/items/([0-9]+)", Item), ("/boom", Boom)]
    app = Application(
        routes,
        # [2]
    )
    app.listen(int(os.environ["PORT"]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
