#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

void TestFork(Checks& checks, ProbeDevice& device) {
  Fd queue = OpenQueue(device);
  Mapping dus(queue, kRegionDus, kDusBytes);
  Mapping mmio(queue, kRegionMmio, kMmioBytes);

  pid_t child = fork();
  if (child == 0) {
    _exit(SignalOfTouch(dus.words()));
  }
  checks.Equal("fork.child_has_no_dus", ExitOf(child), SIGSEGV);
  child = fork();
  if (child == 0) {
    _exit(SignalOfTouch(mmio.words()));
  }
  checks.Equal("fork.child_has_no_mmio", ExitOf(child), SIGSEGV);
  checks.Equal("fork.parent_has_them", SignalOfTouch(dus.words()), 0);

  child = fork();
  if (child == 0) {
    _exit(Start(queue) == 0 ? 0 : 1);
  }
  checks.Equal("fork.child_can_start", ExitOf(child), 0);
  checks.Equal("fork.what_the_child_started_is_started", Start(queue), -EINVAL);
  child = fork();
  if (child == 0) {
    _exit(static_cast<int>(-Mapping(queue, kRegionDus, kDusBytes).result()));
  }
  checks.Equal("fork.child_cannot_map_what_is_mapped", ExitOf(child), EEXIST);
  dus.Unmap();
  child = fork();
  if (child == 0) {
    const Mapping own(queue, kRegionDus, kDusBytes);
    _exit(own.result() == 0 ? SignalOfTouch(own.words()) : 100);
  }
  checks.Equal("fork.child_can_map_what_is_not", ExitOf(child), 0);
  mmio.Unmap();
  queue.Close();
  checks.Equal("fork.child_calls_the_same_queue", device.State().events,
               std::string("gmmsmxp"));
}

void TestHeldByChild(Checks& checks, ProbeDevice& device) {
  int gate[2];
  if (pipe(gate) != 0) {
    std::abort();
  }
  device.Clear();
  Fd queue = OpenQueue(device);
  Start(queue);
  const pid_t child = fork();
  if (child == 0) {
    close(gate[1]);
    char byte;
    _exit(read(gate[0], &byte, 1) == 0 ? 0 : 1);
  }
  close(gate[0]);
  queue.Close();
  checks.Equal("fork.a_child_keeps_the_queue", device.State().events,
               std::string("gs"));
  close(gate[1]);
  checks.Equal("fork.the_child_ends", ExitOf(child), 0);
  checks.Equal("fork.the_last_close_puts_it", device.EventsWithin10s("gsxp"),
               std::string("gsxp"));

  device.Clear();
  queue.Close();
  {
    const Fd again = OpenQueue(device);
    const Fd copy(dup(again.get()));
    Start(copy);
    checks.Equal("dup.is_the_same_queue", Start(again), -EINVAL);
  }
  checks.Equal("dup.is_put_once", device.State().events, std::string("gsxp"));
}

void TestExec(Checks& checks, ProbeDevice& device) {
  device.Clear();
  const pid_t child = fork();
  if (child == 0) {
    const Fd queue = OpenQueue(device);
    Start(queue);
    execl("/bin/busybox", "true", nullptr);
    _exit(99);
  }
  checks.Equal("exec.works", ExitOf(child), 0);
  checks.Equal("exec.closes_the_queue", device.EventsWithin10s("gsxp"),
               std::string("gsxp"));
}

[[noreturn]] void UseUntilKilled(const ProbeDevice& device) {
  const Fd queue = OpenQueue(device);
  const Mapping mmio(queue, kRegionMmio, kMmioBytes);
  for (;;) {
    const Mapping dus(queue, kRegionDus, kDusBytes);
    Start(queue);
    dus.words()[0] = mmio.words()[0];
    Put(queue);
  }
}

void TestKill(Checks& checks, ProbeDevice& device) {
  device.Clear();
  int told[2];
  char byte;
  if (pipe(told) != 0) {
    std::abort();
  }
  pid_t child = fork();
  if (child == 0) {
    const Fd queue = OpenQueue(device);
    Mapping dus(queue, kRegionDus, kDusBytes);
    Start(queue);
    _exit(write(told[1], "x", 1) == 1 && pause() ? 1 : 0);
  }
  checks.Equal("kill.child_is_at_work", read(told[0], &byte, 1), 1);
  kill(child, SIGKILL);
  checks.Equal("kill.child_ends", ExitOf(child), -SIGKILL);
  checks.Equal("kill.stops_and_puts", device.EventsWithin10s("gmsxp"),
               std::string("gmsxp"));

  srand(1);
  for (int round = 0; round < 30; ++round) {
    child = fork();
    if (child == 0) {
      UseUntilKilled(device);
    }
    usleep(static_cast<useconds_t>(rand() % 20'000));
    kill(child, SIGKILL);
    ExitOf(child);
  }
  device.Clear();
  for (int i = 0; i < 1000 && device.State().queues != 0; ++i) {
    usleep(10'000);
  }
  const SlotState state = device.State();
  checks.Equal("kill.at_any_time_frees_the_queue", state.queues, 0);
  checks.Equal("kill.unmaps_before_the_queue_is_put", state.mapped, 0);
  close(told[0]);
  close(told[1]);
}

}  // namespace

void TestProcesses(Checks& checks) {
  ProbeDevice device(0);
  TestFork(checks, device);
  TestHeldByChild(checks, device);
  TestExec(checks, device);
  TestKill(checks, device);
}

// madvise() can undo DONTCOPY, except of device memory.
void TestDoFork(Checks& checks) {
  ProbeDevice device(0);
  const Fd queue = OpenQueue(device);
  Mapping dus(queue, kRegionDus, kDusBytes);
  if (madvise(dus.bytes(), kDusBytes, MADV_DOFORK) != 0) {
    checks.Skip("dofork.child_cannot_touch_it", "refused by this kernel");
    return;
  }
  const pid_t child = fork();
  if (child == 0) {
    _exit(SignalOfTouch(dus.words()));
  }
  checks.Equal("dofork.child_cannot_touch_it", ExitOf(child), SIGBUS);
  checks.Equal("dofork.parent_still_has_it", SignalOfTouch(dus.words()), 0);
  checks.Equal("dofork.region_is_still_mapped",
               Mapping(queue, kRegionDus, kDusBytes).result(), -EEXIST);
}

}  // namespace uacced::vm
