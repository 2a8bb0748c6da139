"""A real Firefox with a throw-away profile, driven over Marionette, its own remote control.

Firefox tells a page only that a call failed. Whether the preflight or the request itself was
refused is read from the recording: after a refused preflight the request never came.
"""

import json
import socket
import time
from pathlib import Path
from typing import Any

from recording.chromium import origin_of
from recording.outcomes import Call, read_flows
from recording.programs import Programs, find_program, free_port

NAMES = ("firefox", "firefox-esr")
REMEDY = "Install Firefox from your distribution, or use --browser chromium."
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key WebDriver wraps an element's id in


def preferences(proxy_port: int, marionette_port: int) -> str:
    """The profile's `user.js`: everything through the proxy, nothing of Firefox's own."""
    values: dict[str, object] = {
        "marionette.port": marionette_port,
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": proxy_port,
        "network.proxy.no_proxies_on": "",
        "network.proxy.allow_hijacking_localhost": True,  # else localhost goes past the proxy
        "network.trr.mode": 5,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "app.update.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
    }
    return "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in values.items())


class Marionette:
    """The few commands needed, over Marionette's socket: `length:[0, id, name, parameters]`."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._file = self._socket.makefile("rb")
        self._receive()  # the greeting

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._file.read(1)
        return json.loads(self._file.read(int(length[:-1])))

    def command(self, name: str, **parameters: object) -> Any:
        """Send one command and return its result."""
        message = json.dumps([0, 1, name, parameters]).encode()
        self._socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._receive()
        if error:
            raise RuntimeError(f"{name}: {error['message']}")
        return result

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression in the page."""
        script = f"return {expression}"
        return self.command("WebDriver:ExecuteScript", script=script, args=[], sandbox=None)[
            "value"
        ]

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()


class Firefox:
    """Opens pages and presses buttons; knows in the end what became of every call."""

    def __init__(self, proxy_port: int, folder: Path, programs: Programs) -> None:
        binary = find_program(NAMES, REMEDY)
        profile = folder / "firefox"
        profile.mkdir()
        port = free_port()
        (profile / "user.js").write_text(preferences(proxy_port, port))
        command = [binary, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
        self._programs = programs
        self._process = programs.start(command, host="127.0.0.1", port=port, seconds=60)
        self._marionette = Marionette(port)
        session = self._marionette.command("WebDriver:NewSession", capabilities={})
        self._version = str(session["capabilities"]["browserVersion"])
        self._visits: list[tuple[str, list[dict[str, Any]]]] = []

    @property
    def version(self) -> str:
        """Name and version of the browser."""
        return f"Firefox {self._version}"

    def open(self, url: str) -> None:
        """Load a page."""
        self._marionette.command("WebDriver:Navigate", url=url)
        self._visits.append((origin_of(url), []))

    def press(self, button: str) -> None:
        """Press a button and wait until the page shows the outcome."""
        found = self._marionette.command(
            "WebDriver:FindElement", using="css selector", value=f"#{button}"
        )
        self._marionette.command("WebDriver:ElementClick", id=found["value"][ELEMENT])
        while self._marionette.evaluate("document.body.dataset.busy") != "no":
            time.sleep(0.05)
        self._visits[-1][1].append(self._marionette.evaluate("window.calls.at(-1)"))
        time.sleep(0.3)

    def calls(self, recording: Path) -> list[Call]:
        """Every call, as the page saw it end and as the recording saw it pass."""
        flows = [flow for flow in read_flows(recording) if "Origin" in flow.request.headers]
        calls = []
        for page, outcomes in self._visits:
            for outcome in outcomes:
                blocked = not outcome["readable"]
                call = Call(page, outcome["method"], [outcome["url"]], blocked=blocked)
                if flows and flows[0].request.method == "OPTIONS":
                    call.preflights = 1
                    flows.pop(0)
                call.at_preflight = not flows or flows[0].request.url != outcome["url"]
                while not call.at_preflight and (answer := flows.pop(0).response):
                    if answer.status_code != 302 or not flows:
                        break
                    if flows[0].request.url != answer.headers["Location"]:
                        break
                    call.urls.append(flows[0].request.url)
                calls.append(call)
        return calls

    def close(self) -> None:
        """End the browser."""
        self._marionette.close()
        self._programs.stop(self._process)
