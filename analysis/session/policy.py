"""The policy that would have been right: the smallest that lets the session pass.

Legitimate is every origin that called, except: `null`; one whose being let in was found to be
dangerous; one that was refused where others were let in; a page of a development machine, to an
API on the open network; one that the API's owner did not declare, where anything is declared;
and an http page where an https API would have to trust it with credentials. These are left
out and named, for a person to decide. Pages of the API's own site are no strangers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..fetch.cache import MAX_AGE
from ..fetch.headers import is_token
from ..fetch.origin import Space, address_space, host_of, is_loopback
from ..fetch.safelist import METHODS
from ..fetch.site import registrable_domain
from ..result import LeastPrivilege, LeftOut, Observed, PathPolicy, PolicyEvidence, observed
from .facts import ApiFacts, Caller, EndpointFacts

NO_NAMES: frozenset[str] = frozenset()

_Reasons = dict[str, tuple[str, str]]
"""By origin what kind of origin it is, and why it is left out."""


def least_privilege(
    api: ApiFacts, distrusted: Iterable[str] = (), useful: frozenset[str] = NO_NAMES
) -> LeastPrivilege:
    """What the pages of this session needed of the API, and what a person must decide.

    Args:
        distrusted: origins whose being let in is found to be dangerous.
        useful: names of response headers that pages may want to read, lower-cased.
    """
    reasons = dict(_not_legitimate(api, frozenset(distrusted)))
    whole = _Use()
    for facts in api.endpoints.values():
        whole.add(facts)
    left_out = whole.leave_out(reasons, api.api)
    may_expose = _may_expose(api, useful, whole.exposed)
    everybody = api.intended is not None and "*" in api.intended and whole.credentials is not True
    return LeastPrivilege(
        origins=("*",) if everybody else tuple(sorted(whole.by_origin)),
        methods=whole.methods,
        headers=whole.headers,
        credentials=whole.credentials,
        max_age=MAX_AGE,
        undecided=tuple(_undecided(api, whole, left_out, may_expose)),
        exposed=whole.exposed,
        vary=() if everybody else ("Origin",),
        evidence=whole.evidence(),
        left_out=tuple(left_out),
        may_expose=may_expose,
        by_path=() if everybody else tuple(_by_path(api, reasons)),
    )


def _count_in(counts: Counter[str], more: Mapping[str, int]) -> None:
    """As `Counter.update`, which takes longer to find out what it was given than to count it."""
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


@dataclass(slots=True)
class _ByOrigin:
    """What the calls of one origin needed."""

    count: int = 0
    methods: Counter[str] = field(default_factory=Counter)
    headers: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)

    def add(self, method: str, mode: str, caller: Caller) -> None:
        self.count += caller.count
        self.methods[method] += caller.count
        _count_in(self.headers, caller.headers)
        self.modes[mode] += caller.count

    def merge(self, other: _ByOrigin) -> None:
        self.count += other.count
        _count_in(self.methods, other.methods)
        _count_in(self.headers, other.headers)
        _count_in(self.modes, other.modes)


@dataclass(slots=True)
class _Use:
    """What some endpoints were used for."""

    by_origin: dict[str, _ByOrigin] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)

    def add(self, facts: EndpointFacts, only: Collection[str] | None = None) -> None:
        """Take in an endpoint; `only` calls of these origins, if any are named."""
        _count_in(self.read, facts.read)
        for (origin, mode), caller in facts.callers.items():
            if only is not None and origin not in only:
                continue
            use = self.by_origin.get(origin)
            if use is None:
                use = self.by_origin[origin] = _ByOrigin()
            use.add(facts.method, mode, caller)

    def leave_out(self, reasons: _Reasons, api: str) -> list[LeftOut]:
        """Take out the origins that a person must decide about."""
        out = [
            _left_out(origin, *reasons[origin], self.by_origin.pop(origin))
            for origin in sorted(self.by_origin)
            if origin in reasons
        ]
        if self.credentials is True:
            why = "https APIs should not trust http pages with credentials: serve it by https."
            out += [
                _left_out(origin, "insecure", why, self.by_origin.pop(origin))
                for origin in sorted(self.by_origin)
                if _is_insecure(origin, api)
            ]
        return out

    @property
    def total(self) -> _ByOrigin:
        total = _ByOrigin()
        for use in self.by_origin.values():
            total.merge(use)
        return total

    @property
    def credentials(self) -> bool | None:
        return _needed(mode for use in self.by_origin.values() for mode in use.modes)

    @property
    def methods(self) -> tuple[str, ...]:
        return _methods(self.total)

    @property
    def headers(self) -> tuple[str, ...]:
        return _headers(self.total)

    @property
    def exposed(self) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.read if can_be_listed(name)))

    def evidence(self) -> PolicyEvidence:
        total = self.total
        return PolicyEvidence(
            calls=total.count,
            origins=observed({origin: use.count for origin, use in self.by_origin.items()}),
            methods=observed(total.methods),
            headers=observed(total.headers),
            exposed=observed(self.read),
            include=total.modes["include"],
            not_include=total.modes["not-include"],
            unknown=total.modes["unknown"],
        )


def can_be_listed(name: str) -> bool:
    """May a method or header name stand in a list? One that is no token would spoil it."""
    return is_token(name) and name != "*"


def _needed(modes: Iterable[str]) -> bool | None:
    """Did any call include credentials? None: the capture cannot tell."""
    seen = set(modes)
    if "include" in seen:
        return True
    return None if "unknown" in seen else False


def _methods(use: _ByOrigin) -> tuple[str, ...]:
    return tuple(sorted(m for m in use.methods if m not in METHODS and can_be_listed(m)))


def _headers(use: _ByOrigin) -> tuple[str, ...]:
    return tuple(sorted(name for name in use.headers if can_be_listed(name)))


def _left_out(origin: str, kind: str, why: str, use: _ByOrigin) -> LeftOut:
    credentials = _needed(use.modes)
    return LeftOut(origin, kind, why, use.count, _methods(use), _headers(use), credentials)


def _is_insecure(origin: str, api: str) -> bool:
    """A page on plain http, where the API is on https; this machine's own are left alone."""
    insecure = api.startswith("https://") and origin.startswith("http://")
    return insecure and not is_loopback(host_of(origin))


