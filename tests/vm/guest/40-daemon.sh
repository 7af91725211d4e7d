#!/bin/busybox sh
# shellcheck shell=dash disable=SC2086,SC2317
# The daemon on the queue files of simulated accelerators: what it computes there,
# and what becomes of it when they are busy, go, come back, or it is killed.
AREA=daemon
# shellcheck source=tests/vm/guest/common.sh
. /tests/common.sh

# The last execution was on a simulated device.
on_device() {
  grep -q '"path":"hardware"' $WORK/execution &&
    grep -q '"simulated":true' $WORK/execution
}
run() { # NAME COMMAND...
  local name=$1
  shift
  check "$name" uaccectl --json -v --mode hardware-only "$@"
  cp $WORK/said $WORK/execution
  check "$name.on_the_device" on_device
}

# no_errors: of the figures of bench.
no_errors() {
  cat "$1"
  grep -q '"errors":0,' "$1" && grep -q '"wrong_answers":0[,}]' "$1" &&
    ! grep -q '"operations":0,' "$1"
}

load_simulation zip_devices=2 sec_devices=1 queues=4

# The round.
configure 'device { uacce {} }'
check it_starts start
check it_finds_them logged 'accelerators found.*count=3'
uaccectl devices
for device in hisi_zip-0 hisi_zip-1 hisi_sec2-2; do
  check "$device.is_simulated_hardware" state_of $device \
    'hardware (simulated) .*up'
done
head -c 700000 /bin/busybox >$WORK/data
run compress compress -f gzip $WORK/data -o $WORK/data.gz
gzip -dc $WORK/data.gz >$WORK/back
check compress.is_right cmp $WORK/back $WORK/data
gzip -c $WORK/data >$WORK/theirs.gz
# A member is one stream: the CPU's, unless it must not be.
run decompress decompress $WORK/theirs.gz -o $WORK/back
check decompress.is_right cmp $WORK/back $WORK/data
uaccectl keys create demo >/dev/null
run encrypt encrypt -k demo $WORK/data -o $WORK/secret
run decrypt decrypt $WORK/secret -o $WORK/back
check decrypt.is_right cmp $WORK/back $WORK/data
run digest digest $WORK/data
check digest.is_right grep -q "$(sha256sum <$WORK/data | cut -d' ' -f1)" \
  $WORK/execution
for operation in compress decompress "encrypt --key demo" "decrypt --key demo" \
  digest; do
  uaccectl bench --json --operation $operation --verify --mode hardware-only \
    --size 16K --in-flight 8 --duration 2s >$WORK/bench 2>&1
  check "bench.${operation%% *}" no_errors $WORK/bench
done

# Away and back, under load.
uaccectl bench --json --operation compress --verify --size 16K --in-flight 8 \
  --duration 10s >$WORK/bench 2>&1 &
bench=$!
sleep 2
for device in hisi_zip-0 hisi_zip-1; do
  echo "remove ms=1500" >$CONTROLS/$device/control
  usleep 700000
done
wait $bench
check removal_under_load no_errors $WORK/bench
check removal_was_seen logged 'name=hisi_zip-0 state=gone'
check return_was_seen logged 'name=hisi_zip-0 state=probation'
check it_is_back await 50 state_of hisi_zip-0 '\(up\|probation\)'

# The kernel resets a device, and isolates it.
uaccectl bench --json --operation compress --verify --size 16K --in-flight 8 \
  --duration 6s >$WORK/bench 2>&1 &
bench=$!
sleep 1
echo "reset ms=500" >$CONTROLS/hisi_zip-0/control
sleep 1
echo isolate >$CONTROLS/hisi_zip-1/control
check isolation_is_seen await 50 state_of hisi_zip-1 isolated
echo unisolate >$CONTROLS/hisi_zip-1/control
check the_end_of_isolation_is_seen await 50 state_of hisi_zip-1 \
  '\(up\|probation\)'
wait $bench
check reset_under_load no_errors $WORK/bench
check the_reset_was_seen logged 'queue lost.*reason=stopped'

# An idle device is removed, too, and nobody touches it meanwhile. The simulation
# counts its devices of each kind, uacce all of them.
echo remove >$CONTROLS/hisi_sec2-0/control
check an_idle_device_goes await 50 state_of hisi_sec2-2 gone
echo return >$CONTROLS/hisi_sec2-0/control
check an_idle_device_returns await 50 state_of hisi_sec2-2 '\(up\|probation\)'
check it_lives kill -0 $daemon

# Killed under load: all queues are free again.
uaccectl bench --operation compress --size 16K --in-flight 8 --duration 3s \
  >/dev/null 2>&1 &
bench=$!
sleep 1
kill -KILL $daemon
wait $daemon
wait $bench
for device in hisi_zip-0 hisi_zip-1 hisi_sec2-2; do
  check "$device.is_free_again" await 50 free_queues $device 4
done
rm -f $SOCKET

# One is isolated when it starts.
echo isolate >$CONTROLS/hisi_zip-0/control
check it_starts_beside_an_isolated_one start
check which_it_knows state_of hisi_zip-0 isolated
check the_others_work uaccectl --mode hardware-only compress $WORK/data \
  -o $WORK/data.gz
echo unisolate >$CONTROLS/hisi_zip-0/control
check it_comes_in await 50 state_of hisi_zip-0 '\(up\|probation\)'
stop

# Others have queues.
configure 'device { uacce { device: "hisi_zip-1" queues: 2 } }'
exec 5<>/dev/hisi_zip-1
check with_fewer_queues_it_starts start
check it_says_so logged 'fewer queues than configured.*no free queue'
check with_fewer_queues_it_works uaccectl --mode hardware-only compress \
  $WORK/data -o $WORK/data.gz
check it_has_three free_queues hisi_zip-1 0
exec 5>&-
check it_takes_the_fourth await 200 logged 'got a queue that others had'
stop
check it_gives_them_back free_queues hisi_zip-1 4
exec 5<>/dev/hisi_zip-1 6<>/dev/hisi_zip-1 7<>/dev/hisi_zip-1
uacced --config $WORK/config 2>$WORK/log
check without_queues_it_does_not_start test $? = 1
check it_says_why logged 'no free queue at /dev/hisi_zip-1'
exec 5>&- 6>&- 7>&-

unload_simulation
finish
