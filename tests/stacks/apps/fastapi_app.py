import os

import uvicorn
from fastapi import FastAPI, Request, Response

app = FastAPI()


# [inside login]
@app.middleware("http")
async def login_wanted(request: Request, call_next):
    known = not os.environ.get("LOGIN") or request.cookies.get("session") == "1"
    if not known and request.url.path != "/login":
        return Response(status_code=401)
    return await call_next(request)


# [middleware]
@app.post("/login", status_code=204)
def login(response: Response) -> None:
    response.set_cookie("session", "1", samesite="none", secure=True, httponly=True)


@app.get("/items")
def items(response: Response) -> list[str]:
    response.headers["X-Total"] = "1"
    return ["tea"]


@app.put("/items/{number}")
def put(number: int) -> dict[str, int]:
    return {"number": number}


@app.delete("/items/{number}")
def delete(number: int) -> dict[str, int]:
    return {"gone": number}


@app.get("/boom")
def boom() -> None:
    raise RuntimeError("boom")


# [1]
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="critical")
