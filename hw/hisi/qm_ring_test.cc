#include "hw/hisi/qm_ring.h"

#include <cstddef>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/qm_doorbell.h"
#include "hw/hisi/test_queue_port.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint64_t kCqCommand = 0x1000;

class QmRingTest : public ::testing::Test {
 protected:
  void Open(const TestRings::Options& options) {
    ring_.reset();
    port_.reset();
    rings_ = std::make_unique<TestRings>(options);
    port_ = rings_->NewPort();
    auto ring = QmRing::Create(*port_, options.version);
    ASSERT_TRUE(ring.ok()) << ring.status();
    ring_ = *std::move(ring);
  }
  bool Fits(const TestRings::Options& options) {
    TestRings rings(options);
    const auto port = rings.NewPort();
    return QmRing::Create(*port, options.version).ok();
  }

  void Push(uint16_t tag) {
    ring_->tail() = {};
    ring_->tail().dword[0] = 0x100u + tag;
    ring_->Push(tag);
  }
  // The tag of the next completion.
  std::optional<uint16_t> Take() {
    uint16_t tag = 0;
    const volatile Sqe* sqe = nullptr;
    if (ring_->Take(sqe, tag) != QmRing::Found::kEntry) return std::nullopt;
    EXPECT_EQ(uint32_t{sqe->dword[0]}, 0x100u + tag);
    return tag;
  }
  QmRing::Found Find() {
    uint16_t tag = 0;
    const volatile Sqe* sqe = nullptr;
    return ring_->Take(sqe, tag);
  }
  // One through the ring, alone.
  void Run(uint16_t tag) {
    Push(tag);
    ASSERT_TRUE(ring_->Flush());
    ASSERT_TRUE(rings_->HasWork());
    rings_->Complete(rings_->TakeSlot());
    ASSERT_EQ(Take(), tag);
  }

  std::unique_ptr<TestRings> rings_;
  std::unique_ptr<QueuePort> port_;
  std::optional<QmRing> ring_;
};

TEST(QmDoorbellTest, ValuesAreTheManuals) {
  constexpr uint32_t kSq = HISI_QM_DOORBELL_SQ, kCq = HISI_QM_DOORBELL_CQ;
  const std::tuple<QmDoorbell, uint64_t, uint64_t> rows[] = {
      {{0, kSq, 1, 0}, 0x0000000100000000, 0x0000000100000000},
      {{1, kSq, 2, 0}, 0x0000000200000001, 0x0000000200000001},
      {{5, kCq, 0x3ff, 0}, 0x000003ff00010005, 0x000003ff00001005},
      {{5, kCq, 0x3ff, 1}, 0x000103ff00010005, 0x000103ff00001005},
      {{0x3ff, kSq, 0x3ff, 0}, 0x000003ff000003ff, 0x000003ff000003ff},
      {{0x400, kSq, 1, 0}, 0x0000000100000400, 0x0000000100000000},
      {{0x1234, kCq, 0xabcd, 0xff}, 0x00ffabcd00011234, 0x00ffabcd00001234},
      {{0xffff, kCq, 0xffff, 1}, 0x0001ffff0001ffff, 0x0001ffff000013ff},
  };
  for (const auto& [doorbell, v1, later] : rows) {
    EXPECT_EQ(doorbell.Value(QmVersion::kV1), v1);
    EXPECT_EQ(doorbell.Value(QmVersion::kV2), later);
    EXPECT_EQ(doorbell.Value(QmVersion::kV3), later);
  }
  EXPECT_EQ(QmDoorbellOffset(QmVersion::kV1), 0x340u);
  EXPECT_EQ(QmDoorbellOffset(QmVersion::kV2), 0x1000u);
  EXPECT_EQ(QmDoorbellOffset(QmVersion::kV3), 0x1000u);
}

