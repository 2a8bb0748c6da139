"""Amazon's gateways and stores: API Gateway, Lambda URLs, S3, CloudFront."""

from __future__ import annotations

from ..finding import Confidence
from .koa import HARMLESS
from .model import Recognised, Signature, Stack, Wanted, as_json, in_places

S3_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")


def _settings(wanted: Wanted) -> dict[str, object]:
    """As HTTP APIs and Lambda URLs call them."""
    settings: dict[str, object] = {
        "AllowOrigins": wanted.origins,
        "AllowMethods": wanted.methods,
    }
    if wanted.headers:
        settings["AllowHeaders"] = wanted.headers
    if wanted.expose:
        settings["ExposeHeaders"] = wanted.expose
    if wanted.credentials:
        settings["AllowCredentials"] = True
    settings["MaxAge"] = wanted.max_age
    return settings


def configure_http(wanted: Wanted) -> str:
    """A file, and the command that puts it in force."""
    return wanted.remarks("#") + in_places(
        "#",
        ("cors.json", as_json(_settings(wanted))),
        (
            "in a shell",
            "aws apigatewayv2 update-api --api-id API_ID --cors-configuration file://cors.json\n",
        ),
    )


def configure_lambda(wanted: Wanted) -> str:
    """A file, and the command that puts it in force."""
    return wanted.remarks("#") + in_places(
        "#",
        ("cors.json", as_json(_settings(wanted))),
        (
            "in a shell",
            "aws lambda update-function-url-config --function-name NAME --cors file://cors.json\n",
        ),
    )


def configure_rest(wanted: Wanted) -> str:
    """A mock integration for OPTIONS, what the integration sends, and the gateway's errors."""
    allowed = " || ".join(f'$origin == "{origin}"' for origin in wanted.origins)
    lists = [("Allow-Methods", ", ".join(wanted.methods)), ("Max-Age", str(wanted.max_age))]
    if wanted.headers:
        lists.insert(1, ("Allow-Headers", ", ".join(wanted.headers)))
    names = ["Access-Control-Allow-Origin", *(f"Access-Control-{name}" for name, _ in lists)]
    override = ["Access-Control-Allow-Origin = $origin"]
    real = [f"Access-Control-Allow-Origin: {wanted.origins[0]}   # the one that asks, if listed"]
    errors = [("Access-Control-Allow-Origin", wanted.origins[0]), ("Vary", "Origin")]
    if wanted.credentials:
        names.append("Access-Control-Allow-Credentials")
        override.append('Access-Control-Allow-Credentials = "true"')
        real.append("Access-Control-Allow-Credentials: true")
        errors.append(("Access-Control-Allow-Credentials", "true"))
    if wanted.expose:
        real.append(f"Access-Control-Expose-Headers: {', '.join(wanted.expose)}")
    options = [
        "options:",
        "  security: []",
        "  responses:",
        '    "200":',
        "      description: preflight",
        "      headers:",
        *(f"        {name}: {{schema: {{type: string}}}}" for name in (*names, "Vary")),
        "  x-amazon-apigateway-integration:",
        "    type: mock",
        "    requestTemplates:",
        """      application/json: '{"statusCode": 200}'""",
        "    responses:",
        "      default:",
        '        statusCode: "200"',
        "        responseParameters:",
        *(
            f"          method.response.header.Access-Control-{name}: \"'{value}'\""
            for name, value in lists
        ),
        "          method.response.header.Vary: \"'Origin'\"",
        "        responseTemplates:",
        "          application/json: |",
        '            #set($origin = $input.params("Origin"))',
        '            #if($origin == "") #set($origin = $input.params("origin")) #end',
        f"            #if({allowed})",
        *(f"            #set($context.responseOverride.header.{each})" for each in override),
        "            #end",
    ]
    gateway = ["x-amazon-apigateway-gateway-responses:"]
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        gateway += [
            f"  {kind}:",
            "    responseParameters:",
            *(f"      gatewayresponse.header.{name}: \"'{value}'\"" for name, value in errors),
        ]
    return wanted.remarks("#") + in_places(
        "#",
        ("for each path of the API's OpenAPI definition", "\n".join(options) + "\n"),
        ("what the integration (a Lambda) must send", "\n".join([*real, "Vary: Origin"]) + "\n"),
        ("errors of the gateway itself, for one origin only", "\n".join(gateway) + "\n"),
    )


