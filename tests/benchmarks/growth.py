"""What twice as much costs, in every dimension that a stranger can stretch.

    python -m tests.benchmarks.growth [DIMENSION...] [--steps N]

Each dimension is doubled three times; printed is the CPU time of each part of the way (through
the door, judged live, judged as a whole, as JSON, as a page) and how many times as much the last
doubling took. Twice is in proportion; what comes near four grows with the square.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.engine import Auditor
from analysis.sources.wire import Fields, Wire
from reports import render

AGENT = b"Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
START = 1_800_000_000.0
PARTS = ("door", "live", "whole", "json", "html")


def wire(
    number: int,
    url: str = "https://api.example/items",
    page: str = "https://app.example",
    *,
    method: str = "GET",
    status: int = 200,
    asked: Fields = (),
    answer: Fields = ((b"Access-Control-Allow-Origin", b"*"),),
    agent: bytes = AGENT,
) -> Wire:
    """A cross-origin call, ten a second."""
    return Wire(
        id=f"f{number}", capture="c0", address="192.0.2.1", connection=f"k{number % 6}",
        started=START + number / 10, ended=START + number / 10 + 0.05, method=method, url=url,
        http_version="HTTP/2.0",
        request=((b"User-Agent", agent), (b"Origin", page.encode()), (b"Sec-Fetch-Mode", b"cors"),
                 (b"Sec-Fetch-Site", b"cross-site"), *asked),
        status=status, response=tuple(answer), lost=None,
    )  # fmt: skip


def allow(origin: str = "https://app.example") -> list[tuple[bytes, bytes]]:
    """An answer that names the page and lets cookies pass."""
    return [
        (b"Access-Control-Allow-Origin", origin.encode()),
        (b"Access-Control-Allow-Credentials", b"true"),
    ]


def flows(n: int) -> Iterator[Wire]:
    """The same call again and again."""
    return (wire(each) for each in range(n))


def endpoints(n: int) -> Iterator[Wire]:
    """Calls to different paths, refused."""
    names = ("users", "orders", "items", "carts", "bills", "notes", "tasks", "files")
    for each in range(n):
        path = "/".join(names[each >> shift & 7] for shift in (0, 3, 6, 9, 12))
        yield wire(each, f"https://api.example/{path}", answer=())


def origins(n: int) -> Iterator[Wire]:
    """Pages of different origins, each let in by its own name."""
    for each in range(n):
        page = f"https://shop{each}.example"
        yield wire(each, page=page, answer=allow(page))


def servers(n: int) -> Iterator[Wire]:
    """Different servers."""
    return (wire(each, f"https://api{each}.example/items") for each in range(n))


def preflights(n: int) -> Iterator[Wire]:
    """Preflights of one URL that no request follows, so that all stay open."""
    asked = [(b"Access-Control-Request-Method", b"PUT")]
    answer = [*allow(), (b"Access-Control-Allow-Methods", b"PUT"),
              (b"Access-Control-Max-Age", b"86400")]  # fmt: skip
    for each in range(n):
        yield wire(each, method="OPTIONS", status=204, asked=asked, answer=answer)


def cached(n: int) -> Iterator[Wire]:
    """Preflights of different URLs, each with three requests on its strength."""
    for each in preflights(n // 4):
        number = 4 * int(each.id[1:])
        url = f"https://api.example/items?{number}"
        yield each._replace(id=f"f{number}", url=url, started=START + number / 10,
                            ended=START + number / 10 + 0.01)  # fmt: skip
        for after in (1, 2, 3):
            yield wire(number + after, url, method="PUT", answer=allow())


def redirects(n: int) -> Iterator[Wire]:
    """One chain of redirects."""
    for each in range(n):
        answer = [*allow(), (b"Location", b"/hop?%d" % (each + 1))]
        yield wire(each, f"https://api.example/hop?{each}", status=307, answer=answer)


def header_lines(n: int) -> Iterator[Wire]:
    """Ten messages with so many header lines."""
    lines = [(b"X-%d" % each, b"value") for each in range(n)]
    return (wire(each, asked=lines, answer=[*allow(), *lines]) for each in range(10))


def equal_lines(n: int) -> Iterator[Wire]:
    """Ten messages with so many lines of one name."""
    lines = [(b"Access-Control-Expose-Headers", b"x-%d" % each) for each in range(n)]
    return (wire(each, answer=[*allow(), *lines]) for each in range(10))


def header_length(n: int) -> Iterator[Wire]:
    """Ten messages with a kept header of so many bytes, all of it tokens."""
    tokens = b", ".join(b"9fX2kQ81mmZpq%05d" % each for each in range(n // 20))
    lists = [(b"Access-Control-Allow-Headers", tokens), (b"Via", tokens)]
    return (wire(each, asked=lists, answer=[*allow(), *lists]) for each in range(10))


def header_names(n: int) -> Iterator[Wire]:
    """Ten preflights that ask for, and are allowed, lists of so many bytes."""
    names = b",".join(b"x-%05d" % each for each in range(n // 8))
    for each in range(10):
        yield wire(
            each, method="OPTIONS", status=204,
            asked=[(b"Access-Control-Request-Method", b"PUT"),
                   (b"Access-Control-Request-Headers", names)],
            answer=[*allow(), (b"Access-Control-Allow-Headers", names[::-1])],
        )  # fmt: skip


def url_length(n: int) -> Iterator[Wire]:
    """Ten different URLs with paths and queries of so many bytes."""
    path, query = "/x9fX2kQ81mmZ" * (n // 26), "&a=9fX2kQ81mm" * (n // 28)
    return (wire(each, f"https://api.example/{each}{path}?{query}") for each in range(10))


def findings(n: int) -> Iterator[Wire]:
    """Refused calls: each page and server makes one finding."""
    for each in range(n):
        yield wire(each, f"https://api{each % 20}.example/x", f"https://p{each}.example", answer=())


def clients(n: int) -> Iterator[Wire]:
    """Calls by different browsers."""
    return (wire(each, agent=AGENT + b" Edg/%d.0" % each) for each in range(n))


def cookies(n: int) -> Iterator[Wire]:
    """Requests that carry cookies, with answers that set some, between requests without."""
    answer = [*allow(), (b"Set-Cookie", b"a=1; SameSite=None; Secure")]
    for each in range(n):
        asked = [(b"Cookie", b"; ".join(b"c%d=1" % number for number in range(20)))]
        yield wire(each, asked=asked if each % 2 else (), answer=answer)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is doubled, beginning with `first`."""

    make: Callable[[int], Iterator[Wire]]
    first: int


