"""What the addon costs mitmproxy: processor time of one mitmdump with our work on and off.

    python -m tests.benchmarks.overhead [SECONDS] [--plain] [--only SORT] [--modes MODE ...]

Separate runs of mitmdump differ by more than the addon costs, so one process changes its mode
every half second: no work of ours, a busy-wait of known length (does the method find it?), our
hooks, our hooks as they are beside scripts that may rewrite messages, and not even our script for
mitmproxy to ask; on ordinary traffic, on calls across origins and on other requests. Flows that
wait in our inbox are judged before a window ends. Each window is held against the nothing beside
it. The seldom rounds of Python's garbage collector through the whole memory, which what we hold may
call for, take longer than all that is measured: they are told apart, and a tenth of the windows at
either end, which something else disturbed, is left out of means. Over HTTP/1.1 and TLS, as
browsers do, or without TLS (`--plain`), which is the least that mitmproxy can have to do. A
processor's mood changes more than the addon costs: one sort at a time (`--only`) and fewer modes
(`--modes busy ours`) make six times the windows, and the errors smaller. It prints and decides
nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median, stdev
from typing import NamedTuple

from tests.benchmarks.internet import server_context
from tests.tools.running import ADDON, CHROMIUM, PAGE, free_port, origin_server, wait_until

WINDOW = 250
"""Requests in a row with the same mode and of the same sort: they take about as long as flows wait
to be judged together, so that as many are as would be without windows."""
BUSY = 100
"""Microseconds of the calibrating busy-wait."""
SORTS = ("ordinary", "cors", "other")
MODES = {
    "busy": f"busy-wait of {BUSY}",
    "ours": "the addon",
    "beside": "beside scripts",
    "absent": "not even there",
}
"""Each with its name. Between two of them there is nothing: our script is there, but has no hooks.
What mitmproxy spends on asking it at every event is what it saves where it is absent."""

SWITCH = '''
"""Switches our hooks on and off, and measures: `Sec-Bench` names window, sort and mode."""

import gc, json, sys, time
from mitmproxy import ctx
from mitmproxy.tools import dump, main

class Switch:
    __module__ = "mitmproxy.switch"  # it is no script: it rewrites nothing

    def __init__(self):
        self.now, self.begun, self.rows, self.mode = None, 0.0, [], "ours"
        self.collecting = self.collected = 0.0
        gc.callbacks.append(self.collect)

    def collect(self, phase, info):
        if info["generation"] == 2:
            if phase == "start":
                self.collecting = time.process_time()
            else:
                self.collected += time.process_time() - self.collecting

    def request(self, flow):
        key = flow.request.headers.get("sec-bench", "")
        if key != self.now:
            if self.mode in ("ours", "beside"):
                ctx.master.addons.get("cors_audit")._inbox.empty()
            spent = time.process_time()
            if self.now:
                collected = self.collected
                self.rows.append((*self.now.split(), spent - self.begun - collected, collected))
            self.now = key
            self.mode = key.split()[2] if key else ""
            switch(self.mode)
            self.collected = 0.0
            self.begun = time.process_time()
        if self.mode == "busy":
            end = time.perf_counter() + BUSY / 1e6
            while time.perf_counter() < end:
                pass

    def done(self):
        with open("rows.json", "w") as file:
            json.dump(self.rows, file)

def switch(mode):
    """Our hooks do all of their work, or are not there."""
    global is_wanted, scripts
    chain = sys.modules["addon.chain"]
    is_wanted = is_wanted or chain.is_wanted
    chain.is_wanted = (lambda *_: True) if mode == "beside" else is_wanted
    ours = ctx.master.addons.get("cors_audit")
    ours._take_places()
    if mode not in ("ours", "beside"):
        ours.response = ours.error = None
    loader = ctx.master.addons.get("scriptloader")
    scripts = scripts or loader.addons
    loader.addons = [] if mode == "absent" else scripts

is_wanted, scripts = None, []

class Master(dump.DumpMaster):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.addons.add(Switch())

dump.DumpMaster = Master
main.mitmdump(sys.argv[1:])
'''


def headers(sort: str, number: int, port: int) -> dict[str, str]:
    """What Chromium sends with a request of this sort; `Sec-Bench` is to be none of script's, for
    which a browser would ask permission."""
    sent = {
        "Host": f"127.0.0.1:{port}",
        "Connection": "keep-alive",
        "sec-ch-ua-platform": '"Linux"',
        "User-Agent": CHROMIUM,
        "sec-ch-ua": '"Chromium";v="156", "Not)A;Brand";v="24"',
        "sec-ch-ua-mobile": "?0",
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Accept-Language": "en-US,en;q=0.9",
        "Sec-Fetch-Dest": "empty",
    }
    # Ordinary traffic: of ten requests one calls across origins and one carries a cookie.
    if sort == "cors" or (sort == "ordinary" and number % 10 == 0):
        return sent | {
            "Origin": PAGE, "Referer": f"{PAGE}/", "Sec-Fetch-Mode": "cors",
            "Sec-Fetch-Site": "cross-site",
        }  # fmt: skip
    if sort == "ordinary" and number % 10 == 5:
        sent["Cookie"] = "session=0123456789abcdef; theme=dark"
    return sent | {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"}


def client(proxy: int, origin: int, plain: bool) -> tuple[http.client.HTTPConnection, str]:
    """A connection to the origin through the proxy, and what paths begin with on it."""
    if plain:
        connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=30)
        return connection, f"http://127.0.0.1:{origin}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", proxy, timeout=30, context=context)
    connection.set_tunnel("127.0.0.1", origin)
    return connection, ""


class Plan(NamedTuple):
    """What is measured."""

    seconds: float
    plain: bool
    """Without TLS."""
    sorts: Sequence[str]
    modes: Sequence[str]


def load(proxy: int, origin: int, plan: Plan) -> None:
    """Send requests one after the other through the proxy, window by window."""
    connection, begin = client(proxy, origin, plan.plain)
    deadline = time.monotonic() + plan.seconds
    window = number = 0
    while time.monotonic() < deadline:
        for sort in plan.sorts:
            for mode in (each for name in plan.modes for each in ("nothing", name)):
                window += 1
                for _ in range(WINDOW):
                    number += 1
                    sent = headers(sort, number, origin)
                    area = "open" if "Origin" in sent else "closed"
                    path = f"/{area}/{'abcdefghij'[number // 10 % 10]}/list"
                    bench = {"Sec-Bench": f"{window} {sort} {mode}"}
                    connection.request("GET", begin + path, headers=sent | bench)
                    connection.getresponse().read()


class Window(NamedTuple):
    """So many requests in a row."""

    number: int
    sort: str
    mode: str
    spent: float
    """Seconds of processor time, but for those of the next."""
    collected: float
    """Seconds that the garbage collector went through the whole memory."""


def run(plan: Plan) -> list[Window]:
    """All windows, in order."""
    with (
        tempfile.TemporaryDirectory() as folder,
        origin_server(None if plan.plain else server_context(Path(folder))) as origin,
    ):
        script, port = Path(folder) / "switch.py", free_port()
        script.write_text(SWITCH.replace("BUSY", str(BUSY)))
        words = ["-q", "--listen-host", "127.0.0.1", "--listen-port", str(port)]
        words += ["-s", str(ADDON), "--set", "cors_report=", "--set", f"confdir={folder}/conf"]
        words += ["--set", "ssl_insecure=true"]
        process = subprocess.Popen([sys.executable, str(script), *words], cwd=folder)
        try:
            wait_until(lambda: _answers(port, origin, plan.plain))
            load(port, origin, plan)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        rows = json.loads((Path(folder) / "rows.json").read_text())
    return [Window(int(number), *rest) for number, *rest in rows]


def _answers(port: int, origin: int, plain: bool) -> bool:
    try:
        connection, begin = client(port, origin, plain)
        connection.request("GET", f"{begin}/")
        return connection.getresponse().status == 200
    except OSError:
        return False


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="overhead")
    parser.add_argument("seconds", nargs="?", type=float, default=300)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--only", choices=SORTS)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    given = parser.parse_args(arguments)
    sorts = [given.only] if given.only else SORTS
    rows = run(Plan(given.seconds, given.plain, sorts, given.modes))
    by_number = {each.number: each for each in rows}
    added: dict[tuple[str, str], list[float]] = defaultdict(list)
    base: dict[str, list[float]] = defaultdict(list)
    collected: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number, sort, mode, spent, rounds in rows:
        around = [by_number.get(number + step) for step in (-1, 1)]
        beside = [e.spent for e in around if e and (e.sort, e.mode) == (sort, "nothing")]
        collected[sort, mode].append(rounds / WINDOW * 1e6)
        if mode == "nothing":
            base[sort].append((spent + rounds) / WINDOW * 1e6)
        elif beside:
            added[sort, mode].append((spent - mean(beside)) / WINDOW * 1e6)
    print("microseconds of processor time per request, and what is added to it")
    for sort in sorts:
        whole = mean(middle(base[sort]))
        print(f"{sort:9} mitmproxy alone {whole:6.0f}")
        for mode in given.modes:
            each = added[sort, mode]
            most = middle(each)
            # Of a trimmed mean, by the windows with those that were cut drawn in to the edge.
            drawn_in = [min(max(value, most[0]), most[-1]) for value in each]
            error = stdev(drawn_in) * len(each) ** 0.5 / len(most)
            rounds = mean(collected[sort, mode]) - mean(collected[sort, "nothing"])
            print(
                f"{'':9} {MODES[mode]:16} {mean(most):+6.1f} +-{error:4.1f} mean, "
                f"{median(each):+6.1f} median of {len(each)} windows, "
                f"{rounds:+5.1f} in full rounds  {(mean(most) + rounds) / whole:+6.2%}"
            )


def middle(values: Sequence[float]) -> list[float]:
    """Without the tenth at either end."""
    cut = len(values) // 10
    return sorted(values)[cut : len(values) - cut]


if __name__ == "__main__":
    main(sys.argv[1:])