def configure_s3(wanted: Wanted) -> str:
    """A rule for the bucket."""
    rule: dict[str, object] = {
        "AllowedOrigins": wanted.origins,
        "AllowedMethods": [method for method in wanted.methods if method in S3_METHODS] or ["GET"],
    }
    if wanted.headers:
        rule["AllowedHeaders"] = wanted.headers
    if wanted.expose:
        rule["ExposeHeaders"] = wanted.expose
    rule["MaxAgeSeconds"] = wanted.max_age
    others = [method for method in wanted.methods if method not in S3_METHODS]
    remarks = [f"# S3 knows no {', '.join(others)}"] if others else []
    if wanted.credentials:
        remarks.append("# credentials: S3 allows them to each of these origins by itself")
    return (
        wanted.remarks("#")
        + "".join(f"{each}\n" for each in remarks)
        + in_places(
            "#",
            ("cors.json", as_json({"CORSRules": [rule]})),
            (
                "in a shell",
                "aws s3api put-bucket-cors --bucket NAME --cors-configuration file://cors.json\n",
            ),
        )
    )


def configure_cloudfront(wanted: Wanted) -> str:
    """A response headers policy."""
    config: dict[str, object] = {
        "AccessControlAllowOrigins": _quantity(wanted.origins),
        "AccessControlAllowMethods": _quantity(wanted.methods),
        "AccessControlAllowHeaders": _quantity(wanted.headers or HARMLESS),
    }
    if wanted.expose:
        config["AccessControlExposeHeaders"] = _quantity(wanted.expose)
    config |= {
        "AccessControlAllowCredentials": wanted.credentials,
        "AccessControlMaxAgeSec": wanted.max_age,
        "OriginOverride": True,
    }
    return wanted.remarks("#") + in_places(
        "#",
        ("policy.json", as_json({"Name": "pages", "CorsConfig": config})),
        (
            "in a shell; then name the policy in the cache behaviour",
            "aws cloudfront create-response-headers-policy \\\n"
            "  --response-headers-policy-config file://policy.json\n",
        ),
    )


def _quantity(items: tuple[str, ...]) -> dict[str, object]:
    return {"Quantity": len(items), "Items": items}


def recognise_http(signature: Signature) -> Recognised | None:
    """Its request id."""
    if signature.has("apigw-requestid"):
        return "the header `apigw-requestid`", Confidence.CERTAIN
    return None


def recognise_rest(signature: Signature) -> Recognised | None:
    """Its id beside Amazon's."""
    if signature.has("x-amz-apigw-id", "x-amzn-requestid"):
        return "the headers `x-amz-apigw-id` and `x-amzn-requestid`", Confidence.CERTAIN
    return None


def recognise_lambda(signature: Signature) -> Recognised | None:
    """The name of its host."""
    if ".lambda-url." in signature.host and signature.host.endswith(".on.aws"):
        return "the host's name, a `lambda-url` of `on.aws`", Confidence.CERTAIN
    return None


def recognise_s3(signature: Signature) -> Recognised | None:
    """It names itself, and sends two ids."""
    if signature.get("server") == "AmazonS3" and signature.has("x-amz-request-id", "x-amz-id-2"):
        return "`Server: AmazonS3` with its two request ids", Confidence.CERTAIN
    return None


def recognise_cloudfront(signature: Signature) -> Recognised | None:
    """Its id; not before a REST API, where Amazon puts one of its own."""
    if signature.has("x-amz-cf-id") and not signature.has("x-amz-apigw-id"):
        return "the header `x-amz-cf-id`", Confidence.CERTAIN
    return None


