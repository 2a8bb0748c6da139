"""A CORS server that follows a policy to the letter, as answers to recorded requests.

Its CORS layer stands in front of everything: it answers preflights itself, with 204 and
without a login, and puts its headers on every other answer, errors and redirects included.
It names the origin only if the policy lists it, and says `*` only if the policy does. What
the application behind it answered stays as recorded.
"""

from __future__ import annotations

from dataclasses import replace

from ..exchange import Exchange, Header, Headers
from ..fetch.headers import strip
from ..session.judge import proxy_answered
from .file import ApiPolicy, Rule

NO_CONTENT = 204


def answered(exchange: Exchange, policy: ApiPolicy) -> Exchange:
    """The same request with the answer of a server that follows the policy.

    Where no answer arrived, none does now: the connection is no matter of a policy.
    """
    if exchange.status is None or proxy_answered(exchange):
        return exchange
    rule = policy.rule_for(exchange.url.path)
    if rule is not None and exchange.asks_permission:
        return replace(
            exchange,
            status=NO_CONTENT,
            response=preflight_headers(rule, exchange.origin),
            location=None,
            location_scheme=None,
            set_cookies=(),
        )
    return replace(exchange, response=real_headers(exchange.response, rule, exchange.origin))


def preflight_headers(rule: Rule, origin: str | None) -> Headers:
    """The answer to a preflight: all of it."""
    pairs = _permission(rule, origin)
    if pairs:
        for name, values in (
            ("Access-Control-Allow-Methods", rule.methods),
            ("Access-Control-Allow-Headers", rule.headers),
        ):
            if values:
                pairs.append((name, ", ".join(values)))
        if rule.max_age is not None:
            pairs.append(("Access-Control-Max-Age", str(rule.max_age)))
    if rule.vary:
        pairs.append(("Vary", ", ".join(rule.vary)))
    return Headers.of(*pairs)


def real_headers(recorded: Headers, rule: Rule | None, origin: str | None) -> Headers:
    """Recorded response headers with the policy's in place of the CORS headers."""
    kept = []
    vary: list[str] = []
    for line in recorded.fields:
        name = line.name.lower()
        if name == "vary":
            vary += [strip(part) for part in (line.value or "").split(",") if strip(part)]
        elif not name.startswith("access-control-"):
            kept.append(line)
    pairs = _permission(rule, origin) if rule is not None else []
    if rule is not None:
        if pairs and rule.exposed:
            pairs.append(("Access-Control-Expose-Headers", ", ".join(rule.exposed)))
        vary = [name for name in vary if name.lower() != "origin"]
        vary += [name for name in rule.vary if name.lower() not in {v.lower() for v in vary}]
    if vary:
        pairs.append(("Vary", ", ".join(vary)))
    return Headers((*kept, *(Header(name, value, len(value)) for name, value in pairs)))


def _permission(rule: Rule, origin: str | None) -> list[tuple[str, str]]:
    """Empty: this origin is not let in."""
    origin = strip(origin or "")
    if "*" in rule.origins:
        named = "*"
    elif origin and origin in rule.origins:
        named = origin
    else:
        return []
    pairs = [("Access-Control-Allow-Origin", named)]
    if rule.credentials:
        pairs.append(("Access-Control-Allow-Credentials", "true"))
    return pairs
