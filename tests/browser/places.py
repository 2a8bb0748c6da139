"""The made-up hosts of the lab: who is same-site, cross-site or local to whom.

Every `*.test` name leads to the origin server on 127.0.0.1 (see `names.py`); only `localhost`
is real. A *target* in a case is the key of a place, with the scheme in front where it is not
the page's own: `api`, `http:api`.
"""

from __future__ import annotations

from dataclasses import dataclass

HOSTS = {
    "app": "app.test",  # the usual page
    "api": "api.test",  # cross-site
    "other": "other.test",  # a third site
    "port": "app.test:{alternative}",  # same host, other port: cross-origin, same-site
    "lab": "app.lab.test",  # a page ...
    "labapi": "api.lab.test",  # ... with an API on the same site
    "jar": "jar.test",  # cross-site, and the only one of its kind that sets cookies
    "labjar": "jar.lab.test",  # the same for the site of `lab`
    "shade": "shade.lab.test",  # sets cookies that are dropped
    "sub": "x.api.test",  # same site as `api`, another origin
    "local": "localhost:{local}",
    "localapi": "localhost:{localapi}",
    "dead": "dead.test",  # resolves, but nobody listens
    "nowhere": "nowhere.test",  # does not resolve
    "longer": "app.test.other.test",  # begins like `app`, and is another site
    "suffixed": "otherapp.test",  # ends like `app`
    **{
        f"sub{number}": f"{name}.app.test" for number, name in enumerate(("shop", "blog", "old"), 1)
    },
    **{
        f"{kind}{number:02}": f"api.{kind}{number:02}.test" for kind in "hm" for number in range(17)
    },
}
"""Where a page or an API may live."""

ALTERNATIVE_PORT = {"http": "8080", "https": "8443"}


@dataclass(frozen=True, slots=True)
class Places:
    """The origins of one run: `localhost` needs the real ports of the servers."""

    ports: dict[str, int]
    """Real ports: `http`, `http2`, `https`, `https2`."""

    def origin(self, target: str, scheme: str) -> str:
        """The serialised origin of a target, as a browser writes it."""
        if ":" in target:
            scheme, target = target.split(":", 1)
        host = HOSTS[target].format(
            alternative=ALTERNATIVE_PORT[scheme],
            local=self.ports[scheme],
            localapi=self.ports[f"{scheme}2"],
        )
        return f"{scheme}://{host}"

    def url(self, target: str, scheme: str, case: str, step: str) -> str:
        """The URL of a step: it says nothing but which case and step it belongs to."""
        userinfo, _, target = target.rpartition("@")
        origin = self.origin(target, scheme)
        if userinfo:
            origin = origin.replace("://", f"://{userinfo}@")
        return f"{origin}/data?case={case}&step={step}"
