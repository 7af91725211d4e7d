#!/usr/bin/env bash
# Builds the kernel modules, and their test driver, outside of the sources.
#
# usage: tools/kmod.sh KDIR WORK [MAKE-ARGUMENT...]
#
# KDIR has a kernel's headers or build. WORK is made and kept: what is in it is
# not built again. The modules are then WORK/uacce/kmod/*.ko, WORK/tests/vm/*.ko.
# UACCE_INCLUDE and UACCE_SYMBOLS: of another uacce, for the test driver.
set -euo pipefail
KDIR=$(realpath "$1")
mkdir -p "$2"
WORK=$(realpath "$2")
shift 2
cd "$(dirname "$0")/.."

find uacce/kmod hw/hisi/abi tests/vm \
  \( -name '*.[ch]' -o -name Kbuild \) ! -name '*.mod.c' -print0 |
  tar -c -h --null -T - -f - |
  tar -x -C "$WORK" -f - --keep-newer-files --warning=no-ignore-newer

kbuild() {
  local folder=$1
  shift
  if ! make -s -C "$KDIR" M="$WORK/$folder" CONFIG_DEBUG_INFO_BTF_MODULES= \
    modules "$@" >"$WORK/log" 2>&1; then
    cat "$WORK/log" >&2
    return 1
  fi
  # Of sparse, for example.
  grep -E 'warning|error' "$WORK/log" >&2 || true
}

kbuild uacce/kmod "$@"
kbuild tests/vm "$@" \
  UACCE_INCLUDE="${UACCE_INCLUDE:-$WORK/uacce/kmod/include}" \
  KBUILD_EXTRA_SYMBOLS="${UACCE_SYMBOLS:-$WORK/uacce/kmod/Module.symvers}"
