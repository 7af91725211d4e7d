// Contexts: what stateful requests find in memory that software can write.
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

constexpr uint32_t kFirst = 0x3c000000;
constexpr uint32_t kMiddle = 0x34000000;
constexpr uint32_t kHwOffset = 0x40;
constexpr uint32_t kHwBytes = 0x97c0;

class ZipContextTest : public ZipFixture {
 protected:
  ZipContextTest() {
    memory_.Add(kSrc, TextBytes(4096, 1));
    memory_.Add(kDst, 8192);
    memory_.Add(kCtx, 0x10000);
  }

  static Descriptor Sqe(uint32_t dw7, uint64_t context = kCtx + kHwOffset) {
    Descriptor sqe = Flat({{4, 4096}, {7, dw7}, {9, kZlib}, {14, 8192}});
    SetAddress(sqe, 22, context);
    return sqe;
  }

  uint32_t Compress(uint32_t dw7, uint64_t context = kCtx + kHwOffset) {
    return Run(kCompressV3, Sqe(dw7, context))[3];
  }
};

TEST_F(ZipContextTest, StaysWithinTheHardwaresPart) {
  const ByteVector before = Load(kCtx, 0x10000);
  EXPECT_EQ(Compress(kFirst), 0u);
  EXPECT_EQ(Compress(kMiddle), 0u);
  const ByteVector after = Load(kCtx, 0x10000);
  for (size_t i = 0; i < after.size(); ++i) {
    if (i >= kHwOffset && i < kHwOffset + kHwBytes) continue;
    ASSERT_EQ(after[i], before[i]) << i;
  }
  EXPECT_NE(after, before);
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(ZipContextTest, NeedsAllOfIt) {
  constexpr uint64_t kShort = 0x0000'6000'0000'0000;
  memory_.Add(kShort, kHwBytes);
  EXPECT_EQ(Compress(kFirst, kShort), 0u);
  memory_.Add(kShort, kHwBytes - 1);
  EXPECT_EQ(Compress(kFirst, kShort), Code(ZipStatus::kMemoryFault));
  for (const uint64_t bad :
       {kCtx + 8, uint64_t{1}, UINT64_MAX - 15, UINT64_MAX - kHwBytes + 1}) {
    EXPECT_NE(Compress(kFirst, bad), 0u);
  }
  EXPECT_EQ(Compress(kFirst, kCtx + 8), Code(ZipStatus::kBadContext));
  EXPECT_EQ(Compress(kFirst, 0), Code(ZipStatus::kMemoryFault));
}

TEST_F(ZipContextTest, WithoutAFirstPacketThereIsNoStream) {
  EXPECT_EQ(Compress(kMiddle), Code(ZipStatus::kBadContext));
}

TEST_F(ZipContextTest, ScribblesAreNoticed) {
  for (const uint32_t at : {0u, 8u, 15u, kHwBytes - 16, kHwBytes - 1}) {
    EXPECT_EQ(Compress(kFirst), 0u);
    memory_.at(kCtx)[kHwOffset + at] ^= 0x40;
    const Descriptor done = Run(kCompressV3, Sqe(kMiddle));
    EXPECT_EQ(done[3], Code(ZipStatus::kBadContext));
    EXPECT_EQ(done[15], 0u);
  }
  EXPECT_LE(engine_.stream_count(), 5u);
}

TEST_F(ZipContextTest, OldCopiesNameNothing) {
  EXPECT_EQ(Compress(kFirst), 0u);
  const ByteVector old = Load(kCtx, 0x10000);
  EXPECT_EQ(Compress(kMiddle), 0u);
  memory_.at(kCtx) = old;
  EXPECT_EQ(Compress(kMiddle), Code(ZipStatus::kBadContext));
}

TEST_F(ZipContextTest, AContextCanMove) {
  constexpr uint64_t kElsewhere = 0x0000'6000'0000'0000;
  EXPECT_EQ(Compress(kFirst), 0u);
  memory_.Add(kElsewhere, Load(kCtx, 0x10000));
  EXPECT_EQ(Compress(kMiddle, kElsewhere + kHwOffset), 0u);
  EXPECT_EQ(Compress(kMiddle), Code(ZipStatus::kBadContext));
}

TEST_F(ZipContextTest, StreamsAreOfOneFormatAndDirection) {
  EXPECT_EQ(Compress(kFirst), 0u);
  Descriptor sqe = Sqe(kMiddle);
  sqe[9] = kGzip;
  EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kBadContext));
  EXPECT_EQ(Compress(kFirst), 0u);
  EXPECT_EQ(Run(kDecompressV3, Sqe(kMiddle))[3], Code(ZipStatus::kBadContext));
}

TEST_F(ZipContextTest, AFirstPacketFreesWhatWasAbandoned) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Compress(kFirst), 0u);
    EXPECT_EQ(engine_.stream_count(), 1u);
  }
}

TEST_F(ZipContextTest, TheOldestStreamsAreForgotten) {
  const ZipEngine engine({.max_streams = 2});
  const auto compress = [&](uint32_t dw7, uint64_t context) {
    Descriptor sqe = Sqe(dw7, context);
    engine.Execute(kCompressV3, memory_, sqe);
    EXPECT_LE(engine.stream_count(), 2u);
    return sqe[3];
  };
  constexpr uint64_t kContexts[] = {0x6000'0000'0000, 0x6100'0000'0000,
                                    0x6200'0000'0000};
  for (const uint64_t context : kContexts) memory_.Add(context, 0x10000);
  EXPECT_EQ(compress(kFirst, kContexts[0]), 0u);
  EXPECT_EQ(compress(kFirst, kContexts[1]), 0u);
  EXPECT_EQ(compress(kMiddle, kContexts[0]), 0u);
  EXPECT_EQ(compress(kFirst, kContexts[2]), 0u);
  EXPECT_EQ(compress(kMiddle, kContexts[1]), Code(ZipStatus::kBadContext));
  EXPECT_EQ(compress(kMiddle, kContexts[0]), 0u);
  EXPECT_EQ(compress(kMiddle, kContexts[2]), 0u);
}

TEST_F(ZipContextTest, AFaultEndsTheStream) {
  EXPECT_EQ(Compress(kFirst), 0u);
  Descriptor sqe = Sqe(kMiddle);
  SetAddress(sqe, 20, 0xdead0000);
  EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kMemoryFault));
  EXPECT_EQ(Compress(kMiddle), Code(ZipStatus::kBadContext));
  EXPECT_EQ(engine_.stream_count(), 0u);
}

// A device that fails a packet has not touched the stream.
TEST_F(ZipContextTest, AFailedPacketCanBeSentAgain) {
  EXPECT_EQ(Compress(kFirst), 0u);
  Descriptor sqe = Sqe(kMiddle);
  engine_.Fail(0x0f, sqe);
  EXPECT_EQ(sqe[3], 0x0fu);
  EXPECT_EQ(Compress(kMiddle), 0u);
}

}  // namespace
}  // namespace uacced::hw::hisi
