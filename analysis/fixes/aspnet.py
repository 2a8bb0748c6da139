"""ASP.NET Core."""

from __future__ import annotations

from ..finding import Confidence
from .model import Stack, Wanted, by_header, in_places

VARY = """app.Use((context, next) => // UseCors leaves it out for a single origin
{
    context.Response.Headers.Append("Vary", "Origin");
    return next(context);
});
"""


def _list(items: tuple[str, ...]) -> str:
    return ", ".join(f'"{item}"' for item in items)


def configure(wanted: Wanted) -> str:
    """A policy among the services, and its place in the pipeline."""
    rows = [
        f"    .WithOrigins({_list(wanted.origins)})",
        f"    .WithMethods({_list(wanted.methods)})",
    ]
    if wanted.headers:
        rows.append(f"    .WithHeaders({_list(wanted.headers)})")
    if wanted.expose:
        rows.append(f"    .WithExposedHeaders({_list(wanted.expose)})")
    if wanted.credentials:
        rows.append("    .AllowCredentials()")
    rows.append(f"    .SetPreflightMaxAge(TimeSpan.FromSeconds({wanted.max_age}))));")
    services = (
        'builder.Services.AddCors(options => options.AddPolicy("pages", policy => policy\n'
        + "\n".join(rows)
        + "\n"
    )
    return wanted.remarks("//") + in_places(
        "//",
        ("in `Program.cs`, before `builder.Build()`", services),
        (
            "after `UseRouting`, before `UseAuthentication` and `UseAuthorization`",
            (VARY if len(wanted.origins) == 1 else "") + 'app.UseCors("pages");\n',
        ),
    )


STACK = Stack(
    id="aspnet",
    name="ASP.NET Core",
    where="server",
    configure=configure,
    place="In `Program.cs`; `UseHttpsRedirection` in front of it redirects preflights that come "
    "by http.",
    traps="An origin with a slash at the end never matches. `SetIsOriginAllowed(_ => true)` "
    "repeats every origin. IIS or Azure in front may add headers of their own.",
    versions="ASP.NET Core 6 and newer",
    source="https://learn.microsoft.com/aspnet/core/security/cors",
    recognise=by_header("server", "kestrel", Confidence.CERTAIN),
    special={
        "preflight-needs-login": "The order decides: `UseCors` must stand before "
        "`UseAuthentication`.",
        "hidden-error-status": "The headers are added when the answer starts, so exception "
        "handlers keep them; what IIS or a proxy in front answers does not have them.",
        "missing-vary-origin": "For a single origin `UseCors` sends no `Vary`: the lines before "
        "it do.",
        "preflight-redirected": "`UseHttpsRedirection` answers first: call the API by https.",
    },
)
