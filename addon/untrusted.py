"""Clients that do not trust the proxy: their requests are not seen."""

from __future__ import annotations

from collections import Counter

from mitmproxy.tls import TlsData

MOST_HOSTS = 500
"""Hosts told apart among those with failed handshakes."""


class Untrusted:
    """Handshakes that clients broke off, by host."""

    def __init__(self) -> None:
        self._hosts: Counter[str] = Counter()

    def note(self, data: TlsData) -> None:
        """One more."""
        host = data.conn.sni or str((data.context.server.address or ("?",))[0])
        if host not in self._hosts and len(self._hosts) >= MOST_HOSTS:
            host = "others"
        self._hosts[host] += 1

    def summary(self) -> str | None:
        """What to say at the end of the session, if anything."""
        if not self._hosts:
            return None
        hosts = ", ".join(host for host, _ in self._hosts.most_common(3))
        return (
            f"HTTPS failed for {self._hosts.total()} connections ({hosts}): the browser does not "
            "trust mitmproxy's certificate, those requests were not audited."
        )
