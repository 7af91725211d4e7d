// Stateless requests, in the forms that software is known to send.
#include "hw/hisi/model/zip_engine.h"

#include <lz4.h>

#include <algorithm>
#include <cstdint>

#include "gtest/gtest.h"
#include "hw/hisi/model/zip_status.h"
#include "hw/hisi/model/zip_test_fixture.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t Code(ZipStatus status) {
  return static_cast<uint32_t>(status);
}

using ZipEngineTest = ZipFixture;

// The whole of table 1.1: 4096 bytes into 8192, 4K of window.
struct BlockForm {
  const char* name;
  QueueKind kind;
  uint32_t format;
  uint32_t dw4;
  uint32_t dw7;
  uint32_t dw9;
  int tag_dword;
  uint32_t dw14;
};

constexpr BlockForm kBlockForms[] = {
    {"deflate comp V2", kCompressV2, kDeflate, 0x1000, 0x3a000000, 1, 26,
     0x2000},
    {"deflate comp V3", kCompressV3, kDeflate, 0x1000, 0x3a000000, 1, 26,
     0x2000},
    {"deflate decomp", kDecompressV3, kDeflate, 0x1000, 0x3a000000, 1, 26,
     0x2000},
    {"deflate decomp V2", kDecompressV2, kDeflate, 0x1000, 0x3a000000, 1, 26,
     0x2000},
    {"zlib comp V2", kCompressV2, kZlib, 0x1000, 0x0a000000, 2, 13, 0x1ffe},
    {"zlib comp V3", kCompressV3, kZlib, 0x1000, 0x3a000000, 2, 26, 0x1ffe},
    {"zlib decomp V2", kDecompressV2, kZlib, 0x0ffe, 0x0a000000, 2, 13, 0x2000},
    {"zlib decomp V3", kDecompressV3, kZlib, 0x0ffe, 0x3a000000, 2, 26, 0x2000},
    {"gzip comp V2", kCompressV2, kGzip, 0x1000, 0x0a000000, 3, 13, 0x1ff6},
    {"gzip comp V3", kCompressV3, kGzip, 0x1000, 0x3a000000, 3, 26, 0x1ff6},
    {"gzip decomp V2", kDecompressV2, kGzip, 0x0ff6, 0x0a000000, 3, 13, 0x2000},
    {"gzip decomp V3", kDecompressV3, kGzip, 0x0ff6, 0x3a000000, 3, 26, 0x2000},
    // The type is one choice for all queues of a process of UADK.
    {"gzip comp V2 type 3", kCompressV2, kGzip, 0x1000, 0x3a000000, 3, 26,
     0x1ff6},
    {"zlib decomp V3 type 0", kDecompressV3, kZlib, 0x0ffe, 0x0a000000, 2, 13,
     0x2000},
    // UADK sends the window of decompression unchecked: 16 and 31 spill.
    {"zlib decomp window 16", kDecompressV3, kZlib, 0x0ffe, 0x3a000000,
     0x00010002, 26, 0x2000},
    {"zlib decomp window 31", kDecompressV3, kZlib, 0x0ffe, 0x3a000000,
     0x0001f002, 26, 0x2000},
    // Linux: neither flush nor new.
    {"kernel deflate comp", kCompressV3, kDeflate, 0x1000, 0x30000000, 0x2001,
     26, 0x2000},
    {"kernel gzip comp", kCompressV2, kGzip, 0x1000, 0x00000000, 3, 13, 0x1ff6},
    {"kernel zlib decomp", kDecompressV2, kZlib, 0x0ffe, 0x00000000, 2, 13,
     0x2000},
    // UADK v1; there the application has skipped the header.
    {"v1 zlib comp", kCompressV2, kZlib, 0x1000, 0x0a000000, 2, 13, 0x2000},
    {"v1 deflate comp", kCompressV3, kDeflate, 0x1000, 0x3a000000, 0x4001, 26,
     0x2000},
};

