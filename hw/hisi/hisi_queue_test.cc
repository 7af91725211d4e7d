#include "hw/hisi/hisi_queue.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/test_queue_port.h"

namespace uacced::hw::hisi {
namespace {

// An engine whose descriptors say: dw0 tag, dw1 what to answer, dw2 set by the
// device. A request's destination size is what it wants, its source size how
// many descriptors it takes.
class CountingCodec final : public SqeCodec {
 public:
  // Sizes of the destination that mean something.
  enum Want : size_t { kPlain, kFinishedHere, kRefused, kWrongHere, kWants };
  static constexpr uint32_t kAnswered = 0xd07e;

  explicit CountingCodec(uint32_t depth) : left_(depth), turns_(depth) {
    capabilities_.Add(Operation::kCopy, Algorithm::kNone);
  }

  const CapabilitySet& capabilities() const override { return capabilities_; }
  absl::StatusCode Encode(const Request& request, uint32_t entry,
                          Sqe& sqe) override {
    switch (request.destination.size()) {
      case kFinishedHere:
        return kFinished;
      case kRefused:
        return absl::StatusCode::kUnimplemented;
      case kWrongHere:
        return absl::StatusCode::kOutOfRange;
      default:
        break;
    }
    left_[entry] = request.source.size();
    Write(entry, sqe);
    return absl::StatusCode::kOk;
  }
  uint32_t FinishedBytes(uint32_t entry) const override { return entry + 1000; }
  void Continue(uint32_t entry, Sqe& sqe) override { Write(entry, sqe); }
  Decoded Decode(uint32_t entry, const Sqe& sqe) override {
    if (sqe.dword[0] != (turns_[entry] << 16 | entry) ||
        sqe.dword[2] != kAnswered) {
      return {Decoded::Kind::kBroken};
    }
    if (left_[entry] > 0) {
      --left_[entry];
      return {Decoded::Kind::kContinue};
    }
    return {Decoded::Kind::kDone, absl::StatusCode::kOk, entry};
  }

 private:
  void Write(uint32_t entry, Sqe& sqe) {
    sqe = {};
    sqe.dword[0] = ++turns_[entry] << 16 | entry;
  }

  CapabilitySet capabilities_;
  std::vector<size_t> left_;
  std::vector<uint32_t> turns_;
};

class HisiQueueTest : public ::testing::Test {
 protected:
  void Open(const TestRings::Options& options = {}) {
    queue_.reset();
    rings_ = std::make_unique<TestRings>(options);
    auto queue =
        HisiQueue::Create(rings_->NewPort(), options.version,
                          std::make_unique<CountingCodec>(options.sq_depth));
    ASSERT_TRUE(queue.ok()) << queue.status();
    queue_ = *std::move(queue);
  }

  absl::Status Submit(uint32_t tag, size_t more = 0,
                      CountingCodec::Want want = CountingCodec::kPlain) {
    Request request;
    request.source = Bytes(memory_).first(more);
    request.destination = MutableBytes(memory_).first(want);
    return queue_->Submit(request, Tag{static_cast<uint16_t>(tag)});
  }
  void Answer(uint32_t slot) {
    rings_->slot(slot).dword[2] = CountingCodec::kAnswered;
    rings_->Complete(slot);
  }
  void AnswerAll() {
    while (rings_->HasWork()) Answer(rings_->TakeSlot());
  }
  std::vector<Completion> Poll(size_t count = 64) {
    std::vector<Completion> out(count);
    out.resize(queue_->Poll(out));
    return out;
  }
  bool IsReadable() const {
    pollfd waiter{queue_->event_fd(), POLLIN, 0};
    return poll(&waiter, 1, 0) == 1;
  }

