# shellcheck shell=dash disable=SC2034,SC2086
# What the scripts that test the daemon have in common; each sources this. AREA is
# what the names of its checks begin with.
WORK=/tmp/daemon
SOCKET=$WORK/socket
CONTROLS=/sys/kernel/debug/uacce_sim
export UACCED_SERVER=unix:$SOCKET
# What vm.sh decided.
# shellcheck source=/dev/null
. /etc/vm.conf
mkdir -p $WORK
failed=0
daemon=

# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@" >$WORK/said 2>&1; then
    echo "ok $AREA.$name"
  else
    echo "FAIL $AREA.$name"
    cat $WORK/said
    failed=1
  fi
}

# await TENTHS COMMAND...
await() {
  local left=$1
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ $left -gt 0 ] || return 1
    usleep 100000
  done
}

# load_simulation PARAMETER=VALUE...: the modules, and what they need.
load_simulation() {
  for module in ecb ctr sha512_generic libdes des_generic cmac xcbc; do
    # A kernel with everything built in has none.
    if [ -e /modules/$module.ko ]; then
      insmod /modules/$module.ko 2>/dev/null
    fi
  done
  check modules_load insmod /modules/uacce.ko
  check simulation_loads insmod /modules/uacce_sim.ko "$@"
}

unload_simulation() {
  check simulation_unloads rmmod uacce_sim
  check modules_unload rmmod uacce
}

# configure LINES: of the configuration. POLICY and LIMITS are lines of those.
configure() {
  cat >$WORK/config <<END
listener { unix { path: "$SOCKET" } }
device { name: "cpu" soft { workers: 1 } }
limits {
${LIMITS:-max_connection_age_ms: 1000}
}
policy {
  fallback_workers: 1
  timeouts_ms { compress: 60000 decompress: 60000 encrypt: 60000
                decrypt: 60000 digest: 60000 }
${POLICY:-}
}
$*
END
}

# Everything to the accelerators, however small.
ALL_TO_HARDWARE='offload_min_bytes { compress: 0 decompress: 0 encrypt: 0
                                    decrypt: 0 digest: 0 }'

logged() { grep -q "$1" $WORK/log; }

start() {
  # Without what the script has open.
  uacced --config $WORK/config 2>$WORK/log 5<&- &
  daemon=$!
  local i=0
  until logged 'main serving'; do
    i=$((i + 1))
    if [ $i = 400 ] || ! kill -0 $daemon 2>/dev/null; then
      cat $WORK/log
      return 1
    fi
    usleep 50000
  done
}

stop() {
  kill -TERM $daemon
  wait $daemon
}

free_queues() { [ "$(cat /sys/class/uacce/"$1"/available_instances)" = "$2" ]; }
state_of() { uaccectl devices | grep -q "^$1 .*$2"; }

# A storm in the background, and how far it is: `all` operations were answered
# rightly, `least` of them of the slowest client.
start_storm() { # SEED OPERATIONS PERCENT
  rm -f $WORK/progress
  daemon_storm "$@" $WORK/progress >$WORK/storm 2>&1 &
  storm=$!
  all=0 least=0
}
# The storm is so much further than it was.
further() { # ALL LEAST
  # shellcheck disable=SC2034
  read -r all_now least_now <$WORK/progress || return 1
  [ $((all_now - all)) -ge "$1" ] && [ $((least_now - least)) -ge "$2" ]
}
mark_progress() { read -r all least <$WORK/progress; }
end_storm() {
  kill -TERM $storm
  wait_for_storm
}
wait_for_storm() {
  wait $storm
  storm_status=$?
  cat $WORK/storm
  return $storm_status
}

# What came of the script, with what the daemon said last if it was not good.
finish() {
  [ $failed = 0 ] || tail -100 $WORK/log
  exit $failed
}
