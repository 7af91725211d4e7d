#include "base/crc32c.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace uacced {
namespace {

uint32_t CrcOf(const std::string& bytes) {
  return Crc32c(bytes.data(), bytes.size());
}

// Bit by bit, from the polynomial.
uint32_t SlowCrcOf(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
    }
  }
  return ~crc;
}

TEST(Crc32cTest, AnswersTheKnownVectors) {
  EXPECT_EQ(CrcOf(""), 0u);
  EXPECT_EQ(CrcOf("123456789"), 0xE3069283u);
  // RFC 3720, appendix B.4.
  EXPECT_EQ(CrcOf(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(CrcOf(std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(Crc32cTest, EveryLengthAndAlignmentAgreesWithThePolynomial) {
  std::string bytes;
  for (int i = 0; i < 2100; ++i) bytes += static_cast<char>(i * 7 + i / 256);
  for (size_t begin = 0; begin < 9; ++begin) {
    for (size_t length : {1, 2, 7, 8, 9, 63, 64, 65, 255, 1024, 1500, 2049}) {
      const std::string part = bytes.substr(begin, length);
      EXPECT_EQ(Crc32c(bytes.data() + begin, length), SlowCrcOf(part))
          << begin << " " << length;
    }
  }
}

TEST(Crc32cTest, PiecesGiveTheSameAsTheWhole) {
  const std::string whole = "a stream has its checksum piece by piece";
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    const uint32_t first = Crc32c(whole.data(), cut);
    EXPECT_EQ(Crc32c(whole.data() + cut, whole.size() - cut, first),
              CrcOf(whole));
  }
}

}  // namespace
}  // namespace uacced