  std::vector<uint8_t> memory_ = std::vector<uint8_t>(64);
  std::unique_ptr<TestRings> rings_;
  std::unique_ptr<HisiQueue> queue_;
};

TEST_F(HisiQueueTest, StartsItsPortAndStopsIt) {
  Open();
  EXPECT_TRUE(rings_->is_started());
  // New queues are armed: completions would be told to nobody who asked.
  EXPECT_FALSE(rings_->is_armed());
  EXPECT_FALSE(rings_->is_stopped());
  EXPECT_EQ(queue_->depth(), 7u);
  queue_.reset();
  EXPECT_TRUE(rings_->is_stopped());

  TestRings rings({});
  rings.FailStart();
  EXPECT_EQ(HisiQueue::Create(rings.NewPort(), QmVersion::kV2,
                              std::make_unique<CountingCodec>(8))
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(HisiQueueTest, ResultsFoundHereComeThroughPollAlone) {
  Open();
  ASSERT_TRUE(Submit(3, 0, CountingCodec::kFinishedHere).ok());
  ASSERT_TRUE(Submit(4, 0, CountingCodec::kWrongHere).ok());
  EXPECT_EQ(queue_->free_slots(), 5u);
  EXPECT_FALSE(queue_->Arm());
  const auto got = Poll();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].tag, Tag{3});
  EXPECT_EQ(got[0].code, absl::StatusCode::kOk);
  EXPECT_EQ(got[0].produced_bytes, 1003u);
  EXPECT_EQ(got[1].tag, Tag{4});
  EXPECT_EQ(got[1].code, absl::StatusCode::kOutOfRange);
  EXPECT_EQ(rings_->sq_doorbell_count(), 0);
  EXPECT_EQ(queue_->free_slots(), 7u);
}

TEST_F(HisiQueueTest, WhatTheDeviceLacksIsRefused) {
  Open();
  EXPECT_EQ(Submit(0, 0, CountingCodec::kRefused).code(),
            absl::StatusCode::kUnimplemented);
  Request request;
  request.operation = Operation::kDigest;
  EXPECT_EQ(queue_->Submit(request, Tag{0}).code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(queue_->free_slots(), 7u);
}

TEST_F(HisiQueueTest, MoreDescriptorsFollowByThemselves) {
  Open();
  ASSERT_TRUE(Submit(5, 2).ok());
  queue_->Flush();
  for (int i = 0; i < 2; ++i) {
    AnswerAll();
    EXPECT_TRUE(Poll().empty());
    ASSERT_TRUE(rings_->HasWork()) << i;
    EXPECT_EQ(queue_->free_slots(), 6u);
  }
  AnswerAll();
  const auto got = Poll();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].tag, Tag{5});
  EXPECT_EQ(rings_->sq_doorbell_count(), 3);
}

TEST_F(HisiQueueTest, WhatFollowsDoesNotShowWhatIsNotFlushed) {
  Open();
  ASSERT_TRUE(Submit(0, 1).ok());
  queue_->Flush();
  ASSERT_TRUE(Submit(1).ok());
  AnswerAll();
  EXPECT_TRUE(Poll().empty());
  EXPECT_FALSE(rings_->HasWork());
  queue_->Flush();
  AnswerAll();
  EXPECT_EQ(Poll().size(), 2u);
}

// Its slot is done, but one before it is not: no slot is free for what follows.
TEST_F(HisiQueueTest, WhatFollowsWaitsForASlot) {
  Open();
  for (uint32_t i = 0; i < 7; ++i) ASSERT_TRUE(Submit(i, i == 6 ? 1 : 0).ok());
  queue_->Flush();
  while (rings_->HasWork()) rings_->TakeSlot();
  Answer(6);
  EXPECT_TRUE(Poll().empty());
  EXPECT_EQ(queue_->free_slots(), 0u);
  Answer(1);
  EXPECT_EQ(Poll().size(), 1u);
  EXPECT_EQ(queue_->free_slots(), 0u);
  EXPECT_FALSE(rings_->HasWork());
  Answer(0);
  EXPECT_EQ(Poll().size(), 1u);
  ASSERT_TRUE(rings_->HasWork());
  for (const uint32_t slot : {5, 4, 3, 2}) Answer(slot);
  AnswerAll();
  EXPECT_EQ(Poll().size(), 5u);
  EXPECT_EQ(queue_->free_slots(), 7u);
  EXPECT_EQ(queue_->fault(), QueueFault::kNone);
}

TEST_F(HisiQueueTest, ADuplicateIsNoSuccess) {
  Open();
  ASSERT_TRUE(Submit(0).ok());
  queue_->Flush();
  Answer(rings_->TakeSlot());
  EXPECT_EQ(Poll().size(), 1u);
  // Of a slot that is free.
  rings_->Complete(0);
  EXPECT_TRUE(Poll().empty());
  EXPECT_EQ(queue_->fault(), QueueFault::kBrokeRules);

  // Of a slot that is another request's now.
  Open({.sq_depth = 2, .cq_depth = 4});
  for (const uint32_t slot : {0, 1}) {
    ASSERT_TRUE(Submit(0).ok());
    queue_->Flush();
    Answer(slot);
    EXPECT_EQ(Poll().size(), 1u);
  }
  ASSERT_TRUE(Submit(0).ok());
  queue_->Flush();
  rings_->Complete(0);
  EXPECT_TRUE(Poll().empty());
  EXPECT_EQ(queue_->fault(), QueueFault::kBrokeRules);
}

TEST_F(HisiQueueTest, AQueueThatBrokeTheRulesDoesNothingMore) {
  Open();
  for (uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(Submit(i).ok());
  queue_->Flush();
  Answer(0);
  rings_->Complete(1);  // Not answered.
  Answer(2);
  EXPECT_EQ(Poll().size(), 1u);
  EXPECT_EQ(queue_->fault(), QueueFault::kBrokeRules);
  EXPECT_TRUE(Poll().empty());
  EXPECT_EQ(queue_->free_slots(), 0u);
  EXPECT_EQ(Submit(5).code(), absl::StatusCode::kUnavailable);
  const int rung = rings_->sq_doorbell_count();
  queue_->Flush();
  EXPECT_EQ(rings_->sq_doorbell_count(), rung);
  EXPECT_FALSE(queue_->Arm());
}

TEST_F(HisiQueueTest, StopWordsStop) {
  Open();
  ASSERT_TRUE(Submit(0).ok());
  queue_->Flush();
  AnswerAll();
  rings_->SetRxStop(1);
  EXPECT_TRUE(Poll().empty());
  EXPECT_EQ(queue_->fault(), QueueFault::kStopped);

  Open();
  rings_->SetTxStop(1);
  ASSERT_TRUE(Submit(0).ok());
  EXPECT_EQ(queue_->fault(), QueueFault::kNone);
  queue_->Flush();
  EXPECT_EQ(queue_->fault(), QueueFault::kStopped);
  EXPECT_FALSE(rings_->HasWork());
  EXPECT_EQ(Submit(1).code(), absl::StatusCode::kUnavailable);

  Open();
  ASSERT_TRUE(Submit(0).ok());
  queue_->Flush();
  rings_->SetRxStop(1);
  EXPECT_FALSE(queue_->Arm());
}

TEST_F(HisiQueueTest, SleepersAreWoken) {
  Open();
  EXPECT_TRUE(queue_->Arm());  // Nothing can come.
  queue_->Disarm();
  ASSERT_TRUE(Submit(0).ok());
  queue_->Flush();
  AnswerAll();
  EXPECT_FALSE(IsReadable());  // Nobody asked.
  EXPECT_FALSE(queue_->Arm());
  queue_->Disarm();
  EXPECT_FALSE(IsReadable());
  EXPECT_FALSE(rings_->is_armed());
  EXPECT_EQ(Poll().size(), 1u);
  ASSERT_TRUE(Submit(1).ok());
  queue_->Flush();
  EXPECT_TRUE(queue_->Arm());
  EXPECT_FALSE(IsReadable());
  AnswerAll();
  EXPECT_TRUE(IsReadable());
  queue_->Disarm();
  EXPECT_FALSE(IsReadable());
  EXPECT_EQ(Poll().size(), 1u);

  Open({.has_event_fd = false});
  EXPECT_EQ(queue_->event_fd(), -1);
  EXPECT_TRUE(queue_->Arm());
  ASSERT_TRUE(Submit(0).ok());
  EXPECT_FALSE(queue_->Arm());
}

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
    for (uint16_t i = 0; i < queue->depth(); ++i) free_tags.push_back(i);
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
