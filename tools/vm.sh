#!/usr/bin/env bash
# Boots a kernel under QEMU, without KVM, and runs the tests of tests/vm/guest
# in it. Called by `./dev vm`, which installs what this needs.
#
# usage: tools/vm.sh [--kernel 6.1 | --kernel 6.12] [--oracle | --debug-kernel]
#                    [--only NAME]
#
# Without arguments: Debian's kernel, our modules, every test.
# --kernel: 6.1 is the default, 6.12 comes from Debian's backports.
# --oracle: uacce_abi_test on mainline's uacce of the same kernel, from Debian's
#   source package. What fails there has to be what tests/vm/oracle-*.txt lists.
# --debug-kernel: every test on a kernel with KASAN, lockdep and kmemleak. The
#   first time that kernel is built, for half an hour.
# --only: of the tests those whose names begin with NAME, such as 60.
#
# Environment: UACCED_VM_SEED, of what the tests do at random (1);
# UACCED_VM_TEST_SECONDS, how long each test may take (600; 3600 with
# --debug-kernel).
#
# Everything that is downloaded or built stays in .cache/vm. A test is added by
# a script in tests/vm/guest, and lines in tests/vm/initramfs.list.
#
# Succeeds only if QEMU's exit code and the console both say so.
set -euo pipefail
cd "$(dirname "$0")/.."

MODE=tests
SERIES=6.1
ONLY='[0-9]'
while [ $# -gt 0 ]; do
  case $1 in
    --oracle) MODE=oracle ;;
    --debug-kernel) MODE=debug ;;
    --kernel)
      SERIES=${2:-}
      shift
      ;;
    --only)
      ONLY=${2:-none}
      shift
      ;;
    *) SERIES= ;;
  esac
  case $SERIES in
    6.1 | 6.12) ;;
    *)
      echo "usage: tools/vm.sh [--kernel 6.1 | --kernel 6.12]" \
        "[--oracle | --debug-kernel] [--only NAME]" >&2
      exit 2
      ;;
  esac
  shift
done

CACHE=.cache/vm
RUN=$MODE-$SERIES
CONSOLE=$CACHE/console-$RUN.log
INITRAMFS=$CACHE/initramfs-$RUN.gz
ORACLE_LIST=tests/vm/oracle-$SERIES.txt
MEMORY=768M
SEED=${UACCED_VM_SEED:-1}
STRESS_STEPS=100000
STORM_OPERATIONS=100000
KILL_ROUNDS=30
TEST_SECONDS=600
# In the kernel's log they mean that something is broken.
WORDS_OF_TROUBLE='BUG:|WARNING:|Oops|KASAN:|UBSAN:|possible (recursive|circular)'
WORDS_OF_TROUBLE+='|inconsistent lock state|general protection fault'
WORDS_OF_TROUBLE+='|blocked for more than|soft lockup|rcu_.*detected stalls'
WORDS_OF_TROUBLE+='|bad page state|Bad rss-counter'
mkdir -p $CACHE

# shellcheck source=tools/vm_kernel.sh
. tools/vm_kernel.sh

say() {
  echo "vm: $*"
}

# Sets KDIR, KERNEL and KERNEL_MODULES, nothing if all of them are built in.
prepare_kernel() {
  if [ $MODE = debug ]; then
    tests/vm/build-debug-kernel.sh $CACHE
    RELEASE=$SERIES-debug
    KDIR=$CACHE/debug-build
    KERNEL=$KDIR/arch/x86/boot/bzImage
    KERNEL_MODULES=
    MEMORY=1536M
    STRESS_STEPS=1000000
    STORM_OPERATIONS=20000
    KILL_ROUNDS=10
    TEST_SECONDS=3600
  else
    get_kernel "$SERIES"
  fi
}

