#!/usr/bin/env bash
# The whole round on one file: a private daemon compresses, decompresses,
# encrypts, decrypts and hashes it, and the standard tools check every answer.
# With --model the daemon has models of Kunpeng's accelerators besides the CPU.
# Usage: tools/demo.sh DAEMON CLI [--model] [FILE]
set -euo pipefail

daemon=$1
cli=$2
shift 2
devices='device { name: "cpu" soft {} }'
# For what the accelerators can do.
mode=()
if [ "${1:-}" = --model ]; then
  shift
  mode=(--mode hardware-only)
  devices='device { name: "zip0" hisi_model { engine: ZIP } }
device { name: "sec0" hisi_model { engine: SEC } }
device { name: "cpu" soft {} }'
fi
file=${1:-}

work=$(mktemp -d /tmp/uacced_demo.XXXXXX)
daemon_pid=

cleanup() {
  if [ -n "$daemon_pid" ]; then
    kill -TERM "$daemon_pid" 2>/dev/null || true
    wait "$daemon_pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT

# Without a FILE: the largest of these that one request carries.
if [ -z "$file" ]; then
  for file in /usr/bin/gdb /usr/bin/git /usr/bin/python3.11 /usr/bin/perl /bin/bash; do
    [ -r "$file" ] && break
  done
fi
if ! [ -f "$file" ] || ! [ -r "$file" ]; then
  echo "demo: $file is not a readable file" >&2
  exit 2
fi

cat >"$work/config" <<EOF
listener { unix { path: "$work/sock" } }
$devices
limits { max_connection_age_ms: 1000 }
log { level: WARNING }
EOF
"$daemon" --config "$work/config" &
daemon_pid=$!
export UACCED_SERVER="unix:$work/sock"
for _ in $(seq 100); do
  "$cli" status >/dev/null 2>&1 && break
  kill -0 "$daemon_pid" 2>/dev/null || {
    echo "demo: the daemon did not start" >&2
    exit 1
  }
  sleep 0.1
done

failures=0
differs() {
  echo "demo: $1: WRONG" >&2
  failures=$((failures + 1))
}

# field NAME: of the execution that the last `run` wrote.
field() {
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/execution"
}

# on_device LABEL COMMAND...: as run, on an accelerator when there is one.
on_device() {
  run "$@" "${mode[@]}"
  [ ${#mode[@]} -eq 0 ] && return
  if [ "$(field path)" != hardware ] || [ "$(field simulated)" != true ]; then
    differs "$1: not on the model, but on $(field device)"
  fi
}

# run LABEL COMMAND...: the command's execution becomes a row of the table.
run() {
  local label=$1 in out ns
  shift
  "$cli" --json -v "$@" 2>"$work/execution" || {
    cat "$work/execution" >&2
    differs "$label"
    return
  }
  in=$(field input_bytes)
  out=$(field output_bytes)
  ns=$(field service_time_ns)
  awk -v label="$label" -v in_bytes="$in" -v out_bytes="$out" -v ns="$ns" \
    -v device="$(field device)" -v path="$(field path)" 'BEGIN {
      ratio = out_bytes > 0 && label ~ /compress/ ? sprintf("%.2f", \
        label ~ /^de/ ? out_bytes / in_bytes : in_bytes / out_bytes) : "-"
      printf "%-24s %12d %12d %7s %9.0f  %-8s %s\n", label, in_bytes, \
        out_bytes, ratio, in_bytes / (ns / 1e9) / 1e6, device, path
    }' >>"$work/table"
}

# round RUN FORMAT COMPRESS DECOMPRESS: both directions against the format's tool.
round() {
  local run=$1 format=$2 compress=$3 decompress=$4
  $run "compress $format" compress -f "$format" "$file" -o "$work/ours"
  $decompress <"$work/ours" | cmp -s - "$file" || differs "compress $format"
  $compress <"$file" >"$work/theirs"
  $run "decompress $format" decompress "$work/theirs" -o "$work/back"
  cmp -s "$work/back" "$file" || differs "decompress $format"
}

have() { command -v "$1" >/dev/null; }

round on_device gzip "gzip -c" "gzip -dc"
if have zstd; then round run zstd "zstd -qc" "zstd -qdc"; fi
if have lz4; then round run lz4 "lz4 -qc" "lz4 -qdc"; fi

"$cli" keys create demo >/dev/null
on_device "encrypt aes-256-gcm" encrypt -k demo "$file" -o "$work/secret"
on_device "decrypt aes-256-gcm" decrypt "$work/secret" -o "$work/back"
cmp -s "$work/back" "$file" || differs "decrypt aes-256-gcm"
printf '\377' | dd of="$work/secret" bs=1 seek=200 conv=notrunc status=none
printf '\376' | dd of="$work/secret" bs=1 seek=201 conv=notrunc status=none
rm -f "$work/back"
if "$cli" decrypt "$work/secret" -o "$work/back" 2>/dev/null || [ -e "$work/back" ]; then
  differs "decrypt of a changed file"
fi

# The daemon against openssl, with a key that both know.
openssl rand 32 >"$work/key"
"$cli" keys import shared -a aes-256-ctr --from "$work/key" >/dev/null
on_device "encrypt aes-256-ctr" encrypt -k shared --allow-unauthenticated "$file" \
  -o "$work/secret"
bytes=$(stat -c %s "$file")
header=$(($(stat -c %s "$work/secret") - bytes))
# The header ends with the nonce and the length, 0, of the tag.
iv=$(od -An -vtx1 -j $((header - 17)) -N 16 "$work/secret" | tr -d ' \n')
tail -c "$bytes" "$work/secret" |
  openssl enc -d -aes-256-ctr -K "$(od -An -vtx1 "$work/key" | tr -d ' \n')" -iv "$iv" |
  cmp -s - "$file" || differs "encrypt aes-256-ctr against openssl"

for algorithm in sha256 sha512; do
  on_device "digest $algorithm" digest -a "$algorithm" "$file" >"$work/digest"
  theirs=$("${algorithm}sum" "$file" | cut -d' ' -f1)
  grep -q "\"digest\":\"$theirs\"" "$work/digest" || differs "digest $algorithm"
done

echo "$file, $bytes bytes"
printf '%-24s %12s %12s %7s %9s  %-8s %s\n' operation "bytes in" "bytes out" \
  ratio "MB/s" device path
cat "$work/table"
echo "MB/s: input over the device's own time. Checked against gzip, zstd, lz4, openssl and coreutils."
if [ "$failures" -ne 0 ]; then
  echo "demo: $failures WRONG" >&2
  exit 1
fi
echo "demo: every answer is right"
