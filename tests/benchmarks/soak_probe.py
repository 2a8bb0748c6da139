"""A script for mitmdump: leads every connection to one server, and notes how mitmdump fares.

Each second a line of JSON in the file that `soak_log` names: seconds, resident megabytes, tasks of
asyncio, open file descriptors, flows that ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

EVERY = 1.0


class Probe:
    """What happens inside of mitmdump."""

    def load(self, loader: Loader) -> None:
        loader.add_option("soak_port", int, 0, "Where every connection goes.")
        loader.add_option("soak_log", str, "", "Where the lines go.")

    def running(self) -> None:
        self._flows = 0
        self._task = asyncio.get_running_loop().create_task(self._watch())

    def server_connect(self, data: ServerConnectionHookData) -> None:
        data.server.address = ("127.0.0.1", ctx.options.soak_port)

    def response(self, flow: http.HTTPFlow) -> None:
        self._flows += 1

    def error(self, flow: http.HTTPFlow) -> None:
        self._flows += 1

    async def _watch(self) -> None:
        begun = time.monotonic()
        with open(ctx.options.soak_log, "a", encoding="ascii") as log:
            while True:
                values = (
                    round(time.monotonic() - begun, 1), _resident(), len(asyncio.all_tasks()),
                    len(os.listdir("/proc/self/fd")), self._flows,
                )  # fmt: skip
                log.write(f"{json.dumps(values)}\n")
                log.flush()
                await asyncio.sleep(EVERY)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


addons = [Probe()]
