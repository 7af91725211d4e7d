#include "daemon/task/format_detect.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/test_data.h"

namespace uacced {
namespace {

TEST(DetectFormatTest, KnowsEachFormatByItsFirstBytes) {
  const auto detect = [](const std::string& text) {
    return DetectFormat(
        {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  using hw::Algorithm;
  EXPECT_EQ(detect("\x1f\x8b\x08"), Algorithm::kGzip);
  EXPECT_EQ(detect("\x28\xb5\x2f\xfd"), Algorithm::kZstd);
  EXPECT_EQ(detect("\x04\x22\x4d\x18"), Algorithm::kLz4);
  EXPECT_EQ(detect("\x78\x9c..."), Algorithm::kZlib);
  EXPECT_EQ(detect("\x78\x01..."), Algorithm::kZlib);
  EXPECT_EQ(detect(""), Algorithm::kNone);
  EXPECT_EQ(detect("x"), Algorithm::kNone);
  const std::string skippable("\x51\x2a\x4d\x18\x02\x00\x00\x00zz", 10);
  EXPECT_EQ(detect(skippable + "\x04\x22\x4d\x18"), Algorithm::kLz4);
  EXPECT_EQ(detect(skippable + "\x28\xb5\x2f\xfd"), Algorithm::kZstd);
  EXPECT_EQ(detect(skippable), Algorithm::kZstd);
}

// A skippable frame of 3 bytes, then zstd's magic number.
TEST(FormatDetectTest, KnowsHowMuchItMustSee) {
  const std::vector<uint8_t> input = hw::FromHex(
      "502a4d18"
      "03000000"
      "aabbcc"
      "28b52ffd"
      "00");
  const auto needed = [&](size_t seen) {
    return BytesToDetectFormat(hw::Bytes(input).first(seen));
  };
  EXPECT_EQ(needed(0), 4u);
  EXPECT_EQ(needed(3), 4u);
  EXPECT_EQ(needed(4), 8u);
  EXPECT_EQ(needed(8), 15u);
  EXPECT_EQ(needed(14), 15u);
  EXPECT_EQ(needed(16), 15u);
  EXPECT_EQ(DetectFormat(hw::Bytes(input).first(15)), hw::Algorithm::kZstd);
  const std::vector<uint8_t> gzip = hw::FromHex("1f8b0800");
  EXPECT_EQ(BytesToDetectFormat(gzip), 4u);
  // Far past the end, and no wrapping round.
  EXPECT_EQ(BytesToDetectFormat(hw::FromHex("502a4d18ffffffff")),
            uint64_t{8} + 0xffffffff + 4);
}

}  // namespace
}  // namespace uacced
