// Decompression in packets.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/model/zip_status.h"
#include "hw/hisi/model/zip_test_fixture.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t Code(ZipStatus status) {
  return static_cast<uint32_t>(status);
}

constexpr uint32_t kStreamEnd = 0x113;
constexpr uint32_t kStateMask = 0xf;
constexpr uint32_t kBfinal = 0x80;

class ZipInflateStreamTest : public ZipFixture {
 protected:
  ZipInflateStreamTest() {
    memory_.Add(kDst, 0x10000);
    memory_.Add(kCtx, 0x10000);
  }

  // `first`: and so without the header. Software sends any window and flush.
  Descriptor Packet(uint32_t format, bool first, Bytes in, uint32_t room,
                    bool last = false) {
    memory_.Add(kSrc, ByteVector(in.begin(), in.end()));
    Descriptor sqe = Stateful(
        {{4, static_cast<uint32_t>(in.size())},
         {7, 0x34000000u | (first ? 1u << 27 : 0) | (last ? 1u << 25 : 0)},
         {9, 0x1f000 | format},
         {14, room},
         {26, kTag}});
    for (const int i : {15, 28, 29, 30, 31}) sqe[i] = last_[i];
    last_ = Run(kDecompressV3, sqe);
    const ByteVector part = Load(kDst, last_[1]);
    EXPECT_LE(last_[0], in.size());
    EXPECT_LE(last_[1], room);
    data_.insert(data_.end(), part.begin(), part.end());
    return last_;
  }

  // The rules for words that come back with a packet which is no error.
  void ExpectGoodWords(uint32_t format, size_t in_bytes, uint32_t room) {
    EXPECT_EQ(last_[30], data_.size());
    EXPECT_EQ(last_[31], DeviceChecksum(format, data_));
    EXPECT_EQ(last_[28], 0u);
    const uint32_t state = last_[15] & kStateMask;
    EXPECT_EQ(last_[15] & ~(kStateMask | kBfinal), 0u);
    EXPECT_LE(state, 2u);
    if (state == 0) return;
    // Room is what it lacks.
    EXPECT_EQ(last_[3], 0u);
    EXPECT_EQ(last_[1], room);
    EXPECT_EQ(state == 1, (last_[15] & kBfinal) != 0);
  }

  // As software does: input in packets of `step`, what was not consumed again,
  // until the end.
  void Decompress(uint32_t format, const ByteVector& stream, size_t step,
                  uint32_t room) {
    data_.clear();
    Bytes left = Bytes(stream).subspan(HeaderOf(format).size());
    bool first = true;
    do {
      const Bytes in = left.first(std::min(step, left.size()));
      Packet(format, first, in, room, in.size() == left.size());
      ASSERT_TRUE(last_[3] == 0 || last_[3] == kStreamEnd) << last_[3];
      ExpectGoodWords(format, in.size(), room);
      // Whatever it did not read it had no room for; and it never stands still.
      ASSERT_TRUE(last_[3] != 0 || last_[0] == in.size() || last_[15] != 0);
      ASSERT_NE(last_[0] + last_[1], 0u);
      left = left.subspan(last_[0]);
      first = false;
    } while (last_[3] == 0);
    EXPECT_TRUE(left.empty());
    EXPECT_EQ(engine_.stream_count(), 0u);
  }

  Descriptor last_ = {};
  ByteVector data_;
};

TEST_F(ZipInflateStreamTest, AnyPacketsAndRoomsGiveTheSame) {
  // Some of it is incompressible, so that there are stored blocks too.
  ByteVector data = TextBytes(60000, 1);
  const ByteVector noise = RandomBytes(40000, 2);
  std::copy(noise.begin(), noise.end(), data.begin() + 10000);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FIXED}) {
      const ByteVector stream = ZlibEncode(format, data, 6, strategy);
      for (const size_t step : {333u, 5000u, 100000u}) {
        for (const uint32_t room : {5000u, 500u, 236u}) {
          Decompress(format, stream, step, room);
          EXPECT_EQ(data_, data);
        }
      }
    }
  }
  EXPECT_EQ(memory_.faults(), 0);
}

// Without input 16 bytes of room are none: that is what bypass looks like.
TEST_F(ZipInflateStreamTest, OneByteAtATime) {
  const ByteVector data = TextBytes(700, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector stream = ZlibEncode(format, data);
    Decompress(format, stream, 1, 300);
    EXPECT_EQ(data_, data);
    Decompress(format, stream, 300, 17);
    EXPECT_EQ(data_, data);
    Decompress(format, stream, 1, 17);
    EXPECT_EQ(data_, data);
  }
}

// The typical pair: all input is used and output waits; software asks again
// with no input.
TEST_F(ZipInflateStreamTest, OutputThatWaitsIsGivenWithoutInput) {
  const ByteVector data(50000, 'x');
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector stream = ZlibEncode(format, data);
    data_.clear();
    const Bytes in = Bytes(stream).subspan(HeaderOf(format).size());
    EXPECT_EQ(Packet(format, true, in, 236)[3], 0u);
    EXPECT_EQ(last_[1], 236u);
    EXPECT_EQ(last_[15], kBfinal | 1);
    uint32_t consumed = last_[0];
    bool asked_without_input = false;
    while (last_[3] == 0) {
      const Bytes left = in.subspan(consumed);
      asked_without_input |= left.empty();
      Packet(format, false, left, 236);
      consumed += last_[0];
    }
    EXPECT_EQ(last_[3], kStreamEnd);
    EXPECT_EQ(last_[15], 0u);
    EXPECT_EQ(consumed, in.size());
    EXPECT_EQ(data_, data);
    EXPECT_EQ(asked_without_input, format == kDeflate);
  }
}

