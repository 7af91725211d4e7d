#!/usr/bin/env bash
# Runs clang-tidy on the file $1 and says something only when it finds something.
# Needs compile_commands.json from tools/compdb.py. TIDY_CHECKS: more checks than
# .clang-tidy has.
set -euo pipefail
cd "$(dirname "$0")/.."

# Without a finding clang-tidy still counts, on standard error, what it left out.
status=0
output=$(clang-tidy -p . --quiet --checks="${TIDY_CHECKS:-}" "$1" 2>&1) || status=$?
[ $status -eq 0 ] || printf 'tidy: %s\n%s\n' "$1" "$output" >&2
exit $status
