#include "daemon/rpc/execution_proto.h"

#include "daemon/core/error.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using Mode = ExecutionMode;

TEST(ExecutionProtoTest, ModesAreThoseOfTheApi) {
  constexpr struct {
    v1::ExecutionMode proto;
    Mode mode;
  } kModes[] = {
      {v1::EXECUTION_MODE_UNSPECIFIED, Mode::kBalanced},
      {v1::EXECUTION_MODE_HARDWARE_ONLY, Mode::kHardwareOnly},
      {v1::EXECUTION_MODE_PREFER_HARDWARE, Mode::kPreferHardware},
      {v1::EXECUTION_MODE_BALANCED, Mode::kBalanced},
      {v1::EXECUTION_MODE_SOFTWARE_ONLY, Mode::kSoftwareOnly},
  };
  for (const auto& [proto, mode] : kModes) {
    const auto converted = ModeFromProto(proto, Mode::kBalanced);
    ASSERT_TRUE(converted.ok());
    EXPECT_EQ(*converted, mode);
  }
  const auto unknown =
      ModeFromProto(static_cast<v1::ExecutionMode>(99), Mode::kBalanced);
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetail(unknown.status()).reason, "MODE_UNKNOWN");
}

TEST(ExecutionProtoTest, ExecutionsSayWhoAndWhy) {
  hw::DeviceInfo device;
  device.name = "zip0";
  device.hardware = device.simulated = true;
  v1::Execution execution;
  FillExecution(device, Fallback::kNone, execution);
  EXPECT_EQ(execution.device(), "zip0");
  EXPECT_EQ(execution.path(), v1::Execution::PATH_HARDWARE);
  EXPECT_TRUE(execution.simulated());
  EXPECT_EQ(execution.fallback_reason(), "");
  device.hardware = device.simulated = false;
  FillExecution(device, Fallback::kDeviceLost, execution);
  EXPECT_EQ(execution.path(), v1::Execution::PATH_SOFTWARE);
  EXPECT_EQ(execution.fallback_reason(), "DEVICE_LOST");
}

}  // namespace
}  // namespace uacced
