#!/usr/bin/env bash
# The action's work: a report of the recordings named in CAPTURES, then the gate with annotations.
set -euo pipefail

program="${RUNNER_TEMP}/cors-audit/bin/cors-audit"
captures=()
while IFS= read -r line; do
  [[ -z "${line// }" ]] || captures+=("$line")
done <<<"$CAPTURES"
if ((${#captures[@]} == 0)); then
  echo "captures is empty: name recordings or folders of them" >&2
  exit 2
fi

options=(--format github)
[[ -z "${FAIL_ON:-}" ]] || options+=(--fail-on "$FAIL_ON")
[[ -z "${BASELINE:-}" ]] || options+=(--baseline "$BASELINE")

# 3 is "nothing to judge", which the gate below says again, with its reason.
"$program" report "${captures[@]}" -o "${REPORT:-cors-report.html}" || (($? == 3))
if [[ -n "${GITHUB_STEP_SUMMARY:-}" ]]; then
  "$program" report "${captures[@]}" --format md -o - >>"$GITHUB_STEP_SUMMARY" || true
fi
"$program" check "${captures[@]}" "${options[@]}"
