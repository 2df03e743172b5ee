#!/usr/bin/env bash
# Starts the service and waits until it answers.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

url=${WMS_CHECK_URL:?the URL of the webhook}
wait_for=${WMS_CHECK_WAIT_FOR:-30s}
directory=${WMS_CHECK_DIRECTORY:-.}

[ -n "${WMS_CHECK_START:-}" ] || fail 2 'no command that starts the service'
[ -d "$directory" ] || fail 2 "the folder $directory, to start the service in, does not exist"
[[ $wait_for =~ ^[0-9]{1,4}[sm]$ ]] || fail 2 "wait-for is '$wait_for', and has to be like 30s or 2m"
seconds=$((10#${wait_for%?}))
[[ $wait_for != *m ]] || seconds=$((seconds * 60))

# Whatever it answers, it is there. What curl says otherwise: no such host, refused, nothing in time.
answers() {
    local code=0
    curl --disable --silent --insecure --globoff --noproxy '*' --connect-timeout 2 --max-time 10 --output /dev/null \
        --url "$url" || code=$?
    [ "$code" != 6 ] && [ "$code" != 7 ] && [ "$code" != 28 ]
}

! answers || fail 2 'something answers at the URL before the service was started: end that, or leave out `start`'

mkdir -p "$work"
cd "$directory"
set -m # a process group of its own, which can be ended as a whole
bash -c "$WMS_CHECK_START" </dev/null >"$log" 2>&1 &
group=$!
set +m
echo "$group" >"$group_file"

until answers; do
    if ! kill -0 "$group" 2>/dev/null; then
        code=0
        wait "$group" || code=$?
        # A command that has put the service into the background has done its work.
        [ "$code" = 0 ] || fail 3 "the service ended with exit code $code before it answered; its log says more"
    fi
    [ "$SECONDS" -lt "$seconds" ] || fail 3 "the service did not answer within $wait_for; its log says more"
    sleep 0.2
done
say "the service answers after $SECONDS s"
