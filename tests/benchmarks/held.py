"""What our code holds in memory, by table: walked over from the addon and from our modules.

Of mitmproxy's process this is our part alone, to the byte that `sys.getsizeof` counts: a flow that
we kept would be in it with its bodies, whereas what mitmproxy, asyncio and the logs hold is not.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType

from mitmproxy.addonmanager import AddonManager
from mitmproxy.master import Master
from mitmproxy.options import Options

OURS = ("addon", "analysis", "reports")
DEPTH = 3
"""Attributes of attributes that are told apart: `_auditor._linker._stored`."""
ELSEWHERE = (
    type, ModuleType, FunctionType, BuiltinFunctionType, CodeType, FrameType,
    AddonManager, Master, Options, logging.Logger, asyncio.Handle, asyncio.AbstractEventLoop,
)  # fmt: skip
"""Not held by us, or there before any traffic; from here one would get everywhere."""


def held(*roots: object) -> Counter[str]:
    """Bytes by table, each object counted where it is met first.

    Args:
        roots: objects whose attributes are the tables; our modules' own are always walked.
    """
    sizes: Counter[str] = Counter()
    seen = {id(each) for each in roots}
    for name, table in [*_attributes(roots), *_caches()]:
        ahead = [table]
        while ahead:
            each = ahead.pop()
            if id(each) in seen or isinstance(each, ELSEWHERE):
                continue
            seen.add(id(each))
            sizes[name] += sys.getsizeof(each)
            ahead += gc.get_referents(each)
    return sizes


def _attributes(roots: tuple[object, ...]) -> Iterator[tuple[str, object]]:
    """The attributes of objects of ours, the deepest first: what they share is theirs."""
    found = [(0, "", each) for each in roots]
    met = set()
    for depth, name, each in found:  # which grows on the way: the shortest names come first
        if id(each) not in met and depth < DEPTH and _is_ours(each):
            met.add(id(each))
            values = getattr(each, "__dict__", {}).items()
            found += [(depth + 1, f"{name}.{key}".lstrip("."), value) for key, value in values]
    return ((name, each) for _, name, each in reversed(found) if name)


def _is_ours(each: object) -> bool:
    return type(each).__module__.partition(".")[0] in OURS


def _caches() -> Iterator[tuple[str, object]]:
    """Remembered results of our functions, and whatever else our modules keep."""
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            for value in list(vars(module).values()):
                kind = "caches" if isinstance(value, functools._lru_cache_wrapper) else "modules"
                yield kind, value
