#!/bin/busybox sh
# shellcheck shell=dash disable=SC2086
# Published vectors, and other libraries, against the daemon on simulated
# accelerators.
AREA=vectors
# shellcheck source=tests/vm/guest/common.sh
. /tests/common.sh

load_simulation zip_devices=1 sec_devices=1 queues=4
LIMITS='max_connection_age_ms: 30000'
configure 'device { uacce {} } keys { max_keys: 8192 }'
check it_starts start
daemon_vectors /share/daemon_vectors.txt || failed=1
daemon_interop || failed=1
stop

# An accelerator of version 2 has less, and the daemon knows.
check simulation_of_version_3_unloads rmmod uacce_sim
check simulation_of_version_2_loads insmod /modules/uacce_sim.ko version=2
configure 'device { uacce {} }'
check it_starts_on_version_2 start
head -c 100000 /bin/busybox >$WORK/data
check version_2_compresses uaccectl --mode hardware-only compress -f gzip \
  $WORK/data -o $WORK/data.gz
gzip -dc $WORK/data.gz >$WORK/back
check version_2_compresses_rightly cmp $WORK/back $WORK/data
uaccectl --mode hardware-only digest $WORK/data >$WORK/digest
check version_2_hashes_rightly grep -q \
  "$(sha256sum <$WORK/data | cut -d' ' -f1)" $WORK/digest
stop
unload_simulation
finish
