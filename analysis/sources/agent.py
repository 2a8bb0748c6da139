"""User agents: which engine, which version, or which tool.

A hint and no more: `analysis.session.clients` holds it against what the client does.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..words import is_word

_IOS = re.compile(r"\b(?:CriOS|FxiOS|EdgiOS)/")
_ENGINES = (
    ("firefox", re.compile(r"\bGecko/.*\bFirefox/(\d+)")),
    ("chromium", re.compile(r"\b(?:Headless)?Chrom(?:e|ium)/(\d+)")),
    ("webkit", re.compile(r"\bAppleWebKit/.*\bVersion/(\d+)")),
    ("webkit", re.compile(r"\bAppleWebKit/(\d+)")),
)
_TOOL = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*")


@lru_cache(maxsize=1024)
def agent(user_agent: str) -> str:
    """`chromium/156`, `firefox/153`, `webkit/26`; a tool's own name; empty when there is none,
    or when it looks like a token."""
    engines = _ENGINES[2:] if _IOS.search(user_agent) else _ENGINES
    for engine, pattern in engines:
        match = pattern.search(user_agent)
        if match:
            return f"{engine}/{match[1]}"
    if user_agent.startswith("Mozilla/"):
        return ""
    match = _TOOL.match(user_agent)
    return match[0].lower() if match and is_word(match[0].replace("+", "-")) else ""
