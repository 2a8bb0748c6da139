"""A script for mitmdump: leads every connection to one server, and notes how mitmdump fares.

Each second a line of JSON, a `Moment`, in the file that `soak_log` names.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from tests.benchmarks import moment
from tests.benchmarks.held import held

EVERY = 1.0
LOOK_EVERY = 20_000
"""Flows from one look at what is held to the next: it takes a second or two, in which all stands
still."""


class Probe:
    """What happens inside of mitmdump."""

    def load(self, loader: Loader) -> None:
        loader.add_option("soak_port", int, 0, "Where every connection goes.")
        loader.add_option("soak_log", str, "", "Where the lines go.")

    def running(self) -> None:
        self._flows = 0
        self._looked = -LOOK_EVERY
        self._begun = time.monotonic()
        self._task = asyncio.get_running_loop().create_task(self._watch())

    def server_connect(self, data: ServerConnectionHookData) -> None:
        data.server.address = ("127.0.0.1", ctx.options.soak_port)

    def response(self, flow: http.HTTPFlow) -> None:
        self._flows += 1

    def error(self, flow: http.HTTPFlow) -> None:
        self._flows += 1

    async def _watch(self) -> None:
        with open(ctx.options.soak_log, "a", encoding="ascii") as log:
            before = 0
            while True:
                silent = self._flows == before != self._looked
                before = self._flows
                look = silent or self._flows - self._looked >= LOOK_EVERY
                log.write(f"{json.dumps(asdict(self._now(look)))}\n")
                log.flush()
                await asyncio.sleep(EVERY)

    def _now(self, look: bool) -> moment.Moment:
        if look:
            self._looked = self._flows
        return moment.Moment(
            round(time.monotonic() - self._begun, 1),
            round(time.process_time(), 1),
            self._flows,
            len(asyncio.all_tasks()),
            len(os.listdir("/proc/self/fd")),
            moment.resident(),
            moment.free(),
            _held() if look else None,
        )


def _held() -> Mapping[str, int]:
    """Counted in a copy of this process: counting takes memory, which would be among what grows."""
    addon = ctx.master.addons.get("cors_audit")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with open(writing, "w", encoding="utf-8") as told:
                json.dump(held() if addon is None else held(addon), told)
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as told:
        counted = told.read()
    os.waitpid(child, 0)
    return dict(json.loads(counted))


addons = [Probe()]
