"""Records that only mitmproxy's own reader understands: older formats, and odd ones."""

from __future__ import annotations

import re

from mitmproxy import flow as mitm_flow
from mitmproxy import version
from mitmproxy.http import HTTPFlow
from mitmproxy.io import compat, tnetstring

from .base import NOT_HTTP, Problem
from .flow import proxied
from .proxied import Proxied


def record(raw: bytes) -> Proxied | Problem | None:
    """Read one record; None: these bytes are none."""
    try:
        state = tnetstring.loads(raw)
    except Exception:  # also TypeError for odd keys, RecursionError for deep nesting
        return None
    if not isinstance(state, dict):
        return None
    kind = state.get("type", state.get(b"type", "http"))
    if _goes_round(state):
        return Problem("unreadable flow", "its version is given as none ever was", fatal=True)
    try:
        flow = mitm_flow.Flow.from_state(compat.migrate_flow(state))
        if isinstance(flow, HTTPFlow):
            read = proxied(flow)
            if not is_sound(read):
                raise TypeError("values of other types than a flow has")
            return read
    except ValueError as error:
        if "flow format version" in str(error):
            return Problem("flow of another version", _version_advice(str(error)), fatal=True)
        return Problem("unreadable flow", str(error), fatal=True)
    except Exception as error:  # mitmproxy raises KeyError, AssertionError and others here
        return Problem("unreadable flow", f"{type(error).__name__}: {error}", fatal=True)
    return Problem(f"{kind} flow", NOT_HTTP)


def _goes_round(state: dict[object, object]) -> bool:
    """Would mitmproxy's migration never end?

    It looks for the version under bytes first, and from 1.0 on enters the next one under text: a
    newer version under bytes is found again and again.
    """
    said = state.get(b"version")
    return said is not None and not (isinstance(said, list | tuple) and said[:1] in ([0], (0,)))


def is_sound(read: Proxied) -> bool:
    """Are the types those that are promised? mitmproxy takes over whatever a record holds."""
    answer, failure = read.answer, read.failure
    texts = [read.id, read.address, read.connection, read.host]
    raw = [read.method, read.scheme, read.authority, read.path, read.http_version]
    whole, times = [read.port], [read.started]
    raw += [part for line in read.request for part in line]
    if answer is not None:
        whole.append(answer.status)
        times += [] if answer.ended is None else [answer.ended]
        raw += [part for line in answer.fields for part in line]
    if failure is not None:
        texts.append(failure.message)
        times.append(failure.when)
    return (
        all(type(each) is str for each in texts)
        and all(type(each) is bytes for each in raw)
        and all(type(each) is int for each in whole)
        and all(type(each) in (int, float) for each in times)
    )


def _version_advice(message: str) -> str:
    found = re.search(r"version (\d+(?:, \d+)*)", message)
    return (
        f"written by another version of mitmproxy (flow format {found[1] if found else '?'}; "
        f"mitmproxy {version.VERSION} here reads up to {version.FLOW_FORMAT_VERSION}): "
        "upgrade mitmproxy, or re-save the file with the version that wrote it"
    )
