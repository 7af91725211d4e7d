// Descriptors that ask for what there is not.
#include <cstdint>
#include <cstring>
#include <set>

#include "gtest/gtest.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/model/zip_status.h"
#include "hw/hisi/model/zip_test_fixture.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t Code(ZipStatus status) {
  return static_cast<uint32_t>(status);
}

class ZipHostileTest : public ZipFixture {
 protected:
  ZipHostileTest() {
    memory_.Add(kSrc, TextBytes(4096, 1));
    memory_.Add(kDst, 8192);
  }

  static Descriptor Good() {
    return Flat({{4, 4096}, {7, 0x3a000000}, {9, kZlib}, {14, 8192}});
  }
};

TEST_F(ZipHostileTest, TypesAreZeroAndThree) {
  for (uint32_t type = 0; type < 16; ++type) {
    Descriptor sqe = Good();
    sqe[7] = type << 28 | 0x0a000000;
    const bool known = type == 0 || type == 3;
    EXPECT_EQ(Run(kCompressV2, sqe)[3], known ? 0 : Code(ZipStatus::kBadType));
    // Raw deflate came with the newer one.
    sqe[9] = kDeflate;
    EXPECT_EQ(Run(kCompressV2, sqe)[3],
              type == 3 ? 0 : Code(ZipStatus::kBadType));
  }
}

TEST_F(ZipHostileTest, EveryRequestTypeIsAnswered) {
  for (uint32_t type = 0; type < 256; ++type) {
    Descriptor sqe = Good();
    sqe[9] = type;
    for (const QueueKind& kind : {kCompressV2, kCompressV3}) {
      uint32_t expected = Code(ZipStatus::kBadRequest);
      if (type >= kDeflate && type <= kGzip) expected = 0;
      if (type == kLz4 && kind.version == 3) expected = 0;
      if (type >= 0x40 && type <= 0x43) {
        expected = Code(ZipStatus::kNotImplemented);
      }
      EXPECT_EQ(Run(kind, sqe)[3], expected) << type;
    }
    EXPECT_NE(Run(kDecompressV3, sqe)[3], 0u);
  }
  for (const uint32_t qc_type : {2u, 0xffffffffu}) {
    EXPECT_EQ(Run({.version = 3, .qc_type = qc_type}, Good())[3],
              Code(ZipStatus::kBadRequest));
  }
}

TEST_F(ZipHostileTest, BufferTypesAndSizesAreChecked) {
  for (uint32_t type = 2; type < 16; ++type) {
    Descriptor sqe = Good();
    sqe[9] |= type << 8;
    EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kBadBufferType));
  }
  for (const int dword : {4, 14}) {
    for (const uint32_t bytes : {0x800001u, 0xffffffffu}) {
      Descriptor sqe = Good();
      sqe[dword] = bytes;
      EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kBadLength));
      EXPECT_EQ(Run(kDecompressV3, sqe)[3], Code(ZipStatus::kBadLength));
    }
  }
  // The room is not believed but used: only what is written must be there.
  Descriptor sqe = Good();
  sqe[14] = 0x800000;
  EXPECT_EQ(Run(kCompressV3, sqe)[3], 0u);
}

TEST_F(ZipHostileTest, MemoryThatIsNotThereIsAnError) {
  for (const int address : {18, 20}) {
    Descriptor sqe = Good();
    sqe[address + 1] = 0xffffffff;
    EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kMemoryFault));
    sqe[9] = kLz4;
    EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kMemoryFault));
  }
  Descriptor sqe = Good();
  sqe[4] = 4097;
  EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kMemoryFault));
}

TEST_F(ZipHostileTest, BypassDoesNothing) {
  for (const uint32_t dw7 : {0x3c000000u, 0x3a000000u, 0x0a000000u}) {
    for (const uint32_t room : {0u, 16u}) {
      Descriptor sqe = Good();
      sqe[7] = dw7;
      sqe[4] = 0;
      sqe[14] = room;
      for (const int i : {0, 1, 2, 3, 15, 28, 29, 30, 31}) sqe[i] = 0xabc;
      SetAddress(sqe, 22, kCtx + 0x40);
      for (const QueueKind& kind : {kCompressV3, kDecompressV3}) {
        const Descriptor done = Run(kind, sqe);
        Descriptor expected = sqe;
        for (const int i : {0, 1, 2, 3}) expected[i] = 0;
        EXPECT_EQ(done, expected);
      }
    }
  }
  EXPECT_EQ(memory_.faults(), 0);
}

TEST_F(ZipHostileTest, EmptyInputIsAnEmptyStream) {
  Descriptor sqe = Good();
  sqe[4] = 0;
  SetAddress(sqe, 18, 0);
  const Descriptor done = Run(kCompressV3, sqe);
  EXPECT_EQ(done[0], 0u);
  EXPECT_EQ(ByteVector(FromHex("030000000001")), Output({}, done));
  EXPECT_EQ(Run(kDecompressV3, sqe)[3], Code(ZipStatus::kTruncated));
}

TEST_F(ZipHostileTest, FailSaysWhatItIsTold) {
  for (uint32_t status = 0; status < 256; ++status) {
    Descriptor sqe = Good();
    for (const int i : {0, 1, 2, 15, 31}) sqe[i] = 77;
    Descriptor expected = sqe;
    for (const int i : {0, 1, 2}) expected[i] = 0;
    engine_.Fail(status, sqe);
    expected[3] = status;
    expected[15] = 0;
    EXPECT_EQ(sqe, expected);
  }
}

// The codes are errors to every software, and not all the same one.
TEST_F(ZipHostileTest, OwnCodesAreNotPublicOnes) {
  const std::set<uint32_t> codes = {
      Code(ZipStatus::kBadType),        Code(ZipStatus::kBadRequest),
      Code(ZipStatus::kNotImplemented), Code(ZipStatus::kBadBufferType),
      Code(ZipStatus::kBadLength),      Code(ZipStatus::kBadWindow),
      Code(ZipStatus::kBadSgl),         Code(ZipStatus::kMemoryFault),
      Code(ZipStatus::kBadContext),     Code(ZipStatus::kNoProgress),
      Code(ZipStatus::kBadData),        Code(ZipStatus::kTruncated),
      Code(ZipStatus::kNoResources)};
  EXPECT_EQ(codes.size(), 13u);
  for (const uint32_t code :
       {0x00u, 0x0du, 0x0eu, 0x0fu, 0x10u, 0x12u, 0x13u}) {
    EXPECT_EQ(codes.count(code), 0u);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
