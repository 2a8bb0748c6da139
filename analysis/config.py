"""The configuration of a project: what its CI fails on, what is meant, what is accepted.

It stands in `cors-audit.toml`, or under `[tool.cors-audit]` in `pyproject.toml`; the nearest
one upwards from a folder counts, and in one folder `cors-audit.toml` wins. Only the command
line reads it: mitmproxy's standalone binaries have no `tomllib`.

ConfigError    the file, the key and what to write instead, in one sentence
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .fetch.origin import is_serialised, serialise
from .frozen import frozen
from .ignores import Ignore
from .rules import ALL
from .session.intent import NOTHING_DECLARED, Intent

OWN_FILE = "cors-audit.toml"
SHARED_FILE = "pyproject.toml"
KEYS = ("fail-on", "intent", "ignore", "baseline")
IGNORE_KEYS = ("rule", "api", "page", "method", "path", "reason", "until")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class ConfigError(Exception):
    """The configuration cannot be used; the text says where and why."""


@frozen
class Config:
    """What a project decided."""

    path: Path | None = None
    """The file it was read from; None: there is none."""
    fail_on: str | None = None
    """As for `--fail-on`, not yet checked."""
    intent: Intent = NOTHING_DECLARED
    ignores: tuple[Ignore, ...] = ()
    baseline: Path | None = None
    """Relative names are taken from the folder of the configuration."""

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name if self.path else ""


NO_CONFIG = Config()


def find(folder: Path) -> Config:
    """The nearest configuration, looking upwards from `folder`.

    Raises:
        ConfigError: it cannot be used.
    """
    here = folder.resolve()
    for each in (here, *here.parents):
        own, shared = each / OWN_FILE, each / SHARED_FILE
        if own.is_file():
            return load(own)
        if shared.is_file() and _table_of(shared, _read(shared)) is not None:
            return load(shared)
    return NO_CONFIG


def load(path: Path) -> Config:
    """The configuration in one file.

    Raises:
        ConfigError: it cannot be used.
    """
    data: Any = _read(path)
    prefix = ""
    if path.name == SHARED_FILE:
        data, prefix = _table_of(path, data), "tool.cors-audit."
        if data is None:
            raise ConfigError(f"{shown(path)}: no table [tool.cors-audit]")
    return _Reader(path, prefix).config(data)


def shown(path: Path) -> str:
    """A file as a person in this folder would name it."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive of Windows
        return str(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{shown(path)}: {error.strerror or error}") from error
    if path.name == SHARED_FILE and b"cors-audit" not in raw:
        return {}  # as most: to read them takes longer than this
    import tomllib

    try:
        return tomllib.loads(raw.decode("utf-8"))
    except ValueError as error:  # no TOML, or no UTF-8
        raise ConfigError(f"{shown(path)}: not TOML: {error}") from error


def _table_of(path: Path, data: dict[str, Any]) -> dict[str, Any] | None:
    tools = data.get("tool")
    if not isinstance(tools, dict) or "cors-audit" not in tools:
        return None
    table = tools["cors-audit"]
    if not isinstance(table, dict):
        raise ConfigError(f"{shown(path)}: tool.cors-audit must be a table, not {_kind_of(table)}")
    return table


class _Reader:
    """Checks every key and every type, and names the place of what is wrong."""

    def __init__(self, path: Path, prefix: str) -> None:
        self._path, self._prefix = path, prefix

    def config(self, data: dict[str, Any]) -> Config:
        """The whole table."""
        self._known(data, KEYS, "")
        baseline = self._text(data, "baseline", "")
        return Config(
            path=self._path,
            fail_on=self._text(data, "fail-on", ""),
            intent=self._intent(data.get("intent", {})),
            ignores=self._ignores(data.get("ignore", [])),
            baseline=self._path.parent / baseline if baseline is not None else None,
        )

    def _intent(self, table: Any) -> Intent:
        if not isinstance(table, dict):
            raise self._wrong("intent", "a table of API origins", table)
        allowed = {}
        for api, origins in table.items():
            key = f'intent."{api}"'
            self._origin(api, key, ())
            if not isinstance(origins, list):
                raise self._wrong(key, 'a list of origins, ["*"] for everybody', origins)
            for origin in origins:
                if not isinstance(origin, str):
                    raise self._wrong(key, "a list of origins", origin)
                self._origin(origin, key, ("*", "null"))
            allowed[api] = frozenset(origins)
        return Intent(allowed)

    def _origin(self, text: str, key: str, also: tuple[str, ...]) -> None:
        if text in also:
            return
        if "*" in text:
            everybody = ', or "*" alone for everybody' if "*" in also else ""
            raise self._error(key, f'"{text}" is a pattern: name each origin{everybody}')
        if text.isascii() and text not in ("null", "file://") and is_serialised(text):
            return
        better = _as_origin(text)
        advice = (
            f'write "{better}"'
            if better
            else 'write scheme and host as a browser does, "https://app.example" or '
            '"http://localhost:3000": lower case, no path, no slash at the end'
        )
        raise self._error(key, f'"{text}" is no origin: {advice}')

    def _ignores(self, rows: Any) -> tuple[Ignore, ...]:
        if not isinstance(rows, list):
            raise self._wrong("ignore", "a list of tables, [[ignore]]", rows)
        return tuple(self._ignore(row, f"ignore[{number}]") for number, row in enumerate(rows, 1))

    def _ignore(self, row: Any, place: str) -> Ignore:
        if not isinstance(row, dict):
            raise self._wrong(place, "a table", row)
        self._known(row, IGNORE_KEYS, f"{place}.")
        texts = {key: self._text(row, key, f"{place}.") for key in IGNORE_KEYS if key != "until"}
        for key, why in (("rule", "name the rule"), ("reason", "say why it is accepted")):
            if texts[key] is None:
                raise self._error(f"{place}.{key}", f"missing: {why}")
        rule, reason = texts.pop("rule") or "", texts.pop("reason") or ""
        rules = [each.id for each in ALL]
        if rule not in rules:
            raise self._error(f"{place}.rule", f'unknown rule "{rule}"{_nearest(rule, rules)}')
        return Ignore(rule, reason, until=self._date(row, f"{place}."), **texts)

    def _date(self, row: dict[str, Any], place: str) -> date | None:
        value = row.get("until")
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise self._error(f"{place}until", f'"{value}" is no day') from None
        raise self._wrong(f"{place}until", "a date, YYYY-MM-DD", value)

    def _text(self, table: dict[str, Any], key: str, place: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong(f"{place}{key}", "a text", value)
        if not value.strip():
            raise self._error(f"{place}{key}", "must not be empty")
        return value

    def _known(self, table: dict[str, Any], keys: Iterable[str], place: str) -> None:
        for key in table:
            if key not in keys:
                raise self._error(f"{place}{key}", f"unknown key{_nearest(key, keys)}")

    def _wrong(self, key: str, wanted: str, value: Any) -> ConfigError:
        return self._error(key, f"must be {wanted}, not {_kind_of(value)}")

    def _error(self, key: str, text: str) -> ConfigError:
        return ConfigError(f"{shown(self._path)}: {self._prefix}{key}: {text}")


def _nearest(word: str, known: Iterable[str]) -> str:
    every = list(known)
    from difflib import get_close_matches

    near = get_close_matches(word.lower().replace("_", "-"), every, 1, 0.0)
    others = f"; known are {', '.join(every)}" if len(every) <= len(IGNORE_KEYS) else ""
    return f', the nearest is "{near[0]}"{others}' if near else others


def _as_origin(text: str) -> str | None:
    """The origin that somebody who wrote `text` must have meant."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    meant = serialise(parts.scheme, host, port)
    return meant if parts.scheme and host and is_serialised(meant) else None


_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda value: isinstance(value, bool), "true or false"),
    (lambda value: isinstance(value, str), "a text"),
    (lambda value: isinstance(value, int | float), "a number"),
    (lambda value: isinstance(value, dict), "a table"),
    (lambda value: isinstance(value, list), "a list"),
    (lambda value: isinstance(value, datetime), "a date with a time"),
)


def _kind_of(value: Any) -> str:
    return next((word for fits, word in _KINDS if fits(value)), "a date or a time")
