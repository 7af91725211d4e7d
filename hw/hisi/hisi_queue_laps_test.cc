// Queues that go round and round, on one thread and on two.
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/counting_codec.h"
#include "hw/hisi/hisi_queue.h"
#include "hw/hisi/test_queue_port.h"

namespace uacced::hw::hisi {
namespace {

// A device in any order of its own, against a driver in any batches.
void RunLaps(uint32_t sq_depth, uint32_t cq_depth, uint32_t count) {
  TestRings rings(
      {.sq_depth = sq_depth, .cq_depth = cq_depth, .keep_doorbells = false});
  auto queue = *HisiQueue::Create(rings.NewPort(), QmVersion::kV3,
                                  std::make_unique<CountingCodec>(sq_depth));
  std::mt19937 random(sq_depth * 7 + cq_depth);
  std::vector<uint16_t> free_tags(queue->depth());
  for (size_t i = 0; i < free_tags.size(); ++i) {
    free_tags[i] = static_cast<uint16_t>(i);
  }
  std::shuffle(free_tags.begin(), free_tags.end(), random);
  std::vector<bool> in_flight(queue->depth());
  std::vector<uint32_t> slots;
  std::vector<Completion> out(16);
  std::vector<uint8_t> memory(4);
  uint32_t submitted = 0, done = 0;
  while (done < count) {
    for (uint32_t i = random() % (sq_depth + 1); i > 0; --i) {
      if (queue->free_slots() == 0 || submitted == count) break;
      const uint16_t tag = free_tags.back();
      free_tags.pop_back();
      in_flight[tag] = true;
      Request request;
      request.source = Bytes(memory).first(random() % 16 == 0 ? 2 : 0);
      ASSERT_TRUE(queue->Submit(request, Tag{tag}).ok());
      ++submitted;
    }
    if (random() % 4 != 0) queue->Flush();
    while (rings.HasWork()) slots.push_back(rings.TakeSlot());
    for (uint32_t i = random() % (sq_depth + 1); i > 0 && !slots.empty(); --i) {
      const size_t at = random() % std::min<size_t>(slots.size(), 8);
      rings.slot(slots[at]).dword[2] = CountingCodec::kAnswered;
      rings.Complete(slots[at]);
      slots.erase(slots.begin() + static_cast<ptrdiff_t>(at));
      ASSERT_TRUE(rings.KernelCanFollow()) << done;
    }
    const uint32_t got = queue->Poll({out.data(), random() % 17});
    ASSERT_EQ(queue->fault(), QueueFault::kNone);
    for (uint32_t i = 0; i < got; ++i) {
      const auto tag = static_cast<uint16_t>(out[i].tag);
      ASSERT_EQ(out[i].produced_bytes, tag);
      ASSERT_TRUE(in_flight[tag]);
      in_flight[tag] = false;
      free_tags.push_back(tag);
    }
    done += got;
  }
  ASSERT_EQ(queue->Poll(out), 0u);
  ASSERT_EQ(queue->free_slots(), queue->depth());
  ASSERT_FALSE(rings.overflowed());
}

TEST(HisiQueueLapsTest, ThousandsOfLapsOfEveryDepth) {
  for (const uint32_t depth : {2, 3, 4, 5, 7, 8, 16, 31, 64, 100}) {
    SCOPED_TRACE(depth);
    ASSERT_NO_FATAL_FAILURE(RunLaps(depth, depth, 3'000 * depth));
  }
  ASSERT_NO_FATAL_FAILURE(RunLaps(1024, 1024, 1024 * 300));
  ASSERT_NO_FATAL_FAILURE(RunLaps(8, 16, 30'000));
  ASSERT_NO_FATAL_FAILURE(RunLaps(16, 2, 30'000));
  ASSERT_NO_FATAL_FAILURE(RunLaps(512, 1024, 100'000));
}

// What came before the kernel was asked wakes nobody, so whoever has Poll() ask
// has it from there. Here that is a request that goes on, on a ring that is
// about to go round.
TEST(HisiQueueLapsTest, WhatTheKernelToldInVainIsFoundAtOnce) {
  constexpr uint32_t kDepth = 8;
  TestRings rings({.sq_depth = kDepth, .cq_depth = kDepth});
  auto queue = *HisiQueue::Create(rings.NewPort(), QmVersion::kV3,
                                  std::make_unique<CountingCodec>(kDepth));
  const auto complete = [&rings] {
    const uint32_t slot = rings.TakeSlot();
    rings.slot(slot).dword[2] = CountingCodec::kAnswered;
    rings.Complete(slot);
  };
  std::vector<uint8_t> memory(20);
  Request long_one;
  long_one.source = Bytes(memory);
  std::vector<Completion> out(4);
  ASSERT_TRUE(queue->Submit(long_one, Tag{1}).ok());
  queue->Flush();
  for (uint32_t i = 0; i < kDepth - 2; ++i) {
    complete();
    ASSERT_EQ(queue->Poll(out), 0u);
  }
  ASSERT_TRUE(queue->Submit(Request(), Tag{2}).ok());
  queue->Flush();
  complete();
  int drains = 0;
  rings.SetBeforeDrain([&] {
    if (drains++ == 0) complete();
  });
  ASSERT_EQ(queue->Poll(out), 1u);
  EXPECT_EQ(static_cast<uint16_t>(out[0].tag), 2);
  EXPECT_EQ(drains, 1);
}

// The device in a thread of its own: for ThreadSanitizer.
void RunThread(TestRings& rings, const std::atomic<bool>& stop) {
  while (!stop.load()) {
    if (!rings.HasWork()) {
      std::this_thread::yield();
      continue;
    }
    const uint32_t slot = rings.TakeSlot();
    rings.slot(slot).dword[2] = CountingCodec::kAnswered;
    rings.Complete(slot);
  }
}

TEST(HisiQueueThreadTest, DriverAndDeviceMeetInMemoryAlone) {
  for (const uint32_t depth : {2, 8, 256}) {
    TestRings rings(
        {.sq_depth = depth, .cq_depth = depth, .keep_doorbells = false});
    std::atomic<bool> stop{false};
    auto queue = *HisiQueue::Create(rings.NewPort(), QmVersion::kV2,
                                    std::make_unique<CountingCodec>(depth));
    std::thread device([&] { RunThread(rings, stop); });
    std::vector<uint16_t> free_tags;
    for (uint32_t i = 0; i < queue->depth(); ++i) {
      free_tags.push_back(static_cast<uint16_t>(i));
    }
    std::vector<Completion> out(32);
    const Request request;
    uint32_t submitted = 0, done = 0;
    constexpr uint32_t kCount = 30'000;
    while (done < kCount) {
      while (queue->free_slots() > 0 && submitted < kCount) {
        EXPECT_TRUE(queue->Submit(request, Tag{free_tags.back()}).ok());
        free_tags.pop_back();
        ++submitted;
      }
      queue->Flush();
      const uint32_t got = queue->Poll(out);
      for (uint32_t i = 0; i < got; ++i) {
        free_tags.push_back(static_cast<uint16_t>(out[i].tag));
      }
      done += got;
      ASSERT_EQ(queue->fault(), QueueFault::kNone);
      if (got > 0) continue;
      if (queue->Arm()) {
        pollfd sleeper{queue->event_fd(), POLLIN, 0};
        ASSERT_EQ(poll(&sleeper, 1, 60'000), 1);
      }
      queue->Disarm();
    }
    stop = true;
    device.join();
    EXPECT_FALSE(rings.overflowed());
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
