"""Words that people chose, and strings that a machine made.

Nobody can tell a password from a word by its looks. Keys, tokens and digests are made by
chance, and chance shows: letters and digits take turns, capitals stand anywhere, letters
follow each other that in no language do.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

LONGEST_WORD = 32
"""A longer part of a path, or name of a parameter, is taken for a token."""
SHORTEST_GENERATED = 12
"""In running text, shorter stretches pass for words whatever they look like."""
REMEMBERED_SIZE = 1_024
"""Characters; what was found in longer texts is not remembered: few would fill the memory."""
LONGEST_NUMBER = 20
"""Digits of the largest number that a header can mean."""

_FOLLOWERS = {
    "a": "abcdefghiklmnprstuvwxyz", "b": "abcdefijlmoprstuy", "c": "abcdefhiklmoprstuyz",
    "d": "abcdefghilmnoprstuvy", "e": "abcdefghijklmnopqrstuvwxyz", "f": "abcdefilorstuy",
    "g": "acefghilmnorstu", "h": "aeilmnorstuy", "i": "abcdefgiklmnoprstuvxz", "j": "aeiosu",
    "k": "aehilnorstuy", "l": "abcdefgiklmnoprstuvy", "m": "abcdeilmopstuy",
    "n": "abcdefghijklmnoprstuvy", "o": "abcdefghijklmnoprstuvwxy", "p": "acdefhiklnoprstuy",
    "q": "lu", "r": "abcdefgiklmnoprstuvwyz", "s": "abcdefghiklmnopqrstuvwyz",
    "t": "abcdefghilmnoprstuwyz", "u": "abcdefgilmnoprst", "v": "aeio", "w": "aehilnors",
    "x": "acdeimpstx", "y": "aceilmnopst", "z": "aceinyz",
}  # fmt: skip
"""Letters that often follow a letter, counted in the names and texts of many programs; some of
other languages."""
_PAIRS = frozenset(a + b for a, followers in _FOLLOWERS.items() for b in followers)

_SHAPE = re.compile(r"[._]{0,2}[A-Za-z0-9]+(?:[-_.~]{1,2}[A-Za-z0-9]+)*")
_VERSION = re.compile(r"v\d{1,3}(?:\.\d{1,4})*(?:[-.]?(?:alpha|beta|rc)\d{0,2})?", re.I)
_NUMBERED = frozenset(
    {
        "base64", "ed25519", "h2", "h3", "hls3", "html5", "http2", "http3", "i18n", "ipv4", "ipv6",
        "l10n", "k8s", "log4j", "md5", "mp3", "mp4", "oauth1", "oauth2", "p2p", "s3", "sha1",
        "sha256", "sha512", "utf8", "web2", "web3", "x509",
    }
)  # fmt: skip
"""Words with digits in them."""
_PART = re.compile(r"[A-Za-z]+|\d{1,4}|[A-Za-z]{2,}\d{1,2}|\d{1,2}[A-Za-z]{1,2}")
_BUILT_FILE = re.compile(
    r"(.+?)[-.~]([0-9a-f]{4,20}|[A-Za-z0-9_-]{8})"
    r"((?:\.(?:chunk|bundle|min|module))*\.(?:js|mjs|css|map|json|woff2?|svg|png|jpe?g|webp|avif|wasm))"
)
"""File that a build named after its content: the digest is no secret, and long."""

_STRETCH = re.compile(r"[A-Za-z0-9_~+/%.\-]{12,}={0,2}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_WITH_DIGIT = re.compile(r"(?<![A-Za-z0-9])(?=[0-9]*[A-Za-z])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}")
_SUBWORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LETTERS = re.compile(r"[A-Za-z]+")
_TURN = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_LONG = re.compile(rf"[A-Za-z0-9]{{41,}}|\d{{{LONGEST_NUMBER + 1},}}")


def is_word(text: str) -> bool:
    """May this part of a path, or name of a parameter, be shown? In doubt: no."""
    return len(text) <= LONGEST_WORD and _is_word(text)


@lru_cache(maxsize=8192)
def _is_word(text: str) -> bool:
    if _VERSION.fullmatch(text):
        return True
    if not _SHAPE.fullmatch(text) or sum(c.isdigit() for c in text) > 4:
        return False
    first, *others = re.findall(r"[A-Za-z0-9]+", text)
    if not first.isalpha() and first.lower() not in _NUMBERED:
        return False
    if not all(_PART.fullmatch(each) or each.lower() in _NUMBERED for each in others):
        return False
    return not _by_chance(text, few=5, least=8)


def built_file(text: str) -> str | None:
    """`main.3f2a1b9c.js` as `main.{hash}.js`; None for what is no such file."""
    match = _BUILT_FILE.fullmatch(text)
    if match is None or not is_word(match[1]) or not any(c.isdigit() for c in match[2]):
        return None
    return f"{match[1]}.{{hash}}{match[3]}"


def generated(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches of running text (begin, end) that a machine made by chance."""
    if len(text) < SHORTEST_GENERATED:
        return ()
    return _generated(text) if len(text) <= REMEMBERED_SIZE else _generated.__wrapped__(text)


@lru_cache(maxsize=8192)
def _generated(text: str) -> tuple[tuple[int, int], ...]:
    return tuple([each.span() for each in _STRETCH.finditer(text) if _is_generated(each[0])])


def _is_generated(text: str) -> bool:
    return bool(
        len(_TURN.findall(text)) >= 4
        or _UUID.search(text)
        or _WITH_DIGIT.search(text)
        or _LONG.search(text)
        or _by_chance(text, few=6, least=SHORTEST_GENERATED)
    )


def _by_chance(text: str, few: int, least: int) -> bool:
    """Do capitals stand, or letters follow each other, as they do by chance only?

    Args:
        few: so many changes of case or separators say nothing yet.
        least: so many letters are needed to judge their order.
    """
    parts = _SUBWORD.findall(text)
    letters = sum(map(len, parts))
    if len(parts) >= few and letters < 3 * len(parts):
        return True
    runs = _LETTERS.findall(text)
    if any(_capitals_anywhere(run) for run in runs):
        return True
    if letters < least:
        return False
    odd, pairs = _odd(parts)
    if odd >= 3 and 6 * odd >= pairs:
        return True
    odd, pairs = _odd(runs)
    return odd >= 4 and 4 * odd >= pairs


def _odd(parts: list[str]) -> tuple[int, int]:
    """Pairs of neighbouring letters that hardly any word has, and all pairs."""
    pairs = [a + b for part in parts for a, b in pairwise(part.lower())]
    return sum(each not in _PAIRS for each in pairs), len(pairs)


def _capitals_anywhere(run: str) -> bool:
    """Letters without a break whose capitals begin no words."""
    parts = _SUBWORD.findall(run)
    short = sum(len(part) <= 2 for part in parts)
    capitals = sum(map(str.isupper, run))
    return short >= 3 or (len(parts) >= 4 and 5 * capitals >= 2 * len(run))
