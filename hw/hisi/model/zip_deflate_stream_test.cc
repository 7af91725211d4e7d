// Compression in packets.
#include <algorithm>
#include <cstdint>
#include <string>
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

// dw7[27:24].
constexpr uint32_t kFirst = 0xc;
constexpr uint32_t kMiddle = 0x4;
constexpr uint32_t kLast = 0x6;
constexpr uint32_t kOnly = 0xe;

class ZipDeflateStreamTest : public ZipFixture {
 protected:
  ZipDeflateStreamTest() {
    memory_.Add(kDst, 0x800000);
    memory_.Add(kCtx, 0x10000);
  }

  // As UADK v2 does: words that a packet returns go into the next.
  Descriptor Packet(uint32_t format, uint32_t flags, const ByteVector& data,
                    uint32_t room, uint32_t type = 3) {
    memory_.Add(kSrc, data);
    Descriptor sqe = Stateful({{4, static_cast<uint32_t>(data.size())},
                               {7, type << 28 | flags << 24},
                               {9, 0x4000 | format},
                               {14, room},
                               {type == 3 ? 26 : 13, kTag}});
    for (const int i : {15, 28, 29, 30, 31}) sqe[i] = last_[i];
    last_ = Run(type == 3 ? kCompressV3 : kCompressV2, sqe);
    const ByteVector part = Load(kDst, last_[1]);
    EXPECT_LE(part.size(), room);
    stream_.insert(stream_.end(), part.begin(), part.end());
    return last_;
  }

  static ByteVector Slice(const ByteVector& data, size_t begin, size_t end) {
    return {data.begin() + std::min(begin, data.size()),
            data.begin() + std::min(end, data.size())};
  }

  static bool Succeeded(const Descriptor& done) {
    return done[3] == 0 || done[3] == 0x0d;
  }

  Descriptor last_ = {};  // Stale words of a stream before are here, too.
  ByteVector stream_;
};

TEST_F(ZipDeflateStreamTest, PacketsBecomeOneStream) {
  const ByteVector data = TextBytes(50000, 1);
  for (const uint32_t type : {3u, 0u}) {
    for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
      if (type == 0 && format == kDeflate) continue;
      stream_ = HeaderOf(format);
      for (size_t at = 0; at < data.size(); at += 4096) {
        const bool last = at + 4096 >= data.size();
        const Descriptor done =
            Packet(format,
                   at == 0 ? kFirst
                   : last  ? kLast
                           : kMiddle,
                   Slice(data, at, at + 4096), 0x2000, type);
        ASSERT_EQ(done[3], 0u);
        EXPECT_EQ(done[0], std::min<size_t>(4096, data.size() - at));
        EXPECT_EQ(done[15], 0u);
        const ByteVector so_far = Slice(data, 0, at + 4096);
        EXPECT_EQ(done[29], std::min<size_t>(so_far.size(), 32768));
        EXPECT_EQ(done[30], so_far.size());
        EXPECT_EQ(done[31], DeviceChecksum(format, so_far));
        if (last) continue;
        // On a byte, by an empty stored block.
        EXPECT_EQ(Slice(stream_, stream_.size() - 4, stream_.size()),
                  FromHex("0000ffff"));
      }
      EXPECT_EQ(ZlibDecode(format, stream_), data);
      EXPECT_EQ(engine_.stream_count(), 0u);
    }
  }
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(ZipDeflateStreamTest, OnePacketIsAStreamToo) {
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    stream_ = HeaderOf(format);
    const ByteVector data = TextBytes(4096, format);
    EXPECT_EQ(Packet(format, kOnly, data, 0x1200)[3], 0u);
    EXPECT_EQ(ZlibDecode(format, stream_), data);
  }
}

// Software ends a stream on its own when there is no more input, and takes the
// trailer from the last words (two packets of 5000 bytes, as UADK was run).
TEST_F(ZipDeflateStreamTest, SoftwareCanMakeTheTrailer) {
  const ByteVector data = TextBytes(10000, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    stream_ = HeaderOf(format);
    Packet(format, kFirst, Slice(data, 0, 5000), 0x2000);
    const Descriptor done =
        Packet(format, kMiddle, Slice(data, 5000, 10000), 0x2000);
    const auto append = [this](uint32_t value, bool big_endian) {
      for (int i = 0; i < 4; ++i) {
        const int shift = 8 * (big_endian ? 3 - i : i);
        stream_.push_back(static_cast<uint8_t>(value >> shift));
      }
    };
    for (const uint8_t byte : FromHex("010000ffff")) stream_.push_back(byte);
    if (format == kZlib) append(done[31], true);
    if (format == kGzip) {
      append(ReverseBits(~done[31]), false);
      append(done[30], false);
    }
    EXPECT_EQ(ZlibDecode(format, stream_), data);
    // The stream is abandoned; the next one takes its place.
    stream_ = HeaderOf(format);
    EXPECT_EQ(Packet(format, kOnly, data, 0x4000)[3], 0u);
    EXPECT_EQ(ZlibDecode(format, stream_), data);
    EXPECT_EQ(engine_.stream_count(), 0u);
  }
}

