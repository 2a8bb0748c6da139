"""Which configurations were run: applied as printed, to real servers, by `tests/stacks`.

Written there and kept here, because reports say it and tests are not installed. A test compares
this table with the stacks that the tests run.
"""

from __future__ import annotations

from collections.abc import Mapping

EXECUTED: Mapping[str, str] = {
    "express": "express 5.3.0, cors 2.8.6 (2026-11-24); express 4.22.3, cors 2.8.6 (2026-11-24)",
    "node": "node 20.20.2 (2026-11-24)",
    "fastify": "fastify 5.12.8, @fastify/cors 11.4.3 (2026-11-24)",
    "koa": "koa 3.3.0, @koa/cors 5.0.0 (2026-11-24)",
    "hono": "hono 4.13.19 (2026-11-24)",
    "nestjs": "@nestjs/core 12.5.1 (2026-11-24)",
    "flask": "flask 3.1.0, flask-cors 6.0.5 (2026-11-24)",
    "django": "django 5.2.19, django-cors-headers 4.9.0 (2026-11-24)",
    "fastapi": "fastapi 0.165.0, starlette 1.10.0, uvicorn 0.54.0 (2026-11-24)",
    "aiohttp": "aiohttp 3.14.5 (2026-11-24)",
    "tornado": "tornado 6.4.2 (2026-11-24)",
    "nginx": "nginx 1.22.1 (2026-11-24)",
    "apache": "apache2 2.4.71 (2026-11-24)",
    "caddy": "caddy 2.6.2 (2026-11-24)",
    "haproxy": "haproxy 2.6.12 (2026-11-24)",
}
"""Id of a stack to the versions with which its code was run, and when: `Express 5.3.0, 2026-11`."""
