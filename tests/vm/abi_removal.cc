#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

// What is left of a queue whose device went.
void TestAfterwards(Checks& checks, const ProbeDevice& device,
                    const Fd& queue) {
  unsigned value = 1;
  checks.Equal("removal.start", Start(queue), -ENXIO);
  checks.Equal("removal.put", Put(queue), -ENXIO);
  checks.Equal("removal.driver", Increment(queue, &value), -ENXIO);
  checks.Equal("removal.unknown", Unknown(queue), -ENXIO);
  checks.Equal("removal.poll", PollEvents(queue, 0), 0);
  checks.Equal("removal.poll_times_out", PollEvents(queue, 50), 0);
  checks.Equal("removal.mmap_of_no_region",
               Mapping(queue, 2, kPageBytes).result(), -EINVAL);
  const Fd gone = OpenQueue(device);
  checks.Equal("removal.open", ResultOf(gone.get()), -ENOENT);
  const std::string self = "/proc/self/fd/" + std::to_string(queue.get());
  const Fd again(open(self.c_str(), O_RDWR | O_CLOEXEC));
  checks.Equal("removal.open_through_the_old_file", ResultOf(again.get()),
               -ENODEV);
}

void TestWithQueues(Checks& checks) {
  ProbeDevice device(0);
  Fd started = OpenQueue(device);
  Fd mapped = OpenQueue(device);
  Fd plain = OpenQueue(device);
  Mapping dus(started, kRegionDus, kDusBytes);
  Mapping mmio(started, kRegionMmio, kMmioBytes);
  Mapping other(mapped, kRegionDus, kDusBytes);
  Start(started);
  for (const Mapping* mapping : {&dus, &mmio, &other}) {
    mapping->words()[0] = 1;
  }
  device.Set("ready", 1);
  device.Clear();
  device.Remove();

  const SlotState state = device.State();
  std::string events = state.events;
  checks.Equal("removal.puts_every_queue", state.queues, 0);
  checks.That("removal.stops_the_started_one_alone",
              events.size() == 4 && events.find('x') < events.rfind('p') &&
                  events.find('x') == events.rfind('x'),
              events);
  checks.Equal("removal.unmaps_before_the_driver_gets_memory_back",
               state.mapped, 0);
  checks.Equal("removal.touch_of_dus", SignalOfTouch(dus.words()), SIGBUS);
  checks.Equal("removal.touch_of_mmio", SignalOfTouch(mmio.words()), SIGBUS);
  checks.Equal("removal.touch_of_another_queues_dus",
               SignalOfTouch(other.words()), SIGBUS);
  checks.Equal("removal.mmap_of_what_is_mapped",
               Mapping(started, kRegionDus, kDusBytes).result(), -ENXIO);
  checks.Equal("removal.mmap_of_what_is_not",
               Mapping(plain, kRegionDus, kDusBytes).result(), -ENXIO);
  TestAfterwards(checks, device, started);

  // The number is free; who has the old file has nothing of the new device.
  ProbeDevice next(1);
  checks.Equal("removal.number_is_free", next.name(), device.name());
  checks.Equal("removal.old_file_stays_dead", Start(started), -ENXIO);
  checks.That("removal.new_device_works", OpenQueue(next).ok());
  checks.Equal("removal.munmap", dus.Unmap(), 0);
  started.Close();
  mmio.Unmap();
  mapped.Close();
  plain.Close();
  other.Unmap();
  checks.Equal("removal.no_op_is_called_afterwards", device.State().late, 0);
  checks.Equal("removal.closing_calls_nothing",
               static_cast<long>(device.State().events.size()), 4);
}

void TestSleeper(Checks& checks) {
  ProbeDevice device(0);
  const Fd queue = OpenQueue(device);
  std::atomic<long> events{-1};
  std::thread sleeper([&] { events = PollEvents(queue, 600); });
  usleep(200'000);
  device.Remove();
  sleeper.join();
  checks.Equal("removal.under_poll", events.load(), 0);
  checks.Equal("removal.under_poll_calls_nothing_late", device.State().late, 0);
}

// Does everything with a device that comes and goes.
void Use(const std::string& node, const std::atomic<bool>& stop) {
  while (!stop) {
    const Fd queue(open(node.c_str(), O_RDWR | O_CLOEXEC));
    if (!queue.ok()) {
      continue;
    }
    unsigned value = 0;
    Start(queue);
    for (int i = 0; i < 50 && !stop; ++i) {
      const Mapping dus(queue, kRegionDus, kDusBytes);
      PollEvents(queue, 0);
      Increment(queue, &value);
      Put(queue);
      Start(queue);
    }
  }
}

}  // namespace

void TestRemoval(Checks& checks) {
  TestWithQueues(checks);
  TestSleeper(checks);
}

void TestRemovalRace(Checks& checks) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> users;
  users.reserve(3);
  for (int i = 0; i < 3; ++i) {
    users.emplace_back([&stop] { Use("/dev/uacce_probe-0", stop); });
  }
  int late = 0;
  int mapped = 0;
  int left = 0;
  for (int round = 0; round < 40; ++round) {
    ProbeDevice device(round % 4);
    usleep(20'000 + 1000 * round);
    device.Remove();
    usleep(2'000);
    const SlotState state = device.State();
    late += state.late;
    mapped += state.mapped;
    left += state.queues;
  }
  stop = true;
  for (std::thread& user : users) {
    user.join();
  }
  checks.Equal("race.no_op_is_called_afterwards", late, 0);
  checks.Equal("race.unmapped_before_the_driver_gets_memory_back", mapped, 0);
  checks.Equal("race.no_queue_is_left", left, 0);
}

}  // namespace uacced::vm
