// What threads do to each other: sleeping and waking, stopping and starting.
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/model/ring_probe.h"
#include "hw/hisi/model/test_model.h"

namespace uacced::hw::hisi {
namespace {

// So that threads meet at ever other points.
void Spin(uint32_t rounds) {
  std::atomic<uint32_t> left{rounds};
  while (left.load(std::memory_order_relaxed) > 0) {
    left.fetch_sub(1, std::memory_order_relaxed);
  }
}

// Sleeps on the event whenever nothing is there; a wake-up that is lost would
// be waited for in vain.
void RunAsleep(DeviceModelOptions options, uint32_t rounds) {
  const auto model = MakeModel(std::move(options));
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  std::minstd_rand random(5);
  uint32_t done = 0;
  for (uint32_t round = 0; round < rounds; ++round) {
    uint32_t left = 1 + random() % 3;
    for (uint32_t i = 0; i < left; ++i) probe.Put({});
    probe.RingTail();
    Spin(random() % 2000);
    while (left > 0) {
      while (probe.Take()) {
        --left;
        ++done;
      }
      probe.RingHead(true);
      if (left == 0) break;
      // A careful driver looks again before it sleeps; none has to.
      if (round % 2 == 0 && probe.Take()) {
        --left;
        ++done;
        continue;
      }
      ASSERT_TRUE(Readable(queue->event_fd(), 60'000)) << "round " << round;
      queue->DrainEvents();
    }
  }
  EXPECT_EQ(model->counters().completions, done);
}

TEST(DeviceStopTest, NoWakeUpIsLost) { RunAsleep({.sq_depth = 8}, 100'000); }

TEST(DeviceStopTest, NoWakeUpIsLostWithSeveralWorkers) {
  RunAsleep({.sq_depth = 4, .workers = 3}, 20'000);
}

TEST(DeviceStopTest, NoWakeUpIsLostWhenTheCqIsTheShorterRing) {
  RunAsleep({.sq_depth = 8, .cq_depth = 2}, 20'000);
}

// Memory that knows when nobody may use it.
class GuardedMemory final : public DmaSpace {
 public:
  bool Read(uint64_t /*address*/, MutableBytes /*out*/) override {
    return Look();
  }
  bool Write(uint64_t /*address*/, Bytes /*in*/) override { return Look(); }

  std::atomic<bool> closed{false};
  std::atomic<int> trespasses{0};

 private:
  bool Look() {
    if (closed.load()) ++trespasses;
    return true;
  }
};

void StopInTheMiddle(DeviceModelOptions options, int rounds) {
  GuardedMemory memory;
  options.memory = &memory;
  options.queue_count = 2;
  options.sq_depth = 64;
  const auto model = MakeModel(std::move(options));
  std::minstd_rand random(3);
  for (int round = 0; round < rounds; ++round) {
    const auto queue = OpenStarted(*model);
    RingProbe probe(*queue);
    Descriptor descriptor{};
    descriptor[4] = 100;  // Bytes of output.
    for (int i = 0; i < 60; ++i) probe.Put(descriptor);
    probe.RingTail();
    Spin(random() % 4000);
    queue->Stop();
    memory.closed.store(true);
    // A device that still writes here loses the race, and is seen to.
    std::memset(queue->dus(), 0x77, queue->dus_bytes());
    const auto barrier = OpenStarted(*model);
    RingProbe barrier_probe(*barrier);
    barrier_probe.Put({});
    barrier_probe.RingTail();
    barrier_probe.Wait();
    const std::vector<uint8_t> untouched(queue->dus_bytes(), 0x77);
    ASSERT_EQ(std::memcmp(queue->dus(), untouched.data(), untouched.size()), 0)
        << "round " << round;
    memory.closed.store(false);
  }
  EXPECT_EQ(memory.trespasses.load(), 0);
}

TEST(DeviceStopTest, NothingIsWrittenAfterStop) { StopInTheMiddle({}, 2000); }

TEST(DeviceStopTest, NothingIsWrittenAfterStopByAPollingDevice) {
  StopInTheMiddle({.poll = true}, 500);
}

TEST(DeviceStopTest, NothingIsWrittenAfterStopBySeveralWorkers) {
  StopInTheMiddle({.workers = 3}, 1000);
}

TEST(DeviceStopTest, WaitingCompletionsAreForgottenByStop) {
  StopInTheMiddle({.service = {.fixed_ns = 200'000}}, 200);
}

TEST(DeviceStopTest, StopWaitsForTheEngine) {
  const auto engine = std::make_shared<ProbeEngine>();
  std::atomic<int> inside{0};
  std::atomic<bool> entered{false}, go{false};
  engine->before = [&](const Descriptor&) {
    ++inside;
    entered.store(true);
    while (!go.load()) std::this_thread::yield();
    --inside;
  };
  const auto model = MakeModel({.engine = engine});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  for (int i = 0; i < 5; ++i) probe.Put({});
  probe.RingTail();
  while (!entered.load()) std::this_thread::yield();
  std::thread opener([&] { go.store(true); });
  queue->Stop();
  EXPECT_EQ(inside.load(), 0);
  opener.join();
  // Those behind it were not begun, or were ended as well.
  EXPECT_LE(model->counters().executed, 5);
}

TEST(DeviceStopTest, QueuesOfOneDeviceAreStartedAndStoppedByManyThreads) {
  const auto model = MakeModel({.queue_count = 3, .sq_depth = 8, .workers = 2});
  std::vector<std::thread> drivers;
  for (uint32_t i = 0; i < 3; ++i) {
    drivers.emplace_back([&model, i] {
      for (uint32_t round = 0; round < 200; ++round) {
        auto queue = OpenStarted(*model);
        RingProbe probe(*queue);
        for (uint32_t n = 0; n < 1 + (round + i) % 20; ++n) {
          probe.Put(Numbered(n));
          probe.RingTail();
          ASSERT_EQ(probe.Wait().sq_num, queue->facts().sqn);
          probe.RingHead(n % 2 == 0);
        }
      }
    });
  }
  for (std::thread& driver : drivers) driver.join();
  EXPECT_EQ(model->counters().completions, model->counters().executed);
}

}  // namespace
}  // namespace uacced::hw::hisi
