"""Where programs can be reached from, read from `/proc` as `ss` does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

LISTENS = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
"""Tables of the system, and the state of a socket there that takes what anybody sends."""


def reachable_at(pids: Iterable[int]) -> set[tuple[str, str]]:
    """Protocols and addresses at which these processes can be reached by others."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    found = set()
    for protocol, state in LISTENS.items():
        for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and fields[9] in inodes:
                words = bytes.fromhex(fields[1].partition(":")[0])
                turned = b"".join(words[i : i + 4][::-1] for i in range(0, len(words), 4))
                found.add((protocol, str(ip_address(turned))))
    return found


def _sockets(pid: int) -> Iterable[str]:
    try:
        entries = list(os.scandir(f"/proc/{pid}/fd"))
    except OSError:
        return
    for entry in entries:
        try:
            target = os.readlink(entry.path)
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]
