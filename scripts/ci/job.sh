#!/usr/bin/env bash
# Everything in one, for CI systems where a job is one script: starts the service, checks it, ends it. Ends as the check does.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

finish() {
    local code=$?
    trap - EXIT
    bash "$here/stop.sh" || true
    [ "$code" = 0 ] || bash "$here/log.sh" || true
    exit "$code"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

[ -z "${WMS_CHECK_START:-}" ] || bash "$here/start.sh"
bash "$here/check.sh"
