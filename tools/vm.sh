#!/usr/bin/env bash
# Boots a kernel under QEMU, without KVM, and runs the tests of tests/vm/guest
# in it. Called by `./dev vm`, which installs what this needs.
#
# usage: tools/vm.sh [--oracle | --debug-kernel]
#
# Without arguments: Debian's kernel, our modules, every test.
# --oracle: uacce_abi_test on mainline's uacce of the same kernel, from Debian's
#   source package. What fails there has to be what oracle-6.1.txt lists.
# --debug-kernel: every test on a kernel with KASAN, lockdep and kmemleak. The
#   first time that kernel is built, for half an hour.
#
# Everything that is downloaded or built stays in .cache/vm. A test is added by
# a script in tests/vm/guest, and lines in tests/vm/initramfs.list.
#
# Succeeds only if QEMU's exit code and the console both say so.
set -euo pipefail
cd "$(dirname "$0")/.."

MODE=tests
case ${1:-} in
  --oracle) MODE=oracle ;;
  --debug-kernel) MODE=debug ;;
  "") ;;
  *)
    echo "usage: tools/vm.sh [--oracle | --debug-kernel]" >&2
    exit 2
    ;;
esac

CACHE=.cache/vm
CONSOLE=$CACHE/console-$MODE.log
MEMORY=256M
TEST_SECONDS=120
BOOT_SECONDS=300
# In the kernel's log they mean that something is broken.
WORDS_OF_TROUBLE='BUG:|WARNING:|Oops|KASAN:|UBSAN:|possible (recursive|circular)'
WORDS_OF_TROUBLE+='|inconsistent lock state|general protection fault'
WORDS_OF_TROUBLE+='|blocked for more than|soft lockup|rcu_.*detected stalls'
WORDS_OF_TROUBLE+='|bad page state|Bad rss-counter'
mkdir -p $CACHE

say() {
  echo "vm: $*"
}

# fetch PACKAGE: its .deb, downloaded once; prints the path.
fetch() {
  local package=$1 folder=$CACHE/deb
  mkdir -p $folder
  if ! compgen -G "$folder/${package}_*.deb" >/dev/null; then
    say "downloading $package" >&2
    (cd $folder && apt-get download -qq "$package" >&2)
  fi
  compgen -G "$folder/${package}_*.deb" | tail -1
}

# The newest kernel that headers are installed for: its image has to be the same.
find_release() {
  local headers
  headers=$(compgen -G '/usr/src/linux-headers-6.1.0-*-amd64' | sort -V |
    tail -1)
  basename "${headers#/usr/src/linux-headers-}"
}

RELEASE=$(find_release)

# Debian's image and modules, in $CACHE/$RELEASE.
get_kernel() {
  local folder=$CACHE/$RELEASE
  [ -e "$folder/done" ] && return
  rm -rf "$folder"
  dpkg -x "$(fetch "linux-image-$RELEASE")" "$folder"
  touch "$folder/done"
}

# Mainline's driver and its header, out of Debian's source of the same kernel.
get_oracle_source() {
  local folder=$CACHE/oracle package
  [ -e $folder/done ] && return
  package=$(fetch linux-source-6.1)
  rm -rf $folder
  mkdir -p $folder/src
  dpkg --fsys-tarfile "$package" |
    tar -xO ./usr/src/linux-source-6.1.tar.xz |
    tar -xJ -C $folder/src --strip-components=1 --wildcards \
      '*/drivers/misc/uacce/uacce.c' '*/include/linux/uacce.h' \
      '*/include/uapi/misc/uacce/uacce.h'
  mkdir -p $folder/uacce
  cp $folder/src/drivers/misc/uacce/uacce.c $folder/uacce/
  echo 'obj-m := uacce.o
ccflags-y := -DCONFIG_UACCE_MODULE=1' >$folder/uacce/Kbuild
  touch $folder/done
}

# Sets KDIR, KERNEL and KERNEL_MODULES, Debian's, or nothing if all is built in.
prepare_kernel() {
  if [ $MODE = debug ]; then
    tests/vm/build-debug-kernel.sh $CACHE
    KDIR=$CACHE/debug-build
    KERNEL=$KDIR/arch/x86/boot/bzImage
    KERNEL_MODULES=
    MEMORY=1024M
    TEST_SECONDS=900
    BOOT_SECONDS=1800
    return
  fi
  get_kernel
  KDIR=/usr/src/linux-headers-$RELEASE
  KERNEL=$CACHE/$RELEASE/boot/vmlinuz-$RELEASE
  KERNEL_MODULES=$CACHE/$RELEASE/lib/modules/$RELEASE/kernel
}

build_modules() {
  local work=$CACHE/modules-$MODE
  if [ $MODE = oracle ]; then
    get_oracle_source
    local oracle
    oracle=$(realpath $CACHE/oracle)
    if ! make -s -C "$KDIR" M="$oracle/uacce" CONFIG_DEBUG_INFO_BTF_MODULES= \
      modules >"$oracle/log" 2>&1; then
      cat "$oracle/log" >&2
      return 1
    fi
    UACCE_INCLUDE=$oracle/src/include \
      UACCE_SYMBOLS=$oracle/uacce/Module.symvers \
      tools/kmod.sh "$KDIR" $work KCFLAGS=-DCONFIG_UACCE_MODULE=1
    cp "$oracle/uacce/uacce.ko" $work/uacce/kmod/uacce.ko
  else
    tools/kmod.sh "$KDIR" $work
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

make_initramfs() {
  local to from targets=() without=
  ROOT=$CACHE/root-$MODE
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
        [ -n "$KERNEL_MODULES" ] || continue
        from=$KERNEL_MODULES/${from#kernel:}
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
    cp tests/vm/guest/[0-9]*.sh "$ROOT/tests/"
  fi
  cat >"$ROOT/etc/vm.conf" <<END
MODE=$MODE
TEST_SECONDS=$TEST_SECONDS
ABI_TEST_WITHOUT="$without"
WORDS_OF_TROUBLE='$WORDS_OF_TROUBLE'
END
  (cd "$ROOT" && find . | cpio -o -H newc --quiet) | gzip -1 \
    >$CACHE/initramfs-$MODE.gz
}

# Boots once. Sets QEMU_STATUS.
boot() {
  set +e
  timeout "$BOOT_SECONDS" qemu-system-x86_64 -machine q35 -cpu max \
    -accel tcg,thread=multi -smp 2 -m $MEMORY -nodefaults -no-user-config \
    -display none -serial stdio -monitor none -no-reboot \
    -kernel "$KERNEL" -initrd $CACHE/initramfs-$MODE.gz \
    -append "console=ttyS0 panic=-1 oops=panic quiet loglevel=4" \
    -device isa-debug-exit,iobase=0x501,iosize=1 \
    </dev/null 2>&1 | tr -d '\r' | tee "$CONSOLE"
  QEMU_STATUS=${PIPESTATUS[0]}
  set -e
}

# The names in the oracle's list whose lines begin with this: nothing, ! or ?.
listed() {
  sed -nE "s/^$1([a-z][^ ]*).*/\\1/p" tests/vm/oracle-6.1.txt | sort
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
    say "mainline does not differ in what tests/vm/oracle-6.1.txt lists"
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
