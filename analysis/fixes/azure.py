"""Azure: App Service and API Management."""

from __future__ import annotations

from .koa import HARMLESS
from .model import Stack, Wanted, by_host


def configure_app(wanted: Wanted) -> str:
    """The platform's list of origins, which knows no methods and headers."""
    origins = " ".join(wanted.origins)
    rows = [f"az webapp cors add -g GROUP -n APP --allowed-origins {origins}"]
    if wanted.credentials:
        rows.append("az webapp cors credentials -g GROUP -n APP --enable true")
    asked = [f"methods {', '.join(wanted.methods)}"]
    if wanted.headers:
        asked.append(f"request headers {', '.join(wanted.headers)}")
    if wanted.expose:
        asked.append(f"exposed headers {', '.join(wanted.expose)}")
    asked.append(f"a max-age of {wanted.max_age}")
    return (
        wanted.remarks("#")
        + "# The platform lists origins only, and allows them every method and header. To allow\n"
        + "# no more than what follows, leave its list empty, and configure the framework:\n"
        + "".join(f"#   {each}\n" for each in asked)
        + "\n".join(rows)
        + "\n"
    )


def _remark(text: str) -> str:
    """A remark in XML, where two hyphens may not stand together."""
    return f"<!-- {text.replace('--', '- -')} -->\n"


def configure_management(wanted: Wanted) -> str:
    """A policy."""
    credentials = ' allow-credentials="true"' if wanted.credentials else ""
    rows = [
        f'<cors{credentials} terminate-unmatched-request="true">',
        "    <allowed-origins>",
        *(f"        <origin>{origin}</origin>" for origin in wanted.origins),
        "    </allowed-origins>",
        f'    <allowed-methods preflight-result-max-age="{wanted.max_age}">',
        *(f"        <method>{method}</method>" for method in wanted.methods),
        "    </allowed-methods>",
        "    <allowed-headers>",
        *(f"        <header>{name}</header>" for name in wanted.headers or HARMLESS),
        "    </allowed-headers>",
    ]
    if wanted.expose:
        rows += [
            "    <expose-headers>",
            *(f"        <header>{name}</header>" for name in wanted.expose),
            "    </expose-headers>",
        ]
    remarks = (row.removeprefix("# ") for row in wanted.remarks("#").splitlines())
    return "".join(map(_remark, remarks)) + "\n".join(rows) + "\n</cors>\n"


APP_SERVICE = Stack(
    id="app-service",
    name="Azure App Service",
    where="server",
    configure=configure_app,
    place="In a shell, or in the portal under API, CORS; for Functions the command is "
    "`az functionapp`.",
    traps="As soon as this list has an entry, CORS code in the application has no effect. "
    "Credentials cannot go with `*`.",
    versions="App Service and Functions",
    source="https://learn.microsoft.com/azure/app-service/app-service-web-tutorial-rest-api"
    "#enable-cors",
    recognise=by_host(".azurewebsites.net"),
    hop="platform",
    special={
        "multiple-allow-origin": "Choose one: this list, emptied with `az webapp cors remove`, or "
        "the application's code.",
        "preflight-needs-login": "The platform answers preflights before App Service "
        "authentication does.",
    },
)
MANAGEMENT = Stack(
    id="apim",
    name="Azure API Management",
    where="proxy",
    configure=configure_management,
    place="First in `<inbound>`, before `validate-jwt`; at the API's scope rather than the "
    "product's.",
    traps="What matches no rule is answered with an empty 200. An OPTIONS operation of the API "
    "bypasses the policy; at product scope it fails where the subscription key is a header.",
    versions="all tiers",
    source="https://learn.microsoft.com/azure/api-management/cors-policy",
    recognise=by_host(".azure-api.net"),
    hop="gateway",
    special={
        "preflight-needs-login": "On preflights only this policy runs; an OPTIONS operation of "
        "the API would bypass it: remove that.",
        "preflight-without-cors-headers": "The empty 200 means that the origin, the method or a "
        "header matches no rule, or that the policy is not in scope.",
        "multiple-allow-origin": "Keep the policy and take the header out of the backend, or "
        'delete it in `<outbound>` with `set-header` and `exists-action="delete"`.',
    },
)
STACKS = (APP_SERVICE, MANAGEMENT)
