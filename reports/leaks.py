"""Search of a finished text for values that must not be in it.

Thousands of values in megabytes of text: `sieve` tells which may be there at all. Of these every
spelling is looked for, if its first and its last six characters are among the runs of the text.
"""

from __future__ import annotations

import html
import json
import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import quote, quote_plus

from analysis.hidden import Elsewhere, Secrets
from analysis.masking import masked

from .errors import SecretFound
from .escape import (
    annotation,
    annotation_property,
    cell,
    json_cell,
    markdown,
    script_json,
    visible,
    xml,
)
from .sieve import SHORTEST, Sieve, standing_in

BLOCK = 2**20
"""Bytes of a file that are searched at a time."""
LONGEST_FORM = 12
"""Times that the longest spelling of a value may be longer than the value."""
ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).parent / "templates"
_LEFT_OUT = re.compile(r"\{%.*?%\}|\s+", re.S)
"""What jinja2 takes out of a template, and the blanks around it."""
_JOINED = re.compile(r"\"\s*\n\s*[frb]{0,2}\"")
"""Between two pieces of a text in the code."""

Shown = TypeVar("Shown")
Made = TypeVar("Made")


def searched(
    render: Callable[[Shown], Made],
    shown: Shown,
    secrets: Secrets,
    text_of: Callable[[Made], str] = str,
) -> Made:
    """What `render` makes of `shown`, with none of `secrets` in it.

    Where one stands there, the door has let it through in another place, where it looked like a
    word, a version or a name: servers say the same here and there, and must not be able to prevent
    a report. So a word is put in its place, and everything rendered again.

    Args:
        text_of: every text that a reader of what `render` made gets to see.

    Raises:
        SecretFound: it stands there even so.
    """
    made = render(shown)
    found = hits(text_of(made), secrets)
    if found:
        made = render(masked(shown, {each for hit in found for each in (hit.value, hit.spelling)}))
        search(text_of(made), secrets)
    return made


def search(text: str, secrets: Secrets) -> None:
    """Raise when `text` holds one of `secrets`, plain or in an encoding we know.

    Raises:
        SecretFound: with the encoding and the line, never the value.
    """
    if found := hits(text, secrets):
        first = min(found)
        raise SecretFound(first.form, text.count("\n", 0, first.place) + 1)


def search_file(path: Path, secrets: Iterable[str]) -> None:
    """The same for a file that may be too large to be searched at once, whatever its encoding.

    Raises:
        SecretFound: with the encoding and the line within its part of the file.
        OSError: it cannot be read.
    """
    wanted = frozenset(each for secret in secrets for each in _spelled(secret))
    overlap = LONGEST_FORM * max(map(len, wanted), default=0)
    with path.open("rb") as file:
        behind = b""
        while block := file.read(max(BLOCK, overlap)):
            search((behind + block).decode("latin-1"), wanted)
            behind = (behind + block)[-overlap:] if overlap else b""


def _spelled(secret: str) -> Iterator[str]:
    """As the bytes of a file read, one character for each."""
    yield secret
    if not secret.isascii():
        yield secret.encode("utf-8", "surrogatepass").decode("latin-1")


class Hit(NamedTuple):
    """A value that stands in a text."""

    place: int
    form: str
    value: str
    spelling: str


def hits(text: str, secrets: Secrets) -> list[Hit]:
    """The values of `secrets` that stand in a text, wherever they are kept."""
    if isinstance(secrets, Elsewhere):
        return [Hit(*each) for each in secrets.hits(text)]
    caught = _sieve(frozenset(secrets)).caught(text)
    if not caught:
        return []
    spelt = [(form, secret, spelling) for secret in caught for form, spelling in forms(secret)]
    runs = standing_in(text, {run for _, _, each in spelt for run in _ends(each)}, _pieces)
    return [
        Hit(place, form, secret, spelling)
        for form, secret, spelling in spelt
        if runs.issuperset(_ends(spelling))
        and (place := text.find(spelling)) >= 0
        and not _is_ours(spelling)
    ]


@lru_cache(maxsize=1)
def _sieve(secrets: frozenset[str]) -> Sieve:
    """A report and its summary, and all parts of a file, are searched for the same values."""
    return Sieve(secrets)


