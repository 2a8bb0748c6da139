"""The catalogue: every rule, in the order in which reports list them."""

from __future__ import annotations

from . import (
    authorization_under_wildcard,
    blocked_but_executed,
    credentials_not_allowed,
    expose_gap,
    header_not_allowed,
    hidden_error_status,
    insecure_origin_allowed,
    local_network_target,
    login_redirect,
    method_not_allowed,
    missing_allow_origin,
    missing_vary_origin,
    misspelt_header,
    multiple_allow_origin,
    null_origin_allowed,
    origin_mismatch,
    preflight_bad_status,
    preflight_needs_login,
    preflight_not_cached,
    preflight_redirected,
    preflight_without_cors_headers,
    redirect_off_the_web,
    redirect_turned_origin_null,
    redirect_with_userinfo,
    reflected_origin_with_credentials,
    server_never_answered,
    unparsable_allow_list,
    wildcard_with_credentials,
    withheld_as_opaque,
    withheld_by_embedder_policy,
    withheld_by_resource_policy,
)
from .model import Rule

ALL: tuple[Rule, ...] = (
    # Broken: the server itself
    server_never_answered.RULE,
    hidden_error_status.RULE,
    login_redirect.RULE,
    # Broken: the preflight
    preflight_without_cors_headers.RULE,
    preflight_bad_status.RULE,
    preflight_needs_login.RULE,
    preflight_redirected.RULE,
    method_not_allowed.RULE,
    header_not_allowed.RULE,
    unparsable_allow_list.RULE,
    # Broken: who may read
    missing_allow_origin.RULE,
    origin_mismatch.RULE,
    multiple_allow_origin.RULE,
    wildcard_with_credentials.RULE,
    credentials_not_allowed.RULE,
    redirect_turned_origin_null.RULE,
    redirect_with_userinfo.RULE,
    redirect_off_the_web.RULE,
    # Dangerous
    reflected_origin_with_credentials.RULE,
    null_origin_allowed.RULE,
    insecure_origin_allowed.RULE,
    blocked_but_executed.RULE,
    # Fragile
    missing_vary_origin.RULE,
    authorization_under_wildcard.RULE,
    # Slow
    preflight_not_cached.RULE,
    # Note
    expose_gap.RULE,
    misspelt_header.RULE,
    withheld_by_resource_policy.RULE,
    withheld_by_embedder_policy.RULE,
    withheld_as_opaque.RULE,
    local_network_target.RULE,
)
