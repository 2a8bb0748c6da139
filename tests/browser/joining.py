"""Put together what the page saw, what the browser said, and what the proxy recorded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from .case import CORS, NAVIGATION, NON_BROWSER, SAME_ORIGIN, WEBSOCKET, Case, Step
from .places import Places
from .truth import Observation, Outcome, Record, about_preflight

CLOCK_SLACK = 0.05
"""Between a request's start in the browser and its arrival at the proxy."""
ROUNDING = 0.002
"""Pages tell the time in milliseconds."""
SIMPLE_METHODS = {"GET", "HEAD", "POST"}


def plain_url(url: str) -> str:
    """The URL as it is on the wire: no fragment, no user-info."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def case_and_step(url: str) -> tuple[str, str]:
    """Which case and step a URL belongs to; empty strings if none."""
    query = parse_qs(urlsplit(url).query)
    return query.get("case", [""])[0], query.get("step", [""])[0]


def wire_method(flow: HTTPFlow) -> str:
    """The method as it was sent; mitmproxy's own `method` is in upper case."""
    return flow.request.data.method.decode("latin-1")


def is_preflight(flow: HTTPFlow) -> bool:
    """Whether a request only asks for permission."""
    headers = flow.request.headers
    return wire_method(flow) == "OPTIONS" and "access-control-request-method" in headers


def read_flows(recording: Path) -> list[HTTPFlow]:
    """The HTTP exchanges of a recording, in the order in which they began."""
    with recording.open("rb") as file:
        flows = [flow for flow in FlowReader(file).stream() if isinstance(flow, HTTPFlow)]
    return sorted(flows, key=lambda flow: flow.request.timestamp_start)


@dataclass
class Pair:
    """One exchange: as the browser told of it, as the proxy saw it, or both."""

    observation: Observation | None
    flow: HTTPFlow | None

    @property
    def url(self) -> str:
        """Its URL on the wire."""
        if self.flow:
            return plain_url(self.flow.request.url)
        assert self.observation
        return plain_url(self.observation.url)

    @property
    def time(self) -> float:
        """When it began."""
        if self.flow:
            return self.flow.request.timestamp_start
        assert self.observation
        return self.observation.time

    @property
    def preflight(self) -> bool:
        """Whether it is one."""
        if self.flow:
            return is_preflight(self.flow)
        return bool(self.observation and self.observation.preflight)


def pair_up(observations: list[Observation], flows: list[HTTPFlow]) -> list[Pair]:
    """Join by URL, method and order."""
    told: dict[tuple[str, str, bool], list[Observation]] = defaultdict(list)
    seen: dict[tuple[str, str, bool], list[HTTPFlow]] = defaultdict(list)
    pairs = []
    for observation in observations:
        if observation.sent:
            key = (plain_url(observation.url), observation.method, observation.preflight)
            told[key].append(observation)
        else:
            pairs.append(Pair(observation, None))
    for flow in flows:
        seen[plain_url(flow.request.url), wire_method(flow), is_preflight(flow)].append(flow)
    for key in told.keys() | seen.keys():
        pairs += pair_one_url(told[key], seen[key])
    return sorted(pairs, key=lambda pair: pair.time)


def pair_one_url(told: list[Observation], seen: list[HTTPFlow]) -> list[Pair]:
    """Join requests that look the same; the clock decides where the numbers differ."""
    told, seen, left_out = sorted(told, key=lambda o: o.time), list(seen), []
    for observation in [o for o in reversed(told) if o.doubtful][: max(0, len(told) - len(seen))]:
        told.remove(observation)
        left_out.append(Pair(observation, None))
    if len(told) == len(seen):
        joined = zip(told, seen, strict=True)
        return left_out + [Pair(observation, flow) for observation, flow in joined]
    pairs = left_out
    for flow in seen:
        limit = flow.request.timestamp_start + CLOCK_SLACK
        earlier = [observation for observation in told if observation.time <= limit]
        if earlier:
            told.remove(earlier[-1])
        pairs.append(Pair(earlier[-1] if earlier else None, flow))
    return pairs + [Pair(observation, None) for observation in told]


