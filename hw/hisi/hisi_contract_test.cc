// The contracts of queues and streams, over the whole ring path: driver, rings
// and the device model with its engines.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "hw/algorithm.h"
#include "hw/device.h"
#include "hw/hisi/hisi_device.h"
#include "hw/hisi/model/device_model.h"
#include "hw/hisi/model/sec_engine.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/port.h"
#include "hw/queue.h"
#include "hw/queue_contract_test.h"
#include "hw/request.h"
#include "hw/stream_contract_test.h"

namespace uacced::hw {
namespace {

std::unique_ptr<Device> MakeDevice(std::string name,
                                   hisi::DeviceModelOptions options) {
  auto model = hisi::DeviceModel::Create(std::move(options));
  if (!model.ok()) {
    ADD_FAILURE() << model.status();
    return nullptr;
  }
  auto device = hisi::HisiDevice::Create(std::move(name), *std::move(model));
  if (!device.ok()) {
    ADD_FAILURE() << device.status();
    return nullptr;
  }
  return *std::move(device);
}

std::unique_ptr<Device> MakeZip(hisi::DeviceModelOptions options) {
  options.engine_kind = hisi::Port::Engine::kZip;
  options.engine = std::make_shared<hisi::ZipEngine>();
  options.algorithms = "zlib\ngzip\ndeflate\nlz77_zstd\nlz4";
  return MakeDevice("zip0", std::move(options));
}

std::unique_ptr<Device> MakeSec(hisi::DeviceModelOptions options) {
  options.engine_kind = hisi::Port::Engine::kSec;
  options.engine = std::make_shared<hisi::SecEngine>();
  return MakeDevice("sec0", std::move(options));
}

struct ZipV2 {
  static std::unique_ptr<Device> MakeDevice() {
    return MakeZip({.version = 2, .workers = 1});
  }
};
struct ZipV3OutOfOrder {
  static std::unique_ptr<Device> MakeDevice() {
    return MakeZip({.version = 3, .sq_depth = 64, .workers = 2});
  }
};
struct ZipV3Shallow {
  static std::unique_ptr<Device> MakeDevice() {
    return MakeZip({.version = 3, .sq_depth = 5, .cq_depth = 16});
  }
};

struct SecV2 {
  static std::unique_ptr<Device> MakeDevice() {
    return MakeSec({.version = 2, .workers = 1});
  }
};
struct SecV3 {
  static std::unique_ptr<Device> MakeDevice() {
    return MakeSec({.version = 3, .sq_depth = 32, .workers = 2});
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(SecV2, QueueContractTest, SecV2);
INSTANTIATE_TYPED_TEST_SUITE_P(SecV3, QueueContractTest, SecV3);
INSTANTIATE_TYPED_TEST_SUITE_P(SecV2, StreamContractTest, SecV2);
INSTANTIATE_TYPED_TEST_SUITE_P(SecV3, StreamContractTest, SecV3);
INSTANTIATE_TYPED_TEST_SUITE_P(ZipV2, QueueContractTest, ZipV2);
INSTANTIATE_TYPED_TEST_SUITE_P(ZipV3OutOfOrder, QueueContractTest,
                               ZipV3OutOfOrder);
INSTANTIATE_TYPED_TEST_SUITE_P(ZipV3Shallow, QueueContractTest, ZipV3Shallow);
INSTANTIATE_TYPED_TEST_SUITE_P(ZipV2, StreamContractTest, ZipV2);
INSTANTIATE_TYPED_TEST_SUITE_P(ZipV3, StreamContractTest, ZipV3OutOfOrder);

// Each has a stream in the device between its two descriptors.
TEST(ZipFragmentsTest, ADeepQueueFullOfThemIsRead) {
  constexpr uint8_t kStored[] = {0x00, 0x02, 0x00, 0xfd, 0xff, 'h', 'i'};
  constexpr size_t kDecompress = 1;
  const std::unique_ptr<Device> device =
      MakeZip({.version = 3, .sq_depth = 1024});
  auto queue = device->OpenQueue(kDecompress);
  ASSERT_TRUE(queue.ok()) << queue.status();
  const uint32_t count = (*queue)->depth();
  std::vector<std::array<uint8_t, 8>> rooms(count);
  for (uint32_t i = 0; i < count; ++i) {
    Request request;
    request.operation = Operation::kDecompress;
    request.algorithm = Algorithm::kDeflate;
    request.fragment = true;
    request.source = kStored;
    request.destination = rooms[i];
    ASSERT_TRUE((*queue)->Submit(request, Tag(i)).ok());
  }
  (*queue)->Flush();
  std::array<Completion, 64> done;
  for (uint32_t left = count; left > 0;) {
    const uint32_t got = (*queue)->Poll(done);
    for (uint32_t i = 0; i < got; ++i) {
      ASSERT_EQ(done[i].code, absl::StatusCode::kOk);
      ASSERT_EQ(done[i].produced_bytes, 2u);
    }
    ASSERT_EQ((*queue)->fault(), QueueFault::kNone);
    left -= got;
  }
}

}  // namespace
}  // namespace uacced::hw
