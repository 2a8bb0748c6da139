"""The server softwares that are put to the proof, one small file for each family."""

from . import (
    aiohttp,
    apache,
    caddy,
    django,
    express,
    fastapi,
    fastify,
    flask,
    haproxy,
    hono,
    koa,
    nestjs,
    nginx,
    node,
    tornado,
)

FAMILIES = (
    express,
    node,
    fastify,
    koa,
    hono,
    nestjs,
    flask,
    django,
    fastapi,
    aiohttp,
    tornado,
    nginx,
    apache,
    caddy,
    haproxy,
)
ALL = {each.id: each for family in FAMILIES for each in family.STACKS}
"""By id, in the order of the table."""
