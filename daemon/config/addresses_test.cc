#include "daemon/config/addresses.h"

#include "gtest/gtest.h"

namespace uacced {
namespace {

TEST(ParseIpAddressTest, TellsLoopbackAndGivesTheCanonicalText) {
  const struct {
    const char* text;
    const char* canonical;
    bool loopback;
  } kCases[] = {
      {"127.0.0.1", "127.0.0.1", true},
      {"127.255.3.4", "127.255.3.4", true},
      {"::1", "::1", true},
      {"0:0:0:0:0:0:0:1", "::1", true},
      {"0.0.0.0", "0.0.0.0", false},
      {"128.0.0.1", "128.0.0.1", false},
      {"::", "::", false},
      {"FE80::0001", "fe80::1", false},
      {"::ffff:127.0.0.1", "::ffff:127.0.0.1", false},
  };
  for (const auto& c : kCases) {
    const auto address = ParseIpAddress(c.text);
    ASSERT_TRUE(address.has_value()) << c.text;
    EXPECT_EQ(address->text, c.canonical);
    EXPECT_EQ(address->loopback, c.loopback) << c.text;
  }
}

TEST(ParseIpAddressTest, RefusesWhatIsNoAddress) {
  for (const std::string& text :
       {std::string(), std::string("localhost"), std::string("127.1"),
        std::string("127.0.0.1:80"), std::string("[::1]"),
        std::string("fe80::1%lo"), std::string("127.0.0.1\0x", 11)}) {
    EXPECT_FALSE(ParseIpAddress(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace uacced