def _pieces(block: str) -> set[str]:
    """What stands between the quotes and the ends of lines: reports repeat much of it."""
    return set(block.replace('"', "\n").split("\n"))


def _ends(spelling: str) -> tuple[str, ...]:
    """The runs that stand in a text that holds this. Over a quote, and the end of a line, none is
    looked for."""
    if "\n" in spelling or '"' in spelling:
        return ()
    return spelling[:SHORTEST], spelling[-SHORTEST:]


def _is_ours(spelling: str) -> bool:
    """Does it stand in this program? What every report may hold tells nothing about a session.

    Servers do send `Content-Security-Policy: default-src 'none'`, and so does our page; and
    `$http_origin`, as our configuration for nginx says it.
    """
    return _LEFT_OUT.sub("", spelling) in _own_text()


@cache
def _own_text() -> str:
    """The templates, and the code of those who know what to say. Texts there go over lines."""
    code = (path for name in ("analysis", "reports") for path in (ROOT / name).rglob("*.py"))
    files = sorted([*code, *(path for path in TEMPLATES.iterdir() if path.is_file())])
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return _LEFT_OUT.sub("", _JOINED.sub("", text))


def forms(secret: str) -> Iterator[tuple[str, str]]:
    """The spellings of a value, with their names, each of them once."""
    seen: set[str] = set()
    for form, spelling in _forms(secret):
        if len(spelling) >= SHORTEST and spelling not in seen:
            seen.add(spelling)
            yield form, spelling


def _forms(secret: str) -> Iterator[tuple[str, str]]:
    yield "as it is", secret
    yield "with visible escapes", visible(secret)
    yield "with visible escapes", secret.encode("utf-8", "backslashreplace").decode("utf-8")
    yield "escaped for JSON", json.dumps(secret)[1:-1]
    yield "escaped for JSON", json.dumps(visible(secret))[1:-1]
    yield "escaped for JSON", script_json(visible(secret))[1:-1]
    yield "escaped for HTML", html.escape(visible(secret))
    yield "escaped for HTML", _markupsafe(visible(secret))
    yield "escaped for Markdown", markdown(visible(secret))
    within = markdown(f"x{visible(secret)}")[1:]  # what begins a line there is escaped else
    yield "escaped for Markdown", within
    yield "escaped for Markdown", json.dumps(markdown(visible(secret)))[1:-1]
    yield "escaped for Markdown", json.dumps(within)[1:-1]
    yield "escaped for XML", xml(visible(secret))
    yield "escaped for CSV", _quoted(cell(f"x{visible(secret)}")[1:])
    yield "escaped for CSV", _quoted(json_cell(secret)[1:-1])
    yield "escaped for CSV", _quoted(json_cell(f"x{secret}")[2:-1])
    yield "escaped for GitHub", annotation(visible(secret))
    yield "escaped for GitHub", annotation_property(visible(secret))
    yield "escaped for SARIF", json.dumps(visible(secret).replace("](", "\\]("))[1:-1]
    raw = _bytes(secret)
    percent = quote(raw, safe="")
    yield "percent-encoded", percent
    yield "percent-encoded", percent.lower()
    yield "percent-encoded", quote(raw)
    yield "percent-encoded", quote_plus(raw)
    for spelling in {raw, secret.encode("utf-8", "surrogatepass")}:
        yield from (("in base64", each) for each in _base64(spelling))


def _quoted(cell: str) -> str:
    """As inside the quotes of a CSV cell."""
    return cell.replace('"', '""')


def _bytes(secret: str) -> bytes:
    """The bytes on the wire: header values hold one character for each."""
    try:
        return secret.encode("latin-1")
    except UnicodeEncodeError:
        return secret.encode("utf-8", "surrogatepass")


def _markupsafe(text: str) -> str:
    """As jinja2 escapes."""
    return html.escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;")


def _base64(raw: bytes) -> Iterator[str]:
    """The characters that stand for `raw` whatever stands before and after it."""
    for before in range(3):
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        usual = b2a_base64(b"\0" * before + raw, newline=False).decode("ascii")[first:last]
        yield usual
        if "+" in usual or "/" in usual:
            yield usual.replace("+", "-").replace("/", "_")
