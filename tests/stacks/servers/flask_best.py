"""Flask with Flask-CORS; `Vary` is added by hand, which it leaves out for a single origin."""

import sys

from flask import Flask, Response, abort
from flask_cors import CORS

port, origin = int(sys.argv[1]), sys.argv[2]
app = Flask(__name__)
CORS(
    app,
    origins=[origin],
    methods=["GET", "PUT"],
    allow_headers=["Content-Type"],
    supports_credentials=True,
    max_age=7200,
)


@app.after_request
def vary(response: Response) -> Response:
    response.vary.add("Origin")
    return response


@app.get("/items")
def items() -> list[str]:
    return ["tea"]


@app.put("/items/<int:number>")
def put(number: int) -> dict[str, int]:
    return {"number": number}


@app.get("/missing")
def missing() -> None:
    abort(404)


@app.get("/boom")
def boom() -> None:
    raise RuntimeError("boom")


app.run("127.0.0.1", port)
