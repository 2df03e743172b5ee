#!/usr/bin/env bash
# Ends the service and everything that it started: asked first, and after 5 seconds without asking.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -s "$group_file" ] || exit 0
group=$(cat "$group_file")
rm "$group_file"

signal() { kill "-$1" -- "-$group" 2>/dev/null; }

signal TERM || exit 0
for ((i = 0; i < 50; i++)); do
    signal 0 || exit 0
    sleep 0.1
done
signal KILL || true
