#include "daemon/rpc/fault_service.h"

#include <vector>

#include "daemon/core/error.h"
#include "daemon/health/device_health.h"
#include "gtest/gtest.h"
#include "tests/support/fake_accelerator.h"

namespace uacced {
namespace {

using absl::StatusCode;

class FakeTarget final : public FaultTarget {
 public:
  absl::Status AddFault(const FaultSpec& fault) override {
    if (!answer.ok()) return answer;
    faults.push_back({fault, 3});
    return absl::OkStatus();
  }
  void ClearFaults() override { faults.clear(); }
  std::vector<Entry> ListFaults() const override { return faults; }

  absl::Status answer;
  std::vector<Entry> faults;
};

class FaultServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    card_.fake_info.name = "card";
    placement_.AddDevice({&card_, &health_, {}});
  }
  FaultService Make(bool allowed) {
    return FaultService({.allowed = allowed, .targets = {{"zip", &zip_}}},
                        placement_);
  }
  static v1::InjectFaultRequest Slow(const std::string& device) {
    v1::InjectFaultRequest request;
    request.set_device(device);
    request.mutable_fault()->set_kind(v1::Fault::SLOW);
    request.mutable_fault()->set_parameter(5);
    return request;
  }
  static void ExpectError(const absl::Status& status, StatusCode code,
                          const std::string& reason) {
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(GetErrorDetail(status).reason, reason);
  }

  FakeTarget zip_;
  FakeAccelerator card_{4};
  DeviceHealth health_;
  Placement placement_;
};

TEST_F(FaultServiceTest, FaultsComeAndAreListedAndGo) {
  const FaultService service = Make(true);
  ASSERT_TRUE(service.Inject(Slow("zip")).ok());
  ASSERT_EQ(zip_.faults.size(), 1u);
  EXPECT_EQ(zip_.faults[0].fault.kind, FaultSpec::Kind::kSlow);
  EXPECT_EQ(zip_.faults[0].fault.parameter, 5u);
  v1::ListFaultsRequest list;
  list.set_device("zip");
  v1::ListFaultsResponse listed;
  ASSERT_TRUE(service.List(list, listed).ok());
  ASSERT_EQ(listed.faults_size(), 1);
  EXPECT_EQ(listed.faults(0).fault().kind(), v1::Fault::SLOW);
  EXPECT_EQ(listed.faults(0).hits(), 3u);
  v1::ClearFaultsRequest clear;
  clear.set_device("zip");
  ASSERT_TRUE(service.Clear(clear).ok());
  EXPECT_TRUE(zip_.faults.empty());
}

TEST_F(FaultServiceTest, NothingOfItWithoutTheConfigurationsLeave) {
  const FaultService service = Make(false);
  for (const char* device : {"zip", "nobody"}) {
    ExpectError(service.Inject(Slow(device)), StatusCode::kPermissionDenied,
                "FAULT_INJECTION_DISABLED");
    v1::ClearFaultsRequest clear;
    clear.set_device(device);
    ExpectError(service.Clear(clear), StatusCode::kPermissionDenied,
                "FAULT_INJECTION_DISABLED");
    v1::ListFaultsRequest list;
    list.set_device(device);
    v1::ListFaultsResponse listed;
    ExpectError(service.List(list, listed), StatusCode::kPermissionDenied,
                "FAULT_INJECTION_DISABLED");
  }
  EXPECT_TRUE(zip_.faults.empty());
}

TEST_F(FaultServiceTest, OnlyModelsFailOnDemand) {
  const FaultService service = Make(true);
  ExpectError(service.Inject(Slow("nobody")), StatusCode::kNotFound,
              "DEVICE_NOT_FOUND");
  ExpectError(service.Inject(Slow("card")), StatusCode::kFailedPrecondition,
              "DEVICE_NOT_A_MODEL");
}

TEST_F(FaultServiceTest, WhatIsWrongWithAFaultIsSaid) {
  const FaultService service = Make(true);
  v1::InjectFaultRequest request;
  request.set_device("zip");
  absl::Status status = service.Inject(request);
  ExpectError(status, StatusCode::kInvalidArgument, "FAULT_INVALID");
  EXPECT_NE(status.message().find("kind"), std::string::npos);
  zip_.answer = absl::ResourceExhaustedError("has too many");
  status = service.Inject(Slow("zip"));
  ExpectError(status, StatusCode::kResourceExhausted, "FAULT_INVALID");
  EXPECT_NE(status.message().find("too many"), std::string::npos);
}

}  // namespace
}  // namespace uacced
