"""Hits of rules gathered into findings: one problem once, however often it shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b

from . import fixes
from .exchange import Span
from .fetch.classify import Role
from .fetch.origin import host_of, is_loopback
from .finding import Confidence, Endpoint, Evidence, Explained, Finding, Kind, Severity
from .result import LeastPrivilege
from .rules import ALL
from .rules.model import Hit, Per, Rule
from .session.facts import ApiFacts
from .session.judge import Judged
from .session.policy import least_privilege

MAX_EVIDENCE = 5
"""Exchanges that a finding points at; the others are counted."""
MAX_FINDINGS = 10_000
"""Findings of a session; hits that would make further ones are counted."""
BY_PATH = frozenset({"insecure-origin-allowed"})
"""Danger that lies in credentials alone: policies weigh it path by path, by themselves."""
_RULES = {rule.id: rule for rule in ALL}
_OF_API = tuple(rule for rule in ALL if rule.check_api is not None)
_OF_ROLE = {
    role: tuple((r, r.check_exchange) for r in ALL if r.check_exchange and role in r.roles)
    for role in Role
}

Asked = tuple[Rule, Callable[[Judged, ApiFacts], Iterator[Hit]]]
"""A rule, and what it says of an exchange."""
Group = tuple[str, str, str, str, str]
"""Rule, page, API, method and path shape: what makes two hits one finding. Parts that do not
tell two findings of the rule apart are empty."""


@dataclass(slots=True)
class _Hits:
    """The hits that make one finding."""

    rule: Rule
    best: Hit
    """The surest hit, the first of them."""
    endpoints: Counter[tuple[str, str]] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)
    evidence: list[Evidence] = field(default_factory=list)
    examples: int = 0
    count: int = 0
    span: Span = field(default_factory=Span)
    severity: Severity | None = None
    trusted: set[str] = field(default_factory=set)

    def add(self, hit: Hit) -> None:
        """Count one more hit."""
        self.count += 1
        self.trusted.update(hit.trusted)
        self.endpoints[endpoint_of(hit.seen)] += 1
        self.pages.add(page_of(hit.seen))
        self.span.include(hit.seen.exchange.started)
        severity = hit.severity or self.rule.severity
        if self.severity is None or severity.rank < self.severity.rank:
            self.severity = severity
        if hit.confidence.rank < self.best.confidence.rank:
            self.best = hit
        if self.examples < MAX_EVIDENCE:
            self.examples += 1
            self.evidence += [e for e in hit.evidence if e not in self.evidence]


@lru_cache(maxsize=4096)
def asked(role: Role, at_end: bool, failed: bool, names: tuple[str, ...]) -> tuple[Asked, ...]:
    """The rules to ask about an exchange: some wait for the end of the session, some look at
    certain headers of the answer, and of what was not refused and has a whole answer nothing is
    broken.

    Args:
        names: of the answer's headers, as sent.
    """
    given = {name.lower() for name in names}
    return tuple(
        (rule, check)
        for rule, check in _OF_ROLE[role]
        if (at_end or not rule.at_end)
        and (failed or rule.kind is not Kind.BROKEN)
        and given.issuperset(rule.answers_with)
    )


class FindingBook:
    """The findings of one session, filled exchange by exchange.

    Args:
        at_end: is the session over? Some rules wait for that.
    """

    def __init__(self, at_end: bool) -> None:
        self._at_end = at_end
        self._groups: dict[Group, _Hits] = {}
        self.left_out = 0
        """Hits for which there was no room."""

    def asked_about(self, seen: Judged) -> tuple[Asked, ...]:
        """The rules that may say something about an exchange."""
        failed = seen.failure is not None or seen.exchange.lost is not None
        return asked(seen.node.role, self._at_end, failed, seen.exchange.response.spelt)

    def look(self, seen: Judged, api: ApiFacts) -> list[Group]:
        """Show an exchange to the rules; the findings it adds to."""
        groups = []
        for rule, check in self.asked_about(seen):
            for found in check(seen, api):
                hit = _by_intent(found, api)
                if hit is None:
                    continue
                group = group_of(rule, hit.seen)
                hits = self._groups.get(group)
                if hits is None:
                    hits = _Hits(rule, hit)
                    if not self._enter(group, hits):
                        continue
                hits.add(hit)
                groups.append(group)
        return groups

    def _enter(self, group: Group, hits: _Hits) -> bool:
        """Make a finding of hits, or bring it up to date; False: there is no room for it."""
        if group not in self._groups and len(self._groups) >= MAX_FINDINGS:
            self.left_out += 1
            return False
        self._groups[group] = hits
        return True

    def count(self, groups: Iterable[Group]) -> None:
        """Count one more hit of each of these, no better than those before."""
        for group in groups:
            self._groups[group].count += 1

    def look_at(self, api: ApiFacts) -> list[Group]:
        """Show an API's facts to the rules; what they find now."""
        groups: list[Group] = []
        for rule in _OF_API:
            assert rule.check_api is not None
            if rule.at_end and not self._at_end:
                continue
            fresh: dict[Group, _Hits] = {}
            for found in rule.check_api(api):
                hit = _by_intent(found, api)
                if hit is not None:
                    fresh.setdefault(group_of(rule, hit.seen), _Hits(rule, hit)).add(hit)
            groups += [group for group, hits in fresh.items() if self._enter(group, hits)]
        return groups

    def confidence(self, group: Group) -> Confidence:
        """How sure a finding is by now."""
        return self._groups[group].best.confidence

    def distrusted(self) -> dict[str, frozenset[str]]:
        """By API the origins whose being let in is found to be dangerous."""
        found: dict[str, set[str]] = defaultdict(set)
        for (_, _, api, _, _), hits in self._groups.items():
            rule = hits.rule
            if rule.kind is Kind.DANGEROUS and rule.server_fix and rule.id not in BY_PATH:
                found[api] |= hits.trusted
        return {api: frozenset(origins) for api, origins in found.items()}

    def findings(self, apis: dict[str, ApiFacts], fixes: bool = True) -> list[Finding]:
        """All findings, worst first; those that another one accounts for stand under it."""
        keys = _keys(self._groups)
        distrusted = self.distrusted()
        named = {api for _, _, api, _, _ in self._groups} if fixes else ()
        policies = {name: least_privilege(apis[name], distrusted.get(name, ())) for name in named}
        made = fold(
            self.finding(group, apis, keys[group], policies.get(group[2]))
            for group in sorted(self._groups)
        )
        kinds = list(Kind)
        return sorted(made, key=lambda f: (kinds.index(f.kind), f.severity.rank, -f.count, f.key))

    def finding(
        self,
        group: Group,
        apis: dict[str, ApiFacts],
        key: str | None = None,
        policy: LeastPrivilege | None = None,
    ) -> Finding:
        """One finding as it stands now.

        Args:
            policy: the API's smallest, for the fixes; without it there are none, so that a live
                session does not work it out for every exchange.
        """
        hits = self._groups[group]
        rule, hit = hits.rule, hits.best
        api = apis[hit.seen.exchange.url.origin]
        return Finding(
            key=key or _key(group),
            rule=rule.id,
            kind=rule.kind,
            severity=hits.severity or rule.severity,
            confidence=hit.confidence,
            confidence_why=hit.confidence_why,
            title=hit.title or rule.title,
            message=hit.message,
            why_it_matters=rule.why,
            api=api.api,
            endpoints=tuple(
                Endpoint(method, path, count)
                for (method, path), count in sorted(
                    hits.endpoints.items(), key=lambda item: (-item[1], item[0])
                )
            ),
            pages=tuple(sorted(hits.pages)),
            count=hits.count,
            first=hits.span.first,
            last=hits.span.last,
            evidence=tuple(dict.fromkeys((*hit.evidence, *hits.evidence))),
            expected=hit.expected,
            fixes=fixes.for_finding(rule, hit, api, policy) if policy else (),
            cwe=rule.cwe,
            references=rule.references,
            remedy=rule.fix,
            by_configuration=rule.server_fix,
        )