TEST_F(ZipDeflateStreamTest, EmptyPacketsAreNothingSpecial) {
  const ByteVector data = TextBytes(3000, 1);
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    stream_ = HeaderOf(format);
    EXPECT_TRUE(Succeeded(Packet(format, kFirst, {}, 0x2000)));
    EXPECT_EQ(last_[30], 0u);
    EXPECT_EQ(last_[31], DeviceChecksum(format, {}));
    EXPECT_TRUE(Succeeded(Packet(format, kMiddle, {}, 0x2000)));
    EXPECT_TRUE(Succeeded(Packet(format, kMiddle, data, 0x2000)));
    EXPECT_TRUE(Succeeded(Packet(format, kMiddle, {}, 0x2000)));
    EXPECT_TRUE(Succeeded(Packet(format, kLast, {}, 0x2000)));
    EXPECT_EQ(ZlibDecode(format, stream_), data);
  }
}

// What UADK's guard leaves of small rooms is enough for incompressible input.
TEST_F(ZipDeflateStreamTest, SmallRoomsOfTheGuardAreEnough) {
  struct Guarded {
    uint32_t format;
    uint32_t dw4;
    uint32_t flags;
    uint32_t dw14;
  };
  for (const Guarded& form :
       {Guarded{kDeflate, 0x64, kFirst, 0xec},
        Guarded{kDeflate, 0x64, kFirst, 0xc9},
        Guarded{kZlib, 0x64, kFirst, 0xea}, Guarded{kGzip, 0x64, kFirst, 0xe2},
        Guarded{kDeflate, 0x1000, kOnly, 0x1200},
        Guarded{kDeflate, 0xffc, kFirst, 0x11ff},
        Guarded{kGzip, 0xffc, kFirst, 0x11ff},
        Guarded{kDeflate, 0xd0, kFirst, 0xec},
        Guarded{kGzip, 0xc8, kFirst, 0xe2}, Guarded{kGzip, 0xc8, kOnly, 0xec},
        Guarded{kDeflate, 0xa68, kFirst, 0xbb8}}) {
    stream_ = HeaderOf(form.format);
    const ByteVector data = RandomBytes(form.dw4, form.dw14);
    EXPECT_EQ(Packet(form.format, form.flags, data, form.dw14)[3], 0x0du);
    if (form.flags != kOnly) {
      EXPECT_TRUE(Succeeded(Packet(form.format, kLast, {}, 236)));
    }
    EXPECT_EQ(ZlibDecode(form.format, stream_), data);
  }
}

TEST_F(ZipDeflateStreamTest, TooLittleRoomIsAnErrorAndTheRestComesLater) {
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    for (const uint32_t bytes : {50000u, 70000u, 300000u}) {
      for (const bool only : {false, true}) {
        stream_ = HeaderOf(format);
        const ByteVector data = RandomBytes(bytes, format);
        EXPECT_EQ(Packet(format, only ? kOnly : kFirst, data, 30000)[3], 0x0eu);
        EXPECT_EQ(last_[1], 30000u);
        EXPECT_EQ(last_[15], 0u);
        // What was not consumed is given again.
        size_t consumed = last_[0];
        do {
          Packet(format, only ? kLast : kMiddle, Slice(data, consumed, bytes),
                 30000);
          consumed += last_[0];
        } while (last_[3] == 0x0e);
        EXPECT_TRUE(Succeeded(last_));
        EXPECT_EQ(consumed, bytes);
        if (!only) {
          EXPECT_TRUE(Succeeded(Packet(format, kLast, {}, 30000)));
        }
        EXPECT_EQ(ZlibDecode(format, stream_), data);
      }
    }
  }
}

TEST_F(ZipDeflateStreamTest, NoInputIsTakenBehindTheEnd) {
  EXPECT_EQ(Packet(kZlib, kOnly, RandomBytes(5000, 1), 1000)[3], 0x0eu);
  EXPECT_EQ(Packet(kZlib, kLast, {1}, 1000)[3], Code(ZipStatus::kBadContext));
  EXPECT_EQ(Packet(kZlib, kOnly, RandomBytes(5000, 1), 1000)[3], 0x0eu);
  EXPECT_EQ(Packet(kZlib, kMiddle, {}, 1000)[3], Code(ZipStatus::kBadContext));
  EXPECT_EQ(engine_.stream_count(), 0u);
}

TEST_F(ZipDeflateStreamTest, RoomOfASyncFlushIsExact) {
  const ByteVector data = TextBytes(9000, 1);
  const uint32_t needed = Packet(kDeflate, kFirst, data, 0x4000)[1];
  EXPECT_EQ(Packet(kDeflate, kFirst, data, needed)[3], 0u);
  EXPECT_EQ(Packet(kDeflate, kFirst, data, needed - 1)[3], 0x0eu);
}

TEST_F(ZipDeflateStreamTest, EightMiBFit) {
  const ByteVector data = TextBytes(0x800000, 1);
  EXPECT_EQ(Packet(kGzip, kOnly, data, 0x800000)[3], 0u);
  const ByteVector body = stream_;
  stream_ = HeaderOf(kGzip);
  stream_.insert(stream_.end(), body.begin(), body.end());
  EXPECT_EQ(ZlibDecode(kGzip, stream_), data);
  EXPECT_EQ(Packet(kGzip, kOnly, RandomBytes(0x800000, 1), 0x800000)[3], 0x0eu);
}

}  // namespace
}  // namespace uacced::hw::hisi
