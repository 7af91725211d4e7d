#!/bin/busybox sh
# shellcheck shell=dash disable=SC2086
# The daemon is killed under load, again and again, at random times. Its queues
# are free at once, the next one starts, and its clients, who lost nothing but
# time, have every operation answered rightly.
AREA=kills
# shellcheck source=tests/vm/guest/common.sh
. /tests/common.sh
ROUNDS=$KILL_ROUNDS

load_simulation zip_devices=1 sec_devices=1 queues=4
head -c 32 /dev/urandom >$WORK/kek
chmod 600 $WORK/kek
POLICY=$ALL_TO_HARDWARE
# Keys have to outlast it.
configure "device { uacce {} }
  keys { sealed_file { path: \"$WORK/keys\" key_file: \"$WORK/kek\" } }"
check it_starts start
start_storm $SEED 10000000 99
check clients_are_at_it await 300 further 80 5

awk -v seed=$SEED -v rounds=$ROUNDS 'BEGIN {
  srand(seed)
  for (i = 1; i <= rounds; i++) print i, int(100000 + rand() * 1400000)
}' >$WORK/times
# Hundredths of a second since the machine's start.
now() { cut -d' ' -f1 /proc/uptime | tr -d .; }
starting=0 coming_back=0 began=$(now)
while read -r round microseconds; do
  usleep $microseconds
  kill -KILL $daemon
  wait $daemon 2>/dev/null
  for device in hisi_zip-0 hisi_sec2-1; do
    await 50 free_queues $device 4 || {
      check $round.queues_of_$device.are_free false
      break 2
    }
  done
  killed=$(now)
  start || {
    check $round.it_starts false
    break
  }
  started=$(now)
  mark_progress
  await 300 further 80 5 || {
    check $round.all_clients_go_on false
    break
  }
  starting=$((starting + started - killed))
  coming_back=$((coming_back + $(now) - started))
  if dmesg | grep -E "$WORDS_OF_TROUBLE"; then
    check $round.the_kernel_is_well false
    break
  fi
  done_rounds=$round
done <$WORK/times
check all_rounds_are_survived test "$done_rounds" = $ROUNDS
echo "$done_rounds rounds in $(($(now) - began)) hundredths of a second," \
  "$starting of them until the daemon served," \
  "$coming_back until all clients went on"
end_storm || failed=1
check operations_were_sent_again grep -q ' [1-9][0-9]* sent again' $WORK/storm
stop
for device in hisi_zip-0 hisi_sec2-1; do
  check "$device.is_free_again" free_queues $device 4
done
unload_simulation
finish
