#!/usr/bin/env bash
# Builds Debian's kernel source with KASAN, lockdep and kmemleak, small enough
# for a virtual machine. Half an hour; does nothing if it was done.
#
# usage: build-debug-kernel.sh CACHE    # result: CACHE/debug-build
set -euo pipefail
CACHE=$(realpath "$1")
cd "$(dirname "$0")"
BUILD=$CACHE/debug-build
SOURCE=$CACHE/debug-source
PACKAGE=linux-source-6.1

# Of the configuration and of the source: another one is another kernel.
mkdir -p "$CACHE/deb" "$BUILD"
if ! compgen -G "$CACHE/deb/${PACKAGE}_*.deb" >/dev/null; then
  (cd "$CACHE/deb" && apt-get download -qq $PACKAGE)
fi
deb=$(compgen -G "$CACHE/deb/${PACKAGE}_*.deb" | tail -1)
version="$(basename "$deb") $(sha256sum <debug-kernel.config)"
if [ -e "$BUILD/version" ] && [ "$(<"$BUILD/version")" = "$version" ]; then
  exit
fi

echo "vm: building a kernel that checks itself; this takes half an hour"
if [ ! -e "$SOURCE/Makefile" ]; then
  mkdir -p "$SOURCE"
  dpkg --fsys-tarfile "$deb" | tar -xO "./usr/src/$PACKAGE.tar.xz" |
    tar -xJ -C "$SOURCE" --strip-components=1
fi
make -s -C "$SOURCE" O="$BUILD" tinyconfig
(cd "$BUILD" && "$SOURCE/scripts/kconfig/merge_config.sh" -m .config \
  "$OLDPWD/debug-kernel.config" >/dev/null)
make -s -C "$SOURCE" O="$BUILD" olddefconfig
# An option that did not take would make the tests pass for nothing.
for option in KASAN PROVE_LOCKING DEBUG_KMEMLEAK DEBUG_ATOMIC_SLEEP MODULES \
  MMU_NOTIFIER IOMMU_SVA DEVTMPFS DEBUG_FS FILE_LOCKING CROSS_MEMORY_ATTACH; do
  if ! grep -q "^CONFIG_$option=y" "$BUILD/.config"; then
    echo "vm: the kernel's configuration lost CONFIG_$option" >&2
    exit 1
  fi
done
nice -n 10 make -s -C "$SOURCE" O="$BUILD" -j"$(nproc)" bzImage modules
echo "$version" >"$BUILD/version"