@dataclass
class Joiner:
    """Makes the records of one run."""

    browser: str
    version: str
    places: Places
    cases: dict[str, Case]
    outcomes: dict[str, list[Outcome]]

    def records(self, observations: list[Observation], flows: list[HTTPFlow]) -> list[Record]:
        """One record per exchange that belongs to a case."""
        by_case: dict[str, list[Pair]] = defaultdict(list)
        for pair in pair_up(observations, flows):
            by_case[case_and_step(pair.url)[0]].append(pair)
        found: list[Record] = []
        for number, case in self.cases.items():
            found += self.of_case(case, by_case[number])
        return found

    def of_case(self, case: Case, pairs: list[Pair]) -> list[Record]:
        """The records of one case, preflights linked to their requests."""
        claimed: list[Pair] = []
        for pair in pairs:
            if pair.preflight and pair.observation is None:
                pair.observation = infer_preflight(pair, pairs, claimed)
        records = [self.record(case, pair) for pair in pairs]
        waiting: list[tuple[Pair, Record]] = []
        preflighted: set[str] = set()
        for pair, record in zip(pairs, records, strict=True):
            if record.role == "preflight":
                waiting.append((pair, record))
                preflighted.add(record.step)
                continue
            match = next((w for w in waiting if belong_together(w[0], pair)), None)
            if match:
                waiting.remove(match)
                record.served_by = "preflight"
                match[1].preflight_of = record.flow_id
            elif record.step in preflighted and record.kind == CORS and self.needs_preflight(pair):
                record.served_by = "cache"
        return records

    def needs_preflight(self, pair: Pair) -> bool:
        """Whether a request shows on the wire that it is not a simple one."""
        if not pair.flow:
            return False
        names = {name.lower() for name in pair.flow.request.headers}
        marked = any(name.startswith("x-") or name == "authorization" for name in names)
        return wire_method(pair.flow) not in SIMPLE_METHODS or marked

    def record(self, case: Case, pair: Pair) -> Record:
        """What is known of one exchange."""
        _, step_name = case_and_step(pair.url)
        told, flow = pair.observation, pair.flow
        step, outcome = self.step_at(case, step_name, pair.time)
        kind = kind_of(step, step_name, self.browser)
        if told:
            blocked = told.blocked
        else:
            blocked = self.seen_by_page(kind, pair, outcome)
        control = kind not in (CORS, NON_BROWSER)
        if control and not (told and (told.code or told.key or told.message)):
            blocked = False  # whatever else went wrong
        hop = step is not None and step_name in step.hops
        role = "preflight" if pair.preflight else "hop" if hop else "actual"
        notes = list(told.notes) if told else ["the browser told nothing of it"]
        return Record(
            browser=self.browser,
            version=self.version,
            name=case.name,
            case=case.number,
            step=step_name,
            title=case.title,
            tags=tags_of(case),
            method=wire_method(flow) if flow else told.method if told else "",
            url=pair.url,
            role=role,
            kind=kind,
            page=self.places.origin(case.page, case.scheme),
            page_outcome=outcome.outcome if outcome else "",
            blocked=blocked,
            chromium_code=told.code if told else None,
            parameter=told.parameter if told else None,
            firefox_key=told.key if told else None,
            message=told.message if told else None,
            credentials_mode=step.credentials_mode if step else "include",
            served_by="none",
            preflight_of=None,
            flow_id=flow.id if flow else None,
            notes=notes,
        )

    def seen_by_page(self, kind: str, pair: Pair, outcome: Outcome | None) -> bool | None:
        """Whether a request that WebKit did not report was refused, as far as the page tells.

        These are those of service and shared workers, which have no other trouble than CORS.
        """
        if self.browser != "webkit" or kind != CORS or pair.preflight or not outcome:
            return None
        if outcome.outcome.startswith("resolved"):
            return False
        return True if outcome.outcome == "rejected TypeError" else None

    def step_at(self, case: Case, name: str, time: float) -> tuple[Step | None, Outcome | None]:
        """The step that was under way at a time, among those that use this URL."""
        outcomes = self.outcomes.get(case.number, [])
        possible = [
            (step, outcomes[index] if index < len(outcomes) else None)
            for index, step in enumerate(case.steps)
            if in_step(case, index, name)
        ]
        begun = [p for p in possible if p[1] and p[1].begun <= time + ROUNDING]
        if not begun:
            return possible[0] if possible else (None, None)
        step, outcome = begun[-1]
        assert outcome
        modes = {s.credentials_mode for s, o in begun if o and o.ended >= outcome.begun}
        if step.together and len(modes) > 1:
            step = replace(step, credentials="unknown")  # the requests look alike
        return step, outcome