def _by_intent(hit: Hit, api: ApiFacts) -> Hit | None:
    """Weigh trust against what the API's owner declared; None: it is meant.

    What was declared leaves no doubt about the rest: an origin that is not on the owner's
    list should not have been let in.
    """
    declared = api.intended
    if declared is None or not hit.trusted:
        return hit
    beyond = [origin for origin in hit.trusted if origin not in declared]
    if "*" in declared or not beyond:
        return None
    if hit.confidence is not Confidence.TENTATIVE:
        return hit
    who = ", ".join(beyond[:3]) + (f" and {len(beyond) - 3} more" if len(beyond) > 3 else "")
    why = f"{who} was let in, and what is declared for this API does not name it"
    return replace(hit, confidence=Confidence.FIRM, confidence_why=why)


def fold(findings: Iterable[Finding]) -> list[Finding]:
    """Put each finding that another one accounts for under it: one cause, one finding.

    It is folded when the other's rule covers its rule, it is no worse than the other (a refused
    call is as bad as its cause), and it shows nothing beyond the other's API, page and endpoint.
    """
    every = list(findings)
    by_api: dict[str, list[Finding]] = defaultdict(list)
    for each in every:
        by_api[each.api].append(each)
    under: dict[str, list[Finding]] = defaultdict(list)
    folded: set[str] = set()
    for covering in every:
        rule = _RULES[covering.rule]
        if not rule.covers or covering.key in folded:
            continue
        for other in by_api[covering.api]:
            if other.rule in rule.covers and other.key not in folded and _holds(covering, other):
                under[covering.key] += [other, *under.pop(other.key, [])]
                folded.add(other.key)
    return [
        replace(each, explains=tuple(_explained(under[each.key]))) if under[each.key] else each
        for each in every
        if each.key not in folded
    ]


