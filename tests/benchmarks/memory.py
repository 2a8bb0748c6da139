"""What a very long session costs in memory: a million flows through the addon, in process.

    python -m tests.benchmarks.memory [FLOWS]

Of the flows 70 % are assets that CORS has nothing to do with, 20 % CORS reads, 8 % preflights
and the writes they were for, 2 % failures; over 500 endpoints of 10 APIs, 20 pages and 50
clients. Every request has values of its own in cookie and query, and one in 20 comes on a new
connection. It prints and decides nothing.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from mitmproxy import http
from mitmproxy.test import taddons, tflow

from addon.recorder import CorsAudit

from .session import megabytes

ENDPOINTS = 500
PAGES = 20
CLIENTS = 50
APIS = 10
SETTLED = 50_000
"""Flows after which memory should hardly grow any more."""
START = 1_800_000_000.0
GAP = 0.05
"""Seconds from one flow to the next."""
Lines = list[tuple[bytes, bytes]]


class Traffic:
    """A made-up session.

    Args:
        endpoints: different ones, of `APIS` APIs.
        images: different ones on each page.
    """

    def __init__(self, endpoints: int = ENDPOINTS, images: int = 2_000) -> None:
        self._random = Random(1)
        self._endpoints = endpoints
        self._images = images
        self._made = 0
        self._connections = [tflow.tclient_conn() for _ in range(CLIENTS)]
        self._server = tflow.tserver_conn()

    def flows(self, total: int) -> Iterator[http.HTTPFlow]:
        """So many flows, one after the other."""
        while self._made < total:
            kind = self._random.random()
            if kind < 0.7:
                yield self._asset()
            elif kind < 0.92:
                yield self._read(fails=kind >= 0.9)
            else:
                yield from self._write()

    def _asset(self) -> http.HTTPFlow:
        page, number = self._random.randrange(PAGES), self._random.randrange(self._images)
        host = f"www.page{page}.example"
        asked = self._asked(f"https://{host}/", "no-cors", b"same-origin")
        answer = [
            (b"Content-Type", b"image/png"),
            (b"ETag", b'"%08x"' % number),
            (b"Cache-Control", b"max-age=3600"),
        ]
        return self._flow("GET", host, f"/static/img{number}.png", asked, 200, answer)

    def _read(self, fails: bool) -> http.HTTPFlow:
        endpoint, page = self._endpoint()
        asked = self._asked(page, "cors", b"cross-site")
        if fails and endpoint % 2:
            return self._flow("GET", *self._place(endpoint), asked, 500, [])
        answer = [] if fails else _allowed(page)
        return self._flow("GET", *self._place(endpoint), asked, 200, answer)

    def _write(self) -> Iterator[http.HTTPFlow]:
        """A preflight, and the request it was for."""
        endpoint, page = self._endpoint()
        question = [
            (b"Access-Control-Request-Method", b"PUT"),
            (b"Access-Control-Request-Headers", b"content-type"),
        ]
        lists = [
            (b"Access-Control-Allow-Methods", b"GET, PUT"),
            (b"Access-Control-Allow-Headers", b"content-type"),
        ]
        client = self._random.randrange(CLIENTS)
        place = self._place(endpoint)
        asked = [*self._asked(page, "cors", b"cross-site", cookie=False), *question]
        yield self._flow("OPTIONS", *place, asked, 204, [*_allowed(page), *lists], client)
        asked = [*self._asked(page, "cors", b"cross-site"), (b"Content-Type", b"application/json")]
        yield self._flow("PUT", *place, asked, 200, _allowed(page), client)

    def _endpoint(self) -> tuple[int, str]:
        """An endpoint, and one of the few pages that call it."""
        endpoint = self._random.randrange(self._endpoints)
        page = (endpoint + self._random.randrange(3)) % PAGES
        return endpoint, f"https://www.page{page}.example"

    def _place(self, endpoint: int) -> tuple[str, str]:
        """Host, and path with a query that is new each time or well known."""
        path = f"/area{endpoint // 40}/call{endpoint}"
        if self._random.random() < 0.5:
            path += f"?session={self._random.getrandbits(96):024x}"
        return f"api{endpoint % APIS}.example.net", path

    def _asked(self, page: str, mode: str, site: bytes, cookie: bool = True) -> Lines:
        lines = [
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"gzip, deflate, br, zstd"),
            (b"Accept-Language", b"en-US,en;q=0.9"),
            (b"Referer", page.encode() + b"/"),
            (b"Sec-Fetch-Mode", mode.encode()),
            (b"Sec-Fetch-Site", site),
            (b"Sec-Fetch-Dest", b"image" if mode == "no-cors" else b"empty"),
        ]
        if mode == "cors":
            lines.append((b"Origin", page.encode()))
        if cookie:
            lines.append((b"Cookie", b"sid=%032x" % self._random.getrandbits(128)))
        return lines

    def _flow(
        self,
        method: str,
        host: str,
        path: str,
        asked: Lines,
        status: int,
        answer: Lines,
        client: int | None = None,
    ) -> http.HTTPFlow:
        number = self._random.randrange(CLIENTS) if client is None else client
        if self._random.random() < 0.05:
            self._connections[number] = tflow.tclient_conn()
        connection = self._connections[number]
        connection.peername = (f"192.0.2.{number}", 40_000)
        when = START + self._made * GAP
        self._made += 1
        agent = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
        request = http.Request.make(method, f"https://{host}{path}")
        request.headers = http.Headers([(b"Host", host.encode()), (b"User-Agent", agent), *asked])
        request.timestamp_start, request.timestamp_end = when, when + 0.001
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(when)).encode()
        response = http.Response.make(
            status, b"", http.Headers([(b"Server", b"nginx"), (b"Date", date), *answer])
        )
        response.timestamp_start, response.timestamp_end = when + 0.01, when + 0.02
        flow = http.HTTPFlow(connection, self._server)
        flow.request, flow.response = request, response
        return flow


def _allowed(page: str) -> Lines:
    return [
        (b"Content-Type", b"application/json"),
        (b"Access-Control-Allow-Origin", page.encode()),
        (b"Access-Control-Allow-Credentials", b"true"),
        (b"Vary", b"Origin"),
    ]


def main(arguments: list[str]) -> None:
    """Measure and print."""
    total = int(arguments[0]) if arguments else 1_000_000
    step = min(SETTLED, total // 10)
    settled = 0.0
    with tempfile.TemporaryDirectory() as folder, taddons.context() as context:
        addon = CorsAudit()
        context.master.addons.add(addon)
        context.configure(addon, cors_live="off", cors_mark=False)
        context.configure(addon, cors_report=str(Path(folder) / "r.json"))
        spent = 0.0
        gc.collect()
        before = megabytes()
        for number, flow in enumerate(Traffic().flows(total), 1):
            begin = time.process_time()
            addon._last.response(flow)
            spent += time.process_time() - begin
            if number % step == 0:
                gc.collect()
                now = megabytes() - before
                if number <= SETTLED:
                    settled = now
                print(
                    f"{number:9} heard  {spent / step * 1e6:6.0f} µs each  {now:6.0f} MB",
                    flush=True,
                )
                spent = 0.0
        print(
            f"growth after the first {min(SETTLED, total)}: {megabytes() - before - settled:.0f} MB"
        )
        mark = time.process_time()
        addon.done()
        print(
            f"end of the session, with a JSON report: {time.process_time() - mark:.0f} s, "
            f"{megabytes() - before:.0f} MB"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
