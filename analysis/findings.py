"""Hits of rules gathered into findings: one problem once, however often it shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

from . import fixes
from .fetch.classify import Role
from .finding import Endpoint, Evidence, Finding, Kind, Severity
from .rules import ALL
from .rules.model import Hit, Per, Rule
from .session.facts import ApiFacts
from .session.judge import Judged
from .session.policy import least_privilege

MAX_EVIDENCE = 5
"""Exchanges that a finding points at; the others are counted."""


@dataclass(slots=True)
class _Group:
    """The hits that make one finding."""

    key: str
    rule: Rule
    best: Hit
    """The surest hit, the first of them."""
    endpoints: Counter[tuple[str, str]] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)
    evidence: list[Evidence] = field(default_factory=list)
    examples: int = 0
    count: int = 0
    first: float | None = None
    last: float | None = None
    severity: Severity | None = None

    def add(self, hit: Hit) -> None:
        """Count one more hit."""
        exchange = hit.seen.exchange
        self.count += 1
        self.endpoints[endpoint_of(hit.seen)] += 1
        self.pages.add(page_of(hit.seen))
        when = exchange.started
        if when is not None:
            self.first = when if self.first is None else min(self.first, when)
            self.last = when if self.last is None else max(self.last, when)
        severity = hit.severity or self.rule.severity
        if self.severity is None or severity.rank < self.severity.rank:
            self.severity = severity
        if hit.confidence.rank < self.best.confidence.rank:
            self.best = hit
        if self.examples < MAX_EVIDENCE:
            self.examples += 1
            self.evidence += [e for e in hit.evidence if e not in self.evidence]


class FindingBook:
    """The findings of one session, filled exchange by exchange."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    def look(self, seen: Judged, api: ApiFacts) -> list[str]:
        """Show an exchange to the rules; the keys of the findings it adds to."""
        keys = []
        for rule in ALL:
            if rule.check_exchange is None:
                continue
            for hit in rule.check_exchange(seen, api):
                key = finding_key(rule, hit.seen)
                group = self._groups.get(key)
                if group is None:
                    group = self._groups[key] = _Group(key, rule, hit)
                group.add(hit)
                keys.append(key)
        return keys

    def look_at(self, api: ApiFacts) -> list[str]:
        """Show an API's facts to the rules; the keys of what they find now."""
        keys: list[str] = []
        for rule in ALL:
            if rule.check_api is None:
                continue
            fresh: dict[str, _Group] = {}
            for hit in rule.check_api(api):
                key = finding_key(rule, hit.seen)
                group = fresh.setdefault(key, _Group(key, rule, hit))
                group.add(hit)
            self._groups.update(fresh)
            keys += fresh
        return keys

    def findings(self, apis: dict[str, ApiFacts]) -> list[Finding]:
        """All findings, worst first."""
        made = [self.finding(key, apis) for key in self._groups]
        kinds = list(Kind)
        return sorted(made, key=lambda f: (kinds.index(f.kind), f.severity.rank, -f.count, f.key))

    def finding(self, key: str, apis: dict[str, ApiFacts]) -> Finding:
        """One finding as it stands now."""
        group = self._groups[key]
        rule, hit = group.rule, group.best
        api = apis[hit.seen.exchange.url.origin]
        return Finding(
            key=key,
            rule=rule.id,
            kind=rule.kind,
            severity=group.severity or rule.severity,
            confidence=hit.confidence,
            confidence_why=hit.confidence_why,
            title=hit.title or rule.title,
            message=hit.message,
            why_it_matters=rule.why,
            api=api.api,
            endpoints=tuple(
                Endpoint(method, path, count)
                for (method, path), count in sorted(
                    group.endpoints.items(), key=lambda item: (-item[1], item[0])
                )
            ),
            pages=tuple(sorted(group.pages)),
            count=group.count,
            first=group.first,
            last=group.last,
            evidence=tuple(dict.fromkeys((*hit.evidence, *group.evidence))),
            expected=hit.expected,
            fixes=fixes.for_finding(rule, hit, api, least_privilege(api)),
            cwe=rule.cwe,
            references=rule.references,
            remedy=rule.fix,
        )


def finding_key(rule: Rule, seen: Judged) -> str:
    """Stable name of a finding: hash of rule, page, API, method and path shape.

    Parts that do not tell two findings of this rule apart are left empty.
    """
    page = "" if rule.per is Per.API else page_of(seen)
    method, path = endpoint_of(seen) if rule.per is Per.ENDPOINT else ("", "")
    parts = (rule.id, page, seen.exchange.url.origin, method, path)
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=6).hexdigest()


def page_of(seen: Judged) -> str:
    """Origin of the page, `null` when it is opaque."""
    return seen.node.page or "null"


def endpoint_of(seen: Judged) -> tuple[str, str]:
    """Method and path shape; for a preflight those of the request it asks for."""
    node = seen.node
    asked = node.asked
    method = asked.method if node.role is Role.PREFLIGHT and asked else seen.exchange.method
    return method, seen.exchange.url.path
