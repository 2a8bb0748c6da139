"""Words that several rules share. Captured text is always set in back-ticks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..fetch.classify import Role
from ..fetch.origin import host_of, is_loopback
from ..fetch.site import same_site
from ..session.facts import ApiFacts
from ..session.judge import Judged
from ..session.links import Link

LONGEST = 160


def code(text: str) -> str:
    """Captured text as it stands in a message: in back-ticks, on one line, not too long."""
    shown = text
    if "`" in text or not text.isprintable():
        shown = "".join([c if c.isprintable() and c != "`" else "\ufffd" for c in text])
    return f"`{shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + '…'}`"


def listed(items: Iterable[str], most: int = 4) -> str:
    """`a`, `b` and 3 more."""
    every = list(items)
    shown = [code(item) for item in every[:most]]
    if len(every) > most:
        shown.append(f"{len(every) - most} more")
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def count(number: int, noun: str, plural: str = "") -> str:
    """1 call, 14 calls."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def method(seen: Judged) -> str:
    """Method of the call; on a preflight that of the call it asks for."""
    asked = seen.node.asked
    return asked.method if seen.node.role is Role.PREFLIGHT and asked else seen.exchange.method


def call(seen: Judged) -> str:
    """`PUT /cart`."""
    return code(f"{method(seen)} {seen.exchange.url.path}")


def page(seen: Judged) -> str:
    """The page, as the subject of a sentence."""
    origin = seen.node.page
    if origin is None or origin == "null":
        return "A page without an origin of its own (sandboxed, or a local file)"
    return f"The page {code(origin)}"


def called(seen: Judged) -> str:
    """The page P called `GET /x` of A."""
    return f"{page(seen)} called {call(seen)} of {code(seen.exchange.url.origin)}"


def loaded(seen: Judged) -> str:
    """The page P embedded `GET /x` of A."""
    return f"{page(seen)} embedded {call(seen)} of {code(seen.exchange.url.origin)}"


def asked(seen: Judged) -> str:
    """The page P wanted to call `PUT /x` of A, so the browser asked first."""
    return (
        f"{page(seen)} wanted to call {call(seen)} of {code(seen.exchange.url.origin)}, so the "
        "browser first sent an OPTIONS request, the preflight, to ask whether it may"
    )


def began(seen: Judged) -> str:
    """`asked` for a preflight, `called` for anything else."""
    return asked(seen) if seen.node.role is Role.PREFLIGHT else called(seen)


def ended(seen: Judged) -> str:
    """What became of a blocked call."""
    if seen.node.role is Role.PREFLIGHT:
        return f"The {code(method(seen))} itself was never sent."
    return "The request reached the server, but the page cannot read the answer."


def third_party(seen: Judged) -> bool:
    """Does the API belong to another site than the page?"""
    api, origin = seen.exchange.url, seen.node.page
    if origin is None or origin == "null":
        return False
    host = host_of(origin)
    if is_loopback(api.host) and is_loopback(host):
        return False
    # A dev server and its API may differ in scheme; that does not make them strangers.
    return not same_site(api.scheme, host, api.scheme, api.host)


def own_preflight(seen: Judged) -> bool:
    """Did a preflight in the capture let this request out?"""
    return seen.node.link is Link.OWN and seen.node.preflight is not None


def working_origins(api: ApiFacts) -> list[str]:
    """Origins that this API answered by their own name."""
    return sorted({origin for origin, _ in api.echoed()})


def stack_hint(seen: Judged, names: Sequence[str] = ("server", "via", "x-powered-by")) -> str:
    """`Server: nginx` and what else the answer says about who made it; empty if nothing."""
    response = seen.exchange.response
    told = [f"{name.title()}: {value}" for name in names if (value := response.get(name))]
    return listed(told) if told else ""
