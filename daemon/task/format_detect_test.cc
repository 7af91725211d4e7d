#include "daemon/task/format_detect.h"

#include <string>

#include "gtest/gtest.h"

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

}  // namespace
}  // namespace uacced
