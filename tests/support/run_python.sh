#!/bin/bash
# Runs a Python test with Debian's own interpreter, whose packages the tests
# use (another python3 in PATH lacks them).
# Usage: run_python.sh TEST.py DAEMON CLI [unittest arguments]
set -eu
test_file=$1
UACCED_DAEMON=$(realpath -s "$2")
UACCED_CLI=$(realpath -s "$3")
shift 3
export UACCED_DAEMON UACCED_CLI
export PYTHONPATH=$PWD PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
exec /usr/bin/python3 "$test_file" -v "$@"
