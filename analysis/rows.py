"""What the engine knows, as rows of the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from .exchange import Headers
from .fetch import reasons
from .fetch.browsers import CHROMIUM
from .fetch.check import Failure
from .fetch.classify import JUDGED, Role
from .fetch.safelist import RESPONSE_NAMES
from .result import (
    HOPS,
    Allows,
    AnswerRow,
    EndpointPolicy,
    ExchangeRow,
    HeaderRow,
    Needs,
    Policy,
    Reasons,
    RuleCard,
    Stack,
    observed,
)
from .rules import ALL, expose_gap
from .session.facts import ApiFacts, Shown, Told
from .session.judge import Judged, checked_status, codes, preflight_needed
from .session.links import Link, Node
from .session.policy import least_privilege
from .session.trust import allow_origin_mode

__all__ = ["Rows", "exchange_row", "policy_row", "rule_cards"]


class Rows:
    """Rows of every preflight and CORS exchange, and of what findings point at.

    Where there are more than `room`, those that are alike (API, method, path shape, page, role
    and verdict) have a row for each of the first of them: as many as makes it fit, if one for
    each kind does. What findings point at has one anyway. All is shown to `count` first, and
    then to `take`, in order.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kinds: Counter[tuple[str | None, ...]] = Counter()
        self._met: Counter[tuple[str | None, ...]] = Counter()
        self._most = 0
        self.taken = 0
        """Exchanges shown to `take`."""
        self._rows: dict[int, ExchangeRow] = {}
        """By place in the session."""

    def count(self, seen: Judged) -> None:
        """Count one exchange."""
        if _has_row(seen):
            self._kinds[_kind(seen)] += 1

    def take(self, seen: Judged) -> None:
        """Make a row of it, if there is room for one of its kind."""
        self._most = self._most or max(1, _share(list(self._kinds.values()), self._room))
        place, self.taken = self.taken, self.taken + 1
        if _has_row(seen) and len(self._rows) < self._room:
            kind = _kind(seen)
            self._met[kind] += 1
            if self._met[kind] <= self._most:
                self._rows[place] = exchange_row(seen, with_headers=False)

    def finish(
        self, judged: Iterable[Judged], pointed: Collection[str]
    ) -> tuple[list[ExchangeRow], int]:
        """The rows in order, and how many were left out.

        Args:
            judged: all that was taken, once more; looked at until what is pointed at was found.
            pointed: ids of the flows that findings point at.
        """
        missing = set(pointed)
        others = 0
        for place, seen in enumerate(judged):
            if not missing:
                break
            if seen.exchange.id in missing:
                missing.discard(seen.exchange.id)
                self._rows[place] = exchange_row(seen, with_headers=True)
                others += not _has_row(seen)
        rows = [self._rows[place] for place in sorted(self._rows)]
        return rows, self._kinds.total() - len(rows) + others


def _has_row(seen: Judged) -> bool:
    return seen.node.role in JUDGED or bool(seen.failure)


def _kind(seen: Judged) -> tuple[str | None, ...]:
    exchange, failure = seen.exchange, seen.failure
    return (
        exchange.url.origin,
        exchange.method,
        exchange.url.path,
        seen.node.page,
        seen.node.role.value,
        seen.verdict.outcome.value,
        failure.step.value if failure else None,
    )


def _share(counts: list[int], room: int) -> int:
    """The most that everybody can have, those who have less keeping what they have."""
    left = len(counts)
    for count in sorted(counts):
        if count * left > room:
            return room // left
        room -= count
        left -= 1
    return max(counts, default=0)


def exchange_row(seen: Judged, with_headers: bool) -> ExchangeRow:
    """One judged exchange as the result shows it."""
    exchange, node, verdict = seen.exchange, seen.node, seen.verdict
    failure = verdict.failure
    names = codes(verdict)
    needed = preflight_needed(node)
    return ExchangeRow(
        flow_id=exchange.id,
        capture=exchange.capture,
        started=exchange.started,
        ended=exchange.ended,
        method=exchange.method,
        url=exchange.url.text,
        path_template=exchange.url.path,
        status=exchange.status,
        origin=exchange.origin,
        page=node.page,
        api=exchange.url.origin,
        client=exchange.client,
        engine=node.client.engine if node.client.browser else "unknown",
        role=node.role.value,
        verdict=verdict.outcome.value,
        reason=reasons.code(failure, CHROMIUM) if failure else None,
        reason_param=(failure.param or failure.got) if failure else None,
        reasons=Reasons(
            chromium=names.get("chromium"),
            firefox=names.get("firefox"),
            webkit=_webkit(seen),
        ),
        message=chromium_message(seen),
        message_firefox=_firefox(seen),
        credentials=seen.credentials.word,
        because=(node.classification.because, *seen.credentials.because),
        assuming=verdict.assuming,
        preflight=_preflight(node),
        preflight_needed=needed,
        preflight_why=node.why_preflight if node.role is Role.CORS and needed else (),
        redirected_from=node.previous.exchange.id if node.previous else None,
        redirects_to=node.next.exchange.id if node.next else None,
        sent=seen.sent.value,
        lost=exchange.lost,
        request_headers=_headers(exchange.request) if with_headers else (),
        response_headers=_headers(exchange.response) if with_headers else (),
    )


