import os

from flask import Flask, Response, abort, jsonify, request

app = Flask(__name__)


# [1]
@app.before_request
def login_wanted() -> None:
    known = not os.environ.get("LOGIN") or request.cookies.get("session") == "1"
    if not known and request.path != "/login":
        abort(401)


# [after login]
@app.post("/login")
def login() -> Response:
    response = Response(status=204)
    response.set_cookie("session", "1", samesite="None", secure=True, httponly=True)
    return response


@app.get("/items")
def items() -> Response:
    response = jsonify(["tea"])
    response.headers["X-Total"] = "1"
    return response


@app.put("/items/<int:number>")
def put(number: int) -> dict[str, int]:
    return {"number": number}


@app.delete("/items/<int:number>")
def delete(number: int) -> dict[str, int]:
    return {"gone": number}


@app.get("/boom")
def boom() -> None:
    raise RuntimeError("boom")


# [errors]
app.run("127.0.0.1", int(os.environ["PORT"]))
