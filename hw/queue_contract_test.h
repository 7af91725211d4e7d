// What every hw::Queue must do, as a typed suite. In the test of an
// implementation:
//
//   struct MyFactory {
//     // A device that is ready; its queues need at least 4 entries.
//     static std::unique_ptr<hw::Device> MakeDevice();
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, QueueContractTest, MyFactory);
//
// Which operations are tried follows from the device's capabilities. Sources
// are whole blocks of 16 bytes, at most 64 KiB.
#ifndef UACCED_HW_QUEUE_CONTRACT_TEST_H_
#define UACCED_HW_QUEUE_CONTRACT_TEST_H_

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/queue.h"
#include "hw/queue_contract_fixture.h"
#include "hw/test_data.h"

namespace uacced::hw {

template <typename Factory>
class QueueContractTest : public QueueContractFixture {
 private:
  std::unique_ptr<Device> MakeDevice() override {
    return Factory::MakeDevice();
  }
};
TYPED_TEST_SUITE_P(QueueContractTest);

TYPED_TEST_P(QueueContractTest, ANewQueueIsEmpty) {
  EXPECT_GE(this->queue_->depth(), 4u);
  EXPECT_LE(this->queue_->depth(), 65'536u);
  EXPECT_GT(this->queue_->free_slots(), 0u);
  EXPECT_LE(this->queue_->free_slots(), this->queue_->depth());
  Completion out[4];
  this->queue_->Flush();
  EXPECT_EQ(this->queue_->Poll(out), 0u);
}

TYPED_TEST_P(QueueContractTest, ASlotIsTakenBySubmitAndGivenBackByPoll) {
  const uint32_t free_slots = this->queue_->free_slots();
  const auto a = this->SimpleWork(1), b = this->SimpleWork(2);
  this->Submit(*a, 0);
  EXPECT_EQ(this->queue_->free_slots(), free_slots - 1);
  this->Submit(*b, 1);
  EXPECT_EQ(this->queue_->free_slots(), free_slots - 2);
  this->queue_->Flush();
  EXPECT_EQ(this->queue_->free_slots(), free_slots - 2);
  this->Wait(2);
  EXPECT_EQ(this->queue_->free_slots(), free_slots);
}

TYPED_TEST_P(QueueContractTest, NothingStartsBeforeFlush) {
  const auto work = this->SimpleWork(1);
  this->Submit(*work, 3);
  Completion out[4];
  for (int i = 0; i < 100; ++i) EXPECT_EQ(this->queue_->Poll(out), 0u);
  EXPECT_EQ(work->Output(16), std::vector<uint8_t>(16, 0xA5));
  this->queue_->Flush();
  EXPECT_EQ(this->Wait(1).size(), 1u);
}

TYPED_TEST_P(QueueContractTest, UnknownOperationsAreRefusedAtSubmit) {
  const uint32_t free_slots = this->queue_->free_slots();
  for (size_t i = 0; i < kOperationCount; ++i) {
    for (size_t j = 0; j < kAlgorithmCount; ++j) {
      Request request;
      request.operation = static_cast<Operation>(i);
      request.algorithm = static_cast<Algorithm>(j);
      if (this->FirstKindCan(request.operation, request.algorithm)) continue;
      EXPECT_EQ(this->queue_->Submit(request, Tag{0}).code(),
                absl::StatusCode::kUnimplemented);
      EXPECT_EQ(this->queue_->free_slots(), free_slots);
    }
  }
  // And the tag is still free.
  const auto work = this->SimpleWork(1);
  EXPECT_EQ(this->Run(*work).code, absl::StatusCode::kOk);
}

TYPED_TEST_P(QueueContractTest, TagsComeInAnyOrderAndFromBothEnds) {
  const uint32_t last = this->queue_->depth() - 1;
  const std::vector<uint32_t> tags = {last, 0, last / 2};
  std::map<uint32_t, std::unique_ptr<ContractWork>> works;
  std::map<uint32_t, std::vector<uint8_t>> expected;
  for (const uint32_t tag : tags) {
    works[tag] = this->SimpleWork(tag + 1);
    expected[tag] = this->RunOk(*works[tag]);
    works[tag] = this->SimpleWork(tag + 1);
  }
  for (const uint32_t tag : tags) this->Submit(*works[tag], tag);
  this->queue_->Flush();
  for (const Completion& completion : this->Wait(tags.size())) {
    const auto tag = static_cast<uint32_t>(completion.tag);
    ASSERT_EQ(works.count(tag), 1u) << tag;
    EXPECT_EQ(completion.code, absl::StatusCode::kOk);
    EXPECT_EQ(works[tag]->Output(completion.produced_bytes), expected[tag]);
    works.erase(tag);
  }
}

TYPED_TEST_P(QueueContractTest, AFullQueueCompletesEveryTagOnce) {
  const uint32_t count = this->queue_->free_slots();
  std::vector<std::unique_ptr<ContractWork>> works;
  for (uint32_t i = 0; i < count; ++i) works.push_back(this->SimpleWork(i));
  for (uint32_t i = 0; i < count; ++i) this->Submit(*works[i], count - 1 - i);
  EXPECT_EQ(this->queue_->free_slots(), 0u);
  this->queue_->Flush();
  std::vector<int> seen(this->queue_->depth());
  for (const Completion& completion : this->Wait(count, 3)) {
    EXPECT_EQ(completion.code, absl::StatusCode::kOk);
    ++seen[static_cast<size_t>(completion.tag)];
  }
  for (uint32_t i = 0; i < count; ++i) EXPECT_EQ(seen[i], 1) << i;
  EXPECT_EQ(this->queue_->free_slots(), count);
}

TYPED_TEST_P(QueueContractTest, ManyLapsLoseNothingAndMixNothingUp) {
  constexpr uint32_t kSamples = 7, kEntries = 5'000;
  std::vector<std::vector<uint8_t>> expected;
  for (uint32_t i = 0; i < kSamples; ++i) {
    expected.push_back(this->RunOk(*this->SimpleWork(i)));
  }
  std::mt19937 random(1);
  const uint32_t depth = this->queue_->depth();
  std::vector<std::unique_ptr<ContractWork>> works(depth);
  std::vector<uint32_t> sample_of(depth), free_tags(depth);
  for (uint32_t i = 0; i < depth; ++i) free_tags[i] = i;
  std::shuffle(free_tags.begin(), free_tags.end(), random);
  std::vector<Completion> out(5);
  uint32_t submitted = 0, completed = 0;
  const auto deadline = std::chrono::steady_clock::now() + this->kPatience;
  while (completed < kEntries) {
    for (uint32_t i = random() % 6; i > 0; --i) {
      if (this->queue_->free_slots() == 0 || submitted == kEntries) break;
      const uint32_t tag = free_tags.back();
      free_tags.pop_back();
      sample_of[tag] = submitted++ % kSamples;
      works[tag] = this->SimpleWork(sample_of[tag]);
      this->Submit(*works[tag], tag);
    }
    this->queue_->Flush();
    const uint32_t got =
        this->queue_->Poll({out.data(), random() % (out.size() + 1)});
    for (uint32_t i = 0; i < got; ++i) {
      const auto tag = static_cast<uint32_t>(out[i].tag);
      ASSERT_LT(tag, depth);
      ASSERT_NE(works[tag], nullptr) << "completed twice: " << tag;
      ASSERT_EQ(out[i].code, absl::StatusCode::kOk);
      ASSERT_EQ(works[tag]->Output(out[i].produced_bytes),
                expected[sample_of[tag]]);
      ASSERT_TRUE(works[tag]->GuardIsIntact());
      works[tag].reset();
      free_tags.insert(free_tags.begin() + random() % (free_tags.size() + 1),
                       tag);
    }
    completed += got;
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  EXPECT_EQ(this->queue_->Poll(out), 0u);
}

TYPED_TEST_P(QueueContractTest, EveryOperationGoesThereAndBack) {
  for (const auto& pair : this->pairs_) {
    const auto [operation, algorithm] = pair;
    if (operation == Operation::kDecompress || operation == Operation::kDecrypt)
      continue;
    for (const size_t bytes : {16, 1'024, 65'536}) {
      SCOPED_TRACE(this->Label(pair) + " of " + std::to_string(bytes));
      const std::vector<uint8_t> source = TextBytes(bytes, 5);
      ContractWork work(operation, algorithm, source);
      const std::vector<uint8_t> output = this->RunOk(work);
      if (operation == Operation::kCopy) {
        EXPECT_EQ(output, source);
      } else if (operation == Operation::kDigest) {
        EXPECT_EQ(output.size(), Info(algorithm).digest_bytes);
      } else {
        EXPECT_NE(output, source);
        const auto decoder = this->Decoder(work, output);
        decoder->SetRoom(source.size());
        if (!this->Can(decoder->request.operation, algorithm)) continue;
        EXPECT_EQ(this->RunOk(*decoder), source);
      }
    }
  }
}

TYPED_TEST_P(QueueContractTest, ATooSmallDestinationIsOutOfRange) {
  const std::vector<uint8_t> source = TextBytes(8'192, 6);
  for (const auto& pair : this->pairs_) {
    const auto [operation, algorithm] = pair;
    if (operation == Operation::kDecompress || operation == Operation::kDecrypt)
      continue;
    SCOPED_TRACE(this->Label(pair));
    ContractWork work(operation, algorithm, source);
    const std::vector<uint8_t> output = this->RunOk(work);
    ASSERT_FALSE(output.empty());
    for (const size_t room : {size_t{0}, output.size() - 1}) {
      ContractWork cramped(operation, algorithm, source);
      cramped.SetRoom(room);
      EXPECT_EQ(this->Run(cramped).code, absl::StatusCode::kOutOfRange);
      const auto decoder = this->Decoder(work, output);
      if (operation == Operation::kCopy || operation == Operation::kDigest ||
          !this->Can(decoder->request.operation, algorithm)) {
        continue;
      }
      decoder->SetRoom(room == 0 ? 0 : source.size() - 1);
      EXPECT_EQ(this->Run(*decoder).code, absl::StatusCode::kOutOfRange);
    }
  }
}

TYPED_TEST_P(QueueContractTest, CorruptInputIsInvalidAndLeavesNoPlaintext) {
  const std::vector<uint8_t> source = TextBytes(4'096, 7);
  for (const auto& pair : this->pairs_) {
    const auto [operation, algorithm] = pair;
    SCOPED_TRACE(this->Label(pair));
    if (operation == Operation::kDecompress) {
      ContractWork garbage(operation, algorithm, RandomBytes(4'096, 8));
      garbage.SetRoom(65'536);
      EXPECT_EQ(this->Run(garbage).code, absl::StatusCode::kInvalidArgument);
    }
    if (operation != Operation::kEncrypt ||
        Info(algorithm).family != Family::kAead ||
        !this->Can(Operation::kDecrypt, algorithm)) {
      continue;
    }
    ContractWork work(operation, algorithm, source);
    const std::vector<uint8_t> sealed = this->RunOk(work);
    std::vector<uint8_t> broken = sealed;
    broken.back() ^= 1;
    const auto decoder = this->Decoder(work, broken);
    EXPECT_EQ(this->Run(*decoder).code, absl::StatusCode::kInvalidArgument);
    const std::vector<uint8_t> left = decoder->Output(source.size());
    for (size_t i = 0; i + 16 <= source.size(); i += 16) {
      ASSERT_NE(std::memcmp(&left[i], &source[i], 16), 0) << "at " << i;
    }
    const auto forged = this->Decoder(work, sealed);
    forged->mac[0] ^= 0x80;
    EXPECT_EQ(this->Run(*forged).code, absl::StatusCode::kInvalidArgument);
  }
}

TYPED_TEST_P(QueueContractTest, ASleeperIsWokenByEveryCompletion) {
  const int fd = this->queue_->event_fd();
  for (uint32_t i = 0; i < 300; ++i) {
    // Short and long ones: done before the sleep, and during it.
    const auto work = this->SimpleWork(i, i % 2 == 0 ? 64 : 65'536);
    this->Submit(*work, i % 3);
    this->queue_->Flush();
    if (fd < 0) {
      EXPECT_FALSE(this->queue_->Arm());
      this->queue_->Disarm();
      ASSERT_EQ(this->Wait(1).size(), 1u);
      continue;
    }
    Completion out[1];
    while (this->queue_->Poll(out) == 0) {
      if (this->queue_->Arm()) {
        pollfd sleeper{fd, POLLIN, 0};
        ASSERT_EQ(poll(&sleeper, 1, this->kPatienceMs), 1) << "round " << i;
      }
      this->queue_->Disarm();
    }
    EXPECT_EQ(out[0].code, absl::StatusCode::kOk);
    ASSERT_EQ(this->queue_->event_fd(), fd);
  }
}

// As the reactor does: a thread that brings work while the owner sleeps submits
// and polls in its name, and then goes away.
TYPED_TEST_P(QueueContractTest, ASleeperIsWokenByWorkThatOthersSubmit) {
  const int fd = this->queue_->event_fd();
  if (fd < 0) return;
  for (uint32_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(this->queue_->Arm());
    const auto first = this->SimpleWork(i, 64);
    const auto second = this->SimpleWork(i, i % 2 == 0 ? 64 : 65'536);
    this->Submit(*first, 0);
    this->queue_->Flush();
    if (i % 3 == 0) this->Wait(1);
    this->Submit(*second, 1);
    this->queue_->Flush();
    Completion out[4];
    uint32_t left = i % 3 == 0 ? 1 : 2;
    left -= this->queue_->Poll(out);
    bool armed = true;
    while (left > 0) {
      if (armed) {
        pollfd sleeper{fd, POLLIN, 0};
        ASSERT_EQ(poll(&sleeper, 1, this->kPatienceMs), 1) << "round " << i;
      }
      this->queue_->Disarm();
      left -= this->queue_->Poll(out);
      // False says not to sleep, even when Poll() then finds nothing yet: a
      // completion may be half written.
      armed = left > 0 && this->queue_->Arm();
    }
    this->queue_->Disarm();
  }
}

TYPED_TEST_P(QueueContractTest, AnIdleQueueLetsItsOwnerSleep) {
  ASSERT_EQ(this->Run(*this->SimpleWork(1)).code, absl::StatusCode::kOk);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(this->queue_->Arm());
    if (this->queue_->event_fd() >= 0) {
      pollfd sleeper{this->queue_->event_fd(), POLLIN, 0};
      EXPECT_EQ(poll(&sleeper, 1, 0), 0);
    }
    this->queue_->Disarm();
  }
}

TYPED_TEST_P(QueueContractTest, NothingIsWrittenAfterTheQueueIsGone) {
  for (const bool flush : {true, false}) {
    for (int round = 0; round < 3; ++round) {
      this->OpenQueue();
      const uint32_t count = std::min(this->queue_->free_slots(), 64u);
      std::vector<std::unique_ptr<ContractWork>> works;
      for (uint32_t i = 0; i < count; ++i) {
        works.push_back(this->SimpleWork(i, 65'536));
        this->Submit(*works[i], i);
      }
      if (flush) this->queue_->Flush();
      Completion out[2];
      if (round == 1) this->queue_->Poll(out);
      this->CloseQueue();
      for (auto& work : works) work->SetRoom(65'536);
      sched_yield();
      for (auto& work : works) {
        EXPECT_EQ(work->Output(65'536), std::vector<uint8_t>(65'536, 0xA5));
      }
    }
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    QueueContractTest, ANewQueueIsEmpty, ASlotIsTakenBySubmitAndGivenBackByPoll,
    NothingStartsBeforeFlush, UnknownOperationsAreRefusedAtSubmit,
    TagsComeInAnyOrderAndFromBothEnds, AFullQueueCompletesEveryTagOnce,
    ManyLapsLoseNothingAndMixNothingUp, EveryOperationGoesThereAndBack,
    ATooSmallDestinationIsOutOfRange, CorruptInputIsInvalidAndLeavesNoPlaintext,
    ASleeperIsWokenByEveryCompletion, ASleeperIsWokenByWorkThatOthersSubmit,
    AnIdleQueueLetsItsOwnerSleep, NothingIsWrittenAfterTheQueueIsGone);

}  // namespace uacced::hw

#endif  // UACCED_HW_QUEUE_CONTRACT_TEST_H_