def _not_legitimate(
    api: ApiFacts, distrusted: frozenset[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """(origin, (kind, why)) of each origin that is left out."""
    home = registrable_domain(host_of(api.api))
    parties = {_party(origin) for origin in distrusted}
    let_in = {origin for origin, allowed, _ in api.answers if allowed in ("*", origin)}
    named = {registrable_domain(host_of(origin)) for origin, _ in api.echoed()}
    is_public = address_space(host_of(api.api)) is Space.PUBLIC
    for origin in {origin for f in api.endpoints.values() for origin, _ in f.callers}:
        host = host_of(origin)
        if origin in ("null", ""):
            yield origin, ("opaque", "any website can be null: never allow it.")
        elif api.intended is not None:
            if not api.intended & {origin, "*"}:
                why = "it is not among the origins declared for this API."
                yield origin, ("undeclared", why)
        elif registrable_domain(host) == home:
            continue
        elif is_public and address_space(host) is not Space.PUBLIC:
            yield origin, ("development", "a development origin: keep it out of production.")
        elif origin in distrusted or _party(origin) in parties:
            why = "letting it in was found to be dangerous: add it only if you know it."
            yield origin, ("stranger", why)
        elif named and origin not in let_in and registrable_domain(host) not in named:
            why = "it was refused where others were let in: add it only if it is meant."
            yield origin, ("refused", why)


def _party(origin: str) -> tuple[str, str]:
    """Who is behind an origin; what is wrong with http says nothing of the https page."""
    return origin.partition(":")[0], registrable_domain(host_of(origin))


def _by_path(api: ApiFacts, reasons: _Reasons) -> Iterator[PathPolicy]:
    """Policies for the paths that share origins and credentials; none when all do."""
    paths: dict[str, list[EndpointFacts]] = {}
    for facts in api.endpoints.values():
        paths.setdefault(facts.path, []).append(facts)
    groups: dict[tuple[frozenset[str], bool | None], list[str]] = {}
    for path in sorted(paths):
        origins, mode = _let_in(paths[path], reasons, api.api)
        if origins:
            groups.setdefault((origins, mode), []).append(path)
    for origins, mode in list(groups):
        # Where the mode is not known, either may do: no reason to keep such paths apart.
        known = next((m for m in (True, False) if (origins, m) in groups), None)
        if mode is None and known is not None:
            groups[origins, known] += groups.pop((origins, mode))
    if len(groups) < 2:
        return
    for (origins, _), members in sorted(groups.items(), key=lambda each: min(each[1])):
        together = _Use()
        for path in members:
            for facts in paths[path]:
                together.add(facts, only=origins)
        yield PathPolicy(
            paths=tuple(sorted(members)),
            origins=tuple(sorted(together.by_origin)),
            methods=together.methods,
            headers=together.headers,
            credentials=together.credentials,
            exposed=together.exposed,
            evidence=together.evidence(),
        )


def _let_in(
    endpoints: Iterable[EndpointFacts], reasons: _Reasons, api: str
) -> tuple[frozenset[str], bool | None]:
    """The origins that remain of an endpoint's callers, as `_Use.leave_out` has it, and whether
    they need credentials."""
    calls = {key for facts in endpoints for key in facts.callers if key[0] not in reasons}
    if _needed(mode for _, mode in calls):
        calls = {key for key in calls if not _is_insecure(key[0], api)}
    return frozenset(origin for origin, _ in calls), _needed(mode for _, mode in calls)


def _may_expose(
    api: ApiFacts, useful: frozenset[str], exposed: tuple[str, ...]
) -> tuple[Observed, ...]:
    names = Counter({name: api.unreadable[name] for name in useful})
    for facts in api.endpoints.values():
        for name in useful.intersection(facts.read_by_star):
            names[name] += facts.read_by_star[name]
    return observed({name: count for name, count in names.items() if name not in exposed})


def _undecided(
    api: ApiFacts, whole: _Use, left_out: list[LeftOut], may_expose: Iterable[Observed]
) -> Iterator[str]:
    if whole.credentials is None:
        yield (
            "Are cookies or HTTP authentication needed? The capture shows none being sent, "
            "which proves nothing: add Access-Control-Allow-Credentials only if the pages use "
            "credentials: 'include'."
        )
    for each in left_out:
        if each.kind != "opaque":
            yield f"{each.origin} is left out: {each.why}"
    if api.pages.get("null") or any(origin == "null" for origin, _, _ in api.answers):
        yield (
            "Some requests had Origin: null (a sandboxed page, or a redirect across origins). "
            "Never allow null: call the final URL directly."
        )
    if api.allow_origins["*"] and whole.credentials is not True and api.intended is None:
        yield (
            "It answers everybody now (*). That is right for public data: then let the one "
            "origin be *, without credentials."
        )
    names = [each.value for each in may_expose]
    if names:
        yield f"Do the pages want to read {', '.join(names)}? Then expose them."
    total = whole.total
    odd = [name for name in (*total.methods, *total.headers) if not can_be_listed(name)]
    if odd:
        yield f"{len(odd)} method(s) or header name(s) that no list can hold are left out."
    beyond = sum(facts.uncounted for facts in api.endpoints.values())
    if beyond:
        yield f"{beyond} call(s) of very many origins were not looked at."
