#!/usr/bin/env bash
# Builds wms-sim, unless a cache had it: cargo install takes a few minutes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
root=${WMS_CHECK_ROOT:?where to install to}

# Run, because a program from the cache of another system would not start.
"$root/bin/wms-sim" --version 2>/dev/null && exit 0
have cargo || fail 3 'wms-sim is built with cargo, which is not here: install Rust, or name a program with the input `binary`'
cargo install --locked --force --path "$source" --root "$root"