TEST_F(QmRingTest, PlacesAreTheManuals) {
  struct Row {
    uint32_t sq_depth, cq_depth, dus_bytes, cq_at, rx_at, tx_at;
  };
  for (const Row& row : {Row{1024, 1024, 0x25000, 0x20000, 0x24ff8, 0x24ffc},
                         Row{512, 1024, 0x15000, 0x10000, 0x14ff8, 0x14ffc},
                         Row{8, 8, 0x2000, 0x400, 0x1ff8, 0x1ffc},
                         Row{8, 16, 0x2000, 0x400, 0x1ff8, 0x1ffc}}) {
    Open({.sq_depth = row.sq_depth, .cq_depth = row.cq_depth});
    ASSERT_EQ(rings_->dus().size(), row.dus_bytes);
    uint8_t* const dus = rings_->dus().data();
    Push(7);
    EXPECT_EQ(dus[0], 0x07);
    Push(8);
    EXPECT_EQ(dus[128], 0x08);
    ASSERT_TRUE(ring_->Flush());
    const uint16_t slot = 1, phase = 1;
    std::memcpy(dus + row.cq_at + 8, &slot, sizeof(slot));
    std::memcpy(dus + row.cq_at + 14, &phase, sizeof(phase));
    EXPECT_EQ(Take(), 8);
    const uint32_t stopped = 1;
    EXPECT_FALSE(ring_->IsReceiveStopped());
    std::memcpy(dus + row.rx_at, &stopped, sizeof(stopped));
    EXPECT_TRUE(ring_->IsReceiveStopped());
    Push(9);
    std::memcpy(dus + row.tx_at, &stopped, sizeof(stopped));
    EXPECT_FALSE(ring_->Flush());
  }
}

