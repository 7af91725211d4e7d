#include "hw/hisi/zip_header.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

using Outcome = ZipHeaderReader::Outcome;
using ByteVector = std::vector<uint8_t>;

// How a header in pieces ends, and how many bytes it has taken.
std::pair<Outcome, size_t> Read(Algorithm format, const ByteVector& bytes,
                                size_t piece_bytes) {
  ZipHeaderReader reader;
  reader.Reset(format);
  size_t taken = 0;
  for (;;) {
    const size_t left = bytes.size() - taken;
    const size_t piece_size = std::min(left, piece_bytes);
    Bytes piece = Bytes(bytes).subspan(taken, piece_size);
    const Outcome outcome = reader.Read(piece);
    taken += piece_size - piece.size();
    if (outcome != Outcome::kMore || taken == bytes.size()) {
      return {outcome, taken};
    }
  }
}

TEST(ZipHeaderTest, EveryFieldOfGzipIsPassed) {
  const auto header = [](int flags, const std::string& fields) {
    ByteVector bytes = FromHex("1f8b0800000000000003");
    bytes[3] = static_cast<uint8_t>(flags);
    const ByteVector more = FromHex(fields);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
  };
  const ByteVector rows[] = {
      header(0x00, ""),
      header(0x01, ""),  // Text.
      header(0x02, "1234"),
      header(0x04, "0300aabbcc"),
      header(0x04, "0000"),
      header(0x08, "616200"),
      header(0x08, "00"),
      header(0x10, "6300"),
      header(0x1f,
             "0100ff"
             "6100"
             "6200"
             "5678"),
  };
  for (const ByteVector& row : rows) {
    ByteVector bytes = row;
    bytes.push_back(0x4b);
    for (const size_t piece : {1, 3, 100}) {
      const auto [outcome, taken] = Read(Algorithm::kGzip, bytes, piece);
      EXPECT_EQ(outcome, Outcome::kEnd);
      EXPECT_EQ(taken, row.size());
    }
    for (size_t cut = 0; cut < row.size(); ++cut) {
      EXPECT_EQ(
          Read(Algorithm::kGzip, {row.begin(), row.begin() + cut}, 100).first,
          Outcome::kMore);
    }
  }
  ByteVector extra = header(0x04, "ffff");
  extra.resize(12 + 65'535);
  EXPECT_EQ(Read(Algorithm::kGzip, extra, 1'000'000).first, Outcome::kEnd);
  extra.pop_back();
  EXPECT_EQ(Read(Algorithm::kGzip, extra, 1'000'000).first, Outcome::kMore);
}

TEST(ZipHeaderTest, WhatIsNoHeaderIsCorrupt) {
  for (const char* const hex :
       {"1e8b08", "1f8a08", "1f8b07", "1f8b0820", "1f8b0840", "1f8b0880"}) {
    EXPECT_EQ(Read(Algorithm::kGzip, FromHex(hex), 100).first,
              Outcome::kCorrupt)
        << hex;
  }
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const bool is_right = (first & 15) == 8 && first >> 4 <= 7 &&
                            (first * 256 + second) % 31 == 0 &&
                            (second & 0x20) == 0;
      ASSERT_EQ(
          Read(Algorithm::kZlib,
               {static_cast<uint8_t>(first), static_cast<uint8_t>(second)}, 100)
              .first,
          is_right ? Outcome::kEnd : Outcome::kCorrupt);
    }
  }
  EXPECT_EQ(Read(Algorithm::kZlib, {0x78}, 100).first, Outcome::kMore);
  EXPECT_EQ(Read(Algorithm::kDeflate, {0xff}, 100),
            std::pair(Outcome::kEnd, size_t{0}));
}

TEST(ZipHeaderTest, HeadersAreTheManuals) {
  uint8_t header[kMaxZipHeaderBytes];
  EXPECT_EQ(ZipHeaderBytes(Algorithm::kDeflate), 0u);
  ASSERT_EQ(ZipHeaderBytes(Algorithm::kZlib), 2u);
  WriteZipHeader(Algorithm::kZlib, header);
  EXPECT_EQ(ByteVector(header, header + 2), FromHex("789c"));
  ASSERT_EQ(ZipHeaderBytes(Algorithm::kGzip), 10u);
  WriteZipHeader(Algorithm::kGzip, header);
  EXPECT_EQ(ByteVector(header, header + 10), FromHex("1f8b0800000000000003"));
}

// The manual's proof of the form of checksums.
TEST(ZipHeaderTest, EndsAreTheManuals) {
  const auto end = [](Algorithm format, uint32_t word, uint32_t isize) {
    uint8_t bytes[kMaxZipEndBytes];
    const size_t size = WriteZipEnd(format, word, isize, bytes);
    return ByteVector(bytes, bytes + size);
  };
  EXPECT_EQ(end(Algorithm::kGzip, 0x63eb1aee, 10'000),
            FromHex("010000ffff3928a78810270000"));
  EXPECT_EQ(end(Algorithm::kZlib, 0xee5ae357, 10'000),
            FromHex("010000ffffee5ae357"));
  EXPECT_EQ(end(Algorithm::kDeflate, 1, 2), FromHex("010000ffff"));
  EXPECT_EQ(ZipChecksum(Algorithm::kGzip, 0x63eb1aee), 0x88a72839u);
  EXPECT_EQ(ZipChecksum(Algorithm::kZlib, 0xee5ae357), 0xee5ae357u);
  EXPECT_EQ(
      ZipChecksum(Algorithm::kGzip, FirstZipChecksumWord(Algorithm::kGzip)),
      0u);
  EXPECT_EQ(
      ZipChecksum(Algorithm::kZlib, FirstZipChecksumWord(Algorithm::kZlib)),
      1u);
}

}  // namespace
}  // namespace uacced::hw::hisi
