#!/bin/busybox sh
# shellcheck shell=dash
# The user ABI of uacce, on devices of a driver without hardware.
set -e
# Parts that this uacce does not survive.
# shellcheck source=/dev/null
. /etc/vm.conf
insmod /modules/uacce.ko
insmod /modules/uacce_probe.ko
status=0
# shellcheck disable=SC2086
uacce_abi_test $ABI_TEST_WITHOUT || status=$?
rmmod uacce_probe
rmmod uacce
exit $status
