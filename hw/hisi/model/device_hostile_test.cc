// Drivers that keep no rule. The device may answer what it likes, but it must
// live, keep to its queue, and serve a driver that behaves afterwards.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/model/fault_rule.h"
#include "hw/hisi/model/ring_probe.h"
#include "hw/hisi/model/test_model.h"
#include "hw/hisi/port.h"

namespace uacced::hw::hisi {
namespace {

// Other threads read this memory at any time.
void StoreWord(uint8_t* to, uint64_t value) {
  __atomic_store_n(reinterpret_cast<uint64_t*>(to), value, __ATOMIC_RELAXED);
}

uint64_t RandomDoorbell(std::mt19937_64& random, const QueuePort& port) {
  switch (random() % 4) {
    case 0:
      return random();
    case 1:  // Any command and index for this queue.
      return (random() & ~uint64_t{HISI_QM_V2_DOORBELL_SQN_MASK}) |
             port.facts().sqn;
    default:  // Near what is right.
      return (random() & 0x1'07ff'0000'1000) | port.facts().sqn;
  }
}

void Rave(DeviceModelOptions options, uint64_t rounds) {
  NoMemory memory;
  options.memory = &memory;
  const auto model = MakeModel(std::move(options));
  {
    const auto queue = OpenStarted(*model);
    std::mt19937_64 random(9);
    // The stop words are the last thing in the region, and not the driver's.
    const size_t words = queue->dus_bytes() / 8 - 1;
    uint64_t round = 0;
    for (; round < rounds || model->counters().executed == 0; ++round) {
      for (int i = 0; i < 64; ++i) {
        StoreWord(queue->dus() + random() % words * 8, random());
      }
      queue->mmio().Write64(
          random() % 16 == 0 ? random() % 1024 * 8 : HISI_QM_V2_DOORBELL_OFFSET,
          RandomDoorbell(random, *queue));
    }
    EXPECT_GT(model->counters().bad_doorbells, 0);
    EXPECT_EQ(model->counters().doorbells, round);
    RingProbe probe(*queue);
    EXPECT_FALSE(probe.tx_stopped());
    queue->Stop();
  }
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  for (uint32_t i = 0; i < 3000; ++i) {
    const uint32_t slot = probe.Put(Numbered(i));
    probe.RingTail();
    ASSERT_EQ(probe.Wait().sq_head, slot);
    ASSERT_EQ(probe.Get(slot)[1], ~i);
    probe.RingHead(false);
  }
}

TEST(DeviceHostileTest, SurvivesAnyRingAndDoorbell) {
  for (const uint32_t depth : {2, 5, 64, 1024})
    Rave({.sq_depth = depth}, 50'000);
}

TEST(DeviceHostileTest, SurvivesWithSeveralWorkers) {
  Rave({.sq_depth = 16, .cq_depth = 3, .workers = 3}, 50'000);
}

TEST(DeviceHostileTest, SurvivesWithFaultsOfItsOwn) {
  NoMemory memory;
  const auto model = MakeModel({.sq_depth = 8, .memory = &memory});
  for (const FaultKind kind :
       {FaultKind::kDuplicateCompletion, FaultKind::kUnknownTag,
        FaultKind::kWrongPhase, FaultKind::kLoseCompletion,
        FaultKind::kCorrupt}) {
    ASSERT_TRUE(model
                    ->AddFault({.kind = kind,
                                .count = 0,
                                .per_mille = 300,
                                .seed = static_cast<uint64_t>(kind)})
                    .ok());
  }
  const auto queue = OpenStarted(*model);
  std::mt19937_64 random(4);
  for (int i = 0; i < 200'000 || model->counters().completions == 0; ++i) {
    queue->mmio().Write64(HISI_QM_V2_DOORBELL_OFFSET,
                          RandomDoorbell(random, *queue));
  }
  uint64_t faults = 0;
  for (const uint64_t count : model->counters().faults) faults += count;
  EXPECT_GT(faults, 0);
}

TEST(DeviceHostileTest, SurvivesDoorbellsOfManyThreads) {
  const auto model = MakeModel({.sq_depth = 32, .workers = 2});
  const auto queue = OpenStarted(*model);
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    threads.emplace_back([&queue, seed] {
      std::mt19937_64 random(seed);
      for (int i = 0; i < 50'000; ++i) {
        queue->mmio().Write64(HISI_QM_V2_DOORBELL_OFFSET,
                              RandomDoorbell(random, *queue));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(model->counters().doorbells, 150'000);
}

}  // namespace
}  // namespace uacced::hw::hisi
