r"""Strings from strangers, made harmless for each place where we print them.

Captured text may hold anything: escape sequences, bytes that are no text, characters that
turn the reading direction round or take no room. `visible` shows them as `\x1b` or `\u202e`.
Markup is not its business: jinja2 escapes for HTML, `markdown` and `script_json` do the rest.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

from . import columns

_WIRE_BYTES = re.compile("[\x80-\xff\udc80-\udcff]+")
_LOST_BYTES = re.compile("[\udc80-\udcff]+")
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"})
_UNSEEN = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0000, 0xE1000))
)
"""Characters without ink that Unicode does not file under controls, formats or blanks."""


def visible(text: str, limit: int | None = None, *, wire: bool = True) -> str:
    r"""`text` with everything that cannot be seen shown as an escape.

    Args:
        limit: cut at this many display columns, with `…`.
        wire: the text holds header bytes, one character each (as mitmproxy decodes them):
            those that are UTF-8 are shown as the text they encode, others as `\xNN`.
            False for names and sentences of our own.
    """
    if limit is not None:
        text = text[: 4 * limit + 4]
    if not (text.isascii() and text.isprintable()):
        text = (_WIRE_BYTES if wire else _LOST_BYTES).sub(_decoded, text)
        if limit is not None:
            return columns.cut(map(_seen, text), limit)
        return _NOT_PLAIN.sub(lambda match: _seen(match[0]), text)
    if limit is None or len(text) <= limit:
        return text
    return f"{text[: limit - 1]}…"


def visible_lines(text: str, limit: int) -> str:
    """Like `visible` for text of several lines: line ends and tabs stay."""
    lines = text[:limit].replace("\r\n", "\n").split("\n")
    shown = "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in lines)
    if len(text) > limit:
        shown += f"\n… {len(text) - limit} more characters"
    return shown


def clip(text: str, limit: int = 300) -> str:
    """`visible`, cut at `limit` columns; what was cut tells its length."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # most are such, and a page has thousands
    shown = visible(text, limit)
    whole = visible(text[: 4 * limit + 4])
    if len(text) > 4 * limit + 4 or columns.width(whole) > limit:
        shown += f" ({len(text)} characters)"
    return shown


def script_json(value: Any) -> str:
    """JSON that may stand inside `<script type="application/json">`."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for char in "<>&'":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


_MARKDOWN = re.compile(r"([\\`*_\[\]|~])")
_MARKDOWN_START = re.compile(r"^(\s*)([-+>#=]|\d+(?=[.)]))")
_MENTION = re.compile(r"([@#])(?=\w)")


def markdown(text: str) -> str:
    """Prose inside Markdown: no markup, no link, no mention of a person or an issue.

    Forges look for mentions in the finished page, so a backslash does not stop them; an
    empty comment inside does.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    text = _MARKDOWN.sub(r"\\\1", text)
    text = _MARKDOWN_START.sub(r"\1<!-- -->\2", text)
    text = _MENTION.sub(r"\1<!-- -->", text)
    return text.replace("://", "&#58;//").replace("www.", "www&#46;")


def markdown_code(text: str, table: bool = False) -> str:
    """A code span that shows `text` as it is; in a table bars are escaped too."""
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    if table:
        text = text.replace("|", "\\|")
    return f"{fence}{pad}{text}{pad}{fence}"


_FORMULA = re.compile(r"""(^|[;,"|])([ ']*[=+\-@＝＋－＠])""")
"""Where a formula could begin: at the start of a cell, or after what another country's
spreadsheet, or a careless one, takes for the end of a cell. Japanese ones know wide signs."""


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before it.

    To undo it: take the apostrophe from every place where `_FORMULA` would put one.
    """
    return _FORMULA.sub(r"\1'\2", text)


def json_cell(value: Any) -> str:
    """The same for JSON, which has an escape of its own: the value stays as it is."""
    text = json.dumps(value, ensure_ascii=True)
    return _FORMULA.sub(lambda m: m[0][:-1] + f"\\u{ord(m[0][-1]):04x}", text)


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml(text: str) -> str:
    """Text or attribute value of XML 1.0, which has no way to write some characters."""
    text = _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return html.escape(text, quote=True)


def annotation(text: str) -> str:
    """The message of a workflow command of GitHub, which is one line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotation_property(text: str) -> str:
    """A property of such a command."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")


def _decoded(match: re.Match[str]) -> str:
    raw = bytes(ord(char) & 0xFF for char in match[0])
    return raw.decode("utf-8", "backslashreplace")


@lru_cache(maxsize=1024)
def _seen(char: str) -> str:
    if " " <= char <= "~":
        return char
    code = ord(char)
    if unicodedata.category(char) not in _UNSEEN_CATEGORIES and code not in _UNSEEN:
        return char
    if char in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
