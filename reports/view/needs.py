"""What the pages need beside what a server allows, row by row, each value with a mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analysis.frozen import frozen
from analysis.result import Allows, Policy

from ..escape import clip

MOST_ITEMS = 24
ON_ERRORS = {
    "yes": "on every error answer",
    "some": "on some error answers",
    "no": "on no error answer",
}
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/,\s]+")


@frozen
class Item:
    """A value with its mark; `word` says what the mark means."""

    mark: str
    tone: str
    word: str
    text: str


@frozen
class Row:
    """One part of the policy."""

    label: str
    items: tuple[Item, ...]
    seen: tuple[str, ...]


def rows(policy: Policy) -> Iterator[Row]:
    """The rows of one API's table."""
    needs, allows = policy.needs, policy.allows
    cookies = needs.credentials == "include"
    yield Row("Origins", _capped(_origins(policy, cookies)), _seen_origins(allows))
    yield Row("Methods", _capped(_methods(policy, cookies)), _joined(allows.methods))
    yield Row("Request headers", _capped(_headers(policy, cookies)), _joined(allows.headers))
    yield Row("Credentials", tuple(_credentials(policy)), (_allowed_credentials(allows),))
    if allows.exposed:
        exposed = [Item("", "plain", "exposed", clip(name, 60)) for name in allows.exposed]
        yield Row("Exposed headers", _capped(exposed), _joined(allows.exposed))
    if policy.preflights:
        yield Row("Preflight cache", _max_age(policy), _joined(allows.max_age) or ("not sent",))
    yield Row("On errors", (_errors(allows),), (ON_ERRORS.get(allows.errors, "no error answer"),))
    yield Row("Vary", (_vary(allows),), (f"Vary: Origin {clip(allows.vary_origin, 20)}",))


def _origins(policy: Policy, cookies: bool) -> Iterator[Item]:
    allowed = {each.value for each in policy.allows.allow_origins}
    any_origin = "*" in allowed and not cookies
    for need in policy.needs.origins:
        fine = need.value in allowed or any_origin
        if need.value == "null" and fine:
            continue
        yield _needed(need.value, fine)
    asked = {each.value for each in policy.needs.origins}
    credentials = policy.allows.credentials
    if "null" in allowed:
        yield _danger("null") if credentials else _extra("null")
    if policy.allows.allow_origin_mode == "reflected":
        yield _danger("any other origin") if credentials else _extra("any other origin")
    for each in policy.allows.allow_origins:
        if each.value == "*":
            yield _extra("any origin without cookies")
        elif each.value not in asked | {"null"} and ORIGIN.fullmatch(each.value):
            yield _extra(each.value)


def _methods(policy: Policy, cookies: bool) -> Iterator[Item]:
    allowed = set(policy.allows.methods)
    always = {"GET", "HEAD", "POST"} | (allowed if cookies else allowed | _star(allowed, policy))
    needed = [each.value for each in policy.needs.methods]
    yield from (_maybe(policy, name, name in always) for name in needed)
    yield from (_extra(name) for name in policy.allows.methods if name not in needed)


def _star(allowed: set[str], policy: Policy) -> set[str]:
    return {each.value for each in policy.needs.methods} if "*" in allowed else set()


def _headers(policy: Policy, cookies: bool) -> Iterator[Item]:
    allowed = {name.lower() for name in policy.allows.headers}
    star = "*" in allowed and not cookies
    needed = [each.value.lower() for each in policy.needs.headers]
    for name in needed:
        yield _maybe(policy, name, name in allowed or (star and name != "authorization"))
    if not needed:
        yield Item("", "plain", "needed", "none needed")
    yield from (_extra(name) for name in policy.allows.headers if name.lower() not in needed)


def _credentials(policy: Policy) -> Iterator[Item]:
    allowed = policy.allows.credentials
    if policy.needs.credentials in ("include", "mixed"):
        yield _needed("cookies or a login", allowed)
    elif policy.needs.credentials == "not-include":
        yield _extra("credentials") if allowed else Item("", "plain", "needed", "none needed")
    else:
        yield _unknown("the recording cannot tell")


def _max_age(policy: Policy) -> tuple[Item, ...]:
    if not policy.allows.max_age:
        return (Item("✕", "slow", "needed, missing", "not cached: browsers assume 5 s"),)
    return tuple(Item("✓", "fine", "sent", f"{clip(a, 20)} s") for a in policy.allows.max_age[:6])


def _errors(allows: Allows) -> Item:
    return {
        "yes": Item("✓", "fine", "needed, present", "error answers carry CORS headers"),
        "no": Item("✕", "broken", "needed, missing", "error answers carry no CORS headers"),
        "some": Item("✕", "broken", "needed, sometimes missing", "some error answers carry none"),
    }.get(allows.errors, _unknown("no error was seen"))


def _vary(allows: Allows) -> Item:
    if allows.vary_origin == "always":
        return Item("✓", "fine", "present", "Vary: Origin")
    if allows.allow_origin_mode in ("reflected", "echoed", "mixed"):
        return Item("✕", "fragile", "needed, missing", "Vary: Origin")
    return Item("", "plain", "needed", "one value for all: not needed")


def _seen_origins(allows: Allows) -> tuple[str, ...]:
    words_for = {
        "absent": "no Access-Control-Allow-Origin",
        "reflected": "echoes the Origin header",
        "echoed": "answers the one origin that asked",
    }
    first = words_for.get(allows.allow_origin_mode)
    values = [f"{clip(each.value, 120)} × {each.count}" for each in allows.allow_origins[:6]]
    return tuple(([first] if first else []) + values)


def _allowed_credentials(allows: Allows) -> str:
    return "Allow-Credentials: true" if allows.credentials else "no Allow-Credentials"


def _joined(values: tuple[str, ...]) -> tuple[str, ...]:
    shown = ", ".join(clip(value, 60) for value in values[:MOST_ITEMS])
    return (shown,) if shown else ()


def _needed(text: str, fine: bool) -> Item:
    mark, tone, word = ("✓", "fine", "allowed") if fine else ("✕", "broken", "refused")
    return Item(mark, tone, f"needed, {word}", clip(text, 120))


def _maybe(policy: Policy, text: str, fine: bool) -> Item:
    """Needed, and not on the list: refused only where something was refused."""
    if fine or policy.blocked:
        return _needed(text, fine)
    return _unknown(clip(text, 120))


def _extra(text: str) -> Item:
    return Item("+", "extra", "allowed, never needed", clip(text, 120))


def _danger(text: str) -> Item:
    return Item("!", "dangerous", "dangerous", clip(text, 120))


def _unknown(text: str) -> Item:
    return Item("?", "plain", "unknown", text)


def _capped(items: Iterable[Item]) -> tuple[Item, ...]:
    made = list(items)
    if len(made) > MOST_ITEMS:
        rest = Item("", "plain", "and", f"{len(made) - MOST_ITEMS} more in the JSON")
        made = [*made[:MOST_ITEMS], rest]
    return tuple(made)
