#!/bin/busybox sh
# shellcheck shell=dash
# Loading and unloading: in which order, beside whom, with what open.
failed=0
check() { # NAME WANTED-STATUS COMMAND...
  name=$1 wanted=$2
  shift 2
  if "$@" >/tmp/said 2>&1; then status=0; else status=1; fi
  if [ $status = "$wanted" ]; then
    echo "ok modules.$name"
  else
    echo "FAIL modules.$name: $(cat /tmp/said)"
    failed=1
  fi
}
COMMANDS=/sys/kernel/debug/uacce_probe/command

# Another uacce has the class.
check squatter_loads 0 insmod /modules/uacce_squatter.ko
check beside_another_it_is_refused 1 insmod /modules/uacce.ko
cp /tmp/said /tmp/refusal
# Linux 7 makes the one error the other: "exists" is for the module itself.
check that_is_because_the_class_exists 0 \
  grep -q "File exists\|Device or resource busy" /tmp/refusal
dmesg | tail -40 >/tmp/dmesg
check the_log_says_why 0 grep -q 'uacce: the class "uacce" is taken' /tmp/dmesg
check squatter_unloads 0 rmmod uacce_squatter

check a_driver_needs_it 1 insmod /modules/uacce_probe.ko
check it_loads 0 insmod /modules/uacce.ko
check twice_is_refused 1 insmod /modules/uacce.ko
check the_class_is_there 0 test -d /sys/class/uacce
check a_driver_loads 0 insmod /modules/uacce_probe.ko
check a_driver_keeps_it 1 rmmod uacce

# The driver may go while a queue is open, its module too.
echo "add 0 0" >$COMMANDS
exec 3<>/dev/uacce_probe-0
check a_driver_goes_with_a_queue_open 0 rmmod uacce_probe
check an_open_queue_keeps_it 1 rmmod uacce
check the_node_is_gone 1 test -e /dev/uacce_probe-0
check reading_the_file_calls_nobody 1 cat <&3
exec 3>&-
check it_unloads 0 rmmod uacce
check the_class_is_gone 1 test -e /sys/class/uacce

rounds=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
  insmod /modules/uacce.ko || break
  insmod /modules/uacce_probe.ko || break
  echo "add 0 40000000" >$COMMANDS
  echo "add 1 0" >$COMMANDS
  # The binding of this process is freed when the module already goes.
  exec 3<>/dev/uacce_probe-0
  exec 3>&-
  rmmod uacce_probe || break
  rmmod uacce || break
  rounds=$((rounds + 1))
done
check ten_times_in_a_row 0 test $rounds = 10
exit $failed