DIMENSIONS = {
    each.make.__name__: each
    for each in (
        Dimension(flows, 2_000),
        Dimension(endpoints, 400),
        Dimension(origins, 400),
        Dimension(servers, 400),
        Dimension(preflights, 800),
        Dimension(cached, 1_600),
        Dimension(redirects, 1_000),
        Dimension(header_lines, 1_000),
        Dimension(equal_lines, 1_000),
        Dimension(header_length, 30_000),
        Dimension(header_names, 30_000),
        Dimension(url_length, 30_000),
        Dimension(findings, 400),
        Dimension(clients, 400),
        Dimension(cookies, 1_000),
    )
}


def cost(dimension: Dimension, n: int) -> list[float]:
    """CPU seconds of each of `PARTS`."""
    wires = list(dimension.make(n))
    live, offline = Auditor(), Auditor()
    times: list[float] = []
    gc.collect()

    def timed(begun: float) -> float:
        times.append(time.process_time() - begun)
        return time.process_time()

    now = time.process_time()
    exchanges = [each.through(offline.door) for each in wires]
    now = timed(now)
    for each in exchanges:
        live.feed([each])
    now = timed(now)
    for each in exchanges:
        offline.add(each)
    result = offline.result()
    now = timed(now)
    result.to_json()
    now = timed(now)
    render(result, "html")
    timed(now)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dimensions", nargs="*", metavar="DIMENSION", help=", ".join(DIMENSIONS))
    parser.add_argument("--steps", type=int, default=3, help="how often it is doubled")
    said = parser.parse_args()
    cost(DIMENSIONS["flows"], 200)  # everything is loaded
    print(f"{'':24}" + "".join(f"{part:>14}" for part in PARTS) + f"{'all':>14}")
    for name in said.dimensions or DIMENSIONS:
        before: list[float] = []
        for step in range(said.steps + 1):
            n = DIMENSIONS[name].first << step
            times = cost(DIMENSIONS[name], n)
            times.append(sum(times))
            told = [
                f"{now * 1e3:7.0f} ms"
                + (f" ×{now / was:3.1f}" if before and now > 0.02 and was > 0 else "     ")
                for now, was in zip(times, before or times, strict=True)
            ]
            print(f"{name:14}{n:10}" + "".join(f"{each:>14}" for each in told), flush=True)
            before = times


if __name__ == "__main__":
    main()
