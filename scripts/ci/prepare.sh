#!/usr/bin/env bash
# The first step on GitHub: hides the secret, makes a folder for the reports, and finds out whether wms-sim has to be built.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# A line break in a command of GitHub is written as %0A.
escaped=${WMS_SIM_SECRET:-}
escaped=${escaped//'%'/%25}
escaped=${escaped//$'\r'/%0D}
escaped=${escaped//$'\n'/%0A}
[ -z "$escaped" ] || echo "::add-mask::$escaped"

[ "${RUNNER_OS:-}" != Windows ] || fail 2 'this action needs a runner with Linux or macOS'
for tool in curl jq; do
    have "$tool" || fail 2 "this action needs $tool, which the runner does not have"
done

work=$(mktemp -d "$RUNNER_TEMP/wms-sim-check.XXXXXX")
output work "$work"

build=false
if [ -n "${WMS_CHECK_BINARY:-}" ]; then
    binary=$WMS_CHECK_BINARY
elif have wms-sim; then
    binary=$(command -v wms-sim)
else
    # Another source, other libraries or another system: another program.
    hash=$(cd "$source" && find Cargo.toml Cargo.lock askama.toml src scenarios -type f -print0 | LC_ALL=C sort -z |
        xargs -0 cat | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c 1-64)
    root=$RUNNER_TEMP/wms-sim-built
    binary=$root/bin/wms-sim
    build=true
    output root "$root"
    output key "wms-sim-${RUNNER_OS:-}-${RUNNER_ARCH:-}-${ImageOS:-}-$hash"
fi
output build "$build"
output binary "$binary"