TEST_F(ZipEngineTest, TakesEveryBlockForm) {
  for (const BlockForm& form : kBlockForms) {
    SCOPED_TRACE(form.name);
    const ByteVector header = HeaderOf(form.format);
    const bool compress = form.kind.qc_type == 0;
    ByteVector data = TextBytes(4096, form.format);
    ByteVector stream;
    memory_.Add(kDst, 0x2000 + header.size());
    Descriptor sqe = Flat({{4, form.dw4},
                           {7, form.dw7},
                           {9, form.dw9},
                           {14, form.dw14},
                           {form.tag_dword, kTag}});
    // What a stream before left behind, and what UADK v1 has there.
    for (const int i : {15, 28, 29, 30, 31}) sqe[i] = 0xc1000001;
    sqe[22] = 0x40;
    if (compress) {
      memory_.Add(kSrc, data);
      SetAddress(sqe, 20, kDst + header.size());
    } else {
      data = TextBytes(5000, form.format);
      stream = ZlibEncode(form.format, data);
      ASSERT_LT(stream.size(), form.dw4);
      ByteVector padded = stream;
      padded.resize(0x1000, 0x5A);  // Behind the end: not the stream's.
      memory_.Add(kSrc, padded);
      SetAddress(sqe, 18, kSrc + header.size());
    }
    const Descriptor done = Run(form.kind, sqe);
    EXPECT_EQ(done[3], 0u);
    EXPECT_EQ(done[15], 0u);
    EXPECT_EQ(done[28], 0u);
    EXPECT_EQ(done[30], data.size());
    EXPECT_EQ(done[31], DeviceChecksum(form.format, data));
    if (compress) {
      EXPECT_EQ(done[0], 0x1000u);
      EXPECT_EQ(ZlibDecode(form.format, Output(header, done)), data);
    } else {
      EXPECT_EQ(done[0], stream.size() - header.size());
      EXPECT_EQ(Output({}, done), data);
    }
    EXPECT_EQ(memory_.faults(), 0);
  }
}

TEST_F(ZipEngineTest, CompressesToAnLz4Block) {
  const ByteVector data = TextBytes(4096, 4);
  memory_.Add(kSrc, data);
  memory_.Add(kDst, 0x2000);
  const Descriptor sqe = Flat(
      {{4, 0x1000}, {7, 0x3a000000}, {9, 0x2004}, {14, 0x2000}, {26, kTag}});
  const Descriptor done = Run(kCompressV3, sqe);
  EXPECT_EQ(done[3], 0u);
  EXPECT_EQ(done[0], 0x1000u);
  const ByteVector block = Output({}, done);
  ByteVector decoded(data.size());
  ASSERT_EQ(LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),
                                reinterpret_cast<char*>(decoded.data()),
                                static_cast<int>(block.size()),
                                static_cast<int>(decoded.size())),
            static_cast<int>(data.size()));
  EXPECT_EQ(decoded, data);

  // As long as it is it fits; with one byte less it does not.
  Descriptor tight = sqe;
  tight[14] = done[1];
  EXPECT_EQ(Run(kCompressV3, tight)[3], 0u);
  tight[14] -= 1;
  EXPECT_EQ(Run(kCompressV3, tight)[3], 0x0eu);
  tight[4] = 0;
  EXPECT_EQ(Run(kCompressV3, tight)[3], Code(ZipStatus::kBadLength));

  EXPECT_EQ(Run(kCompressV2, sqe)[3], Code(ZipStatus::kBadRequest));
  EXPECT_EQ(Run(kDecompressV3, sqe)[3], Code(ZipStatus::kBadRequest));
  Descriptor stateful = sqe;
  stateful[7] = 0x3e000000;
  EXPECT_EQ(Run(kCompressV3, stateful)[3], Code(ZipStatus::kBadRequest));
  Descriptor old_type = sqe;
  old_type[7] = 0x0a000000;
  EXPECT_EQ(Run(kCompressV3, old_type)[3], Code(ZipStatus::kBadType));
}

TEST_F(ZipEngineTest, RoomIsExact) {
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector data = TextBytes(5000, format);
    const auto header_bytes = static_cast<uint32_t>(HeaderOf(format).size());
    const ByteVector stream = ZlibEncode(format, data);
    memory_.Add(kSrc, stream);
    memory_.Add(kDst, data.size());
    Descriptor sqe =
        Flat({{4, static_cast<uint32_t>(stream.size()) - header_bytes},
              {7, 0x3a000000},
              {9, format},
              {14, static_cast<uint32_t>(data.size())}});
    SetAddress(sqe, 18, kSrc + header_bytes);
    Descriptor done = Run(kDecompressV3, sqe);
    EXPECT_EQ(done[3], 0u);
    EXPECT_EQ(done[0], sqe[4]);
    EXPECT_EQ(Output({}, done), data);

    for (uint32_t room : {4999u, 50u, 1u}) {
      sqe[14] = room;
      done = Run(kDecompressV3, sqe);
      EXPECT_EQ(done[3], 0x0eu);
      EXPECT_EQ(done[15], 0u);
      EXPECT_LE(done[1], room);
    }

    memory_.Add(kSrc, data);
    sqe = Flat({{4, 5000}, {7, 0x3a000000}, {9, format}, {14, 5000}});
    done = Run(kCompressV3, sqe);
    ASSERT_EQ(done[3], 0u);
    sqe[14] = done[1];
    EXPECT_EQ(Run(kCompressV3, sqe)[3], 0u);
    for (uint32_t room : {done[1] - 1, 50u, 1u}) {
      sqe[14] = room;
      EXPECT_EQ(Run(kCompressV3, sqe)[3], 0x0eu);
    }
  }
}

