#!/usr/bin/env bash
# Runs wms-sim check, with reports. On GitHub it also writes the summary of the job. Ends as the check does.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

[ -n "${WMS_SIM_SECRET:-}" ] || fail 2 'no secret to sign events with'
reports=$work/reports
mkdir -p "$reports"
rm -f "$reports"/check.{xml,html,json} # of an earlier run

args=(check --to "${WMS_CHECK_URL:?the URL of the webhook}")

value() { # FLAG VALUE
    [ -z "$2" ] || args+=("$1=$2")
}
switch() { # FLAG VALUE
    case $2 in
        true) args+=("$1") ;;
        false | '') ;;
        *) fail 2 "${1#--} is '$2', and has to be true or false" ;;
    esac
}
switch --strict "${WMS_CHECK_STRICT:-}"
switch --fast "${WMS_CHECK_FAST:-}"
value --probe "${WMS_CHECK_PROBE:-}"
value --before-session "${WMS_CHECK_BEFORE_SESSION:-}"
value --baseline "${WMS_CHECK_BASELINE:-}"
value --hint "${WMS_CHECK_HINT:-}"
value --budget "${WMS_CHECK_BUDGET:-}"
value --rotate-to "${WMS_CHECK_ROTATE_TO:-}"
value --rotate-step "${WMS_CHECK_ROTATE_STEP:-}"
# What nobody here has started may need time, too.
[ -n "${WMS_CHECK_START:-}" ] || value --wait-for-target "${WMS_CHECK_WAIT_FOR:-}"
for form in junit=check.xml html=check.html json=check.json; do
    args+=("--report=${form%%=*}=$reports/${form#*=}")
done
while IFS= read -r line || [ -n "$line" ]; do
    [ -z "$line" ] || args+=("$line")
done <<<"${WMS_CHECK_ARGS:-}"
read -r -d '' -a cases <<<"${WMS_CHECK_CASES:-}" || true
args+=(-- ${cases[@]+"${cases[@]}"})

code=0
without_commands "${WMS_CHECK_BINARY:-wms-sim}" "${args[@]}" || code=$?

json=$reports/check.json
output exit-code "$code"
if [ -s "$json" ]; then
    output junit "$reports/check.xml"
    output html "$reports/check.html"
    output json "$json"
fi
if [ -s "$json" ] && [ -n "${GITHUB_OUTPUT:-}" ]; then
    jq -r -L "$here" 'include "summary"; outputs' "$json" >>"$GITHUB_OUTPUT"
    jq -r -L "$here" --arg code "$code" --arg artifact "${WMS_CHECK_ARTIFACT:-}" \
        'include "summary"; summary($code; $artifact)' "$json" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
