"""What to change: configuration for one server software per file.

Every fix holds exactly what the session needed: its origins, methods, headers, and
credentials only where they were seen. None repeats whatever origin asks, and none uses `*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from ..fetch.classify import Role
from ..fetch.origin import host_of, is_loopback
from ..fetch.safelist import NEVER_READABLE, RESPONSE_NAMES
from ..fetch.site import registrable_domain
from ..finding import Confidence, Fix, Kind
from ..result import LeastPrivilege
from ..rules import expose_gap
from ..rules.model import Hit, Rule
from ..session.facts import ApiFacts
from ..session.judge import Judged
from . import (
    aiohttp,
    any_server,
    apache,
    aspnet,
    aws,
    azure,
    caddy,
    dev_server,
    django,
    envoy,
    express,
    fastapi,
    fastify,
    flask,
    go,
    google,
    haproxy,
    hono,
    koa,
    laravel,
    nestjs,
    nextjs,
    nginx,
    node,
    page,
    plain_answer,
    rails,
    rs_cors,
    spring,
    tornado,
    traefik,
    workers,
)
from .executed import EXECUTED
from .hops import HOPS, OWN_PAGES, who_added
from .model import PLACEHOLDER, Known, Signature, Stack, Wanted

STACKS: tuple[Stack, ...] = (
    express.STACK,
    fastify.STACK,
    koa.STACK,
    hono.STACK,
    nestjs.STACK,
    nextjs.STACK,
    node.STACK,
    fastapi.STACK,
    flask.STACK,
    django.STACK,
    aiohttp.STACK,
    tornado.STACK,
    spring.STACK,
    aspnet.STACK,
    go.STACK,
    rs_cors.STACK,
    rails.STACK,
    laravel.STACK,
    nginx.STACK,
    apache.STACK,
    caddy.STACK,
    haproxy.STACK,
    traefik.STACK,
    envoy.STACK,
    *aws.STACKS,
    *azure.STACKS,
    *google.STACKS,
    workers.STACK,
    any_server.STACK,
)
"""Every server software, in the order in which reports list them."""
ANY = any_server.STACK
UNTOUCHED = RESPONSE_NAMES | NEVER_READABLE
"""Names of headers for which exposing changes nothing."""


def recognise(seen: Judged) -> Iterator[Known]:
    """The software that this answer shows, each hop by itself."""
    if seen.exchange.status is not None and seen.exchange.lost is None:
        signature = Signature.of(seen.exchange, seen.node.role is Role.PREFLIGHT)
        yield from _recognise(signature)


@lru_cache(maxsize=1024)
def _recognise(signature: Signature) -> tuple[Known, ...]:
    looks = [(each.name, each.layer, each.recognise) for each in STACKS]
    looks += [(each.name, each.hop, each.recognise) for each in HOPS]
    known = []
    for name, hop, look in looks:
        found = look(signature)
        if found is not None:
            because, sure = found
            known.append(Known(name, because, sure, hop))
    applications = [each for each in known if each.hop == "application"]
    best = min((each.sure.rank for each in applications), default=0)
    surest = [each for each in applications if each.sure.rank == best]
    # One answer comes from one application: where two explain it equally well, neither is known.
    kept = surest if len(surest) == 1 else []
    return tuple(each for each in known if each.hop != "application" or each in kept)


def stack(text: str) -> Stack | None:
    """A stack by its id or name."""
    wanted = text.lower()
    return next((each for each in STACKS if wanted in (each.id, each.name.lower())), None)


def configuration(
    of: Stack, policy: LeastPrivilege, methods: Iterable[str] = (), expose: Iterable[str] = ()
) -> str:
    """A policy as configuration; `methods` are all that the session used."""
    return of.configure(Wanted.of(policy, methods, expose))


def for_finding(rule: Rule, hit: Hit, api: ApiFacts, policy: LeastPrivilege) -> tuple[Fix, ...]:
    """Fixes of a finding, best first: the recognised stacks', `any server`, the page's.

    A fix in the page goes first where it is the better one, else second. Stacks that were not
    recognised stand on the API's shelf.
    """
    wanted = wanted_for(rule, hit, api, policy)
    advice = page.advice(rule.id, hit)
    client = [advice.fix()] if advice else []
    local = dev_server.fix(rule, hit)
    while_developing = [local] if local else []
    if not rule.server_fix:
        code = plain_answer.CODE[rule.id](wanted, hit)
        servers = [Fix(ANY.name, ANY.where, False, "", code, rule.fix)]
    else:
        servers = [_fix(each, rule, hit, api, wanted) for each in _ordered(rule, hit, api)]
    if advice and advice.best:
        return (*client, *servers, *while_developing)
    return (*servers[:1], *client, *servers[1:], *while_developing)


def wanted_for(rule: Rule, hit: Hit, api: ApiFacts, policy: LeastPrivilege) -> Wanted:
    """What the configuration that cures this finding must allow."""
    expose = [name.title() for name in sorted(api.exposed - UNTOUCHED) if name != "*"]
    if rule.id == "expose-gap":
        expose += [name for name in expose_gap.of_api(api) if name not in expose]
        expose += [name for name in expose_gap.gap(hit.seen, api) if name not in expose]
    for row in hit.expected:
        if row.header == expose_gap.ACEH:
            expose += [n for n in map(str.strip, row.needed.split(",")) if n not in expose]
    asking = hit.seen.node.origin
    if rule.kind is Kind.BROKEN:
        policy = _for_the_blocked(policy, asking)
    wanted = Wanted.of(policy, api.methods, expose)
    wanted = wanted.but(tuple(sorted(wanted.origins, key=lambda origin: origin != asking)))
    if rule.id == "insecure-origin-allowed":
        return _by_https(wanted, policy)
    if rule.id == "undeclared-origin-allowed":
        return wanted.but(tuple(sorted((api.intended or frozenset()) - {"null"})))
    return _without(wanted, hit.trusted, api)


def _for_the_blocked(policy: LeastPrivilege, asking: str) -> LeastPrivilege:
    """With the page whose calls were blocked, should its being let in be left to a person."""
    found = [each for each in policy.left_out if each.origin == asking]
    if not found or found[0].kind not in ("development", "refused"):
        return policy
    each = found[0]
    return replace(
        policy,
        origins=tuple(sorted({*policy.origins, asking})),
        methods=tuple(sorted({*policy.methods, *each.methods})),
        headers=tuple(sorted({*policy.headers, *each.headers})),
        credentials=policy.credentials or each.credentials,
        undecided=tuple(
            text.replace(f"{asking} is left out: ", f"{asking} was blocked: ")
            for text in policy.undecided
        ),
    )


def _without(wanted: Wanted, trusted: tuple[str, ...], api: ApiFacts) -> Wanted:
    """Origins whose trust is the trouble are left out, unless they are of the API's own site."""
    home = registrable_domain(host_of(api.api))
    others = [o for o in wanted.origins if o in trusted and registrable_domain(host_of(o)) != home]
    if not others:
        return wanted
    kept = tuple(o for o in wanted.origins if o not in others)
    return wanted.but(kept, f"Left out, add only what you know: {', '.join(others)}.")


