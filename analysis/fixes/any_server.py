"""The plain headers, for any server, gateway or CDN."""

from __future__ import annotations

from .model import Stack, Wanted


def configure(wanted: Wanted) -> str:
    """What must stand on the preflight's answer and on the real one."""
    both = [f"Access-Control-Allow-Origin: {wanted.origins[0]}"]
    if wanted.credentials:
        both.append("Access-Control-Allow-Credentials: true")
    lists = []
    if wanted.listed:
        lists.append(f"Access-Control-Allow-Methods: {', '.join(wanted.listed)}")
    if wanted.headers:
        lists.append(f"Access-Control-Allow-Headers: {', '.join(wanted.headers)}")
    exposed = []
    if wanted.expose:
        exposed.append(f"Access-Control-Expose-Headers: {', '.join(wanted.expose)}")
    choice = ""
    if len(wanted.origins) > 1:
        choice = (
            "# Allow-Origin: the one of these that equals the request's Origin, else none:\n"
            + "".join(f"#   {origin}\n" for origin in wanted.origins)
        )
    return (
        wanted.remarks("#")
        + choice
        + "# On the preflight (OPTIONS with Access-Control-Request-Method), status 204, no login:\n"
        + "\n".join([*both, *lists, f"Access-Control-Max-Age: {wanted.max_age}", "Vary: Origin"])
        + "\n\n# On the real answer, errors included:\n"
        + "\n".join([*both, *exposed, "Vary: Origin"])
        + "\n"
    )


STACK = Stack(
    id="any",
    name="any server",
    where="server",
    configure=configure,
    place="In the outermost layer that sees every answer, and in one layer only.",
    traps="Compare the request's `Origin` with the list byte for byte.",
    versions="",
    source="https://fetch.spec.whatwg.org/#http-cors-protocol",
)
