#!/bin/busybox sh
# shellcheck shell=dash
# Anything in any order, in several processes.
set -e
# shellcheck source=/dev/null
. /etc/vm.conf
insmod /modules/uacce.ko
insmod /modules/uacce_probe.ko
status=0
uacce_stress "$STRESS_STEPS" "$SEED" || status=$?
rmmod uacce_probe
rmmod uacce
exit $status
