#include "hw/soft/soft_device.h"

#include "gtest/gtest.h"

namespace uacced::hw {
namespace {

TEST(SoftDeviceTest, TellsWhatItIs) {
  const auto device = SoftDevice::Create({.name = "host"});
  ASSERT_TRUE(device.ok()) << device.status();
  const DeviceInfo& info = (*device)->info();
  EXPECT_EQ(info.name, "host");
  EXPECT_EQ(info.kind, "soft");
  EXPECT_FALSE(info.hardware);
  EXPECT_FALSE(info.simulated);
  EXPECT_TRUE(info.capabilities.Has(Operation::kEncrypt, Algorithm::kSm4Xts));
}

TEST(SoftDeviceTest, OpensQueuesOfTheGivenDepth) {
  const auto device = SoftDevice::Create({.workers = 0, .queue_depth = 7});
  ASSERT_TRUE(device.ok());
  for (int i = 0; i < 3; ++i) {
    const auto queue = (*device)->OpenQueue(0);
    ASSERT_TRUE(queue.ok());
    EXPECT_EQ((*queue)->depth(), 7u);
    EXPECT_EQ((*queue)->free_slots(), 7u);
  }
}

TEST(SoftDeviceTest, OptionsOutOfRangeAreRefusedAtOnce) {
  for (const SoftDeviceOptions& options :
       {SoftDeviceOptions{.workers = 257}, SoftDeviceOptions{.queue_depth = 0},
        SoftDeviceOptions{.queue_depth = 65'537},
        SoftDeviceOptions{.inline_budget_ns = -1}}) {
    EXPECT_EQ(SoftDevice::Create(options).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace uacced::hw
