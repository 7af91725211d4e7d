// What a session asks of the device, row for row as other software (UADK) was
// seen to ask it, and what it makes of answers.
#include "hw/hisi/zip_session.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "hw/dma_buffer.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

constexpr auto kWork = CodecStep::Kind::kWork;
constexpr auto kDone = CodecStep::Kind::kDone;
constexpr auto kBroken = CodecStep::Kind::kBroken;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kCorrupt = absl::StatusCode::kInvalidArgument;

class ZipSessionTest : public ::testing::Test {
 protected:
  void Open(Operation operation, Algorithm format, bool only_blocks = false) {
    session_.Open({operation, format, only_blocks}, context_.data());
  }
  void OpenCompress(Algorithm format = Algorithm::kDeflate) {
    Open(Operation::kCompress, format);
  }
  void OpenDecompress(Algorithm format = Algorithm::kDeflate) {
    Open(Operation::kDecompress, format);
  }
  CodecStep::Kind Begin(size_t source_bytes, size_t room_bytes, bool last) {
    source_.resize(source_bytes);
    room_.assign(room_bytes, 0xa5);
    step_ = session_.Begin(source_, room_, last);
    return step_.kind();
  }
  CodecStep::Kind Take(const ZipAnswer& answer, const ZipWords& words = {}) {
    step_ = session_.Take(answer, words);
    return step_.kind();
  }
  const ZipWork& work() { return session_.work(); }
  uint64_t ContextAt(uint64_t offset) const {
    return reinterpret_cast<uintptr_t>(context_.data()) + offset;
  }
  uint64_t RoomAt(uint64_t offset) const {
    return reinterpret_cast<uintptr_t>(room_.data()) + offset;
  }

  DmaBuffer context_ = DmaBuffer::Allocate(ZipSession::kContextBytes);
  ZipSession session_;
  CodecStep step_ = CodecStep::Broken();
  std::vector<uint8_t> source_, room_;
};

TEST_F(ZipSessionTest, PacketsCarryWhatTheDeviceReturned) {
  OpenCompress();
  ASSERT_EQ(Begin(4096, 8192, false), kWork);
  EXPECT_TRUE(work().is_first);
  EXPECT_FALSE(work().finish);
  EXPECT_EQ(work().context, ContextAt(0x40));
  EXPECT_EQ(work().window, uint32_t{HISI_ZIP_WINDOW_32K});
  EXPECT_EQ(work().words.checksum, 0u);
  const ZipWords words = {0xc0010000, 0xc1000001, 0xc2000001, 0x1000,
                          0xaabb0001};
  ASSERT_EQ(Take({4096, 100, 0, false}, words), kDone);
  EXPECT_EQ(step_.produced_bytes(), 100u);
  ASSERT_EQ(Begin(4096, 8192, false), kWork);
  EXPECT_FALSE(work().is_first);
  EXPECT_EQ(work().words.ctx_dw0, words.ctx_dw0);
  EXPECT_EQ(work().words.ctx_dw1, words.ctx_dw1);
  EXPECT_EQ(work().words.ctx_dw2, words.ctx_dw2);
  EXPECT_EQ(work().words.isize, words.isize);
  EXPECT_EQ(work().words.checksum, words.checksum);
  ASSERT_EQ(Take({4096, 100, 0x0d, true}, words), kDone);
  ASSERT_EQ(Begin(4096, 8192, true), kWork);
  EXPECT_TRUE(work().finish);
  EXPECT_FALSE(session_.is_done());
  ASSERT_EQ(Take({4096, 100, 0, true}), kDone);
  EXPECT_TRUE(session_.is_done());
}

struct RoomRow {
  Algorithm format;
  uint32_t source_bytes, room_bytes;
  bool last;
  uint32_t dw4, dw14;
  bool finish;
  bool to_store;
  uint32_t at;  // In the store or in the room.
};

