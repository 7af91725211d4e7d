// Every kind of fault as a driver meets it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "gtest/gtest.h"
#include "hw/device.h"
#include "hw/hisi/model/fault_rule.h"
#include "hw/hisi/model/ring_probe.h"
#include "hw/hisi/model/test_model.h"

namespace uacced::hw::hisi {
namespace {

uint64_t CountOf(const DeviceModel& model, FaultKind kind) {
  return model.counters().faults[static_cast<size_t>(kind)];
}

// A model whose queue has eight slots.
class DeviceFaultTest : public testing::Test {
 protected:
  explicit DeviceFaultTest(DeviceModelOptions options = {})
      : model_(MakeModel(Small(std::move(options)))),
        queue_(OpenStarted(*model_)),
        probe_(std::make_unique<RingProbe>(*queue_)) {}

  static DeviceModelOptions Small(DeviceModelOptions options) {
    options.sq_depth = 8;
    options.queue_count = 4;
    return options;
  }

  void Add(const FaultRule& rule) {
    const auto id = model_->AddFault(rule);
    ASSERT_TRUE(id.ok()) << id.status();
  }
  void Send(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) probe_->Put(Numbered(probe_->tail()));
    probe_->RingTail();
  }
  // The slots that the next completions name, the head doorbell after each.
  std::vector<int> Take(int count) {
    std::vector<int> slots;
    for (int i = 0; i < count; ++i) {
      slots.push_back(probe_->Wait().sq_head);
      probe_->RingHead(false);
    }
    return slots;
  }
  // After this the device has done what it was sent.
  void PassThrough(QueuePort& other) {
    RingProbe probe(other);
    probe.Put({});
    probe.RingTail();
    probe.Wait();
  }
  void AwaitStopped(RingProbe& probe) {
    while (!probe.rx_stopped()) std::this_thread::yield();
    EXPECT_TRUE(probe.tx_stopped());
  }

  const std::unique_ptr<DeviceModel> model_;
  std::unique_ptr<QueuePort> queue_;
  std::unique_ptr<RingProbe> probe_;
};

TEST_F(DeviceFaultTest, StatusIsAnsweredInsteadOfExecuted) {
  Add({.kind = FaultKind::kStatus, .skip_count = 1, .count = 2, .code = 0x12});
  Send(4);
  EXPECT_EQ(Take(4), (std::vector<int>{0, 1, 2, 3}));
  for (uint32_t slot = 0; slot < 4; ++slot) {
    const bool failed = slot == 1 || slot == 2;
    EXPECT_EQ(probe_->Get(slot)[3], failed ? 0x12 : 0);
    EXPECT_EQ(probe_->Get(slot)[1], failed ? 0 : ~slot);
  }
  EXPECT_EQ(CountOf(*model_, FaultKind::kStatus), 2);
}

TEST_F(DeviceFaultTest, CorruptSpoilsOneBitAndSaysNothing) {
  Add({.kind = FaultKind::kCorrupt, .count = 2});
  std::vector<uint8_t> outputs[3];
  for (uint32_t i = 0; i < 3; ++i) {
    outputs[i].resize(500);
    Descriptor descriptor = Numbered(0x5A);
    // The second has no output, so there is nothing to spoil.
    descriptor[4] = i == 1 ? 0 : 500;
    const auto address = reinterpret_cast<uintptr_t>(outputs[i].data());
    descriptor[6] = static_cast<uint32_t>(address);
    descriptor[7] = static_cast<uint32_t>(address >> 32);
    probe_->Put(descriptor);
  }
  probe_->RingTail();
  Take(3);
  const auto wrong_bits = [](const std::vector<uint8_t>& output) {
    int bits = 0;
    for (const uint8_t byte : output) bits += __builtin_popcount(byte ^ 0x5A);
    return bits;
  };
  EXPECT_EQ(wrong_bits(outputs[0]), 1);
  EXPECT_EQ(wrong_bits(outputs[2]), 0);
  for (uint32_t slot = 0; slot < 3; ++slot) {
    EXPECT_EQ(probe_->Get(slot)[3], 0);
  }
  EXPECT_EQ(model_->Faults()[0].hits, 2);
  EXPECT_EQ(CountOf(*model_, FaultKind::kCorrupt), 1);
}

TEST_F(DeviceFaultTest, LostCompletionNeverComes) {
  Add({.kind = FaultKind::kLoseCompletion, .skip_count = 1});
  Send(3);
  EXPECT_EQ(Take(2), (std::vector<int>{0, 2}));
  EXPECT_EQ(probe_->Get(1)[1], ~1u);  // Executed all the same.
  EXPECT_FALSE(probe_->Take().has_value());
  EXPECT_EQ(model_->counters().completions, 2);
}

TEST_F(DeviceFaultTest, DuplicateCompletionComesTwice) {
  Add({.kind = FaultKind::kDuplicateCompletion, .skip_count = 1});
  Send(3);
  EXPECT_EQ(Take(4), (std::vector<int>{0, 1, 1, 2}));
}

// Seven may be in flight, and seven completions fit: the eighth waits.
TEST_F(DeviceFaultTest, DuplicatesOfAFullRingWaitForRoom) {
  Add({.kind = FaultKind::kDuplicateCompletion, .count = 0});
  Send(7);
  EXPECT_EQ(Take(14),
            (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}));
  model_->ClearFaults();
  Send(7);
  EXPECT_EQ(Take(7), (std::vector<int>{7, 0, 1, 2, 3, 4, 5}));
}

