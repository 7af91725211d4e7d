#include "hw/hisi/hisi_queue.h"

#include <poll.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/counting_codec.h"
#include "hw/hisi/test_queue_port.h"

namespace uacced::hw::hisi {
namespace {

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
}

// Others submit while the owner sleeps.
TEST_F(HisiQueueTest, AnIdleQueueIsArmedOnce) {
  Open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(queue_->Arm());
    EXPECT_TRUE(rings_->is_armed());
    queue_->Disarm();
    EXPECT_TRUE(rings_->is_armed());
  }
  EXPECT_TRUE(queue_->Arm());
  ASSERT_TRUE(Submit(0).ok());
  queue_->Flush();
  EXPECT_TRUE(rings_->is_armed());
  AnswerAll();
  EXPECT_TRUE(IsReadable());
  EXPECT_EQ(Poll().size(), 1u);
  queue_->Disarm();
  EXPECT_FALSE(IsReadable());
}

TEST_F(HisiQueueTest, WithoutEventsOnlyAnIdleQueueLetsSleep) {
  Open({.has_event_fd = false});
  EXPECT_EQ(queue_->event_fd(), -1);
  EXPECT_TRUE(queue_->Arm());
  ASSERT_TRUE(Submit(0).ok());
  EXPECT_FALSE(queue_->Arm());
}

}  // namespace
}  // namespace uacced::hw::hisi
