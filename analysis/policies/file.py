"""Policies as a file that a person edits: what each API allows, to whom, on which paths.

    {
     "format": "cors-audit/policy", "format_version": 1,
     "apis": [{"api": "https://api.example", "rules": [{"paths": ["*"], "origins": […], …}]}]
    }

`Rule` lists the keys of a rule. `note` may stand anywhere, for people; `evidence` and
`undecided` are written for people and not read. Reading is strict: a misspelt key would
otherwise be a permission that silently is none.

PolicyError    the file, the place in it, and what to write instead, in one sentence
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from ..fetch.headers import is_token
from ..fetch.origin import is_serialised
from ..frozen import frozen
from ..plain import plain
from ..result import LeastPrivilege, PathPolicy, Policy

FORMAT = "cors-audit/policy"
FORMAT_VERSION = 1
EVERYWHERE = "*"


class PolicyError(Exception):
    """The file is no policy; the text says where and why."""


@frozen
class Rule:
    """What is allowed on some paths."""

    paths: tuple[str, ...]
    """Path shapes: `{…}` stands for one segment, `*` at the end for any rest, `*` alone for
    every path."""
    origins: tuple[str, ...]
    """Who may read, by exact name; `*` alone for everybody."""
    methods: tuple[str, ...] = ()
    """GET, HEAD and POST need no listing."""
    headers: tuple[str, ...] = ()
    """Request headers."""
    credentials: bool | None = False
    """Null: not decided, and until then not allowed."""
    exposed: tuple[str, ...] = ()
    """Response headers that script may read."""
    max_age: int | None = None
    """Seconds for which browsers may keep a preflight's answer; null: not said."""
    vary: tuple[str, ...] = ("Origin",)


@frozen
class ApiPolicy:
    """The rules of one API."""

    api: str
    rules: tuple[Rule, ...]

    def rule_for(self, path: str) -> Rule | None:
        """The rule that names this very path, else the first one whose pattern fits."""
        named = next((rule for rule in self.rules if path in rule.paths), None)
        return named or next((r for r in self.rules if any(fits(p, path) for p in r.paths)), None)


def fits(pattern: str, path: str) -> bool:
    """Does a path have this shape?"""
    return pattern == EVERYWHERE or _pattern(pattern).fullmatch(path) is not None


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    body = pattern.removesuffix("*")
    first, *others = (re.escape(part) for part in re.split(r"\{[^{}/]*\}", body))
    rest = ".*" if body != pattern else ""
    if not others:
        return re.compile(first + rest, re.DOTALL)
    # Taken where it comes first, and nothing is tried twice: as in `analysis.ignores`.
    between = "".join(f"(?>[^/]*?{part})" for part in others[:-1] if part)
    last = f"(?>[^/]*?{others[-1]})" if rest and others[-1] else f"[^/]*{others[-1]}"
    return re.compile(f"{first}{between}{last}{rest}", re.DOTALL)


# From a result


def of_policy(policy: Policy) -> ApiPolicy:
    """The least-privilege policy of an API as rules."""
    least = policy.least_privilege
    rules = [_rule(each.paths, each, least) for each in least.by_path]
    return ApiPolicy(policy.api, tuple(rules or [_rule((EVERYWHERE,), least, least)]))


def _rule(paths: tuple[str, ...], of: LeastPrivilege | PathPolicy, least: LeastPrivilege) -> Rule:
    return Rule(
        paths=paths,
        origins=of.origins,
        methods=of.methods,
        headers=of.headers,
        credentials=of.credentials,
        exposed=of.exposed,
        max_age=least.max_age,
        vary=least.vary,
    )


def text(policies: Iterable[Policy]) -> str:
    """The file that holds the least-privilege policies of these APIs."""
    apis = [_api(policy) for policy in policies]
    whole = {"format": FORMAT, "format_version": FORMAT_VERSION, "apis": apis}
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def _api(policy: Policy) -> dict[str, Any]:
    least = policy.least_privilege
    evidence = [each.evidence for each in least.by_path] or [least.evidence]
    rules = []
    for rule, known in zip(of_policy(policy).rules, evidence, strict=True):
        body = plain(known)
        for name in ("origins", "methods", "headers", "exposed"):
            body[name] = {each["value"]: each["count"] for each in body[name]}
        rules.append({**plain(rule), "evidence": body})
    undecided: dict[str, Any] = {}
    if least.left_out:
        undecided["origins"] = plain(least.left_out)
    if least.may_expose:
        undecided["exposed"] = {each.value: each.count for each in least.may_expose}
    if least.undecided:
        undecided["questions"] = list(least.undecided)
    return {"api": policy.api, "rules": rules, **({"undecided": undecided} if undecided else {})}


# Reading


def read(text: str, name: str) -> tuple[ApiPolicy, ...]:
    """The policies in a file.

    Args:
        name: of the file, for messages.

    Raises:
        PolicyError: it is no policy file, or one with a mistake.
    """
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise PolicyError(f"{name}: no policy: not JSON: {error.msg} ({where})") from error
    except _Twice as error:
        raise PolicyError(f'{name}: the key "{error}" stands twice in one object') from error
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{name}: no policy: not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PolicyError(
            f'{name}: no policy: "format" must be "{FORMAT}". '
            "`cors-audit policy --format json` writes one to begin with."
        )
    version = data.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise PolicyError(f"{name}: format_version must be {FORMAT_VERSION}, not {_said(version)}")
    return _Reader(name).apis(data)