build_modules() {
  local work=$CACHE/modules-$RUN
  if [ $MODE = oracle ]; then
    get_oracle "$SERIES"
    UACCE_INCLUDE=$ORACLE/src/include \
      UACCE_SYMBOLS=$ORACLE/uacce/Module.symvers \
      tools/kmod.sh "$KDIR" "$work" KCFLAGS=-DCONFIG_UACCE_MODULE=1
    cp "$ORACLE/uacce/uacce.ko" "$work/uacce/kmod/uacce.ko"
  else
    tools/kmod.sh "$KDIR" "$work"
  fi
  MODULE_FILES=("$work"/uacce/kmod/*.ko "$work"/tests/vm/*.ko)
}

# Copies a file to the root that is being made, with its libraries.
install_file() {
  local to=$1 from=$2 library
  install -D "$from" "$ROOT$to"
  for library in $(ldd "$from" 2>/dev/null | grep -oE '/[^ ]+'); do
    [ -e "$ROOT$library" ] || install -D "$library" "$ROOT$library"
  done
}

# kernel_module PATH: a file with that module; nothing if it is built in.
kernel_module() {
  local file=$KERNEL_MODULES/$1 unpacked
  unpacked=$CACHE/$RUN-$(basename "$1")
  [ -n "$KERNEL_MODULES" ] || return 0
  if [ -e "$file.xz" ]; then
    xz -dc "$file.xz" >"$unpacked"
    echo "$unpacked"
  elif [ -e "$file" ]; then
    echo "$file"
  fi
}

make_initramfs() {
  local to from targets=() without=
  ROOT=$CACHE/root-$RUN
  rm -rf "$ROOT"
  mkdir -p "$ROOT/modules" "$ROOT/tests" "$ROOT/etc"

  while read -r to from; do
    case $from in //*) targets+=("$from") ;; esac
  done < <(grep -v '^#' tests/vm/initramfs.list)
  if [ ${#targets[@]} -ne 0 ]; then
    bazel build --config=opt --noshow_progress "${targets[@]}"
  fi
  while read -r to from; do
    case $from in
      //*)
        from=bazel-bin/${from#//}
        from=${from/://}
        ;;
      kernel:*)
        from=$(kernel_module "${from#kernel:}")
        [ -n "$from" ] || continue
        ;;
    esac
    install_file "$to" "$from"
  done < <(grep -v '^#' tests/vm/initramfs.list)

  cp "${MODULE_FILES[@]}" "$ROOT/modules/"
  install tests/vm/guest/init "$ROOT/init"
  if [ $MODE = oracle ]; then
    cp tests/vm/guest/10-uacce-abi.sh "$ROOT/tests/"
    without=$(listed '!' | tr '\n' ' ')
  else
    # shellcheck disable=SC2086
    cp tests/vm/guest/common.sh tests/vm/guest/$ONLY*.sh "$ROOT/tests/"
  fi
  cat >"$ROOT/etc/vm.conf" <<END
MODE=$MODE
TEST_SECONDS=$TEST_SECONDS
SEED=$SEED
STRESS_STEPS=$STRESS_STEPS
STORM_OPERATIONS=$STORM_OPERATIONS
KILL_ROUNDS=$KILL_ROUNDS
ABI_TEST_WITHOUT="$without"
WORDS_OF_TROUBLE='$WORDS_OF_TROUBLE'
END
  (cd "$ROOT" && find . | cpio -o -H newc --quiet) | gzip -1 \
    >"$INITRAMFS"
}

# The counter of cycles is the host's, the same for all processors: the kernel
# need not read the HPET for each time, which stops the emulation.
CLOCK='tsc=reliable clocksource=tsc'

# Boots once. Sets QEMU_STATUS.
boot() {
  set +e
  timeout "$BOOT_SECONDS" qemu-system-x86_64 -machine q35 -cpu max \
    -accel tcg,thread=multi -smp 2 -m $MEMORY -nodefaults -no-user-config \
    -display none -serial stdio -monitor none -no-reboot \
    -kernel "$KERNEL" -initrd "$INITRAMFS" \
    -append "console=ttyS0 panic=-1 oops=panic quiet loglevel=4 $CLOCK" \
    -device isa-debug-exit,iobase=0x501,iosize=1 \
    </dev/null 2>&1 | sed -u 's/\r//g' | tee "$CONSOLE"
  QEMU_STATUS=${PIPESTATUS[0]}
  set -e
}

# The names in the oracle's list whose lines begin with this: nothing, ! or ?.
listed() {
  sed -nE "s/^$1([a-z][^ ]*).*/\\1/p" "$ORACLE_LIST" | sort
}

# What failed on mainline's uacce against what is known to.
compare_with_oracle() {
  local known=$CACHE/oracle-known found=$CACHE/oracle-found
  if ! grep -qE '^[0-9]+ passed' "$CONSOLE"; then
    say "the test did not end"
    return 1
  fi
  listed '' >$known
  sed -n 's/^FAIL \([^ ]*\).*/\1/p' "$CONSOLE" | sort |
    grep -vxF -f <(listed '[?]') >$found || true
  if ! diff -u $known $found; then
    say "mainline does not differ in what $ORACLE_LIST lists"
    return 1
  fi
  say "mainline differs in $(wc -l <$known) checks, all of them listed"
}

judge() {
  if [ $MODE = oracle ]; then
    compare_with_oracle
    return
  fi
  if [ "$QEMU_STATUS" -ne 1 ]; then
    say "QEMU ended with $QEMU_STATUS: a panic, a failed test or the time limit"
    return 1
  fi
  if ! grep -qx 'VM RESULT pass' "$CONSOLE" ||
    grep -qE "^RESULT .* fail|$WORDS_OF_TROUBLE" "$CONSOLE"; then
    say "the console does not say that all is well: $CONSOLE"
    return 1
  fi
  say "$(grep -c '^RESULT .* pass' "$CONSOLE") tests passed on $RELEASE"
}

prepare_kernel
TEST_SECONDS=${UACCED_VM_TEST_SECONDS:-$TEST_SECONDS}
# Of all of them together: by then something is wrong with the machine.
BOOT_SECONDS=$((2 * TEST_SECONDS))
build_modules
make_initramfs
say "booting $KERNEL"
boot
# Emulation fails to get this far now and then on a busy machine. What comes
# after is ours.
if ! grep -q '^VM UP' "$CONSOLE"; then
  say "no user space: once more"
  boot
fi
judge
