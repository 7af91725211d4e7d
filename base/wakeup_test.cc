#include "base/wakeup.h"

#include <poll.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/bounded_ring.h"
#include "base/worker_gate.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

bool Readable(int fd, int timeout_ms) {
  pollfd p{fd, POLLIN, 0};
  return poll(&p, 1, timeout_ms) == 1;
}

TEST(WakeupTest, SignalsOnlyASleeper) {
  Wakeup wakeup;
  wakeup.Notify();
  EXPECT_FALSE(Readable(wakeup.fd(), 0));
  wakeup.PrepareSleep();
  wakeup.Notify();
  wakeup.Notify();
  EXPECT_TRUE(Readable(wakeup.fd(), 0));
  wakeup.EndSleep();
  EXPECT_FALSE(Readable(wakeup.fd(), 0));
}

TEST(WakeupTest, EndSleepWithoutSignalLeavesNothingBehind) {
  Wakeup wakeup;
  wakeup.PrepareSleep();
  wakeup.EndSleep();
  wakeup.Notify();
  EXPECT_FALSE(Readable(wakeup.fd(), 0));
}

// A lost wake-up shows as a poll() that runs into its timeout.
TEST(WakeupTest, NoWakeupIsLostUnderContention) {
  constexpr int kProducers = 2, kEach = 20'000;
  Wakeup wakeup;
  BoundedRing<int> ring(16);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        while (!ring.TryPush(int{i})) std::this_thread::yield();
        wakeup.Notify();
      }
    });
  }
  int value = 0;
  for (int received = 0; received < kProducers * kEach;) {
    if (ring.TryPop(value)) {
      ++received;
      continue;
    }
    wakeup.PrepareSleep();
    if (ring.ApproximateSize() == 0) {
      ASSERT_TRUE(Readable(wakeup.fd(), 30'000)) << "after " << received;
    }
    wakeup.EndSleep();
  }
  for (auto& producer : producers) producer.join();
}

TEST(WorkerGateTest, EveryItemIsTakenAndAllStop) {
  constexpr int kWorkers = 3, kItems = 30'000;
  WorkerGate gate;
  BoundedRing<int> ring(16);
  std::atomic<int> taken{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> workers;
  for (int w = 0; w < kWorkers; ++w) {
    workers.emplace_back([&] {
      int value = 0;
      for (;;) {
        if (ring.TryPop(value)) {
          taken.fetch_add(1);
          continue;
        }
        const uint32_t ticket = gate.Prepare();
        if (ring.TryPop(value)) {
          gate.Cancel();
          taken.fetch_add(1);
        } else if (stop.load()) {
          gate.Cancel();
          return;
        } else {
          gate.Wait(ticket);
        }
      }
    });
  }
  for (int i = 0; i < kItems; ++i) {
    while (!ring.TryPush(int{i})) std::this_thread::yield();
    gate.Notify();
  }
  while (taken.load() < kItems) std::this_thread::yield();
  stop = true;
  gate.NotifyAll();
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(taken.load(), kItems);
}

}  // namespace
}  // namespace uacced