TEST_F(QmRingTest, WhatTheSystemSaysIsComparedWithTheRegions) {
  EXPECT_TRUE(Fits({}));
  EXPECT_TRUE(Fits({.sq_depth = 2, .cq_depth = 2}));
  EXPECT_TRUE(Fits({.sq_depth = 1024, .cq_depth = 2}));
  EXPECT_FALSE(Fits({.sq_depth = 1}));
  EXPECT_FALSE(Fits({.cq_depth = 0, .dus_bytes = 8192}));
  EXPECT_FALSE(Fits({.sq_depth = 1025}));
  EXPECT_FALSE(Fits({.cq_depth = 65'536}));
  EXPECT_FALSE(Fits({.sqe_bytes = 64}));
  EXPECT_FALSE(Fits({.sqe_bytes = 0}));
  EXPECT_TRUE(Fits({.dus_bytes = 8 * 128 + 8 * 16 + 8}));
  EXPECT_FALSE(Fits({.dus_bytes = 8 * 128 + 8 * 16}));
  EXPECT_FALSE(Fits({.dus_bytes = 8 * 128 + 8 * 16 + 12}));
  EXPECT_TRUE(Fits({.mmio_bytes = 0x1008}));
  EXPECT_FALSE(Fits({.mmio_bytes = 0x1007}));
  EXPECT_TRUE(Fits({.sqn = 1023}));
  EXPECT_FALSE(Fits({.sqn = 1024}));
  EXPECT_TRUE(
      Fits({.version = QmVersion::kV1, .sqn = 1024, .mmio_bytes = 0x348}));
  EXPECT_FALSE(Fits({.version = QmVersion::kV1, .mmio_bytes = 0x347}));
}

// One at a time: the manual's table of indices and phases.
TEST_F(QmRingTest, IndicesAndPhasesGoRound) {
  Open({});
  for (uint16_t i = 0; i < 18; ++i) {
    EXPECT_EQ(rings_->slot(i % 8).dword[0], i < 8 ? 0u : 0x100u + i - 8);
    rings_->ForgetDoorbells();
    Run(i);
    const uint64_t next = (i + 1) % 8;
    EXPECT_EQ(rings_->doorbells().front(), next << 32) << i;
    EXPECT_EQ(rings_->cqe(i % 8).w7, i / 8 % 2 == 0 ? 1 : 0);
  }
  for (uint32_t i = 0; i < 8; ++i) {
    EXPECT_EQ(rings_->cqe(i).sq_head, i);
    EXPECT_EQ(rings_->cqe(i).w7, i < 2 ? 1 : 0) << i;
  }
}

TEST_F(QmRingTest, TheTwoRingsWrapByThemselves) {
  Open({.sq_depth = 8, .cq_depth = 16});
  for (uint16_t i = 0; i < 100; ++i) {
    Run(i);
    EXPECT_EQ(rings_->cqe(i % 16).w7, i / 16 % 2 == 0 ? 1 : 0);
  }
  Open({.sq_depth = 16, .cq_depth = 8});
  EXPECT_EQ(ring_->capacity(), 7u);
  for (uint16_t i = 0; i < 100; ++i) Run(i);
}

TEST_F(QmRingTest, NothingIsSeenBeforeFlushAndThenAllAtOnce) {
  Open({});
  for (uint16_t i = 0; i < 7; ++i) Push(i);
  EXPECT_FALSE(rings_->HasWork());
  EXPECT_EQ(ring_->free_slots(), 0u);
  ASSERT_TRUE(ring_->Flush());
  EXPECT_EQ(rings_->doorbells(), std::vector<uint64_t>{0x0000000700000000});
  ASSERT_TRUE(ring_->Flush());
  EXPECT_EQ(rings_->sq_doorbell_count(), 1);
}

TEST_F(QmRingTest, SlotsComeFreeInTheirOrder) {
  Open({});
  for (uint16_t i = 0; i < 7; ++i) Push(i);
  ASSERT_TRUE(ring_->Flush());
  for (const uint32_t slot : {2, 1, 6}) rings_->Complete(slot);
  EXPECT_EQ(Take(), 2);
  EXPECT_EQ(Take(), 1);
  EXPECT_EQ(Take(), 6);
  EXPECT_EQ(Take(), std::nullopt);
  EXPECT_EQ(ring_->free_slots(), 0u);
  rings_->Complete(0);
  EXPECT_EQ(Take(), 0);
  EXPECT_EQ(ring_->free_slots(), 3u);
  for (const uint32_t slot : {5, 4, 3}) {
    rings_->Complete(slot);
    EXPECT_EQ(Take(), slot);
  }
  EXPECT_EQ(ring_->free_slots(), 7u);
}

TEST_F(QmRingTest, WhatIsNotInFlightIsNonsense) {
  const auto after_two = [this](uint32_t slot) {
    Open({});
    Push(0);
    Push(1);
    ring_->Flush();
    Push(2);  // Not the device's yet.
    rings_->Complete(0);
    EXPECT_EQ(Take(), 0);
    rings_->Complete(slot);
    return Find();
  };
  EXPECT_EQ(after_two(1), QmRing::Found::kEntry);
  for (const uint32_t slot : {0, 2, 3, 7, 8, 255, 0x7fff, 0xffff}) {
    EXPECT_EQ(after_two(slot), QmRing::Found::kNonsense) << slot;
  }
}

TEST_F(QmRingTest, AnEntryOfTheWrongPhaseIsNone) {
  Open({});
  Push(0);
  ring_->Flush();
  rings_->cqe(0).w7 = 0;
  EXPECT_EQ(Find(), QmRing::Found::kNothing);
  rings_->cqe(0).w7 = 0xfffe;
  EXPECT_EQ(Find(), QmRing::Found::kNothing);
  rings_->cqe(0).w7 = 0xffff;
  EXPECT_EQ(Find(), QmRing::Found::kEntry);
}

TEST_F(QmRingTest, DoorbellsOfTheCqAreFewAndNeverTooLate) {
  Open({.sq_depth = 64, .cq_depth = 64, .keep_doorbells = false});
  uint16_t tag = 0;
  for (int lap = 0; lap < 200; ++lap) {
    while (ring_->free_slots() > 0) Push(tag++);
    ASSERT_TRUE(ring_->Flush());
    while (rings_->HasWork()) rings_->Complete(rings_->TakeSlot());
    // Not a multiple of the batch, so that some remain untold.
    for (int i = 0; i < 63; ++i) ASSERT_TRUE(Take().has_value());
  }
  EXPECT_FALSE(rings_->overflowed());
  EXPECT_LE(rings_->cq_doorbell_count(), 200 * 4);
}

TEST_F(QmRingTest, ArmingLooksOnceMore) {
  Open({});
  ring_->Disarm();
  EXPECT_FALSE(rings_->is_armed());
  Push(0);
  ring_->Flush();
  rings_->ForgetDoorbells();
  EXPECT_TRUE(ring_->Arm());
  EXPECT_TRUE(rings_->is_armed());
  EXPECT_EQ(rings_->doorbells(),
            std::vector<uint64_t>{kCqCommand | uint64_t{1} << 48});
  rings_->Complete(0);
  EXPECT_FALSE(rings_->is_armed());
  EXPECT_FALSE(ring_->Arm());
  EXPECT_EQ(Take(), 0);
  rings_->ForgetDoorbells();
  EXPECT_TRUE(ring_->Arm());
  EXPECT_EQ(rings_->doorbells(),
            std::vector<uint64_t>{kCqCommand | uint64_t{1} << 48 |
                                  uint64_t{1} << 32});
}

TEST_F(QmRingTest, OnlyOneInAStopWordStops) {
  Open({});
  for (const uint32_t word : {0u, 2u, ~0u}) {
    rings_->SetTxStop(word);
    rings_->SetRxStop(word);
    EXPECT_FALSE(ring_->IsReceiveStopped());
    Run(3);
  }
  rings_->SetTxStop(1);
  Push(4);
  const int rung = rings_->sq_doorbell_count();
  EXPECT_FALSE(ring_->Flush());
  EXPECT_EQ(rings_->sq_doorbell_count(), rung);
}

}  // namespace
}  // namespace uacced::hw::hisi
