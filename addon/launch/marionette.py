"""A client for Marionette, Firefox's own remote control: `length:[0, id, command, parameters]`."""

from __future__ import annotations

import json
import socket
from typing import Any

from .processes import LaunchError


class Marionette:
    """One session."""

    def __init__(self, port: int, wait_for_pages: bool = False) -> None:
        """Begin a session.

        Args:
            wait_for_pages: navigating ends when the page is loaded, not at once.
        """
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._file = self._socket.makefile("rb")
        self._receive()  # the greeting
        capabilities = {
            "pageLoadStrategy": "normal" if wait_for_pages else "none",
            "acceptInsecureCerts": False,
        }
        session = self.command("WebDriver:NewSession", capabilities={"alwaysMatch": capabilities})
        self.version = str(session["capabilities"]["browserVersion"])

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            byte = self._file.read(1)
            if not byte:
                raise LaunchError("Firefox hung up")
            length += byte
        return json.loads(self._file.read(int(length[:-1])))

    def command(self, name: str, **parameters: object) -> Any:
        """Send one command and return its result."""
        message = json.dumps([0, 1, name, parameters]).encode()
        self._socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._receive()
        if error:
            raise LaunchError(f"{name}: {error['message']}")
        return result

    def context(self, name: str) -> None:
        """Where scripts run from now on: `content`, the page, or `chrome`, the browser itself."""
        self.command("Marionette:SetContext", value=name)

    def script(self, source: str, *arguments: object) -> Any:
        """Run a script and return what it returns."""
        return self.command(
            "WebDriver:ExecuteScript",
            script=source,
            args=list(arguments),
            newSandbox=False,
            sandbox="cors-audit",
        )["value"]

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()
