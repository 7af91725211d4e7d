// For tests: a model with a ProbeEngine, and queues of it that must be had.
#ifndef UACCED_HW_HISI_MODEL_TEST_MODEL_H_
#define UACCED_HW_HISI_MODEL_TEST_MODEL_H_

#include <poll.h>

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "hw/hisi/model/device_model.h"
#include "hw/hisi/model/ring_probe.h"
#include "hw/hisi/port.h"

namespace uacced::hw::hisi {

inline std::unique_ptr<DeviceModel> MakeModel(DeviceModelOptions options) {
  if (options.engine == nullptr) {
    options.engine = std::make_shared<ProbeEngine>();
  }
  auto model = DeviceModel::Create(std::move(options));
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

inline std::unique_ptr<QueuePort> OpenStarted(DeviceModel& model) {
  auto queue = model.OpenQueue(0);
  EXPECT_TRUE(queue.ok()) << queue.status();
  EXPECT_TRUE((*queue)->Start().ok());
  return *std::move(queue);
}

// A descriptor with a number, as ProbeEngine answers.
inline Descriptor Numbered(uint32_t number) {
  Descriptor descriptor{};
  descriptor[0] = number;
  return descriptor;
}

// Within `timeout_ms`; -1: however long it takes.
inline bool Readable(int fd, int timeout_ms) {
  pollfd event{fd, POLLIN, 0};
  return poll(&event, 1, timeout_ms) == 1;
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_TEST_MODEL_H_
