#!/usr/bin/env bash
# Shows the end of the service's log.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -e "$log" ] || exit 0
say "the end of the service's log"
if [ -s "$log" ]; then without_commands tail -n 200 "$log"; else say 'it has said nothing'; fi
