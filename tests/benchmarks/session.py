"""What a long session costs: memory of the audit, and time per exchange as it grows.

    python -m tests.benchmarks.session [EXCHANGES]

A session over 2 000 endpoints and 50 pages is heard live in tenths, and then judged as a
whole. It prints and decides nothing.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Iterator
from random import Random

from analysis.engine import Auditor
from analysis.sources.wire import Wire

ENDPOINTS = 2_000
PAGES = 50
APIS = 10
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
START = 1_800_000_000.0


def session(exchanges: int) -> Iterator[Wire]:
    """A made-up session: reads, preflighted writes, failures, errors without headers."""
    random = Random(1)
    number = 0
    while number < exchanges:
        endpoint, page = random.randrange(ENDPOINTS), random.randrange(PAGES)
        origin = f"https://page{page}.example.com"
        url = f"https://api{endpoint % APIS}.example.net/area{endpoint // 40}/call{endpoint}"
        when = START + number * 0.05
        if endpoint % 4 == 0:
            asked = [
                (b"Access-Control-Request-Method", b"PUT"),
                (b"Access-Control-Request-Headers", b"content-type"),
            ]
            answer = [
                *allowed(origin),
                (b"Access-Control-Allow-Methods", b"GET, PUT, DELETE"),
                (b"Access-Control-Allow-Headers", b"content-type"),
            ]
            yield wire(number, when, "OPTIONS", url, origin, asked, 204, answer)
            number, when = number + 1, when + 0.02
            body = [(b"Content-Type", b"application/json"), (b"Cookie", b"session=1")]
            yield wire(number, when, "PUT", url, origin, body, 200, allowed(origin))
        elif endpoint % 50 == 1:
            yield wire(number, when, "GET", url, origin, [], 500, [])
        else:
            yield wire(number, when, "GET", url, origin, [], 200, allowed(origin))
        number += 1


def allowed(origin: str) -> list[tuple[bytes, bytes]]:
    """Headers of an answer that the page may read."""
    return [
        (b"Access-Control-Allow-Origin", origin.encode()),
        (b"Access-Control-Allow-Credentials", b"true"),
        (b"Vary", b"Origin"),
    ]


def wire(
    number: int,
    when: float,
    method: str,
    url: str,
    origin: str,
    request: list[tuple[bytes, bytes]],
    status: int,
    response: list[tuple[bytes, bytes]],
) -> Wire:
    """One exchange as a proxy records it."""
    return Wire(
        id=f"f{number}",
        capture="c0",
        address="192.0.2.1",
        connection=f"k{number % 40}",
        started=when,
        ended=when + 0.01,
        method=method,
        url=url,
        http_version="HTTP/1.1",
        request=(
            (b"Host", b"api.example.net"),
            (b"User-Agent", AGENT.encode()),
            (b"Accept", b"*/*"),
            (b"Origin", origin.encode()),
            (b"Sec-Fetch-Mode", b"cors"),
            (b"Sec-Fetch-Site", b"cross-site"),
            (b"Sec-Fetch-Dest", b"empty"),
            (b"Referer", origin.encode() + b"/"),
            *request,
        ),
        status=status,
        response=(
            (b"Server", b"nginx"),
            (b"Date", b"Sat, 14 Nov 2026 15:02:00 GMT"),
            (b"Content-Type", b"application/json"),
            *response,
        ),
        lost=None,
    )


def megabytes() -> float:
    """Resident memory of this process, now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main(arguments: list[str]) -> None:
    """Measure and print."""
    total = int(arguments[0]) if arguments else 100_000
    auditor = Auditor()
    gc.collect()
    before = megabytes()
    mark, number = time.process_time(), 0
    for number, each in enumerate(session(total), 1):
        auditor.feed([each.through(auditor.door)])
        if number % (total // 10) == 0:
            now = time.process_time()
            cost = (now - mark) / (total // 10) * 1e6
            print(f"{number:8} heard  {cost:6.0f} µs each  {megabytes() - before:6.0f} MB")
            mark = time.process_time()
    begin = time.process_time()
    result = auditor.result()
    spent = (time.process_time() - begin) / number * 1e6
    print(f"whole session judged: {spent:.0f} µs each, {len(result.findings)} findings")
    print(f"with the result {megabytes() - before:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
