"""Cost grows linearly: counted in function calls, so that no machine's mood decides a test."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from analysis.engine import Auditor
from analysis.exchange import Exchange
from analysis.sources.transcript import exchanges

HEAD = "> Origin: https://app.example\n> Sec-Fetch-Mode: cors\n> Sec-Fetch-Site: cross-site\n"


def _calls(run: Callable[[], object]) -> int:
    """Python and C functions called while `run` runs."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def _judge(session: list[Exchange]) -> Callable[[], object]:
    auditor = Auditor()
    for exchange in session:
        auditor.add(exchange)
    return auditor.result


def _same_url(n: int) -> str:
    """Many preflights of one URL that nothing follows, then requests that look for theirs."""
    ask = (
        "> OPTIONS https://api.example/x\n" + HEAD + "> Access-Control-Request-Method: PUT\n< 204\n"
    )
    put = "> PUT https://api.example/x\n" + HEAD + "< 200\n"
    return "@ 0\n" + ask * n + put * n


def _chain(n: int) -> str:
    """A redirect chain that no browser would follow to its end."""
    return "".join(
        f"> GET https://h{i}.example/x\n> Origin: {'https://app.example' if i < 2 else 'null'}\n"
        f"> Sec-Fetch-Mode: cors\n< 302\n< Location: https://h{i + 1}.example/x\n"
        "< Access-Control-Allow-Origin: *\n"
        for i in range(n)
    )


def _apis(n: int) -> str:
    """Many APIs, each refusing."""
    return "".join(f"> GET https://api{i}.example/x\n{HEAD}< 200\n" for i in range(n))


def _origins(n: int) -> str:
    """One API that echoes many pages."""
    return "".join(
        f"> GET https://api.example/x\n> Origin: https://p{i}.test\n> Sec-Fetch-Mode: cors\n"
        f"> Sec-Fetch-Storage-Access: active\n< 200\n"
        f"< Access-Control-Allow-Origin: https://p{i}.test\n"
        "< Access-Control-Allow-Credentials: true\n"
        for i in range(n)
    )


def _cookies(n: int) -> str:
    """Cookies that come and go, and same-site requests without one."""
    return "".join(
        f"> GET https://api.app.example/x{i}\n{HEAD.replace('cross-site', 'same-site')}"
        f"{'> Cookie: a=1' if i % 2 else ''}\n< 200\n< Set-Cookie: a=; Max-Age=0\n"
        for i in range(n)
    )


def _header_lines(n: int) -> str:
    """One answer with very many lines of one header."""
    return f"> GET https://api.example/x\n{HEAD}< 200\n" + (
        "< Access-Control-Allow-Origin: https://a.test\n" * (n * 20)
    )


@pytest.mark.parametrize(
    "shape", [_same_url, _chain, _apis, _origins, _cookies, _header_lines], ids=lambda f: f.__name__
)
def test_doubling_the_input_at_most_doubles_the_cost(shape: Callable[[int], str]) -> None:
    base = 200
    _judge(exchanges(shape(5)))()  # caches and imports
    once, twice = (_calls(_judge(exchanges(shape(base * k)))) for k in (1, 2))
    assert twice <= 2.3 * once
