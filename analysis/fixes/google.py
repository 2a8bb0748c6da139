"""Google Cloud: Storage and API Gateway."""

from __future__ import annotations

from ..finding import Confidence
from . import any_server
from .model import Recognised, Signature, Stack, Wanted, as_json, by_host, in_places


def configure_storage(wanted: Wanted) -> str:
    """A rule for the bucket; one list serves for allowed and for exposed headers."""
    headers = tuple(dict.fromkeys([*wanted.headers, *wanted.expose]))
    rule: dict[str, object] = {"origin": wanted.origins, "method": wanted.methods}
    if headers:
        rule["responseHeader"] = headers
    rule["maxAgeSeconds"] = wanted.max_age
    remark = ""
    if wanted.credentials:
        remark = "# It never allows credentials: call it without them, with signed URLs.\n"
    return (
        wanted.remarks("#")
        + remark
        + in_places(
            "#",
            ("cors.json", as_json([rule])),
            (
                "in a shell",
                "gcloud storage buckets update gs://BUCKET --cors-file=cors.json\n",
            ),
        )
    )


def configure_gateway(wanted: Wanted) -> str:
    """Let preflights through to the backend, which answers them."""
    definition = 'x-google-endpoints:\n  - name: "NAME_OF_THE_API"\n    allowCors: true\n'
    return wanted.remarks("#") + in_places(
        "#",
        ("in the OpenAPI 2 definition, at its top level", definition),
        ("what the backend must answer", any_server.configure(wanted.with_comments())),
    )


def recognise_storage(signature: Signature) -> Recognised | None:
    """Headers about the stored object."""
    if signature.has("x-goog-generation", "x-goog-metageneration"):
        return "the headers `x-goog-generation` and `x-goog-metageneration`", Confidence.CERTAIN
    return by_host("storage.googleapis.com")(signature)


STORAGE = Stack(
    id="gcs",
    name="Google Cloud Storage",
    where="server",
    configure=configure_storage,
    place="On the bucket; the file replaces all of its rules.",
    traps="`storage.cloud.google.com` never allows CORS: call `storage.googleapis.com`. One list, "
    "`responseHeader`, names both the request's and the answer's headers.",
    versions="XML and JSON endpoints",
    source="https://docs.cloud.google.com/storage/docs/using-cors",
    recognise=recognise_storage,
)
GATEWAY = Stack(
    id="gcp-gateway",
    name="Google API Gateway",
    where="proxy",
    configure=configure_gateway,
    place="In the API's definition; it has no CORS of its own, so the backend answers.",
    traps="Errors that the gateway makes itself (401, 403, 429) carry no CORS headers: read the "
    "status in the network panel. Without `allowCors` preflights end with 404 or 405.",
    versions="OpenAPI 2",
    source="https://docs.cloud.google.com/endpoints/docs/openapi/support-cors",
    recognise=by_host(".gateway.dev"),
    hop="gateway",
    special={
        "preflight-bad-status": "`allowCors`, or an `options` operation for each path, lets "
        "preflights through to the backend.",
        "preflight-needs-login": "`allowCors` lets preflights pass without the API key.",
    },
)
STACKS = (STORAGE, GATEWAY)
