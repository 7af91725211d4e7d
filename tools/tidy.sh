#!/usr/bin/env bash
# Runs clang-tidy on the file $1 and says something only when it finds something.
# Needs compile_commands.json from tools/compdb.py.
set -euo pipefail
cd "$(dirname "$0")/.."

# Without a finding clang-tidy still counts, on standard error, what it left out.
status=0
output=$(clang-tidy -p . --quiet "$1" 2>&1) || status=$?
[ $status -eq 0 ] || printf 'tidy: %s\n%s\n' "$1" "$output" >&2
exit $status