def in_step(case: Case, index: int, name: str) -> bool:
    """Whether a step, or one of its redirects, uses this URL."""
    return case.step_name(index) == name or name in case.steps[index].hops


def kind_of(step: Step | None, name: str, browser: str) -> str:
    """What sort of request goes to this URL."""
    if name == "page":
        return NAVIGATION
    if step is None:
        return SAME_ORIGIN  # the service worker's script
    if name in step.hops:
        return step.hop_kinds.get(name, step.kind)
    return step.kind_in.get(browser, step.kind)


def infer_preflight(preflight: Pair, pairs: list[Pair], claimed: list[Pair]) -> Observation | None:
    """What became of a preflight that the browser did not report, from the request it was for.

    Chromium does not tell DevTools of the preflights of shared workers, WebKit tells of none.
    """
    for pair in sorted(pairs, key=lambda pair: pair.observation.time if pair.observation else 0):
        told = pair.observation
        if pair.url != preflight.url or pair.preflight or not told or pair in claimed:
            continue
        if told.method and told.method != asked_method(preflight):
            continue
        if pair.flow and not answered_before(preflight, pair):
            continue
        claimed.append(pair)
        if told.code is not None:
            refused = about_preflight(told.code)
        else:
            refused = bool(told.blocked) and pair.flow is None
        found = replace(told, method="OPTIONS", preflight=True, blocked=refused)
        found.notes = ["not reported; follows from the request it was for"]
        if not refused:
            found.code = found.parameter = found.message = None
            if told.blocked is None and pair.flow is None:
                found.blocked = None
        return found
    return None


def asked_method(preflight: Pair) -> str:
    """The method that a recorded preflight asks permission for."""
    assert preflight.flow
    method: str = preflight.flow.request.headers["access-control-request-method"]
    return method


def answered_before(preflight: Pair, actual: Pair) -> bool:
    """Whether a preflight had its answer when a request began; both recorded."""
    assert preflight.flow
    assert actual.flow
    answer = preflight.flow.response
    # Else given up, or still under way.
    return answer is not None and (
        (answer.timestamp_end or 0) <= actual.flow.request.timestamp_start
    )


def belong_together(preflight: Pair, actual: Pair) -> bool:
    """Whether a preflight asked for this request; the first that fits is taken."""
    if preflight.url != actual.url:
        return False
    asked, told = preflight.observation, actual.observation
    if asked and told and asked.load and told.load:
        return (asked.load, asked.hop) == (told.load, told.hop)
    if not (preflight.flow and actual.flow):
        return bool(preflight.flow and told)
    if not answered_before(preflight, actual) or (asked and asked.blocked):
        return False
    return asked_method(preflight) == wire_method(actual.flow)


def tags_of(case: Case) -> list[str]:
    """Area, hard-case number and the like."""
    tags = [case.name.partition("/")[0], case.scheme]
    if case.hard is not None:
        tags.append(f"hard={case.hard}")
    if case.core:
        tags.append("core")
    if any(step.kind == WEBSOCKET for step in case.steps):
        tags.append("websocket")
    return tags
