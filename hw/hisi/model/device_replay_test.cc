// Faults over many operations: the same again by their seed, as many as the
// rule says, and with a driver that goes on.
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "hw/device.h"
#include "hw/hisi/model/fault_rule.h"
#include "hw/hisi/model/ring_probe.h"
#include "hw/hisi/model/test_model.h"

namespace uacced::hw::hisi {
namespace {

TEST(DeviceReplayTest, SameSeedMisbehavesInTheSameWay) {
  const auto run = [](uint64_t seed) {
    const auto model = MakeModel({.sq_depth = 64});
    for (const FaultRule& rule :
         {FaultRule{.kind = FaultKind::kStatus, .per_mille = 200, .code = 0x10},
          FaultRule{.kind = FaultKind::kLoseCompletion, .per_mille = 50},
          FaultRule{.kind = FaultKind::kDuplicateCompletion,
          .per_mille = 90}}) {
      FaultRule seeded = rule;
      seeded.sqn = 0;
      seeded.count = 0;
      seeded.seed = seed + static_cast<uint64_t>(rule.kind);
      EXPECT_TRUE(model->AddFault(seeded).ok());
    }
    const auto queue = OpenStarted(*model);
    const auto other = OpenStarted(*model);
    RingProbe probe(*queue), other_probe(*other);
    std::string story;
    for (uint32_t lap = 0; lap < 100; ++lap) {
      for (uint32_t i = 0; i < 30; ++i) probe.Put(Numbered(i));
      probe.RingTail();
      while (model->counters().executed < lap * 31 + 30) {
        std::this_thread::yield();
      }
      // When this one is through, so are the completions of those.
      other_probe.Put({});
      other_probe.RingTail();
      other_probe.Wait();
      other_probe.RingHead(false);
      while (const auto cqe = probe.Take()) {
        story += std::to_string(cqe->sq_head);
        story += probe.Get(cqe->sq_head)[3] == 0x10 ? '!' : '.';
      }
      probe.RingHead(false);
    }
    return story;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(DeviceReplayTest, RulesCountTheSameWithSeveralWorkers) {
  const auto model = MakeModel({.sq_depth = 64, .workers = 3});
  ASSERT_TRUE(
      model
          ->AddFault(
              {.skip_count = 100, .count = 50, .per_mille = 500, .code = 7})
          .ok());
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  int failed = 0;
  for (int i = 0; i < 1000; ++i) {
    for (int n = 0; n < 20; ++n) probe.Put({});
    probe.RingTail();
    for (int n = 0; n < 20; ++n) {
      failed += probe.Get(probe.Wait().sq_head)[3] == 7 ? 1 : 0;
    }
    probe.RingHead(false);
  }
  EXPECT_EQ(failed, 50);
  EXPECT_EQ(model->Faults()[0].hits, 50);
  EXPECT_EQ(model->Faults()[0].seen, 20'000);
}

TEST(DeviceReplayTest, DeviceMayBeTakenAwayAtAnyTime) {
  const auto model = MakeModel({.queue_count = 8, .workers = 2});
  std::atomic<bool> stop{false};
  std::atomic<uint32_t> started{0};
  std::thread driver([&] {
    while (!stop.load()) {
      auto queue = model->OpenQueue(0);
      if (!queue.ok() || !(*queue)->Start().ok()) {
        std::this_thread::yield();
        continue;
      }
      ++started;
      RingProbe probe(**queue);
      for (int i = 0; i < 50 && !probe.tx_stopped(); ++i) {
        probe.Put({});
        probe.RingTail();
        probe.RingHead(true);
        while (!probe.Take() && !probe.rx_stopped()) std::this_thread::yield();
      }
    }
  });
  for (int i = 0; i < 300; ++i) {
    for (const FaultKind kind :
         {FaultKind::kDeviceReset, FaultKind::kIsolate, FaultKind::kRemove}) {
      EXPECT_TRUE(model->AddFault({.kind = kind, .at_once = true}).ok());
      const uint32_t before = started;
      model->ClearFaults();
      EXPECT_TRUE(model->AddFault({.kind = kind, .skip_count = 5}).ok());
      EXPECT_TRUE(model->AddFault({.kind = FaultKind::kQueueStop}).ok());
      while (started == before) {
        // A worker may have met the last fault before it was cleared, and take
        // the device away only now.
        if (model->presence() != Presence::kPresent) model->ClearFaults();
        std::this_thread::yield();
      }
    }
  }
  model->ClearFaults();
  stop.store(true);
  driver.join();
  EXPECT_EQ(model->presence(), Presence::kPresent);
}

}  // namespace
}  // namespace uacced::hw::hisi
