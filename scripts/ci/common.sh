# What the scripts of this folder share. docs/ci.md says what they are for, and which variables they read.

# The folder of the reports and of the service's log.
work=${WMS_CHECK_WORK:-$PWD/wms-sim-check}
log=$work/service.log
group_file=$work/service.group

say() { printf 'wms-sim: %s\n' "$*" >&2; }

# Ends the script: 2 is a setting that is wrong, 3 what could not be done.
fail() { # CODE MESSAGE..
    local code=$1
    shift
    say "$@"
    exit "$code"
}

have() { command -v "$1" >/dev/null 2>&1; }

# GitHub obeys lines that begin with `::`. What a service or a receiver says must not be obeyed.
without_commands() { # COMMAND..
    [ "${GITHUB_ACTIONS:-}" = true ] || { "$@"; return; }
    local token code=0
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$token"
    "$@" || code=$?
    printf '\n::%s::\n' "$token"
    return "$code"
}

output() { # NAME VALUE
    [ -z "${GITHUB_OUTPUT:-}" ] || printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}
