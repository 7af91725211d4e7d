// A Kunpeng accelerator in software: takes the memory and the doorbells that
// the hardware takes, and plays the device with threads of its own. Which
// engine it is, how fast, and how it fails are options.
//
//   auto engine = std::make_shared<ZipEngine>();
//   auto model = DeviceModel::Create({.name = "hisi_zip-0",
//                                     .engine_kind = Port::Engine::kZip,
//                                     .engine = engine});
//   std::unique_ptr<QueuePort> queue =
//       *(*model)->OpenQueue(HISI_QM_QC_TYPE_COMPRESS);
//   queue->Start();
//   // Descriptor 0 into queue->dus(), then its doorbell: tail 1.
//   queue->mmio().Write64(HISI_QM_V2_DOORBELL_OFFSET,
//                         uint64_t{1} << HISI_QM_DOORBELL_INDEX_SHIFT |
//                             queue->facts().sqn);
//   // CQE 0 now gets phase 1.
//
// Units:   as their names say.
// Threads: as Port; what is for tests and operators is thread-safe.
// Lifetime: every QueuePort goes before its DeviceModel.
#ifndef UACCED_HW_HISI_MODEL_DEVICE_MODEL_H_
#define UACCED_HW_HISI_MODEL_DEVICE_MODEL_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "hw/device.h"
#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/fault_rule.h"
#include "hw/hisi/model/service_pacer.h"
#include "hw/hisi/port.h"

namespace uacced::hw::hisi {

struct DeviceModelOptions {
  std::string name = "hisi_zip-0";
  Port::Engine engine_kind = Port::Engine::kZip;
  std::shared_ptr<const Engine> engine;
  // Of the queue manager: 1, 2 or 3. 1 differs from 2 in its doorbell alone.
  uint32_t version = 2;
  std::string algorithms;     // As in sysfs; empty: what the kernel says.
  uint32_t queue_count = 64;  // 1..1024
  uint32_t sq_depth = 1024;   // 2..1024
  uint32_t cq_depth = 0;      // 2..1024; 0: as sq_depth.
  int numa_node = -1;
  // Threads that execute descriptors, 1..64. With one the completions of a
  // queue come in its order; with more, in any.
  uint32_t workers = 1;
  // Workers spin while a queue is started, for benchmarks. Otherwise a doorbell
  // wakes them.
  bool poll = false;
  ServiceTime service;
  // Must outlive the model. Null: the memory of this process; the real clock.
  DmaSpace* memory = nullptr;
  const Clock* clock = nullptr;
};

class DeviceModel : public Port {
 public:
  // INVALID_ARGUMENT: an option is out of range. FAILED_PRECONDITION: the
  // system does not let a process read itself by address. RESOURCE_EXHAUSTED:
  // out of descriptors; UNAVAILABLE: or of threads.
  static absl::StatusOr<std::unique_ptr<DeviceModel>> Create(
      DeviceModelOptions options);

  // Of the life of the model, closed queues too.
  struct Counters {
    uint64_t executed = 0;  // Descriptors.
    uint64_t completions = 0;
    uint64_t interrupts = 0;
    uint64_t doorbells = 0;
    // No driver of the queue rings those.
    uint64_t bad_doorbells = 0;
    // By kind, those that had an effect: nothing is spoilt without an output.
    std::array<uint64_t, kFaultKindCount> faults{};
  };
  virtual Counters counters() const = 0;

  // See fault_rule.h. Returns the rule's id, INVALID_ARGUMENT what is wrong
  // with it, RESOURCE_EXHAUSTED that there are too many. With `at_once` there
  // is no id, 0, and it may block as QueuePort::Stop() does.
  virtual absl::StatusOr<uint64_t> AddFault(const FaultRule& rule) = 0;
  // Forgets all rules. An isolated device is back in use, a removed one
  // returns. Queues that were stopped or are stuck remain so.
  virtual void ClearFaults() = 0;
  virtual std::vector<FaultReport> Faults() const = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_DEVICE_MODEL_H_
