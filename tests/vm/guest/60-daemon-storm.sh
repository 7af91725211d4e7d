#!/bin/busybox sh
# shellcheck shell=dash disable=SC2086
# Random operations from many clients at once, each answer checked: as many as
# there are, then while accelerators come and go, then with one wrong bit.
AREA=storm
# shellcheck source=tests/vm/guest/common.sh
. /tests/common.sh

load_simulation zip_devices=2 sec_devices=2 queues=4
POLICY=$ALL_TO_HARDWARE
LIMITS='max_connection_age_ms: 30000'
configure 'device { uacce {} }'
check it_starts start
daemon_storm $SEED $STORM_OPERATIONS 99 || failed=1

# Each device goes and returns, one after the other.
start_storm $((SEED + 1)) 10000000 10
check clients_are_at_it await 300 further 800 50
for round in 1 2; do
  for device in hisi_zip-0 hisi_sec2-0 hisi_zip-1 hisi_sec2-1; do
    mark_progress
    echo "remove ms=700" >$CONTROLS/$device/control
    check "$device.is_missed_by_nobody.$round" await 300 further 400 10
  done
done
check removal_was_seen logged 'state=gone'
check return_was_seen logged 'state=probation'
end_storm || failed=1
stop
unload_simulation

# Would it be noticed? A model of the daemon's own gives out one wrong bit, and
# nothing but the storm's clients looks.
wrong_bit() { # ENGINE OPERATION
  configure "device { name: \"model\" hisi_model { engine: $1
    fault { kind: CORRUPT operation: \"$2\" skip: 100 count: 1 } } }"
  check "$2.with_a_wrong_bit.it_starts" start
  check "$2.with_a_wrong_bit.the_storm_fails" \
    test "$(daemon_storm $SEED 3000 0 >$WORK/storm 2>&1 || echo failed)" = failed
  check "$2.with_a_wrong_bit.one_is_wrong" grep -q ', 1 wrong, 0 lost, 0 twice' \
    $WORK/storm
  stop
}
wrong_bit ZIP decompress
wrong_bit SEC encrypt
finish
