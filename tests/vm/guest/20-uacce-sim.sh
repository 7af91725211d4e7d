#!/bin/busybox sh
# shellcheck shell=dash
# The simulated accelerators: what they compute, and what they put up with.
set -e
for module in ecb ctr sha512_generic libdes des_generic cmac xcbc; do
  # A kernel with everything built in has none.
  if [ -e /modules/$module.ko ]; then insmod /modules/$module.ko; fi
done
insmod /modules/uacce.ko
insmod /modules/uacce_sim.ko
status=0
uacce_sim_test || status=$?
rmmod uacce_sim
rmmod uacce
exit $status