TEST_F(DeviceFaultTest, UnknownTagNamesASlotThatIsNotInFlight) {
  Add({.kind = FaultKind::kUnknownTag, .skip_count = 2});
  Send(7);
  // In place of 2, whose predecessor was completed and not used again.
  EXPECT_EQ(Take(7), (std::vector<int>{0, 1, 1, 3, 4, 5, 6}));
}

TEST_F(DeviceFaultTest, UnknownTagOfTheFirstSlotIsTheLastOne) {
  Add({.kind = FaultKind::kUnknownTag});
  Send(7);
  EXPECT_EQ(Take(2), (std::vector<int>{7, 1}));
}

TEST_F(DeviceFaultTest, UnknownTagMayBeBeyondTheRing) {
  Add({.kind = FaultKind::kUnknownTag, .skip_count = 1, .code = 1});
  Send(3);
  EXPECT_EQ(Take(3), (std::vector<int>{0, 9, 2}));
}

TEST_F(DeviceFaultTest, WrongPhaseHidesACompletion) {
  const auto other = OpenStarted(*model_);
  Add({.kind = FaultKind::kWrongPhase, .sqn = 0, .skip_count = 1});
  Send(3);
  EXPECT_EQ(Take(1), (std::vector<int>{0}));
  PassThrough(*other);
  EXPECT_FALSE(probe_->Take().has_value());
  EXPECT_EQ(model_->counters().completions, 4);
}

