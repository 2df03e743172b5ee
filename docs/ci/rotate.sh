#!/usr/bin/env bash
# A step of the drill of a secret's replacement: writes the secrets that hold at WMS_SIM_STAGE to FOLDER/secrets, one a line.
# FOLDER has old.secret and new.secret. Yours may set a variable and start the service again.
set -euo pipefail
cd "${1:?FOLDER}"

case ${WMS_SIM_STAGE:?old, both or new} in
    old) from=(old) ;;
    both) from=(old new) ;;
    new) from=(new) ;;
    *) echo "unknown stage: $WMS_SIM_STAGE" >&2; exit 2 ;;
esac
for name in "${from[@]}"; do
    printf '%s\n' "$(cat "$name.secret")"
done >secrets.tmp
mv secrets.tmp secrets # at once, so that the service never reads half of it