TEST_F(ZipSessionTest, RoomsForCompression) {
  constexpr auto kDeflate = Algorithm::kDeflate, kZlib = Algorithm::kZlib,
                 kGzip = Algorithm::kGzip;
  const RoomRow rows[] = {
      {kDeflate, 100, 200, false, 0x64, 0xec, false, true, 0},
      {kDeflate, 100, 201, false, 0x64, 0xc9, false, false, 0},
      {kZlib, 100, 202, false, 0x64, 0xea, false, true, 2},
      {kZlib, 100, 203, false, 0x64, 0xc9, false, false, 2},
      {kZlib, 100, 3, false, 0x64, 0xea, false, true, 2},
      {kGzip, 100, 210, false, 0x64, 0xe2, false, true, 10},
      {kGzip, 100, 211, false, 0x64, 0xc9, false, false, 10},
      {kDeflate, 4096, 4608, true, 0x1000, 0x1200, true, false, 0},
      {kDeflate, 4096, 4607, true, 0xffc, 0x11ff, false, false, 0},
      {kZlib, 4096, 4610, true, 0x1000, 0x1200, true, false, 2},
      {kZlib, 4096, 4609, true, 0xffc, 0x11ff, false, false, 2},
      {kGzip, 4096, 4618, true, 0x1000, 0x1200, true, false, 10},
      {kGzip, 4096, 4617, true, 0xffc, 0x11ff, false, false, 10},
      {kDeflate, 4096, 100, true, 0xd0, 0xec, false, true, 0},
      {kGzip, 4096, 100, true, 0xc8, 0xe2, false, true, 10},
      {kDeflate, 200, 100, true, 0xc8, 0xec, true, true, 0},
      {kDeflate, 4096, 3000, true, 0xa68, 0xbb8, false, false, 0},
      {kDeflate, 4096, 9 << 20, true, 0x1000, 0x800000, true, false, 0},
      {kDeflate, (8 << 20) + 1, 16 << 20, false, 0x71c71c, 0x800000, false,
       false, 0},
  };
  for (const RoomRow& row : rows) {
    SCOPED_TRACE(row.room_bytes);
    OpenCompress(row.format);
    ASSERT_EQ(Begin(row.source_bytes, row.room_bytes, row.last), kWork);
    EXPECT_EQ(work().source_bytes, row.dw4);
    EXPECT_EQ(work().room_bytes, row.dw14);
    EXPECT_EQ(work().finish, row.finish);
    EXPECT_EQ(work().destination,
              row.to_store ? ContextAt(0x9800 + row.at) : RoomAt(row.at));
  }
}

TEST_F(ZipSessionTest, RoomsForDecompression) {
  OpenDecompress();
  ASSERT_EQ(Begin(4096, 200, false), kWork);
  EXPECT_EQ(work().room_bytes, 0xecu);
  EXPECT_EQ(work().destination, ContextAt(0x9800));
  OpenDecompress();
  ASSERT_EQ(Begin(4096, 201, false), kWork);
  EXPECT_EQ(work().room_bytes, 0xc9u);
  EXPECT_EQ(work().destination, RoomAt(0));
  EXPECT_FALSE(work().finish);
}

TEST_F(ZipSessionTest, TheRestFollowsWhereTheRoomWasShort) {
  OpenCompress();
  ASSERT_EQ(Begin(4096, 3000, true), kWork);
  ASSERT_EQ(Take({2664, 1000, 0, false}), kWork);
  EXPECT_EQ(work().source_bytes, 0x598u);
  EXPECT_TRUE(work().finish);
  EXPECT_EQ(work().destination, RoomAt(1000));
  ASSERT_EQ(Take({0x598, 700, 0, true}), kDone);
  EXPECT_EQ(step_.produced_bytes(), 1700u);
  EXPECT_TRUE(session_.is_done());
}

TEST_F(ZipSessionTest, WhatIsStoredIsGivenInParts) {
  OpenDecompress();
  ASSERT_EQ(Begin(300, 50, true), kWork);
  for (int i = 0; i < 120; ++i) {
    context_.data()[0x9800 + i] = static_cast<uint8_t>(i);
  }
  ASSERT_EQ(Take({300, 120, 0x13, true}), kDone);
  EXPECT_EQ(step_.produced_bytes(), 50u);
  EXPECT_EQ(room_[49], 49);
  EXPECT_FALSE(session_.is_done());
  ASSERT_EQ(Begin(0, 50, true), kDone);
  EXPECT_EQ(step_.produced_bytes(), 50u);
  EXPECT_EQ(room_[0], 50);
  ASSERT_EQ(Begin(0, 50, true), kDone);
  EXPECT_EQ(step_.code(), kOk);
  EXPECT_EQ(step_.produced_bytes(), 20u);
  EXPECT_EQ(room_[19], 119);
  EXPECT_TRUE(session_.is_done());
}

TEST_F(ZipSessionTest, AHeaderGoesInFrontOfTheFirstOutput) {
  OpenCompress(Algorithm::kZlib);
  ASSERT_EQ(Begin(100, 1000, false), kWork);
  EXPECT_EQ(room_[0], 0xa5);  // Only when the device has answered.
  ASSERT_EQ(Take({100, 40, 0, false}), kDone);
  EXPECT_EQ(step_.produced_bytes(), 42u);
  EXPECT_EQ(room_[0], 0x78);
  EXPECT_EQ(room_[1], 0x9c);
  OpenCompress(Algorithm::kGzip);
  ASSERT_EQ(Begin(100, 3, false), kWork);
  ASSERT_EQ(Take({100, 40, 0, false}), kDone);
  EXPECT_EQ(room_, FromHex("1f8b08"));
  ASSERT_EQ(Begin(0, 100, false), kDone);
  EXPECT_EQ(step_.produced_bytes(), 47u);
  EXPECT_EQ(room_[6], 3);
}