TEST_F(DeviceFaultTest, SlowKeepsTheOrderOfItsQueueAlone) {
  const auto other = OpenStarted(*model_);
  Add({.kind = FaultKind::kSlow,
       .sqn = 0,
       .skip_count = 1,
       .delay_us = 20'000});
  const MonotonicClock clock;
  const int64_t start_ns = clock.NowNs();
  Send(3);
  EXPECT_EQ(Take(1), (std::vector<int>{0}));
  PassThrough(*other);
  EXPECT_EQ(Take(2), (std::vector<int>{1, 2}));
  EXPECT_GE(clock.NowNs() - start_ns, 20'000'000);
  EXPECT_EQ(CountOf(*model_, FaultKind::kSlow), 1);
}

TEST_F(DeviceFaultTest, StuckQueueTakesNothingUntilItIsStopped) {
  const auto other = OpenStarted(*model_);
  Add({.kind = FaultKind::kStuck, .sqn = 0, .skip_count = 2});
  Send(4);
  EXPECT_EQ(Take(2), (std::vector<int>{0, 1}));
  PassThrough(*other);
  Send(2);
  PassThrough(*OpenStarted(*model_));
  EXPECT_FALSE(probe_->Take().has_value());
  EXPECT_FALSE(probe_->tx_stopped());
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  queue_->Stop();
  ASSERT_TRUE(queue_->Start().ok());
  probe_ = std::make_unique<RingProbe>(*queue_);
  Send(4);
  EXPECT_EQ(Take(4), (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(DeviceFaultTest, StoppedQueueSaysSoAndIsOver) {
  const auto other = OpenStarted(*model_);
  Add({.kind = FaultKind::kQueueStop, .sqn = 0, .skip_count = 1});
  Send(3);
  EXPECT_EQ(Take(1), (std::vector<int>{0}));
  AwaitStopped(*probe_);
  EXPECT_FALSE(probe_->Take().has_value());
  queue_->Stop();
  EXPECT_TRUE(absl::IsUnavailable(queue_->Start()));
  PassThrough(*other);
  queue_.reset();
  queue_ = OpenStarted(*model_);
  EXPECT_EQ(queue_->facts().sqn, 0);
  PassThrough(*queue_);
}

TEST_F(DeviceFaultTest, ResetStopsEveryQueueAndIsOver) {
  const auto other = OpenStarted(*model_);
  const auto opened = model_->OpenQueue(1).value();
  RingProbe other_probe(*other), opened_probe(*opened);
  Add({.kind = FaultKind::kDeviceReset, .skip_count = 1});
  Send(2);
  EXPECT_EQ(Take(1), (std::vector<int>{0}));
  AwaitStopped(*probe_);
  AwaitStopped(other_probe);
  AwaitStopped(opened_probe);
  EXPECT_TRUE(absl::IsUnavailable(opened->Start()));
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  PassThrough(*OpenStarted(*model_));
}

TEST_F(DeviceFaultTest, ResetByTheDriverStopsWhatIsLeft) {
  Send(1);
  Take(1);
  EXPECT_TRUE(model_->Reset().ok());
  EXPECT_TRUE(probe_->tx_stopped());
  EXPECT_TRUE(probe_->rx_stopped());
  PassThrough(*OpenStarted(*model_));
}

// Time stands still until it is moved.
class DeviceFaultTimeTest : public DeviceFaultTest {
 protected:
  DeviceFaultTimeTest() : DeviceFaultTest({.clock = &Clock()}) {}
  static ManualClock& Clock() {
    static ManualClock clock(1'000'000'000);
    return clock;
  }
};

TEST_F(DeviceFaultTimeTest, ResetTakesItsTime) {
  Add({.kind = FaultKind::kDeviceReset, .delay_us = 500, .at_once = true});
  EXPECT_TRUE(probe_->rx_stopped());
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  EXPECT_TRUE(absl::IsUnavailable(model_->OpenQueue(0).status()));
  EXPECT_TRUE(absl::IsUnavailable(model_->Reset()));
  Clock().Advance(499'999);
  EXPECT_TRUE(absl::IsUnavailable(model_->OpenQueue(0).status()));
  Clock().Advance(1);
  EXPECT_TRUE(model_->Reset().ok());
  PassThrough(*OpenStarted(*model_));
}

TEST_F(DeviceFaultTimeTest, IsolationHoldsUntilItIsCleared) {
  Add({.kind = FaultKind::kIsolate});
  Send(1);
  AwaitStopped(*probe_);
  EXPECT_EQ(model_->presence(), Presence::kIsolated);
  EXPECT_TRUE(absl::IsUnavailable(model_->OpenQueue(0).status()));
  Clock().Advance(int64_t{1'000'000'000'000});
  EXPECT_TRUE(absl::IsUnavailable(model_->Reset()));
  model_->ClearFaults();
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  EXPECT_TRUE(model_->Reset().ok());
  PassThrough(*OpenStarted(*model_));
}

TEST_F(DeviceFaultTimeTest, IsolatedDeviceReturns) {
  Add({.kind = FaultKind::kIsolate, .at_once = true});
  EXPECT_EQ(model_->presence(), Presence::kIsolated);
  Add({.kind = FaultKind::kReturn, .at_once = true});
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  EXPECT_TRUE(model_->Reset().ok());
  PassThrough(*OpenStarted(*model_));
}

TEST_F(DeviceFaultTimeTest, ReturnDoesNotEndAReset) {
  Add({.kind = FaultKind::kDeviceReset, .delay_us = 500, .at_once = true});
  Add({.kind = FaultKind::kReturn, .at_once = true});
  EXPECT_TRUE(absl::IsUnavailable(model_->OpenQueue(0).status()));
  Clock().Advance(500'000);
  EXPECT_TRUE(model_->OpenQueue(0).ok());
}

TEST_F(DeviceFaultTimeTest, RemovedDeviceReturns) {
  Add({.kind = FaultKind::kRemove, .at_once = true});
  EXPECT_TRUE(probe_->rx_stopped());
  EXPECT_EQ(model_->presence(), Presence::kGone);
  EXPECT_TRUE(absl::IsUnavailable(model_->OpenQueue(0).status()));
  EXPECT_TRUE(absl::IsUnavailable(model_->Reset()));
  // A lesser trouble does not bring it back.
  Add({.kind = FaultKind::kDeviceReset, .at_once = true});
  EXPECT_EQ(model_->presence(), Presence::kGone);
  Add({.kind = FaultKind::kReturn, .at_once = true});
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  PassThrough(*OpenStarted(*model_));
  EXPECT_TRUE(absl::IsUnavailable(queue_->Start()));
}

TEST_F(DeviceFaultTimeTest, RemovedDeviceReturnsByItself) {
  Add({.kind = FaultKind::kRemove, .delay_us = 100});
  Send(1);
  AwaitStopped(*probe_);
  EXPECT_EQ(model_->presence(), Presence::kGone);
  Clock().Advance(100'000);
  EXPECT_EQ(model_->presence(), Presence::kPresent);
  PassThrough(*OpenStarted(*model_));
}

TEST_F(DeviceFaultTest, RefusesRulesWithoutSense) {
  EXPECT_TRUE(
      absl::IsInvalidArgument(model_->AddFault({.per_mille = 2000}).status()));
  EXPECT_TRUE(model_->Faults().empty());
}

}  // namespace
}  // namespace uacced::hw::hisi
