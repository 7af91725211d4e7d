#include "hw/hisi/model/device_model.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "gtest/gtest.h"
#include "hw/device.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/model/ring_probe.h"
#include "hw/hisi/model/test_model.h"

namespace uacced::hw::hisi {
namespace {

TEST(DeviceModelTest, SaysWhatSysfsSays) {
  const auto zip = MakeModel({.name = "hisi_zip-3", .numa_node = 1});
  EXPECT_EQ(zip->facts().name, "hisi_zip-3");
  EXPECT_EQ(zip->facts().engine, Port::Engine::kZip);
  EXPECT_EQ(zip->facts().api, "hisi_qm_v2");
  EXPECT_EQ(zip->facts().algorithms, "zlib\ngzip\ndeflate");
  EXPECT_EQ(zip->facts().numa_node, 1);
  EXPECT_TRUE(zip->facts().simulated);
  EXPECT_EQ(zip->presence(), Presence::kPresent);
  const auto sec = MakeModel({.engine_kind = Port::Engine::kSec, .version = 3});
  EXPECT_EQ(sec->facts().api, "hisi_qm_v3");
  EXPECT_EQ(sec->facts().algorithms, "cipher\ndigest\naead");
}

TEST(DeviceModelTest, RefusesOptionsOutOfRange) {
  const auto refuses = [](DeviceModelOptions options) {
    options.engine = std::make_shared<ProbeEngine>();
    return absl::IsInvalidArgument(DeviceModel::Create(options).status());
  };
  EXPECT_FALSE(refuses({}));
  EXPECT_TRUE(refuses({.version = 0}));
  EXPECT_TRUE(refuses({.version = 4}));
  EXPECT_TRUE(refuses({.queue_count = 0}));
  EXPECT_TRUE(refuses({.queue_count = 1025}));
  EXPECT_TRUE(refuses({.sq_depth = 1}));
  EXPECT_TRUE(refuses({.sq_depth = 1025}));
  EXPECT_TRUE(refuses({.cq_depth = 1}));
  EXPECT_TRUE(refuses({.workers = 0}));
  EXPECT_TRUE(refuses({.workers = 65}));
  EXPECT_TRUE(refuses({.service = {.fixed_ns = 1'000'000'001}}));
  EXPECT_TRUE(absl::IsInvalidArgument(DeviceModel::Create({}).status()));
}

TEST(DeviceModelTest, ExecutesADescriptorAndWritesBackWhatChanged) {
  const auto model = MakeModel({.version = 3, .queue_count = 2});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  Descriptor descriptor;
  for (uint32_t i = 0; i < 32; ++i) descriptor[i] = 0x01010101 * i;
  descriptor[4] = 0;
  const uint32_t slot = probe.Put(descriptor);
  probe.RingTail();
  const RingProbe::Cqe cqe = probe.Wait();
  EXPECT_EQ(cqe.sq_head, slot);
  EXPECT_EQ(cqe.sq_num, queue->facts().sqn);
  descriptor[1] = ~descriptor[0];
  descriptor[2] = 3 << 16;
  descriptor[3] = 0;
  EXPECT_EQ(probe.Get(slot), descriptor);
  EXPECT_EQ(model->counters().executed, 1);
  EXPECT_EQ(model->counters().completions, 1);
}

// Keeps the ring as full as it may be, with a check of every completion.
void RunLaps(QueuePort& queue, uint32_t laps) {
  RingProbe probe(queue);
  const uint32_t depth = queue.facts().sq_depth;
  const uint32_t total = laps * depth + 1;
  uint32_t sent = 0;
  for (uint32_t done = 0; done < total;) {
    while (sent < total && sent - done < depth - 1) {
      ASSERT_EQ(probe.Put(Numbered(sent)), sent % depth);
      ++sent;
    }
    probe.RingTail();
    std::optional<RingProbe::Cqe> cqe = probe.Wait();
    for (; cqe; cqe = probe.Take()) {
      ASSERT_EQ(cqe->sq_head, done % depth);
      ASSERT_EQ(cqe->sq_num, queue.facts().sqn);
      ASSERT_EQ(probe.Get(cqe->sq_head)[1], ~done);
      ++done;
    }
    probe.RingHead(false);
  }
  EXPECT_FALSE(probe.Take().has_value());
}

TEST(DeviceModelTest, WrapsWithTheRightPhaseForThousandsOfLaps) {
  for (const uint32_t depth : {2, 3, 4, 5, 8, 13, 64, 1000, 1024}) {
    const auto model = MakeModel({.queue_count = 2, .sq_depth = depth});
    const auto first = model->OpenQueue(0);  // So that ours is not number 0.
    RunLaps(*OpenStarted(*model), std::clamp(80'000 / depth, 80u, 4'000u));
  }
}

// Few, because two threads that spin take long on a machine that is busy.
TEST(DeviceModelTest, WrapsWhenItPollsToo) {
  for (const uint32_t depth : {2, 7, 1024}) {
    const auto model = MakeModel({.sq_depth = depth, .poll = true});
    RunLaps(*OpenStarted(*model), std::clamp(4'000 / depth, 40u, 200u));
  }
}

TEST(DeviceModelTest, RingsMayDifferInDepth) {
  for (const uint32_t cq_depth : {2, 5, 16, 1024}) {
    const auto model = MakeModel({.sq_depth = 8, .cq_depth = cq_depth});
    EXPECT_EQ(model->OpenQueue(0).value()->facts().cq_depth, cq_depth);
    RunLaps(*OpenStarted(*model), 500);
  }
}

TEST(DeviceModelTest, FirstCompletionAfterStartIsSignalled) {
  const auto model = MakeModel({});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  EXPECT_FALSE(Readable(queue->event_fd(), 0));
  probe.Put({});
  probe.RingTail();
  ASSERT_TRUE(Readable(queue->event_fd(), -1));
  EXPECT_TRUE(Readable(queue->event_fd(), -1));  // Level.
  queue->DrainEvents();
  EXPECT_FALSE(Readable(queue->event_fd(), 0));
  EXPECT_TRUE(probe.Take().has_value());
  EXPECT_EQ(model->counters().interrupts, 1);
}

TEST(DeviceModelTest, ArmedQueueSignalsOnceAndAtOnceWhenThereIsSomething) {
  const auto model = MakeModel({});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  probe.RingHead(false);  // Disarms.
  for (int i = 0; i < 3; ++i) probe.Put({});
  probe.RingTail();
  probe.Wait();
  probe.Wait();
  while (model->counters().completions < 3) std::this_thread::yield();
  EXPECT_EQ(model->counters().interrupts, 0);
  // Two were taken; the third is beyond the head.
  probe.RingHead(true);
  EXPECT_TRUE(Readable(queue->event_fd(), 0));
  queue->DrainEvents();
  probe.Wait();
  probe.Put({});
  probe.RingTail();
  probe.Wait();  // Not armed again.
  EXPECT_EQ(model->counters().interrupts, 1);
  EXPECT_FALSE(Readable(queue->event_fd(), 0));
  probe.RingHead(true);
  EXPECT_FALSE(Readable(queue->event_fd(), 0));  // Nothing beyond it.
  probe.Put({});
  probe.RingTail();
  EXPECT_TRUE(Readable(queue->event_fd(), -1));
  EXPECT_EQ(model->counters().interrupts, 2);
}

TEST(DeviceModelTest, NeverOverwritesWhatTheHeadDoesNotSayIsRead) {
  const auto model = MakeModel({.sq_depth = 16, .cq_depth = 4});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  for (uint32_t i = 0; i < 12; ++i) probe.Put(Numbered(i));
  probe.RingTail();
  for (uint32_t i = 0; i < 12; ++i) {
    EXPECT_EQ(probe.Wait().sq_head, i);
    if (i % 3 == 2) {
      // All that fit; the rest waits for the doorbell.
      EXPECT_LE(model->counters().completions, i + 1);
      probe.RingHead(false);
    }
  }
}

TEST(DeviceModelTest, GivesOutEachQueueOnceAndTakesItBack) {
  const auto model = MakeModel({.queue_count = 3});
  std::vector<std::unique_ptr<QueuePort>> queues;
  for (uint16_t sqn = 0; sqn < 3; ++sqn) {
    queues.push_back(model->OpenQueue(1).value());
    EXPECT_EQ(queues.back()->facts().sqn, sqn);
  }
  EXPECT_TRUE(absl::IsResourceExhausted(model->OpenQueue(0).status()));
  queues.erase(queues.begin() + 1);
  EXPECT_EQ(model->OpenQueue(0).value()->facts().sqn, 1);
  EXPECT_TRUE(absl::IsInvalidArgument(model->OpenQueue(2).status()));
}

TEST(DeviceModelTest, DoorbellsBeforeStartDoNotCount) {
  const auto model = MakeModel({});
  const auto queue = model->OpenQueue(0).value();
  RingProbe probe(*queue);
  probe.Put(Numbered(1));
  probe.Put(Numbered(2));
  probe.RingTail();
  ASSERT_TRUE(queue->Start().ok());
  RingProbe fresh(*queue);
  fresh.Put(Numbered(7));
  fresh.RingTail();
  EXPECT_EQ(fresh.Wait().sq_head, 0);
  EXPECT_EQ(model->counters().executed, 1);
}

TEST(DeviceModelTest, StartsAgainFromTheBeginning) {
  const auto model = MakeModel({.sq_depth = 8});
  const auto queue = model->OpenQueue(0).value();
  for (uint32_t round = 0; round < 5; ++round) {
    ASSERT_TRUE(queue->Start().ok());
    RingProbe probe(*queue);
    EXPECT_FALSE(probe.Take().has_value());
    for (uint32_t i = 0; i < 3 + round; ++i) {
      probe.Put(Numbered(i));
      probe.RingTail();
      EXPECT_EQ(probe.Wait().sq_head, i);
    }
    queue->Stop();
    EXPECT_FALSE(probe.tx_stopped());
    EXPECT_FALSE(probe.rx_stopped());
  }
}

TEST(DeviceModelTest, PassesTheKindOfTheQueueOn) {
  for (const uint32_t version : {1, 2, 3}) {
    const auto model = MakeModel({.version = version});
    const auto queue = model->OpenQueue(1).value();
    ASSERT_TRUE(queue->Start().ok());
    EXPECT_EQ(queue->mmio().size_bytes(), version == 1 ? 4096 : 8192);
    RingProbe probe(*queue);
    probe.Put({});
    if (version == 1) {
      queue->mmio().Write64(HISI_QM_V1_DOORBELL_OFFSET, uint64_t{1} << 32);
    } else {
      probe.RingTail();
    }
    probe.Wait();
    EXPECT_EQ(probe.Get(0)[2], std::max(version, 2u) << 16 | 1);
  }
}

TEST(DeviceModelTest, ServesQueuesEvenly) {
  const auto engine = std::make_shared<ProbeEngine>();
  std::atomic<bool> go{false};
  std::vector<uint32_t> order;
  engine->before = [&](const Descriptor& descriptor) {
    while (!go.load()) std::this_thread::yield();
    order.push_back(descriptor[0]);
  };
  const auto model = MakeModel({.engine = engine, .queue_count = 2});
  const auto busy = OpenStarted(*model);
  const auto other = OpenStarted(*model);
  RingProbe busy_probe(*busy), other_probe(*other);
  for (uint32_t i = 0; i < 1023; ++i) busy_probe.Put(Numbered(i));
  busy_probe.RingTail();
  other_probe.Put(Numbered(5000));
  other_probe.RingTail();
  go.store(true);
  other_probe.Wait();
  for (uint32_t i = 0; i < 1023; ++i) busy_probe.Wait();
  ASSERT_EQ(order.size(), 1024);
  // After at most the burst that had begun and one more.
  EXPECT_LE(std::find(order.begin(), order.end(), 5000) - order.begin(), 64);
}

TEST(DeviceModelTest, CompletionComesWhenTheClockSaysSo) {
  ManualClock clock(1'000'000'000);
  const auto model =
      MakeModel({.service = {.fixed_ns = 14'700}, .clock = &clock});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  probe.Put({});
  probe.RingTail();
  while (model->counters().executed == 0) std::this_thread::yield();
  EXPECT_FALSE(probe.Take().has_value());
  clock.Advance(14'699);
  EXPECT_FALSE(probe.Take().has_value());
  clock.Advance(1);
  probe.Wait();
}

TEST(DeviceModelTest, DeviceLimitHoldsOverAllQueues) {
  const auto model = MakeModel(
      {.queue_count = 2,
       .service = {.fixed_ns = 1'000, .operations_per_second = 1'000'000}});
  const auto first = OpenStarted(*model);
  const auto second = OpenStarted(*model);
  RingProbe probes[] = {RingProbe(*first), RingProbe(*second)};
  const MonotonicClock clock;
  const int64_t start_ns = clock.NowNs();
  constexpr int kLaps = 10;
  for (int lap = 0; lap < kLaps; ++lap) {
    for (RingProbe& probe : probes) {
      for (uint32_t i = 0; i < 1000; ++i) probe.Put({});
      probe.RingTail();
    }
    for (RingProbe& probe : probes) {
      for (uint32_t i = 0; i < 1000; ++i) probe.Wait();
      probe.RingHead(false);
    }
  }
  // 2,000 in each lap; what the model may make good is a millisecond.
  EXPECT_GE(clock.NowNs() - start_ns, kLaps * 2'000'000 - 1'000'000);
}

}  // namespace
}  // namespace uacced::hw::hisi
