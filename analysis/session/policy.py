"""The policy that would have been right: the smallest that lets the session pass."""

from __future__ import annotations

from ..fetch.cache import MAX_AGE
from ..fetch.origin import host_of, is_loopback
from ..fetch.safelist import METHODS
from ..result import LeastPrivilege
from .facts import ApiFacts


def least_privilege(api: ApiFacts) -> LeastPrivilege:
    """What the pages of this session needed of the API, and what a person must decide."""
    undecided = []
    credentials = credentials_needed(api)
    if credentials is None and api.calls:
        undecided.append(
            "Are cookies or HTTP authentication needed? The capture shows none being sent, "
            "which proves nothing: add Access-Control-Allow-Credentials only if the pages use "
            "credentials: 'include'."
        )
    local = is_loopback(host_of(api.api))
    origins = sorted(api.origins)
    undecided += [
        f"{origin} is a development origin: keep it out of production."
        for origin in origins
        if is_loopback(host_of(origin)) and not local
    ]
    if api.pages.get("null") or any(origin == "null" for origin, _, _ in api.answers):
        undecided.append(
            "Some requests had Origin: null (a sandboxed page, or a redirect across origins). "
            "Never allow null: call the final URL directly."
        )
    return LeastPrivilege(
        origins=tuple(origins),
        methods=tuple(sorted(method for method in api.methods if method not in METHODS)),
        headers=tuple(sorted(api.headers)),
        credentials=credentials,
        max_age=MAX_AGE,
        undecided=tuple(undecided),
    )


def credentials_needed(api: ApiFacts) -> bool | None:
    """Did any call include credentials? None: the capture cannot tell."""
    if api.credentials["include"]:
        return True
    return None if api.credentials["unknown"] else False
