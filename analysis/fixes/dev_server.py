"""Page and API on one machine while developing: a proxy in the page's own dev server.

The page then calls its own origin, and no CORS is needed. It cures nothing in production.
"""

from __future__ import annotations

from ..fetch.origin import host_of, is_loopback
from ..finding import Fix, Kind
from ..rules.model import Hit, Rule
from .model import PLAIN_ORIGIN

NAME = "Vite or webpack dev server"
NOTE = (
    "While developing, let the page's own dev server pass calls on to the API: the browser then "
    "sees one origin, and needs no CORS. Call `/api/...` without host and port. Production needs "
    "its own answer: one domain for both, or CORS in the API. Other dev servers have the same; see "
    "`server.proxy` in https://vite.dev/config/server-options and `devServer.proxy` in "
    "https://webpack.js.org/configuration/dev-server/."
)


def fix(rule: Rule, hit: Hit) -> Fix | None:
    """For a call that was blocked between two servers of this machine, else None."""
    if not rule.server_fix:
        return None
    page, api = hit.seen.node.origin, hit.seen.exchange.url.origin
    if rule.kind is not Kind.BROKEN or not PLAIN_ORIGIN.fullmatch(api):
        return None
    if not (page.startswith("http") and _is_local(page) and _is_local(api)):
        return None
    return Fix(NAME, "client", False, "", configure(api), NOTE)


def _is_local(origin: str) -> bool:
    return is_loopback(host_of(origin))


def configure(api: str) -> str:
    """The proxy, for the two dev servers that most front ends have."""
    return (
        "// vite.config.js; calls keep the path that follows /api\n"
        "export default {\n"
        "  server: {\n"
        "    proxy: {\n"
        f"      '/api': {{ target: '{api}', "
        "rewrite: (path) => path.replace(/^\\/api/, '') },\n"
        "    },\n"
        "  },\n"
        "};\n"
        "\n"
        "// webpack.config.js: in `devServer`\n"
        "proxy: [\n"
        f"  {{ context: ['/api'], target: '{api}', pathRewrite: {{ '^/api': '' }} }},\n"
        "],\n"
    )
