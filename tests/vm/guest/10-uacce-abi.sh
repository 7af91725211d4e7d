#!/bin/busybox sh
# shellcheck shell=dash
# The user ABI of uacce, on devices of a driver without hardware.
set -e
insmod /modules/uacce.ko
insmod /modules/uacce_probe.ko
status=0
uacce_abi_test || status=$?
rmmod uacce_probe
rmmod uacce
exit $status