def _preflight(node: Node) -> str | None:
    if node.link is Link.OWN and node.preflight is not None:
        return node.preflight.exchange.id
    return "cache" if node.link is Link.CACHE else None


def chromium_message(seen: Judged) -> str | None:
    """Chromium's console sentence, None where Chromium lets it pass."""
    failure = _in(seen, "chromium")
    if failure is None:
        return None
    node, exchange = seen.node, seen.exchange
    first = node
    while first.previous is not None:
        first = first.previous
    return reasons.chromium_message(
        failure,
        exchange.url.text,
        node.page or node.origin,
        reasons.load_word(exchange.request),
        first.exchange.url.text if first is not node else None,
    )


def _firefox(seen: Judged) -> str | None:
    failure = _in(seen, "firefox")
    if failure is None:
        return None
    return reasons.firefox_message(failure, seen.exchange.url.text, checked_status(seen.node))


def _webkit(seen: Judged) -> str | None:
    failure = _in(seen, "webkit")
    if failure is None:
        return None
    target, scheme = seen.exchange.location, seen.exchange.location_scheme
    shown = target.text if target else f"{scheme}:…" if scheme else None
    return reasons.webkit_message(failure, seen.node.origin, checked_status(seen.node), shown)


def _in(seen: Judged, engine: str) -> Failure | None:
    return (seen.verdict.failures or {}).get(engine)


def _headers(headers: Headers) -> tuple[HeaderRow, ...]:
    return tuple(HeaderRow(each.name, each.value, each.size) for each in headers.fields)


def policy_row(api: ApiFacts, distrusted: frozenset[str] = frozenset()) -> Policy:
    """What the session shows about one API.

    Args:
        distrusted: origins that dangerous findings are about.
    """
    return Policy(
        api=api.api,
        pages=tuple(sorted(api.pages)),
        calls=api.calls,
        preflights=api.preflights,
        preflight_seconds=round(api.preflight_seconds, 6),
        avoidable_preflights=api.avoidable_preflights,
        blocked=api.blocked,
        indeterminate=api.indeterminate,
        stacks=tuple(
            Stack(name, *known)
            for name, known in sorted(
                api.stacks.items(), key=lambda each: (HOPS.index(each[1][2]), each[0])
            )
        ),
        needs=Needs(
            origins=observed(api.origins),
            methods=observed(api.methods),
            headers=observed(api.headers),
            credentials=_needed_credentials(api),
        ),
        allows=_allows(api),
        least_privilege=least_privilege(api, distrusted, expose_gap.wanted(api)),
        endpoints=tuple(_endpoints(api)),
    )


def _needed_credentials(api: ApiFacts) -> str:
    words = {word for word, count in api.credentials.items() if count}
    if {"include", "not-include"} <= words:
        return "mixed"
    return next((word for word in ("include", "not-include") if word in words), "unknown")


def _allows(api: ApiFacts) -> Allows:
    return Allows(
        allow_origin_mode=allow_origin_mode((told for _, told, _ in api.table()), api.api),
        allow_origins=observed(api.allow_origins),
        credentials=any(a.allow_credentials and a.allow_origin for a in api.answers.values()),
        methods=tuple(sorted(api.allow_methods)),
        headers=tuple(sorted(api.allow_headers)),
        exposed=tuple(sorted(api.exposed - RESPONSE_NAMES)),
        max_age=tuple(sorted(api.max_age)),
        vary_origin=_yes_or_no(api.vary_yes, api.vary_no, ("always", "sometimes", "never")),
        errors=_yes_or_no(api.errors_with, api.errors_without, ("yes", "some", "no"), "none-seen"),
    )


def _yes_or_no(yes: int, no: int, words: tuple[str, str, str], nothing: str | None = None) -> str:
    if not yes and not no and nothing is not None:
        return nothing
    if yes and no:
        return words[1]
    return words[0] if yes else words[2]


def _endpoints(api: ApiFacts) -> Iterator[EndpointPolicy]:
    for facts in sorted(api.endpoints.values(), key=lambda each: (each.path, each.method)):
        answers = sorted(facts.told.items(), key=lambda item: (-item[1].count, _row_order(item[0])))
        yield EndpointPolicy(
            method=facts.method,
            path_template=facts.path,
            count=facts.count,
            allow_origin_mode=allow_origin_mode(facts.told, api.api),
            answers=tuple(_answer(told, shown) for told, shown in answers),
            answers_left_out=facts.untold,
        )


def _row_order(told: Told) -> tuple[str, ...]:
    return tuple(map(str, told))


def _answer(told: Told, shown: Shown) -> AnswerRow:
    return AnswerRow(
        *told,
        count=shown.count,
        first=shown.span.first,
        last=shown.span.last,
        example=shown.example.exchange.id,
    )


def rule_cards() -> tuple[RuleCard, ...]:
    """A card for every rule that ran."""
    return tuple(
        RuleCard(rule.id, rule.title, rule.kind.value, rule.severity.value, rule.since)
        for rule in ALL
    )