TEST_F(ZipSessionTest, AnEndWithoutInputNeedsNoDevice) {
  struct Row {
    Algorithm format;
    const char* fresh;
    const char* later;
  };
  const Row rows[] = {
      {Algorithm::kDeflate, "010000ffff", "010000ffff"},
      {Algorithm::kZlib, "789c010000ffff00000001", "010000ffffee5ae357"},
      {Algorithm::kGzip, "1f8b0800000000000003010000ffff0000000000000000",
       "010000ffff3928a78810270000"},
  };
  for (const Row& row : rows) {
    OpenCompress(row.format);
    ASSERT_EQ(Begin(0, 1000, true), kDone);
    EXPECT_TRUE(session_.is_done());
    room_.resize(step_.produced_bytes());
    EXPECT_EQ(room_, FromHex(row.fresh));
    OpenCompress(row.format);
    ASSERT_EQ(Begin(10'000, 20'000, false), kWork);
    const uint32_t checksum =
        row.format == Algorithm::kGzip ? 0x63eb1aee : 0xee5ae357;
    ASSERT_EQ(Take({10'000, 50, 0, false}, {0, 0, 0, 10'000, checksum}), kDone);
    std::vector<uint8_t> end;
    do {  // In parts.
      ASSERT_EQ(Begin(0, 4, true), kDone);
      end.insert(end.end(), room_.begin(),
                 room_.begin() + step_.produced_bytes());
    } while (!session_.is_done());
    EXPECT_EQ(end, FromHex(row.later));
  }
}

TEST_F(ZipSessionTest, OutputWithoutInputIsAskedForWhenThereMayBeSome) {
  // The device says that it lacked room.
  for (const uint32_t state : {1u, 2u}) {
    OpenDecompress();
    ASSERT_EQ(Begin(100, 1000, false), kWork);
    ASSERT_EQ(Take({100, 1000, 0, false}, {state, 0, 0, 0, 0}), kDone);
    ASSERT_EQ(Begin(0, 1000, true), kWork);
    EXPECT_EQ(work().source_bytes, 0u);
    EXPECT_NE(work().source, 0u);
    EXPECT_EQ(work().words.ctx_dw0, state);
    ASSERT_EQ(Take({0, 10, 0x13, true}), kDone);
    EXPECT_TRUE(session_.is_done());
  }
  // It says nothing, but the room is full: asked, and told no, all is well.
  for (const ZipAnswer& no :
       {ZipAnswer{0, 0, 0, false}, ZipAnswer{UINT32_MAX, 0, 0x40, false}}) {
    OpenDecompress();
    ASSERT_EQ(Begin(100, 1000, false), kWork);
    ASSERT_EQ(Take({100, 1000, 0, false}), kDone);
    ASSERT_EQ(Begin(0, 1000, false), kWork);
    ASSERT_EQ(Take(no), kDone);
    EXPECT_EQ(step_.code(), kOk);
    EXPECT_EQ(step_.produced_bytes(), 0u);
    EXPECT_EQ(Begin(0, 1000, false), kDone);  // Not asked again.
  }
  // A wrong checksum is no way to say no.
  OpenDecompress(Algorithm::kDeflate);
  ASSERT_EQ(Begin(100, 1000, false), kWork);
  ASSERT_EQ(Take({100, 1000, 0, false}), kDone);
  ASSERT_EQ(Begin(0, 1000, false), kWork);
  ASSERT_EQ(Take({0, 0, 0x10, false}), kDone);
  EXPECT_EQ(step_.code(), kCorrupt);
  // It took all and had room left.
  OpenDecompress();
  ASSERT_EQ(Begin(100, 1000, false), kWork);
  ASSERT_EQ(Take({100, 999, 0, false}), kDone);
  EXPECT_EQ(Begin(0, 1000, false), kDone);
  EXPECT_EQ(Begin(0, 1000, true), kDone);
  EXPECT_EQ(step_.code(), kCorrupt);  // Ended too early.
}