// The hint of state 1 is about the last block only.
TEST_F(ZipInflateStreamTest, TheStateSaysWhichBlockLacksRoom) {
  const ByteVector data = RandomBytes(100000, 1);
  const ByteVector stream = ZlibEncode(kDeflate, data, 0);
  ASSERT_EQ(stream[0] & 7, 0);  // Stored, and not the last.
  EXPECT_EQ(Packet(kDeflate, true, stream, 5000)[3], 0u);
  EXPECT_EQ(last_[15], 2u);
  size_t consumed = last_[0];
  uint32_t before_last = last_[15];
  while (last_[3] == 0) {
    before_last = last_[15];
    Packet(kDeflate, false, Bytes(stream).subspan(consumed), 5000);
    consumed += last_[0];
  }
  EXPECT_EQ(last_[3], kStreamEnd);
  EXPECT_EQ(before_last, kBfinal | 1);
  EXPECT_EQ(data_, data);
}

TEST_F(ZipInflateStreamTest, RoomThatIsJustEnoughEndsAtOnce) {
  const ByteVector data = TextBytes(3000, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector stream = ZlibEncode(format, data);
    const Bytes in = Bytes(stream).subspan(HeaderOf(format).size());
    EXPECT_EQ(Packet(format, true, in, 3000)[3], kStreamEnd);
    EXPECT_EQ(last_[0], in.size());
    EXPECT_EQ(last_[1], 3000u);
  }
}

TEST_F(ZipInflateStreamTest, BytesBehindTheEndAreNotConsumed) {
  const ByteVector data = TextBytes(3000, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    ByteVector stream = ZlibEncode(format, data);
    const size_t bytes = stream.size() - HeaderOf(format).size();
    stream.resize(stream.size() + 100, 0x1f);
    const Bytes in = Bytes(stream).subspan(HeaderOf(format).size());
    EXPECT_EQ(Packet(format, true, in, 5000)[3], kStreamEnd);
    EXPECT_EQ(last_[0], bytes);
    // It is said once.
    EXPECT_EQ(Packet(format, false, in.subspan(bytes), 5000)[3],
              Code(ZipStatus::kBadContext));
  }
}

TEST_F(ZipInflateStreamTest, ThatNothingMovesIsAnError) {
  const ByteVector data = TextBytes(3000, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector stream = ZlibEncode(format, data);
    const Bytes in = Bytes(stream).subspan(HeaderOf(format).size());
    data_.clear();
    Packet(format, true, {}, 5000);
    EXPECT_EQ(last_[3], Code(ZipStatus::kNoProgress));
    EXPECT_EQ(last_[15], 0u);
    EXPECT_EQ(Packet(format, false, in.first(in.size() - 1), 5000)[3], 0u);
    for (int i = 0; i < 3; ++i) {
      Packet(format, false, {}, 5000, i == 2);
      EXPECT_EQ(last_[3], Code(ZipStatus::kNoProgress));
    }
    // The stream is as it was.
    EXPECT_EQ(Packet(format, false, in.last(1), 5000)[3], kStreamEnd);
    EXPECT_EQ(data_, data);
  }
}

TEST_F(ZipInflateStreamTest, NoRoomIsAnErrorOnceThereIsNothingToDo) {
  const ByteVector stream = ZlibEncode(kDeflate, TextBytes(3000, 1));
  Packet(kDeflate, true, Bytes(stream), 0);
  if (last_[3] == 0) {
    EXPECT_EQ(last_[15], kBfinal | 1);
    Packet(kDeflate, false, Bytes(stream).subspan(last_[0]), 0);
  }
  EXPECT_EQ(last_[3], 0x0eu);
  EXPECT_EQ(last_[15], 0u);
}

TEST_F(ZipInflateStreamTest, BadDataEndsTheStream) {
  const ByteVector data = TextBytes(3000, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector stream = ZlibEncode(format, data);
    const Bytes in = Bytes(stream).subspan(HeaderOf(format).size());
    ByteVector bad(in.begin(), in.end());
    bad[0] |= 6;  // No such type of block.
    EXPECT_EQ(Packet(format, true, bad, 5000)[3], Code(ZipStatus::kBadData));
    EXPECT_EQ(last_[15], 0u);
    EXPECT_EQ(Packet(format, false, in, 5000)[3], Code(ZipStatus::kBadContext));
    if (format == kDeflate) continue;
    bad.assign(in.begin(), in.end());
    bad.back() ^= 1;
    EXPECT_EQ(Packet(format, true, Bytes(bad).first(100), 5000)[3], 0u);
    EXPECT_EQ(Packet(format, false, Bytes(bad).subspan(100), 5000)[3], 0x10u);
    EXPECT_EQ(last_[15], 0u);
  }
  EXPECT_EQ(engine_.stream_count(), 0u);
}

}  // namespace
}  // namespace uacced::hw::hisi
