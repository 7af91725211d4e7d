// The contracts of queues and streams, over the whole ring path: driver, rings
// and the device model with its engines.
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "hw/hisi/hisi_device.h"
#include "hw/hisi/model/device_model.h"
#include "hw/hisi/model/sec_engine.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/port.h"
#include "hw/queue_contract_test.h"
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

}  // namespace
}  // namespace uacced::hw
