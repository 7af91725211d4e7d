#include "base/log.h"

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(LogTest, WritesLevelComponentMessageAndFields) {
  EXPECT_EQ(FormatLogLine(LogLevel::kWarning, "rpc", "connection refused",
                          {{"limit", 1024}, {"peer", "uid:0"}}),
            "W rpc connection refused limit=1024 peer=uid:0");
}

TEST(LogTest, ValuesCannotForgeALine) {
  EXPECT_EQ(FormatLogLine(LogLevel::kInfo, "keys", "created",
                          {{"name", "a b\nE x"}, {"other", ""}}),
            "I keys created name=\"a b\\nE x\" other=\"\"");
  EXPECT_EQ(FormatLogLine(LogLevel::kInfo, "keys", "two\nlines", {}),
            "I keys two\\nlines");
}

}  // namespace
}  // namespace uacced
