#include "hw/hisi/hisi_device.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/test_queue_port.h"

namespace uacced::hw::hisi {
namespace {

class TestPort final : public Port {
 public:
  explicit TestPort(Facts facts) : facts_(std::move(facts)) {}

  const Facts& facts() const override { return facts_; }
  absl::StatusOr<std::unique_ptr<QueuePort>> OpenQueue(
      uint32_t qc_type) override {
    qc_types.push_back(qc_type);
    if (!has_queue) return absl::UnavailableError("");
    rings.push_back(std::make_unique<TestRings>(ring_options));
    return rings.back()->NewPort();
  }
  absl::Status Reset() override { return absl::DataLossError(""); }
  Presence presence() const override { return Presence::kIsolated; }

  TestRings::Options ring_options;
  bool has_queue = true;
  std::vector<uint32_t> qc_types;
  std::vector<std::unique_ptr<TestRings>> rings;

 private:
  const Facts facts_;
};

class HisiDeviceTest : public ::testing::Test {
 protected:
  absl::Status Open(const std::string& api,
                    Port::Engine engine = Port::Engine::kZip,
                    const std::string& algorithms = "zlib\ngzip\ndeflate\n") {
    auto port = std::make_unique<TestPort>(Port::Facts{.name = "hisi_zip-0",
                                                       .engine = engine,
                                                       .api = api,
                                                       .algorithms = algorithms,
                                                       .numa_node = 3,
                                                       .simulated = true});
    port_ = port.get();
    auto device = HisiDevice::Create("zip0", std::move(port));
    if (!device.ok()) return device.status();
    device_ = *std::move(device);
    return absl::OkStatus();
  }
  absl::StatusCode OpenStream(Operation operation, Algorithm algorithm,
                              int8_t level = 1) {
    StreamSpec spec;
    spec.operation = operation;
    spec.algorithm = algorithm;
    spec.level = level;
    return device_->OpenStream(spec).status().code();
  }

  TestPort* port_ = nullptr;
  std::unique_ptr<HisiDevice> device_;
};

TEST_F(HisiDeviceTest, TellsWhatItIs) {
  ASSERT_TRUE(Open("hisi_qm_v2").ok());
  const DeviceInfo& info = device_->info();
  EXPECT_EQ(info.name, "zip0");
  EXPECT_EQ(info.kind, "hisi_zip");
  EXPECT_TRUE(info.hardware);
  EXPECT_TRUE(info.simulated);
  EXPECT_EQ(info.numa_node, 3);
  ASSERT_EQ(info.queue_kind_count(), 2u);
  for (const Algorithm format :
       {Algorithm::kGzip, Algorithm::kZlib, Algorithm::kDeflate}) {
    EXPECT_TRUE(info.capabilities.Has(Operation::kCompress, format));
    EXPECT_TRUE(info.capabilities.Has(Operation::kDecompress, format));
    EXPECT_TRUE(info.queue_kind(0).Has(Operation::kCompress, format));
    EXPECT_FALSE(info.queue_kind(0).Has(Operation::kDecompress, format));
    EXPECT_FALSE(info.queue_kind(1).Has(Operation::kCompress, format));
    EXPECT_TRUE(info.queue_kind(1).Has(Operation::kDecompress, format));
  }
  EXPECT_EQ(device_->presence(), Presence::kIsolated);
  EXPECT_EQ(device_->Reset().code(), absl::StatusCode::kDataLoss);
}

TEST_F(HisiDeviceTest, WhatIsNoneOfOursIsRefused) {
  EXPECT_EQ(Open("qat_v1").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Open("hisi_qm_v3", Port::Engine::kZip, "lz77_zstd\n").code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(HisiDeviceTest, KindsOfQueuesHaveTheirTypes) {
  ASSERT_TRUE(Open("hisi_qm_v3").ok());
  EXPECT_TRUE(device_->OpenQueue(0).ok());
  EXPECT_TRUE(device_->OpenQueue(1).ok());
  EXPECT_EQ(port_->qc_types, (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(device_->OpenQueue(2).status().code(),
            absl::StatusCode::kInvalidArgument);
  port_->has_queue = false;
  EXPECT_EQ(device_->OpenQueue(0).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(HisiDeviceTest, NonsenseOfTheSystemIsRefusedBeforeMemoryIsTaken) {
  ASSERT_TRUE(Open("hisi_qm_v3").ok());
  port_->ring_options = {.sq_depth = 1u << 31, .dus_bytes = 4096};
  EXPECT_EQ(device_->OpenQueue(0).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(port_->rings.back()->is_started());
}

TEST_F(HisiDeviceTest, StreamsAreOfItsFormatsAndLevels) {
  ASSERT_TRUE(Open("hisi_qm_v3", Port::Engine::kZip, "zlib\ngzip\nlz4\n").ok());
  EXPECT_EQ(OpenStream(Operation::kCompress, Algorithm::kGzip),
            absl::StatusCode::kOk);
  EXPECT_EQ(OpenStream(Operation::kDecompress, Algorithm::kZlib, 0),
            absl::StatusCode::kOk);
  EXPECT_EQ(OpenStream(Operation::kCompress, Algorithm::kGzip, 7),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(OpenStream(Operation::kCompress, Algorithm::kGzip, 0),
            absl::StatusCode::kUnimplemented);
  for (const Algorithm format :
       {Algorithm::kDeflate, Algorithm::kLz4, Algorithm::kZstd}) {
    EXPECT_EQ(OpenStream(Operation::kCompress, format),
              absl::StatusCode::kUnimplemented);
  }
  EXPECT_EQ(OpenStream(Operation::kDigest, Algorithm::kSha256),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace uacced::hw::hisi
