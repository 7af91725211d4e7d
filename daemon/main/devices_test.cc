#include "daemon/main/devices.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using Kind = FaultSpec::Kind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Config ModelConfig(std::vector<FaultSpec> faults) {
  Config config;
  config.devices = {HisiModelConfig{.name = "zip0",
                                    .version = 3,
                                    .queues = 1,
                                    .queue_depth = 16,
                                    .parallelism = 1,
                                    .faults = std::move(faults)}};
  return config;
}

TEST(OpenDevicesTest, AModelHasAsManyQueuesAsAConfigurationMayAskFor) {
  Config config = ModelConfig({});
  auto& model = std::get<HisiModelConfig>(config.devices[0]);
  model.queues = HisiModelConfig::kMaxQueues / 2;
  ASSERT_EQ(model.QueueCount(1), HisiModelConfig::kMaxQueues);
  EXPECT_TRUE(OpenDevices(config, 1).ok());
  ++model.queues;
  EXPECT_TRUE(absl::IsInvalidArgument(OpenDevices(config, 1).status()));
}

class ModelFaultsTest : public testing::Test {
 protected:
  void Open(std::vector<FaultSpec> faults = {}) {
    auto devices = OpenDevices(ModelConfig(std::move(faults)), 1);
    ASSERT_TRUE(devices.ok()) << devices.status();
    devices_ = *std::move(devices);
  }

  hw::Device& device() { return *devices_[0].device; }
  FaultTarget& faults() { return *devices_[0].faults; }

  // What it says to a fault that it does not take.
  std::string Refusal(const FaultSpec& fault) {
    const absl::Status status = faults().AddFault(fault);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  }

  std::vector<DeviceSpec> devices_;
};

TEST_F(ModelFaultsTest, ADeviceThatIsToBeGoneHasItsQueuesFirst) {
  Open({{.kind = Kind::kRemove}, {.kind = Kind::kStuck}});
  EXPECT_TRUE(device().OpenQueue(0).ok());
  EXPECT_EQ(device().presence(), hw::Presence::kPresent);
  EXPECT_TRUE(BeginFaults(devices_).ok());
  EXPECT_EQ(device().presence(), hw::Presence::kGone);
  EXPECT_THAT(faults().ListFaults(), SizeIs(1));
  faults().ClearFaults();
  EXPECT_EQ(device().presence(), hw::Presence::kPresent);
  EXPECT_THAT(faults().ListFaults(), IsEmpty());
}

TEST_F(ModelFaultsTest, AFaultOfTheConfigurationThatItCannotHave) {
  Open({{.kind = Kind::kStuck}, {.kind = Kind::kSlow}});
  const absl::Status status = BeginFaults(devices_);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("device \"zip0\": fault[1]: parameter: is required"));
}

// As fault.proto names things, and not as the model does.
TEST_F(ModelFaultsTest, SaysWhatIsWrongInWordsOfTheApi) {
  Open();
  EXPECT_EQ(Refusal({.kind = Kind::kSlow}),
            "parameter: is required for slow, in nanoseconds");
  EXPECT_EQ(Refusal({.kind = Kind::kSlow, .parameter = 3'600'000'000'001}),
            "parameter: 3600000000001 is more than 3600000000000");
  EXPECT_EQ(Refusal({.kind = Kind::kRemove, .parameter = UINT64_MAX}),
            "parameter: 18446744073709551615 is more than 3600000000000");
  EXPECT_EQ(Refusal({.kind = Kind::kUnknownTag, .parameter = 2}),
            "parameter: 2 is more than 1");
  EXPECT_EQ(Refusal({.kind = Kind::kStatus, .parameter = 1ull << 32}),
            "parameter: 4294967296 is more than 4294967295");
  EXPECT_EQ(Refusal({.kind = Kind::kStuck, .operation = hw::Operation::kCopy}),
            "operation: no accelerator does copy");
  EXPECT_THAT(Refusal({.kind = Kind::kReturn, .skip = 1}),
              HasSubstr("kind: return comes at once"));
  EXPECT_THAT(faults().ListFaults(), IsEmpty());
}

TEST_F(ModelFaultsTest, TakesTheLargestAndTheSmallest) {
  Open();
  EXPECT_TRUE(faults().AddFault({.kind = Kind::kSlow, .parameter = 1}).ok());
  EXPECT_TRUE(
      faults()
          .AddFault({.kind = Kind::kSlow, .parameter = 3'600'000'000'000})
          .ok());
  EXPECT_TRUE(
      faults().AddFault({.kind = Kind::kUnknownTag, .parameter = 1}).ok());
  EXPECT_TRUE(
      faults().AddFault({.kind = Kind::kStatus, .parameter = UINT32_MAX}).ok());
  EXPECT_THAT(faults().ListFaults(), SizeIs(4));
}

}  // namespace
}  // namespace uacced
