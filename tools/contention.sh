#!/usr/bin/env bash
# Which locks the daemon takes for an operation and which of them wait:
#
#   tools/contention.sh DAEMON CLI [ARGUMENT OF uaccectl bench...]
#
# Runs the daemon with two reactors under `uaccectl bench` from four connections
# and prints calls for each operation (locks of C++ mutexes, futex and other
# system calls, changes of threads) and whose they are. Locks of Abseil, gRPC's,
# show only where they wait: as futex calls. Needs root, perf, a kernel with
# uprobes and tracefs, and a DAEMON with symbols (`bazel build --config=opt`).
set -euo pipefail

daemon=$(realpath "$1")
cli=$(realpath "$2")
shift 2
arguments=("$@")
if [ ${#arguments[@]} -eq 0 ]; then
  arguments=(--operation copy --size 4K --in-flight 256 --connections 4)
fi

readonly SECONDS_MEASURED=3
readonly FUNCTIONS=(pthread_mutex_lock pthread_mutex_trylock pthread_rwlock_rdlock)
readonly SYSTEM_CALLS=(futex sendmsg recvmsg epoll_wait write io_uring_enter)

work=$(mktemp -d)
daemon_pid=
# Only probes that this run has made: names of its own.
group=uacced_$$

finish() {
  if [ -n "$daemon_pid" ]; then
    kill "$daemon_pid" 2>/dev/null || true
    wait "$daemon_pid" 2>/dev/null || true
  fi
  perf probe -q -d "$group:*" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

cat >"$work/config" <<CONFIG
listener { unix { path: "$work/sock" } }
device { name: "cpu" soft { } }
reactor { count: 2 }
CONFIG
"$daemon" --config "$work/config" >"$work/log" 2>&1 &
daemon_pid=$!
export UACCED_SERVER=unix:$work/sock
for _ in $(seq 100); do
  "$cli" devices >/dev/null 2>&1 && break
  sleep 0.1
done
# For --operation encrypt -k contention.
"$cli" keys create contention >/dev/null || { cat "$work/log" >&2; exit 1; }

libc=$(awk '/libc\.so/ {print $6; exit}' "/proc/$daemon_pid/maps")
for name in "${FUNCTIONS[@]}"; do
  perf probe -q -x "$libc" "$group:$name=$name"
done

# load COMMAND...: COMMAND is to run and watch what comes behind it.
load() {
  "$@" "$cli" bench --json --duration "${SECONDS_MEASURED}s" "${arguments[@]}"
}

# count EVENT...: how often each, for one operation.
count() {
  local events operations
  events=$(IFS=,; echo "$*")
  operations=$(load perf stat -x, -o "$work/stat" -e "$events" -p "$daemon_pid" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["operations"])')
  awk -F, -v operations="$operations" '$3 != "" {
    sub(/.*:(sys_enter_)?/, "", $3)
    printf "%-24s %.4f\n", $3, $1 / operations }' "$work/stat"
}

# callers EVENT: the first functions of a known library, or ours, above it.
callers() {
  load perf record -q -F 500 -e "$1" --call-graph dwarf,4096 -o "$work/data" \
    -p "$daemon_pid" >/dev/null
  perf script -i "$work/data" -F ip,sym 2>/dev/null | awk '
    BEGIN { RS = "" }
    { lines = split($0, frames, "\n"); all++; found = "(unknown)"
      for (i = 1; i <= lines && found == "(unknown)"; i++) {
        name = frames[i]
        sub(/^[ \t]*[0-9a-f]+ /, "", name)
        sub(/\(.*/, "", name)
        if (name ~ /^(uacced|absl|grpc|tcmalloc|RAND|EVP)/) found = name
      }
      calls[found]++ }
    END { for (name in calls) printf "%6.2f %%  %s\n", 100 * calls[name] / all, name }' |
    sort -rn | awk 'NR <= 12'
}

echo "for each operation (uaccectl bench ${arguments[*]}):"
count "${SYSTEM_CALLS[@]/#/syscalls:sys_enter_}" context-switches
count "${FUNCTIONS[@]/#/$group:}"
echo "who locks mutexes:"
callers "$group:pthread_mutex_lock"
echo "who shares read-write locks:"
callers "$group:pthread_rwlock_rdlock"
echo "who calls futex:"
callers syscalls:sys_enter_futex
