#include "hw/hisi/model/device_model.h"

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/model/ring_probe.h"

namespace uacced::hw::hisi {
namespace {

std::unique_ptr<DeviceModel> MakeModel(DeviceModelOptions options) {
  if (options.engine == nullptr) {
    options.engine = std::make_shared<ProbeEngine>();
  }
  auto model = DeviceModel::Create(std::move(options));
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

std::unique_ptr<QueuePort> OpenStarted(DeviceModel& model) {
  auto queue = model.OpenQueue(0);
  EXPECT_TRUE(queue.ok()) << queue.status();
  EXPECT_TRUE((*queue)->Start().ok());
  return *std::move(queue);
}

bool Readable(int fd) {
  pollfd event{fd, POLLIN, 0};
  return poll(&event, 1, 0) == 1;
}

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
      Descriptor descriptor{};
      descriptor[0] = sent;
      ASSERT_EQ(probe.Put(descriptor), sent % depth);
      ++sent;
    }
    probe.RingTail();
    const RingProbe::Cqe cqe = probe.Wait();
    ASSERT_EQ(cqe.sq_head, done % depth);
    ASSERT_EQ(cqe.sq_num, queue.facts().sqn);
    ASSERT_EQ(probe.Get(cqe.sq_head)[1], ~done);
    ++done;
    probe.RingHead(false);
  }
  EXPECT_FALSE(probe.Take().has_value());
}

TEST(DeviceModelTest, WrapsWithTheRightPhaseForThousandsOfLaps) {
  for (const uint32_t depth : {2, 3, 4, 5, 8, 13, 64, 1000, 1024}) {
    for (const bool poll : {false, true}) {
      const auto model =
          MakeModel({.queue_count = 2, .sq_depth = depth, .poll = poll});
      const auto first = model->OpenQueue(0);  // So that ours is not number 0.
      const auto queue = OpenStarted(*model);
      RunLaps(*queue, std::max(30'000 / depth, 20u));
    }
  }
}

TEST(DeviceModelTest, RingsMayDifferInDepth) {
  for (const uint32_t cq_depth : {2, 5, 16, 1024}) {
    const auto model = MakeModel({.sq_depth = 8, .cq_depth = cq_depth});
    EXPECT_EQ(model->OpenQueue(0).value()->facts().cq_depth, cq_depth);
    RunLaps(*OpenStarted(*model), 1000);
  }
}

TEST(DeviceModelTest, FirstCompletionAfterStartIsSignalled) {
  const auto model = MakeModel({});
  const auto queue = OpenStarted(*model);
  RingProbe probe(*queue);
  EXPECT_FALSE(Readable(queue->event_fd()));
  probe.Put({});
  probe.RingTail();
  pollfd event{queue->event_fd(), POLLIN, 0};
  ASSERT_EQ(poll(&event, 1, -1), 1);
  EXPECT_TRUE(Readable(queue->event_fd()));  // Level.
  queue->DrainEvents();
  EXPECT_FALSE(Readable(queue->event_fd()));
  EXPECT_TRUE(probe.Take().has_value());
  EXPECT_EQ(model->counters().interrupts, 1);
}

}  // namespace
}  // namespace uacced::hw::hisi
