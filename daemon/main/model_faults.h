// The faults of a device model, as service Admin knows them.
//
// Threads: thread-safe.
#ifndef UACCED_DAEMON_MAIN_MODEL_FAULTS_H_
#define UACCED_DAEMON_MAIN_MODEL_FAULTS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/fault.h"
#include "hw/hisi/model/device_model.h"

namespace uacced {

class ModelFaults final : public FaultTarget {
 public:
  // `model` must outlive this.
  ModelFaults(hw::hisi::DeviceModel* model, uint64_t seed)
      : model_(model), seed_(seed) {}

  absl::Status AddFault(const FaultSpec& fault) override;
  void ClearFaults() override;
  std::vector<Entry> ListFaults() const override;

 private:
  hw::hisi::DeviceModel* const model_;
  const uint64_t seed_;
  mutable std::mutex mutex_;
  std::map<uint64_t, FaultSpec> faults_;  // By the model's number.
};

}  // namespace uacced

#endif  // UACCED_DAEMON_MAIN_MODEL_FAULTS_H_
