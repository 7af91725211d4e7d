# shellcheck shell=bash disable=SC2034
# Debian's kernels for tools/vm.sh, which reads this in. Everything stays below
# $CACHE. The series is 6.1, of the distribution, or 6.12, of its backports.

# apt for a series. Backports have an apt of their own, so that the machine's
# stays as it is: their address is that of the distribution.
apt_for() {
  local series=$1 folder
  shift
  if [ "$series" = 6.1 ]; then
    "$@"
    return
  fi
  folder=$(realpath "$CACHE")/apt
  if [ ! -e "$folder/done" ]; then
    mkdir -p "$folder/state/lists" "$folder/cache/archives/partial"
    # shellcheck disable=SC2016
    echo "deb $(apt-get indextargets --format '$(REPO_URI)' \
      'Created-By: Packages' 'Codename: bookworm' 'Component: main' | head -1)" \
      "bookworm-backports main" >"$folder/sources.list"
    cat >"$folder/apt.conf" <<END
Dir::State "$folder/state";
Dir::State::Lists "$folder/state/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$folder/cache";
Dir::Etc::SourceList "$folder/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "root";
END
    APT_CONFIG=$folder/apt.conf apt-get update -qq >&2
    touch "$folder/done"
  fi
  APT_CONFIG=$folder/apt.conf "$@"
}

# fetch SERIES PACKAGE: its .deb, downloaded once; prints the path.
fetch() {
  local series=$1 package=$2 folder=$CACHE/deb
  mkdir -p "$folder"
  if ! compgen -G "$folder/${package}_*.deb" >/dev/null; then
    echo "vm: downloading $package" >&2
    (cd "$folder" && apt_for "$series" apt-get download -qq "$package" >&2)
  fi
  compgen -G "$folder/${package}_*.deb" | sort -V | tail -1
}

# What the kernel of a series is called, "6.1.0-56-amd64". Of 6.1 it is the one
# that headers are installed for: image and headers have to be the same.
find_release() {
  if [ "$1" = 6.1 ]; then
    compgen -G '/usr/src/linux-headers-6.1.0-*-amd64' | sort -V | tail -1 |
      sed 's,.*/linux-headers-,,'
  else
    apt_for "$1" apt-cache depends linux-headers-amd64 |
      sed -n 's/.*Depends: linux-headers-//p' | head -1
  fi
}

# Headers of 6.12, unpacked, because installing them would bring an image.
get_headers() {
  local series=$1 release=$2 folder=$3 package
  for package in "linux-headers-$release" "linux-kbuild-${release%-amd64}" \
    "linux-headers-${release%-amd64}-common"; do
    dpkg -x "$(fetch "$series" "$package")" "$folder"
  done
  # The one absolute path in there.
  sed -i "s#/usr/src/linux-headers#$(realpath "$folder")&#" \
    "$folder/usr/src/linux-headers-$release/Makefile"
}

# Image, modules and headers of a series. Sets RELEASE, KDIR, KERNEL and
# KERNEL_MODULES.
get_kernel() {
  local series=$1 folder
  RELEASE=$(find_release "$series")
  folder=$CACHE/$RELEASE
  if [ ! -e "$folder/done" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    dpkg -x "$(fetch "$series" "linux-image-$RELEASE")" "$folder"
    if [ "$series" != 6.1 ]; then
      get_headers "$series" "$RELEASE" "$folder"
    fi
    touch "$folder/done"
  fi
  KDIR=/usr/src/linux-headers-$RELEASE
  if [ "$series" != 6.1 ]; then KDIR=$folder$KDIR; fi
  KERNEL=$folder/boot/vmlinuz-$RELEASE
  KERNEL_MODULES=$folder/lib/modules/$RELEASE/kernel
}

# Mainline's driver and its header, out of Debian's source of the same kernel.
# Builds it. Sets ORACLE, the folder with src/include and uacce/uacce.ko.
get_oracle() {
  local series=$1 package
  ORACLE=$(realpath "$CACHE")/oracle-$series
  if [ ! -e "$ORACLE/done" ]; then
    package=$(fetch "$series" "linux-source-$series")
    rm -rf "$ORACLE"
    mkdir -p "$ORACLE/src" "$ORACLE/uacce"
    dpkg --fsys-tarfile "$package" |
      tar -xO "./usr/src/linux-source-$series.tar.xz" |
      tar -xJ -C "$ORACLE/src" --strip-components=1 --wildcards \
        '*/drivers/misc/uacce/uacce.c' '*/include/linux/uacce.h' \
        '*/include/uapi/misc/uacce/uacce.h'
    cp "$ORACLE/src/drivers/misc/uacce/uacce.c" "$ORACLE/uacce/"
    cat >"$ORACLE/uacce/Kbuild" <<END
obj-m := uacce.o
ccflags-y := -DCONFIG_UACCE_MODULE=1
END
    touch "$ORACLE/done"
  fi
  if ! make -s -C "$KDIR" M="$ORACLE/uacce" CONFIG_DEBUG_INFO_BTF_MODULES= \
    modules >"$ORACLE/log" 2>&1; then
    cat "$ORACLE/log" >&2
    return 1
  fi
}