def _holds(covering: Finding, other: Finding) -> bool:
    if other.kind is Kind.BROKEN:
        # A refused call is as bad as its cause.
        if covering.kind is not Kind.BROKEN:
            return False
    elif other.severity.rank < covering.severity.rank:
        return False
    per = _RULES[covering.rule].per
    if per is not Per.API and not set(other.pages) <= set(covering.pages):
        return False
    if per is not Per.ENDPOINT:
        return True
    return _places(other) <= _places(covering)


def _places(finding: Finding) -> set[tuple[str, str]]:
    return {(each.method, each.path_template) for each in finding.endpoints}


def _explained(findings: list[Finding]) -> Iterable[Explained]:
    for each in sorted(findings, key=lambda f: (f.severity.rank, f.rule, f.key)):
        yield Explained(
            each.key, each.rule, each.kind, each.severity, each.title, each.message, each.count
        )


def group_of(rule: Rule, seen: Judged) -> Group:
    """The finding that a hit on this exchange belongs to."""
    page = "" if rule.per is Per.API else page_of(seen)
    method, path = endpoint_of(seen) if rule.per is Per.ENDPOINT else ("", "")
    return rule.id, page, seen.exchange.url.origin, method, path


def _key(group: Group, again: int = 0) -> str:
    """Stable name of a finding: a hash. Ports of this machine change from run to run and are
    left out; `again` tells apart those that are then alike."""
    rule, page, api, method, path = group
    parts = [rule, _portless(page), _portless(api), method, path]
    if again:
        parts.append(str(again))
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _portless(origin: str) -> str:
    host = host_of(origin)
    return host if host and is_loopback(host) else origin


def _keys(groups: Iterable[Group]) -> dict[Group, str]:
    """A key for every finding; the order of ports decides between those that are alike."""
    alike: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        alike[_key(group)].append(group)
    return {
        group: _key(group, number)
        for same in alike.values()
        for number, group in enumerate(sorted(same))
    }


def page_of(seen: Judged) -> str:
    """Origin of the page, `null` when it is opaque."""
    return seen.node.page or "null"


def endpoint_of(seen: Judged) -> tuple[str, str]:
    """Method and path shape; for a preflight those of the request it asks for."""
    node = seen.node
    asked = node.asked
    method = asked.method if node.role is Role.PREFLIGHT and asked else seen.exchange.method
    return method, seen.exchange.url.path