class _Twice(Exception):
    """A key that stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _Twice(key)
        made[key] = value
    return made


_MISTAKES = (
    (lambda o: "://" in o and "*" in o, "name each origin: browsers know no patterns"),
    (lambda o: o.endswith("/") and o.count("/") == 3, "leave out the slash at the end"),
    (lambda o: "://" not in o, "the scheme is missing: https://…"),
    (lambda o: o != o.lower(), "browsers write scheme and host in lower case"),
    (lambda o: o.count("/") > 2, "an origin has no path"),
    (lambda o: True, "write it as browsers do: scheme, host, and the port unless it is usual"),
)  # fmt: skip


class _Reader:
    """Reads one file; knows its name for messages."""

    def __init__(self, name: str) -> None:
        self._name = name

    def apis(self, data: dict[str, Any]) -> tuple[ApiPolicy, ...]:
        self._keys(data, "", ("format", "format_version", "apis", "note"), ("apis",))
        found: dict[str, ApiPolicy] = {}
        for place, item in self._items(data["apis"], "apis"):
            api = self._api(item, place)
            if api.api in found:
                raise self._error(place, f"{api.api} stands twice")
            found[api.api] = api
        return tuple(found.values())

    def _api(self, data: Any, place: str) -> ApiPolicy:
        known = ("api", "rules", "undecided", "note")
        self._keys(data, place, known, ("api", "rules"))
        api = data["api"]
        if api in ("*", "null"):
            raise self._error(f"{place}.api", f"{_said(api)} is no API")
        self._origin(api, f"{place}.api")
        rules = self._items(data["rules"], f"{place}.rules")
        return ApiPolicy(api, tuple(self._rule(item, where) for where, item in rules))

    def _rule(self, data: Any, place: str) -> Rule:
        names = tuple(each.name for each in fields(Rule))
        self._keys(data, place, (*names, "evidence", "note"), ("paths", "origins"))
        readers: dict[str, Callable[[Any, str], Any]] = {
            "paths": self._each(self._path),
            "origins": self._each(self._origin),
            "methods": self._each(self._token),
            "headers": self._each(self._token),
            "credentials": self._credentials,
            "exposed": self._each(self._token),
            "max_age": self._max_age,
            "vary": self._each(self._token),
        }
        given = {
            name: readers[name](data[name], f"{place}.{name}") for name in names if name in data
        }
        rule = Rule(**given)
        if "*" in rule.origins and len(rule.origins) > 1:
            raise self._error(f"{place}.origins", '"*" is everybody and stands alone')
        return rule

    def _keys(self, data: Any, place: str, known: tuple[str, ...], needed: tuple[str, ...]) -> None:
        if not isinstance(data, dict):
            raise self._error(place, f"must be an object, not {_said(data)}")
        for key in data:
            if key not in known:
                near = get_close_matches(key.lower(), known, 1, 0.5)
                hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"
                raise self._error(place, f'unknown key "{key}": {hint}')
        for key in needed:
            if key not in data:
                raise self._error(place, f'"{key}" is missing')

    def _items(self, data: Any, place: str) -> Iterator[tuple[str, Any]]:
        if not isinstance(data, list):
            raise self._error(place, f"must be a list, not {_said(data)}")
        for number, item in enumerate(data):
            yield f"{place}[{number}]", item

    def _each(self, check: Callable[[Any, str], None]) -> Callable[[Any, str], tuple[str, ...]]:
        def read(data: Any, place: str) -> tuple[str, ...]:
            for where, item in self._items(data, place):
                check(item, where)
            return tuple(dict.fromkeys(data))

        return read

    def _path(self, data: Any, place: str) -> None:
        if not isinstance(data, str) or not data.startswith(("/", EVERYWHERE)):
            raise self._error(place, f'{_said(data)} is no path: it begins with "/", or is "*"')
        if data.startswith(EVERYWHERE) and data != EVERYWHERE:
            raise self._error(place, f'{_said(data)} is no path: "*" stands alone or at the end')

    def _origin(self, data: Any, place: str) -> None:
        if isinstance(data, str):
            if data in ("*", "null") or ("*" not in data and is_serialised(data)):
                return
            hint = next(hint for mistaken, hint in _MISTAKES if mistaken(data))
            raise self._error(place, f"{_said(data)} is no origin: {hint}")
        raise self._error(place, f"must be an origin, not {_said(data)}")

    def _token(self, data: Any, place: str) -> None:
        if not isinstance(data, str) or not is_token(data):
            raise self._error(
                place, f"{_said(data)} is no name: letters, digits and -_.!#$%&'*+^`|~"
            )

    def _credentials(self, data: Any, place: str) -> bool | None:
        if data is None or isinstance(data, bool):
            return data
        raise self._error(place, f"must be true, false or null (undecided), not {_said(data)}")

    def _max_age(self, data: Any, place: str) -> int | None:
        if data is None or (isinstance(data, int) and not isinstance(data, bool)):
            return data
        raise self._error(place, f"must be a whole number of seconds or null, not {_said(data)}")

    def _error(self, place: str, what: str) -> PolicyError:
        return PolicyError(f"{self._name}{f', {place}' if place else ''}: {what}")


def _said(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:57]}…"
