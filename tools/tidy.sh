#!/usr/bin/env bash
# Runs clang-tidy on the file $1 and says something only when it finds something.
# Needs compile_commands.json from tools/compdb.py.
set -euo pipefail
cd "$(dirname "$0")/.."

# Tests use moved-from objects on purpose, and running them under sanitizers finds
# more than the analyzer, which takes half the time, can; nor need they be fast.
options=()
case $1 in
  *_test.cc) options=('--checks=-clang-analyzer-*,-performance-*') ;;
esac

# Without a finding clang-tidy still counts, on standard error, what it left out.
status=0
output=$(clang-tidy -p . --quiet "${options[@]}" "$1" 2>&1) || status=$?
[ $status -eq 0 ] || printf 'tidy: %s\n%s\n' "$1" "$output" >&2
exit $status
