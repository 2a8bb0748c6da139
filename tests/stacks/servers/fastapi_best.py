"""FastAPI: the middleware around the whole application, so that crashes keep their headers."""

import sys

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware

port, origin = int(sys.argv[1]), sys.argv[2]
api = FastAPI()


@api.get("/items")
def items() -> list[str]:
    return ["tea"]


@api.put("/items/{number}")
def put(number: int) -> dict[str, int]:
    return {"number": number}


@api.get("/missing")
def missing() -> None:
    raise HTTPException(404)


@api.get("/boom")
def boom() -> None:
    raise RuntimeError("boom")


app = CORSMiddleware(
    api,
    allow_origins=[origin],
    allow_methods=["GET", "PUT"],
    allow_headers=["Content-Type"],
    allow_credentials=True,
    max_age=7200,
)
uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")