HTTP_API = Stack(
    id="aws-http",
    name="AWS API Gateway (HTTP API)",
    where="proxy",
    configure=configure_http,
    place="It then answers preflights itself, before authorizers.",
    traps="The CORS headers of the integration (a Lambda) are ignored from then on. A `$default` "
    "route with an authorizer still catches OPTIONS: add `OPTIONS /{proxy+}` without one.",
    versions="HTTP APIs (v2)",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html",
    recognise=recognise_http,
    hop="gateway",
    special={
        "preflight-needs-login": "Where `$default` has an authorizer, add the route "
        "`OPTIONS /{proxy+}` without one.",
        "hidden-error-status": "With this in force the gateway's own 401, 403 and 5xx carry the "
        "headers, too.",
        "preflight-without-cors-headers": "A 204 without CORS headers is how the gateway refuses: "
        "the origin, the method or a header is not in these lists.",
    },
)
REST_API = Stack(
    id="aws-rest",
    name="AWS API Gateway (REST API)",
    where="proxy",
    configure=configure_rest,
    place="In the OpenAPI definition, or by hand in the console; then deploy the stage.",
    traps="With proxy integration the backend must send the headers on the real answer. Values "
    "need single quotes within the double ones. `enable CORS` in the console sends `*`.",
    versions="REST APIs (v1)",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html",
    recognise=recognise_rest,
    hop="gateway",
    special={
        "preflight-needs-login": "The OPTIONS method needs authorization `NONE` and no API key.",
        "hidden-error-status": "Errors that the gateway makes (401, 403, 429, 502, 504) get the "
        "headers by the gateway responses, part 3.",
        "gateway-error": "Its own 429, 502 and 504 get the headers by the gateway responses, "
        "part 3.",
        "errors-without-cors-headers": "Errors that the gateway makes get the headers by the "
        "gateway responses, part 3; the others come from the integration.",
    },
)
LAMBDA = Stack(
    id="lambda-url",
    name="AWS Lambda URL",
    where="server",
    configure=configure_lambda,
    place="The URL then answers preflights itself; the function sees none.",
    traps="Take CORS headers out of the function's own answers: both together are sent twice.",
    versions="Lambda function URLs",
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors",
    recognise=recognise_lambda,
    hop="platform",
    special={
        "multiple-allow-origin": "Take the headers out of the function's own answers, and keep "
        "those of the URL.",
    },
)
S3 = Stack(
    id="s3",
    name="Amazon S3",
    where="server",
    configure=configure_s3,
    place="On the bucket; in the console under Permissions, as the list within `CORSRules`.",
    traps="The headers come only when `Origin` was sent: a cache in front must have it in its key. "
    "Every header that is asked for must match, or the preflight fails with 403.",
    versions="S3 REST endpoints",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html",
    recognise=recognise_s3,
    special={
        "missing-vary-origin": "S3 sends `Vary: Origin` only with the headers themselves: put "
        "`Origin` into the cache key of what stands in front.",
        "cached-without-allow-origin": "An answer to a request without `Origin` has no headers: "
        "load the file with `crossorigin` everywhere, or put `Origin` into the cache key.",
        "refused-by-cors-layer": "Its 403 means that the origin, the method or a header is not in "
        "the bucket's rules.",
    },
)
CLOUDFRONT = Stack(
    id="cloudfront",
    name="CloudFront",
    where="proxy",
    configure=configure_cloudfront,
    place="On the cache behaviour, which must allow OPTIONS among its methods.",
    traps="`OriginOverride: false` lets the origin's headers win where it sends any. The managed "
    "policies `SimpleCORS` and `CORS-With-Preflight` allow everybody. If the origin chooses by "
    "`Origin`, the cache policy must have it in its key.",
    versions="response headers policies",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "understanding-response-headers-policies.html",
    recognise=recognise_cloudfront,
    hop="CDN",
    special={
        "multiple-allow-origin": "`OriginOverride: true` is what replaces the origin's header.",
        "foreign-answer-from-cache": "Put `Origin` into the cache policy's key, or let this "
        "policy set the headers after the cache.",
        "cached-without-allow-origin": "Put `Origin` into the cache policy's key, or let this "
        "policy set the headers after the cache.",
    },
)
STACKS = (HTTP_API, REST_API, LAMBDA, S3, CLOUDFRONT)
