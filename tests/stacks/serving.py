"""Start a server software with code in its places, and end it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from addon.launch.processes import LaunchError, free_port, stop, wait_for_port

from ..browser.proxy import LabError
from . import npm
from .stack import APPS, Code, Stack, render

START_SECONDS = 30


@contextmanager
def running(
    stack: Stack, code: Code, folder: Path, backend: Mapping[str, str], *, login: bool
) -> Iterator[int]:
    """Yields the port on which it listens.

    Args:
        folder: a new one, for its files.
        backend: environment of the back end, where the software is a proxy.
        login: the application wants a login for everything.
    """
    folder.mkdir(parents=True)
    with ExitStack() as parts:
        environment = {"LOGIN": "1"} if login else {}
        values = {"FOLDER": str(folder)}
        if stack.proxy:
            port = free_port()
            script = str(Path(__file__).with_name("backend.py"))
            command = [sys.executable, script, str(port)]
            parts.enter_context(_process(command, environment | dict(backend), port, folder))
            values["BACKEND"] = str(port)
        port = free_port()
        values["PORT"] = str(port)
        file = folder / stack.app
        file.write_text(render((APPS / stack.app).read_text(), code, values))
        if file.suffix in (".js", ".mjs"):
            (folder / "node_modules").symlink_to(npm.FOLDER / "node_modules")
        filled = {"file": str(file), "folder": str(folder), "port": str(port)}
        command = [part.format(**filled) for part in stack.command]
        command[0] = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin") or command[0]
        environment |= {"PORT": str(port), **stack.environment}
        parts.enter_context(_process(command, environment, port, folder))
        yield port


@contextmanager
def _process(
    command: list[str], environment: Mapping[str, str], port: int, folder: Path
) -> Iterator[None]:
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        try:
            wait_for_port(port, process, START_SECONDS)
        except LaunchError as error:
            raise LabError(f"{error}\n{log.read_text(errors='replace')[-2000:]}") from error
        yield
    finally:
        stop(process)
