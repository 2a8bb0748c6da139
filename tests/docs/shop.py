"""The sample application on ports of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from addon.launch import processes

from .blocks import ROOT

APP = ROOT / "sample_flows" / "app"
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Shop:
    """Where it is."""

    page: str
    api: str


@contextmanager
def shop(
    folder: Path, setup: str, actions: Sequence[str], *, unattended: bool = False
) -> Iterator[Shop]:
    """The shop's page and its API (FastAPI), while the block runs.

    Args:
        folder: for the programs' log.
        setup: one of `fastapi_api.SETUPS`.
        actions: buttons of the page.
        unattended: the page presses them itself.
    """
    front, back = processes.free_port(), processes.free_port()
    made = Shop(f"http://localhost:{front}", f"http://localhost:{back}")
    settings = {
        "shop": "Sample shop", "note": setup, "api": made.api, "actions": list(actions),
        "cookies": True, "unattended": unattended,
    }  # fmt: skip
    commands = {
        front: [str(APP / "front.py"), "localhost", str(front), json.dumps(settings)],
        back: [str(APP / "fastapi_api.py"), setup, str(back), made.page],
    }
    running: list[subprocess.Popen[bytes]] = []
    try:
        for port, words in commands.items():
            running.append(processes.start([sys.executable, *words], folder / "shop.log"))
            processes.wait_for_port(port, running[-1], SECONDS, "localhost")
        yield made
    finally:
        for process in running:
            processes.stop(process)