def _by_https(wanted: Wanted, policy: LeastPrivilege) -> Wanted:
    insecure = (each.origin for each in policy.left_out if each.kind == "insecure")
    known = (o for o in wanted.origins if o != PLACEHOLDER)
    safe = tuple(
        o if is_loopback(host_of(o)) else o.replace("http://", "https://", 1)
        for o in (*known, *insecure)
    )
    return wanted.but(tuple(dict.fromkeys(safe)), "Serve the page by https; http was left out.")


def _ordered(rule: Rule, hit: Hit, api: ApiFacts) -> list[Stack]:
    """The recognised ones first; a proxy before the application where it is the one to mend."""
    proxy_first = rule.id in ("gateway-error", "multiple-allow-origin") or (
        rule.id == "hidden-error-status" and hit.seen.exchange.status in OWN_PAGES
    )

    here = {each.name for each in recognise(hit.seen)}

    def order(each: Stack) -> tuple[int, int, int]:
        known = api.stacks[each.name]
        proxy = int((each.where == "proxy") is not proxy_first)
        return proxy, int(each.name not in here), Confidence(known[1]).rank

    return [*sorted((each for each in STACKS if each.name in api.stacks), key=order), ANY]


def _fix(each: Stack, rule: Rule, hit: Hit, api: ApiFacts, wanted: Wanted) -> Fix:
    code = each.instead.get(rule.id, each.configure)(wanted)
    note = f"{rule.fix} {each.place} {each.special.get(rule.id, each.traps)}"
    if each is ANY:
        return Fix(each.name, each.where, False, "", code, note)
    if each.layer != "application":
        others = [name for name, known in api.stacks.items() if known[2] == "application"]
        note = f"{note} {who_added(each, hit.seen.exchange, tuple(others))}".strip()
    because = api.stacks[each.name][0]
    return Fix(each.name, each.where, True, because, code, note, EXECUTED.get(each.id, ""))


def shelf(api: ApiFacts, policy: LeastPrivilege, blocked: Iterable[str]) -> tuple[Fix, ...]:
    """The API's configuration for every stack, where no application was recognised, else empty.

    Args:
        policy: the smallest that serves the session.
        blocked: origins of pages whose calls were blocked. One of a developer's machine is let
            in; one that was refused where others were let in may be a stranger's.
    """
    names = {each.name for each in STACKS if each.layer in ("application", "platform")}
    if names & set(api.stacks):
        return ()
    local = {each.origin for each in policy.left_out if each.kind == "development"}
    for asking in local.intersection(blocked):
        policy = _for_the_blocked(policy, asking)
    expose = [name.title() for name in sorted(api.exposed - UNTOUCHED) if name != "*"]
    expose += [name for name in expose_gap.of_api(api) if name not in expose]
    wanted = Wanted.of(policy, api.methods, expose)
    return tuple(
        Fix(
            each.name,
            each.where,
            False,
            "",
            each.configure(wanted),
            f"{each.place} {each.traps} For {each.versions}; see {each.source}",
            EXECUTED.get(each.id, ""),
        )
        for each in STACKS
        if each is not ANY and each.name not in api.stacks
    )
