// Descriptors compared, all 32 words, with those captured from other software
// (UADK), for what both can say.
#include "hw/hisi/zip_sqe.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace uacced::hw::hisi {
namespace {

using Words = std::map<int, uint32_t>;

constexpr uint64_t kSource = 0x0000111122220000, kDestination = 0x333344440000,
                   kContext = 0x555566660000, kIn = 0x777788880000,
                   kOut = 0x99990000;
constexpr uint32_t kTag = 0x29bc094a;
constexpr QmVersion kV2 = QmVersion::kV2, kV3 = QmVersion::kV3;

Words NonZero(QmVersion version, const ZipWork& work) {
  static Sqe sqe;
  std::fill(std::begin(sqe.dword), std::end(sqe.dword), 0xdeadbeef);
  WriteZipSqe(version, work, kTag, sqe);
  EXPECT_EQ(sqe.dword[0], UINT32_MAX);  // No answer.
  Words words;
  for (int i = 1; i < 32; ++i) {
    if (sqe.dword[i] != 0) words[i] = sqe.dword[i];
  }
  return words;
}

void PutAddress(Words& words, int low, uint64_t address) {
  if (static_cast<uint32_t>(address) != 0) {
    words[low] = static_cast<uint32_t>(address);
  }
  if (address >> 32 != 0) words[low + 1] = static_cast<uint32_t>(address >> 32);
}

struct Row {
  uint8_t request;
  bool is_compression;
  uint32_t dw4, dw7_v2, dw7_v3, dw8, dw9, dw14;
  uint64_t source, destination;
};

// What the manual's row says for `version`.
Words Expected(QmVersion version, const Row& row) {
  const uint32_t dw7 = version == kV2 ? row.dw7_v2 : row.dw7_v3;
  Words words = {{4, row.dw4},
                 {7, dw7},
                 {dw7 >> 28 == 0 ? 13 : 26, kTag},
                 {9, row.dw9},
                 {14, row.dw14}};
  if (row.dw8 != 0) words[8] = row.dw8;
  PutAddress(words, 18, row.source);
  PutAddress(words, 20, row.destination);
  return words;
}

TEST(ZipSqeTest, WholeRequestsInFlatMemory) {
  const Row rows[] = {
      {1, true, 0x1000, 0x3a000000, 0x3a000000, 0, 1, 0x2000, kSource,
       kDestination},
      {1, false, 0x1000, 0x3a000000, 0x3a000000, 0, 1, 0x2000, kSource,
       kDestination},
      {2, true, 0x1000, 0x0a000000, 0x3a000000, 0, 2, 0x1ffe, kSource,
       kDestination + 2},
      {2, false, 0x0ffe, 0x0a000000, 0x3a000000, 0, 2, 0x2000, kSource + 2,
       kDestination},
      {3, true, 0x1000, 0x0a000000, 0x3a000000, 0, 3, 0x1ff6, kSource,
       kDestination + 10},
      {3, false, 0x0ff6, 0x0a000000, 0x3a000000, 0, 3, 0x2000, kSource + 10,
       kDestination},
      {4, true, 0x1000, 0x3a000000, 0x3a000000, 0, 4, 0x2000, kSource,
       kDestination},
  };
  for (const Row& row : rows) {
    const uint32_t header = row.request == 2 ? 2 : row.request == 3 ? 10 : 0;
    ZipWork work = {.request = row.request,
                    .source = kSource,
                    .destination = kDestination,
                    .source_bytes = 4096,
                    .room_bytes = 8192,
                    .window = HISI_ZIP_WINDOW_4K};
    if (row.is_compression) {
      work.destination += header;
      work.room_bytes -= header;
    } else {
      work.source += header;
      work.source_bytes -= header;
    }
    EXPECT_EQ(NonZero(kV2, work), Expected(kV2, row)) << int{row.request};
    EXPECT_EQ(NonZero(kV3, work), Expected(kV3, row)) << int{row.request};
  }
}

TEST(ZipSqeTest, WholeRequestsInLists) {
  const Row rows[] = {
      {1, true, 0x1000, 0x3a000000, 0x3a000000, 0, 0x101, 0x2000, kIn, kOut},
      {2, true, 0x1000, 0x0a000000, 0x3a000000, 2, 0x102, 0x1ffe, kIn, kOut},
      {2, false, 0xffe, 0x0a000002, 0x3a000002, 0, 0x102, 0x2000, kIn, kOut},
      {3, true, 0x1000, 0x0a000000, 0x3a000000, 10, 0x103, 0x1ff6, kIn, kOut},
      {3, false, 0xff6, 0x0a00000a, 0x3a00000a, 0, 0x103, 0x2000, kIn, kOut},
      {4, true, 0x1000, 0x3a000000, 0x3a000000, 0, 0x104, 0x2000, kIn, kOut},
  };
  for (const Row& row : rows) {
    const uint32_t header = row.request == 2 ? 2 : row.request == 3 ? 10 : 0;
    const uint32_t source_skip = row.is_compression ? 0 : header;
    const uint32_t destination_skip = row.is_compression ? header : 0;
    const ZipWork work = {.request = row.request,
                          .is_sgl = true,
                          .source = kIn,
                          .destination = kOut,
                          .source_bytes = 4096 - source_skip,
                          .room_bytes = 8192 - destination_skip,
                          .source_skip_bytes = source_skip,
                          .destination_skip_bytes = destination_skip,
                          .window = HISI_ZIP_WINDOW_4K};
    EXPECT_EQ(NonZero(kV2, work), Expected(kV2, row)) << int{row.request};
    EXPECT_EQ(NonZero(kV3, work), Expected(kV3, row)) << int{row.request};
  }
}

TEST(ZipSqeTest, Windows) {
  for (uint32_t code = 0; code <= HISI_ZIP_WINDOW_32K; ++code) {
    const ZipWork work = {.request = HISI_ZIP_REQ_ZLIB, .window = code};
    EXPECT_EQ(NonZero(kV3, work)[9], code << 12 | 2);
  }
  EXPECT_EQ(NonZero(kV3, {.request = HISI_ZIP_REQ_ZLIB})[9], 0x4002u);
}

TEST(ZipSqeTest, PacketsOfStreams) {
  struct Packet {
    bool is_first, finish;
    uint32_t dw7;
  };
  const Packet packets[] = {{true, false, 0x0c000000},
                            {false, false, 0x04000000},
                            {false, true, 0x06000000},
                            {true, true, 0x0e000000}};
  for (const Packet& packet : packets) {
    for (const uint8_t request : {1, 2, 3}) {
      for (const QmVersion version : {kV2, kV3}) {
        ZipWork work = {.request = request,
                        .source = kSource,
                        .destination = kDestination,
                        .source_bytes = 4096,
                        .room_bytes = 8192,
                        .is_first = packet.is_first,
                        .finish = packet.finish,
                        .context = kContext + 0x40};
        const bool is_old = version == kV2 && request != 1;
        Words expected = {{4, 0x1000},
                          {7, packet.dw7 | (is_old ? 0 : 0x30000000)},
                          {9, 0x4000u | request},
                          {is_old ? 13 : 26, kTag},
                          {14, 0x2000}};
        PutAddress(expected, 18, kSource);
        PutAddress(expected, 20, kDestination);
        PutAddress(expected, 22, kContext + 0x40);
        if (!packet.is_first) {
          work.words = {0xc0010000, 0xc1000001, 0xc2000001, 0x1000, 0xaabb0001};
          expected.insert({{15, 0xc0010000},
                           {28, 0xc1000001},
                           {29, 0xc2000001},
                           {30, 0x1000},
                           {31, 0xaabb0001}});
        }
        EXPECT_EQ(NonZero(version, work), expected);
      }
    }
  }
}

TEST(ZipSqeTest, TheAnswerIsReadBack) {
  static Sqe sqe;
  for (uint32_t i = 0; i < 32; ++i) sqe.dword[i] = 0xa0000000 + i;
  sqe.dword[3] = 0xfffffe13;
  const ZipAnswer answer = ReadZipAnswer(sqe);
  EXPECT_EQ(answer.consumed_bytes, 0xa0000000u);
  EXPECT_EQ(answer.produced_bytes, 0xa0000001u);
  EXPECT_EQ(answer.status, 0x13);
  EXPECT_FALSE(answer.is_last_block);
  const ZipWords words = ReadZipWords(sqe);
  EXPECT_EQ(words.ctx_dw0, 0xa000000fu);
  EXPECT_EQ(words.ctx_dw1, 0xa000001cu);
  EXPECT_EQ(words.ctx_dw2, 0xa000001du);
  EXPECT_EQ(words.isize, 0xa000001eu);
  EXPECT_EQ(words.checksum, 0xa000001fu);
  sqe.dword[3] = 0x113;
  EXPECT_TRUE(ReadZipAnswer(sqe).is_last_block);
  EXPECT_EQ(ReadZipTag(kV2, HISI_ZIP_REQ_ZLIB, sqe), 0xa000000du);
  EXPECT_EQ(ReadZipTag(kV2, HISI_ZIP_REQ_DEFLATE, sqe), 0xa000001au);
  EXPECT_EQ(ReadZipTag(kV3, HISI_ZIP_REQ_ZLIB, sqe), 0xa000001au);
}

TEST(ZipSqeTest, EveryStatusMeansSomething) {
  for (int status = 0; status < 256; ++status) {
    absl::StatusCode compress = absl::StatusCode::kUnavailable;
    absl::StatusCode decompress = absl::StatusCode::kInvalidArgument;
    switch (status) {
      case 0x00:
      case 0x0d:
        compress = decompress = absl::StatusCode::kOk;
        break;
      case 0x13:
        decompress = absl::StatusCode::kOk;
        break;
      case 0x0e:
        compress = decompress = absl::StatusCode::kOutOfRange;
        break;
      case 0x0f:
      case 0x12:
        compress = decompress = absl::StatusCode::kInternal;
        break;
      default:
        break;
    }
    const auto code = static_cast<uint8_t>(status);
    EXPECT_EQ(ZipStatusCode(code, Operation::kCompress), compress) << status;
    EXPECT_EQ(ZipStatusCode(code, Operation::kDecompress), decompress)
        << status;
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