TEST_F(ZipEngineTest, OutputThatIsNotSmallerSaysSo) {
  for (const uint32_t format : {kDeflate, kZlib, kGzip, kLz4}) {
    const ByteVector data = RandomBytes(4096, format);
    memory_.Add(kSrc, data);
    memory_.Add(kDst, 8192);
    const ByteVector header = HeaderOf(format);
    Descriptor sqe =
        Flat({{4, 4096}, {7, 0x3a000000}, {9, format}, {14, 8000}});
    SetAddress(sqe, 20, kDst + header.size());
    const Descriptor done = Run(kCompressV3, sqe);
    EXPECT_EQ(done[3], 0x0du);
    EXPECT_EQ(done[0], 4096u);
    EXPECT_GE(done[1], 4096u);
    if (format == kLz4) continue;
    EXPECT_EQ(ZlibDecode(format, Output(header, done)), data);
  }
}

// Software leaves an eighth for the worst case, with every window.
TEST_F(ZipEngineTest, WindowsAreKeptAndNothingGrowsByAnEighth) {
  const size_t windows[] = {4096, 8192, 16384, 24576, 32768};
  for (uint32_t code = 0; code < 5; ++code) {
    const size_t window = windows[code];
    for (const size_t distance : {window + 512, window / 2}) {
      // 2000 bytes that come again at `distance`, in noise.
      ByteVector data = RandomBytes(distance + 2000, code);
      std::copy_n(data.begin(), 2000, data.begin() + distance);
      memory_.Add(kSrc, data);
      memory_.Add(kDst, 60000);
      const auto bytes = static_cast<uint32_t>(data.size());
      const Descriptor done = Run(kCompressV3, Flat({{4, bytes},
                                                     {7, 0x3a000000},
                                                     {9, code << 12 | kDeflate},
                                                     {14, bytes + bytes / 8}}));
      ASSERT_TRUE(done[3] == 0 || done[3] == 0x0d) << done[3];
      EXPECT_EQ(ZlibDecode(kDeflate, Output({}, done)), data);
      EXPECT_EQ(done[1] >= bytes, distance > window) << code;
    }
  }
  for (uint32_t code = 5; code < 16; ++code) {
    const Descriptor sqe =
        Flat({{4, 100}, {7, 0x3a000000}, {9, code << 12 | kZlib}, {14, 200}});
    EXPECT_EQ(Run(kCompressV3, sqe)[3], Code(ZipStatus::kBadWindow));
  }
}

TEST_F(ZipEngineTest, DecompressesTheWholeWindowWhateverTheCode) {
  ByteVector data = RandomBytes(34000, 1);
  std::copy_n(data.begin(), 2000, data.begin() + 32000);
  const ByteVector stream = ZlibEncode(kDeflate, data, 9);
  ASSERT_LT(stream.size(), 33000u);
  memory_.Add(kSrc, stream);
  memory_.Add(kDst, 40000);
  const Descriptor done =
      Run(kDecompressV3, Flat({{4, static_cast<uint32_t>(stream.size())},
                               {7, 0x3a000000},
                               {9, kDeflate},
                               {14, 40000}}));
  EXPECT_EQ(done[3], 0u);
  EXPECT_EQ(Output({}, done), data);
}

TEST_F(ZipEngineTest, BadInputIsAnError) {
  for (const uint32_t format : {kDeflate, kZlib, kGzip}) {
    const ByteVector data = TextBytes(3000, format);
    const ByteVector stream = ZlibEncode(format, data);
    const size_t header_bytes = HeaderOf(format).size();
    memory_.Add(kDst, 4000);
    const auto decompress = [&](const ByteVector& in, size_t bytes) {
      memory_.Add(kSrc, in);
      Descriptor sqe = Flat({{4, static_cast<uint32_t>(bytes - header_bytes)},
                             {7, 0x3a000000},
                             {9, format},
                             {14, 4000}});
      SetAddress(sqe, 18, kSrc + header_bytes);
      const Descriptor done = Run(kDecompressV3, sqe);
      EXPECT_EQ(done[15], 0u);
      return done[3];
    };
    EXPECT_EQ(decompress(stream, stream.size()), 0u);
    for (size_t cut = 1; cut < 20; ++cut) {
      EXPECT_EQ(decompress(stream, stream.size() - cut),
                Code(ZipStatus::kTruncated));
    }
    EXPECT_EQ(decompress(stream, header_bytes), Code(ZipStatus::kTruncated));
    // A FEXTRA of gzip is data for the device, and bad data.
    ByteVector bad = stream;
    bad[header_bytes] |= 6;
    EXPECT_EQ(decompress(bad, bad.size()), Code(ZipStatus::kBadData));
    if (format == kDeflate) continue;
    const size_t trailer_bytes = format == kZlib ? 4 : 8;
    for (size_t i = 1; i <= trailer_bytes; ++i) {
      bad = stream;
      bad[bad.size() - i] ^= 0x10;
      EXPECT_EQ(decompress(bad, bad.size()), 0x10u);
    }
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