// The device may keep the bits of a whole last block of raw deflate.
TEST_F(ZipSessionTest, BitsThatAreKeptAreAskedForAtTheEnd) {
  const ZipWords kept = {3 | 10 << 10, 0, 0, 0, 0};
  OpenDecompress();
  ASSERT_EQ(Begin(100, 1000, false), kWork);
  ASSERT_EQ(Take({100, 10, 0, false}, kept), kDone);
  EXPECT_FALSE(session_.is_done());
  OpenDecompress();
  ASSERT_EQ(Begin(100, 1000, true), kWork);
  ASSERT_EQ(Take({100, 10, 0, false}, kept), kWork);
  EXPECT_EQ(work().source_bytes, 0u);
  ASSERT_EQ(Take({0, 0, 0x13, true}), kDone);
  EXPECT_EQ(step_.code(), kOk);
  EXPECT_TRUE(session_.is_done());
}

TEST_F(ZipSessionTest, MembersFollowOneAnother) {
  OpenDecompress(Algorithm::kGzip);
  Begin(0, 1000, false);
  std::vector<uint8_t> header = FromHex("1f8b0800000000000003");
  source_ = header;
  source_.resize(100, 0x55);
  source_.insert(source_.end(), header.begin(), header.end());
  source_.resize(200, 0x55);
  room_.assign(1000, 0);
  step_ = session_.Begin(source_, room_, true);
  ASSERT_EQ(step_.kind(), kWork);
  EXPECT_EQ(work().source, reinterpret_cast<uintptr_t>(source_.data() + 10));
  EXPECT_EQ(work().source_bytes, 190u);
  ASSERT_EQ(Take({90, 20, 0x13, true}, {1, 2, 3, 4, 5}), kWork);
  EXPECT_TRUE(work().is_first);
  EXPECT_EQ(work().words.ctx_dw0, 0u);
  EXPECT_EQ(work().source_bytes, 90u);
  ASSERT_EQ(Take({90, 20, 0x13, true}), kDone);
  EXPECT_TRUE(session_.is_done());
  EXPECT_EQ(step_.produced_bytes(), 40u);
  // What follows is no header.
  source_.clear();
  EXPECT_EQ(Begin(10, 1000, false), kDone);
  EXPECT_EQ(step_.code(), kCorrupt);
}

TEST_F(ZipSessionTest, AnswersThatDoNotFitAreBroken) {
  for (const Operation operation :
       {Operation::kCompress, Operation::kDecompress}) {
    for (const ZipAnswer& answer :
         {ZipAnswer{101, 0, 0, false}, ZipAnswer{UINT32_MAX, 0, 0, true},
          ZipAnswer{100, 1001, 0, false},
          ZipAnswer{0, UINT32_MAX, 0x0d, false}}) {
      Open(operation, Algorithm::kDeflate);
      ASSERT_EQ(Begin(100, 1000, false), kWork);
      EXPECT_EQ(Take(answer), kBroken);
    }
    // Neither in nor out: it would go on for ever.
    Open(operation, Algorithm::kDeflate);
    ASSERT_EQ(Begin(100, 1000, false), kWork);
    ASSERT_EQ(Take({0, 0, 0, false}), kDone);
    EXPECT_EQ(step_.code(), absl::StatusCode::kInternal);
  }
}

TEST_F(ZipSessionTest, EveryErrorEndsThePiece) {
  for (int status = 0; status < 256; ++status) {
    const auto byte = static_cast<uint8_t>(status);
    for (const Operation operation :
         {Operation::kCompress, Operation::kDecompress}) {
      const absl::StatusCode code = ZipStatusCode(byte, operation);
      if (code == kOk) continue;
      for (const bool only_blocks : {false, true}) {
        Open(operation, Algorithm::kDeflate, only_blocks);
        ASSERT_EQ(Begin(100, 1000, true), kWork);
        ASSERT_EQ(Take({100, 10, byte, true}), kDone) << status;
        // More room is no way to go on with a stream.
        EXPECT_EQ(step_.code(),
                  code == absl::StatusCode::kOutOfRange && !only_blocks
                      ? absl::StatusCode::kUnavailable
                      : code);
      }
    }
  }
}

TEST_F(ZipSessionTest, BlocksHaveNoHeaderAndNoEnd) {
  Open(Operation::kCompress, Algorithm::kGzip, true);
  ASSERT_EQ(Begin(1000, 2000, true), kWork);
  EXPECT_FALSE(work().finish);
  EXPECT_EQ(work().destination, RoomAt(0));
  EXPECT_EQ(work().room_bytes, 2000u);
  ASSERT_EQ(Take({1000, 500, 0, false}, {0, 0, 0, 1000, 0x63eb1aee}), kDone);
  EXPECT_EQ(step_.produced_bytes(), 500u);
  EXPECT_EQ(session_.checksum(), 0x88a72839u);
}

}  // namespace
}  // namespace uacced::hw::hisi
