"""The auditor: exchanges in, findings and a result out.

It is fed one exchange at a time. `feed` judges at once, by what is known so far, for the
live log; `result` judges the whole session anew, by everything it showed, so that a live
session and its recording come to the same result. No clock: time comes from the exchanges.

Its memory does not grow with traffic: exchanges are put aside packed (`analysis.kept`), and what
is learnt of them is bounded; what a bound left out is counted in the result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field
from itertools import chain, islice
from typing import TypeVar

from . import __version__
from .blindness import blind_spots
from .exchange import NOT_THE_SERVERS, Exchange
from .fetch.classify import JUDGED, Role
from .finding import Confidence, Finding, Kind
from .findings import FindingBook, Group
from .fixes import recognise, shelf
from .frozen import frozen
from .ids import Ids
from .kept import Kept
from .redact import Door
from .relevance import is_relevant
from .result import AuditResult, Capture, Policy, Shelf, Skipped, Tool, Totals
from .rows import Rows, policy_row, rule_cards
from .session.clients import Client, Clients
from .session.facts import SLOWER, ApiFacts, Room
from .session.intent import NOTHING_DECLARED, Intent
from .session.judge import Judged, Likeness, judge
from .session.links import Linker
from .session.pending import Pending
from .session.walk import Walk
from .tables import keep

T = TypeVar("T")
Made = TypeVar("Made")

TOOL = "cors-audit"
MOST_SHELVES = 3
"""APIs for which a result holds the configuration for every stack."""
MAX_APIS = 2_048
"""Servers about which facts are kept; exchanges with further ones are counted."""
MAX_PENDING = 1_024
"""Clients whose open verdicts are remembered while one listens."""
AT_ONCE = 50_000
"""Kept exchanges up to which a session is judged at once and held; a longer one is judged anew
for each look at it, which takes longer, and little memory."""
MAX_ALIKE = 1_024
"""Calls remembered while one listens, so that the rules need not be asked about their like."""
AT_LEAST = 20_000
"""Exchanges that are judged even if somebody interrupts: it takes seconds, and says something."""
MAX_ROWS = 30_000
"""Rows of a result; see `analysis.rows.Rows`."""


@frozen
class Heard:
    """What one more exchange of a live session brought."""

    judged: Judged
    new: tuple[Group, ...] = ()
    """Findings that are known since it came (see `Auditor.live_finding`)."""
    again: tuple[Group, ...] = ()
    """Findings that have come once more."""
    here: tuple[Group, ...] = ()
    """Findings that it shows itself, or is the first to show about its API."""
    settled: tuple[Judged, ...] = ()
    """Earlier exchanges whose verdict was open, and which this one has decided."""
    earlier: Mapping[str, tuple[Group, ...]] = field(default_factory=dict)
    """By the ids of those all the findings that they show now."""
    surer: tuple[Group, ...] = ()
    """Findings told before that are surer now."""


Failed = Callable[[Exception], None]


class Auditor:
    """Judges one browsing session.

    Args:
        door: the door through which the session's exchanges come.
        intent: origins that the owners of the APIs declared to be allowed.
    """

    def __init__(self, door: Door | None = None, intent: Intent = NOTHING_DECLARED) -> None:
        self.door = door or Door()
        self.intent = intent
        self._captures: list[Capture] = []
        self._skipped: list[Skipped] = []
        self._kept = Kept()
        self._heard = Ids()
        self._total = 0
        self._removed = 0
        self._clients = Clients()
        self._linker = Linker()
        self._views = _Views(self.intent, at_end=False)
        self._pending: dict[str, Pending] = {}
        self._told: dict[Group, Confidence] = {}
        self._interrupted = False

    def add(self, exchange: Exchange) -> bool:
        """Take in one exchange; False when a flow with its id was taken before."""
        if not self._heard.add(exchange.id):
            return False
        self._take(exchange)
        return True

    def _take(self, exchange: Exchange) -> Client | None:
        """Take in an exchange that was not heard before; its client, None if it does not matter."""
        self._total += 1
        if not is_relevant(exchange):
            return None
        self._removed += exchange.removed
        self._kept.add(exchange)
        client = self._clients.of(exchange)
        client.observe(exchange)
        return client

    def pass_over(self, flow_id: str) -> bool:
        """Count a flow that is known to be irrelevant; False: it was taken in before."""
        new = self._heard.add(flow_id)
        self._total += new
        return new

    def has_heard(self, flow_id: str) -> bool:
        """Was a flow with this id taken in already?"""
        return flow_id in self._heard

    def feed(self, exchanges: Iterable[Exchange], failed: Failed | None = None) -> list[Heard]:
        """Take in exchanges of a live session, and judge each by all of them; those that were
        heard before, or have nothing to do with CORS, are left out.

        They go through each stage together: a processor that does one thing at a time finds
        its code in its nearest cache, which saves a third.

        Args:
            failed: told of an error of ours at one of them. The others go on. None: it is raised.
        """
        failed = failed or _raise
        taken = _each(self._take_new, exchanges, failed)
        met = [(exchange, client) for exchange, client in taken if client is not None]
        nodes = _each(lambda each: self._linker.add(*each), met, failed)
        judged = _each(judge, nodes, failed)
        learnt = _each(lambda seen: (seen, self._views.learn(seen)), judged, failed)
        return _each(lambda each: self._news(*each), learnt, failed)

    def _take_new(self, exchange: Exchange) -> tuple[Exchange, Client | None]:
        new = self._heard.add(exchange.id)
        return exchange, self._take(exchange) if new else None

    def _news(self, judged: Judged, learnt: bool) -> Heard:
        """What a judged exchange brought.

        Args:
            learnt: has it told anything new about its API?
        """
        views, exchange = self._views, judged.exchange
        pending = self._pending.get(exchange.client)
        if pending is None:
            pending = Pending()
            keep(self._pending, exchange.client, pending, MAX_PENDING)
        settled = pending.settle(judged)
        earlier = {seen.exchange.id: tuple(dict.fromkeys(views.look(seen))) for seen in settled}
        shown = dict.fromkeys(views.look(judged))
        if not (settled or shown or learnt):
            return Heard(judged)
        keys = dict.fromkeys(chain.from_iterable((*earlier.values(), shown)))
        late = views.look_at(exchange.url.origin) if learnt and views.is_due(exchange) else ()
        new: dict[Group, None] = {}
        again: list[Group] = []
        surer: list[Group] = []
        for key in dict.fromkeys((*keys, *late)):
            before, now = self._told.get(key), views.book.confidence(key)
            if before is None:
                new[key] = None
            else:
                if key in keys:
                    again.append(key)
                if now.rank < before.rank:
                    surer.append(key)
            self._told[key] = now
        here = (*shown, *[key for key in late if key in new and key not in shown])
        return Heard(judged, tuple(new), tuple(again), here, settled, earlier, tuple(surer))

    def live_finding(self, group: Group) -> Finding:
        """A finding of the live session as it stands now, without fixes."""
        return self._views.book.finding(group, self._views.apis)

    def add_capture(self, capture: Capture) -> None:
        """Name an input of the session."""
        self._captures.append(capture)

    def skip(self, skipped: Skipped) -> None:
        """Note something that was not judged."""
        self._skipped.append(skipped)

    def judged(self) -> list[Judged]:
        """Every exchange that matters, linked and judged by what the whole session showed."""
        return list(Walk(self._kept.everything(), self._clients))

    def walk(self) -> Collection[Judged] | Walk:
        """The same without what has no bearing on the result (see `analysis.kept`), to be walked
        over several times: a list unless that would be too long."""
        walk = Walk(self._kept, self._clients)
        return walk if self.extent > AT_ONCE else list(self._until_interrupted(walk))

    @property
    def extent(self) -> int:
        """How many exchanges `result` has to judge."""
        return len(self._kept)

    def interrupt(self) -> None:
        """Let `result` come to its end soon, with a part of the session. For another thread or
        a signal's handler."""
        self._interrupted = True

    def _until_interrupted(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        for number, seen in enumerate(judged):
            if self._interrupted and number >= AT_LEAST:
                return
            yield seen

    def result(self, *live: Capture) -> AuditResult:
        """Judge the whole session and say everything about it. May be called again.

        Args:
            live: captures that are still growing, described as they stand now.
        """
        return self.tell(self.walk(), *live)

    def tell(self, judged: Collection[Judged] | Walk, *live: Capture) -> AuditResult:
        """Everything about the session, given what `walk` answered."""
        table = Rows(MAX_ROWS)
        opinions = form_opinions(judged, self.intent, table, self._until_interrupted)
        findings = opinions.findings
        pointed = {e.flow_id for f in findings for e in f.evidence}
        rows, rows_left_out = table.finish(judged, pointed)
        apis, policies = opinions.apis, opinions.policies()
        return AuditResult(
            tool=Tool(TOOL, __version__),
            captures=(*self._captures, *live),
            totals=Totals(
                flows=self._total,
                cors=opinions.roles[Role.CORS],
                preflights=opinions.roles[Role.PREFLIGHT],
                blocked=sum(api.blocked for api in apis),
                indeterminate=sum(api.indeterminate for api in apis),
                page_origins=len({page for api in apis for page in api.pages}),
                api_origins=len(apis),
                redacted_values=self._removed,
            ),
            exchanges=tuple(rows),
            findings=findings,
            policies=policies,
            shelves=_shelves(apis, policies, findings),
            skipped=(
                *self._skipped,
                *opinions.left_out,
                *self._left_out(rows_left_out, self.extent - table.taken),
            ),
            blind_spots=tuple(
                blind_spots(
                    (*self._captures, *live),
                    self._total,
                    opinions.roles,
                    any(api.indeterminate for api in apis),
                )
            ),
            rules=rule_cards(),
            redacted=self.door.redacted,
            secrets=self.door.secrets(),
        )

    def _left_out(self, rows: int, exchanges: int) -> Iterator[Skipped]:
        """What there was no room, or no time, for in the result."""
        if exchanges:
            why = "interrupted while the session was judged: the first were, these were not"
            yield Skipped("", "exchanges", why, exchanges)
        if rows:
            why = f"there are more than {MAX_ROWS:,}: the first of every kind have a row"
            yield Skipped("", "rows of exchanges", why, rows)
        if self.door.forgotten:
            why = "of each, reports are searched for the first values and the latest ones only"
            yield Skipped("", "kinds of withheld values", why, self.door.forgotten)


def _shelves(
    apis: Iterable[ApiFacts], policies: Iterable[Policy], findings: Iterable[Finding]
) -> tuple[Shelf, ...]:
    """Configurations to choose from where nobody knows the software, for the worst APIs."""
    counts: Counter[str] = Counter()
    blocked: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        counts[finding.api] += finding.by_configuration
        if finding.kind is Kind.BROKEN:
            blocked[finding.api].update(finding.pages)
    shelves = (
        Shelf(api.api, shelf(api, policy.least_privilege, sorted(blocked[api.api])))
        for api, policy in sorted(
            zip(apis, policies, strict=True), key=lambda each: -counts[each[0].api]
        )
        if counts[api.api]
    )
    return tuple(islice((each for each in shelves if each.fixes), MOST_SHELVES))


def _each(do: Callable[[T], Made], items: Iterable[T], failed: Failed) -> list[Made]:
    """What it makes of each; `failed` hears of those of which it makes none."""
    made = []
    for item in items:
        try:
            made.append(do(item))
        except Exception as error:
            failed(error)
    return made


def _raise(error: Exception) -> None:
    raise error


class _Views:
    """One walk over judged exchanges: facts about APIs, and findings."""

    def __init__(self, intent: Intent, at_end: bool) -> None:
        self.apis: dict[str, ApiFacts] = {}
        self.book = FindingBook(at_end)
        self._at_end = at_end
        self._alike: dict[Likeness, tuple[int, list[Group]]] = {}
        self.left_out = 0
        """Exchanges with servers for which there was no room."""
        self._intent = intent
        self._room = Room()
        self._looked: dict[str, int] = {}
        """How much was known of an API when its facts were looked at last."""

    def learn(self, seen: Judged) -> bool:
        """Take a judged exchange into the facts about its API; was anything new?"""
        origin = seen.exchange.url.origin
        api = self.apis.get(origin)
        if api is None:
            if len(self.apis) >= MAX_APIS:
                self.left_out += 1
                return False
            intended = self._intent.of(origin)
            api = self.apis[origin] = ApiFacts(origin, intended, room=self._room)
        before = api.shape
        api.observe(seen)
        if seen.node.role not in JUDGED and not seen.blocked:
            return api.shape != before
        for each in recognise(seen):
            known = api.stacks.get(each.name)
            if known is None or each.sure.rank < Confidence(known[1]).rank:
                api.stacks[each.name] = (each.because, each.sure.value, each.hop)
        return api.shape != before

    def look(self, seen: Judged) -> list[Group]:
        """Show an exchange to the rules; the findings it adds to. What the proxy itself put into
        an answer is nobody's fault."""
        api = self.apis.get(seen.exchange.url.origin)
        if api is None or seen.exchange.altered in NOT_THE_SERVERS:
            return []
        if not self.book.asked_about(seen):
            return []
        likeness = None if self._at_end else seen.likeness
        if likeness is None:
            return self.book.look(seen, api)
        shape, groups = self._alike.get(likeness, (-1, []))
        if shape == api.shape:
            self.book.count(groups)  # nothing has changed: they would say the same again
            return groups
        groups = self.book.look(seen, api)
        keep(self._alike, likeness, (api.shape, groups), MAX_ALIKE)
        return groups

    def is_due(self, exchange: Exchange) -> bool:
        """Is there enough new about its API to look at all of it again? See `SLOWER`."""
        known = self.apis[exchange.url.origin].shape
        looked = self._looked.get(exchange.url.origin, 0)
        return known - looked > looked // SLOWER

    def look_at(self, origin: str) -> list[Group]:
        """Show an API's facts to the rules; what they find now."""
        self._looked[origin] = self.apis[origin].shape
        return self.book.look_at(self.apis[origin])


@frozen
class Opinions:
    """What is thought of a judged session."""

    apis: tuple[ApiFacts, ...]
    """Those that were called across origins, in order."""
    findings: tuple[Finding, ...]
    distrusted: Mapping[str, frozenset[str]]
    """By API the origins that dangerous findings are about."""
    roles: Counter[Role]
    """How many exchanges there were of each kind."""
    left_out: tuple[Skipped, ...]
    """What there was no room for."""

    def policies(self) -> tuple[Policy, ...]:
        """What was needed, allowed and would be right, for each API."""
        return tuple(
            policy_row(api, self.distrusted.get(api.api, frozenset())) for api in self.apis
        )


def form_opinions(
    judged: Collection[Judged] | Walk,
    intent: Intent = NOTHING_DECLARED,
    rows: Rows | None = None,
    over: Callable[[Iterable[Judged]], Iterable[Judged]] = iter,
    fixes: bool = True,
) -> Opinions:
    """First everything is learnt, then the rules look: what they say of one exchange rests on
    the whole session, later ones included.

    Args:
        rows: to be filled on the way; a walk of its own would be dear.
        over: walks over it, and may end before it does.
        fixes: are those of the findings wanted? They are the dearer half of a finding.
    """
    whole = _Views(intent, at_end=True)
    roles: Counter[Role] = Counter()
    for seen in over(judged):
        whole.learn(seen)
        roles[seen.node.role] += 1
        if rows is not None:
            rows.count(seen)
    for seen in over(judged):
        whole.look(seen)
        if rows is not None:
            rows.take(seen)
    for origin in whole.apis:
        whole.look_at(origin)
    return Opinions(
        apis=tuple(api for _, api in sorted(whole.apis.items()) if api.has_cors),
        findings=tuple(whole.book.findings(whole.apis, fixes)),
        distrusted=whole.book.distrusted(),
        roles=roles,
        left_out=tuple(_beyond_bounds(whole)),
    )


def _beyond_bounds(views: _Views) -> Iterator[Skipped]:
    """What there was no room for, counted."""
    beyond: Counter[str] = Counter()
    for api in views.apis.values():
        beyond.update(api.left_out)
    beyond["exchanges with further servers"] = views.left_out
    beyond["further findings"] = views.book.left_out
    for what, count in sorted(beyond.items()):
        if count:
            yield Skipped("", what, "the session has more of them than are looked at", count)
