"""Changing inputs: bytes anyhow, and flow records so that their frames stay right.

A byte changed at random almost always breaks a length of a flow file, and then only the frame
is tried. `nested` changes a value anywhere inside and corrects all lengths around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

WORDS = (
    b"", b"0", b"-1", b"null", b"*", b"true", b",", b";", b":", b"\0", b"\xff\xfe", b"\n", b"}",
    b"1e309", b"NaN", b"99999999999999999999", b"Infinity", b"\xed\xa0\x80", b"[[[[[[[[", b"%00",
    b"https://[::1", b"http://a:99999", b"2:21#", b"7:version;", b"8:response;0:~", b"https://",
    b"Access-Control-Allow-Origin", b"Origin", b"https://app.example", b'{"missing": ', b"\\ud800",
)  # fmt: skip
"""What is put in somewhere: ends of formats, edges of numbers, words that matter."""
KINDS = b",;#^!~]}"
DEEPEST = 40


@dataclass
class Value:
    """One value of a tnetstring: bytes, or further values in it."""

    kind: int
    content: bytes | list[Value]

    def __bytes__(self) -> bytes:
        content = self.content
        inside = content if isinstance(content, bytes) else b"".join(map(bytes, content))
        return b"%d:%b%c" % (len(inside), inside, self.kind)


def mutated(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Between one and four changes.

    Args:
        others: further inputs, of which parts are put in.
    """
    for _ in range(random.randint(1, 4)):
        change = random.choice((_flip, _flip, _word, _cut, _repeat, _splice, nested))
        data = change(data, random, others)
    return data


def _flip(data: bytes, random: Random, _: list[bytes]) -> bytes:
    if not data:
        return b"0"
    at = random.randrange(len(data))
    byte = random.choice((random.randrange(256), random.choice(b'0123456789:,;]}#^~!"{[/')))
    return data[:at] + bytes((byte,)) + data[at + 1 :]


def _word(data: bytes, random: Random, _: list[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(WORDS) + data[at + random.choice((0, 0, 1, 4)) :]


def _cut(data: bytes, random: Random, _: list[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + data[at + random.choice((1, 2, 8, 64, 1000)) :]


def _repeat(data: bytes, random: Random, _: list[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[: at + random.randint(1, 60)] + data[at:]


def _splice(data: bytes, random: Random, others: list[bytes]) -> bytes:
    other = random.choice(others) if others else data
    at, start = random.randint(0, len(data)), random.randint(0, len(other))
    return data[:at] + other[start : start + random.choice((8, 100, 3000))] + data[at:]


def nested(data: bytes, random: Random, _: list[bytes]) -> bytes:
    """Change a value somewhere inside a flow file; as it is if it is none."""
    values = parse(data)
    if not values:
        return data
    value = random.choice(values)
    while isinstance(value.content, list) and value.content and random.random() < 0.85:
        value = random.choice(value.content)
    choice = random.random()
    if choice < 0.2:
        value.kind = random.choice(KINDS)
    elif isinstance(value.content, list) and value.content:
        inside, at = value.content, random.randrange(len(value.content))
        if choice < 0.5:
            del inside[at]
        elif choice < 0.7:
            inside.insert(at, random.choice(inside))
        else:
            random.shuffle(inside)
    elif isinstance(value.content, bytes):
        value.content = _word(value.content, random, []) if choice < 0.7 else random.choice(WORDS)
    else:
        value.content = random.choice(WORDS)
    return b"".join(map(bytes, values))


def parse(data: bytes, depth: int = 0) -> list[Value]:
    """The values in `data`, which they must fill; none if they do not."""
    found: list[Value] = []
    position = 0
    while position < len(data):
        digits, colon, _ = data[position : position + 13].partition(b":")
        start = position + len(digits) + 1
        if not colon or not digits.isdigit() or start + int(digits) >= len(data):
            return []
        stop = start + int(digits)
        kind, raw = data[stop], data[start:stop]
        inside = parse(raw, depth + 1) if kind in b"]}" and depth < DEEPEST else []
        found.append(Value(kind, inside or raw))
        position = stop + 1
    return found
