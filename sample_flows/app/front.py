"""Serve the shop's pages, with the settings of one story as `/settings.js`.

    python front.py HOST PORT SETTINGS_JSON

The second site of the stories and the login host are further copies on other ports.
"""

import http.server
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

WEB = Path(__file__).with_name("web")


class ShopFront(http.server.SimpleHTTPRequestHandler):
    """Static files that are never cached, plus the settings."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "shop-front", ""

    def __init__(self, *args: Any, settings: dict[str, Any], **kwargs: Any) -> None:
        self.settings = settings
        super().__init__(*args, directory=str(WEB), **kwargs)

    def do_GET(self) -> None:
        """Answer `/settings.js` from memory and everything else from the folder."""
        if self.path != "/settings.js":
            super().do_GET()
            return
        body = f"const SETTINGS = {json.dumps(self.settings)};\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        if cookie := self.settings.get("stale_cookie"):
            # Cookies ignore the port: this is what an earlier login at the API has left behind.
            self.send_header("Set-Cookie", f"{cookie}; Path=/; HttpOnly; SameSite=Lax")
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """No caching: every visit shows in the recording."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet: mitmdump keeps the record."""


if __name__ == "__main__":
    _, host, port, settings = sys.argv
    handler = partial(ShopFront, settings=json.loads(settings))
    http.server.ThreadingHTTPServer((host, int(port)), handler).serve_forever()
