// The rules of one device and what they decide for each operation.
//
// Whether a rule hits is a pure function of its seed and of how many operations
// matched it before, so that the same rules with the same operations misbehave
// in the same way again. Rules do not see each other; all that hit an operation
// act on it.
//
// Threads: thread-safe.
#ifndef UACCED_HW_HISI_MODEL_FAULT_PLAN_H_
#define UACCED_HW_HISI_MODEL_FAULT_PLAN_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "hw/hisi/model/fault_rule.h"

namespace uacced::hw::hisi {

// What happens to one operation.
struct FaultVerdict {
  uint32_t kinds = 0;  // A bit for each FaultKind.
  uint32_t status_code = 0;
  uint32_t tag_code = 0;
  uint64_t slow_us = 0;
  uint64_t away_us = 0;  // Of the kinds of the device.
  uint64_t random = 0;   // For kCorrupt.

  static constexpr uint32_t Bit(FaultKind kind) {
    return uint32_t{1} << static_cast<uint32_t>(kind);
  }
  bool Has(FaultKind kind) const { return (kinds & Bit(kind)) != 0; }
  // The gravest of the kinds that end the queue's work, if any.
  std::optional<FaultKind> halt() const;
};

class FaultPlan {
 public:
  struct Operation {
    std::optional<OperationClass> operation;
    uint32_t qc_type = 0;
    uint16_t sqn = 0;
  };

  static constexpr size_t kMaxRules = 64;

  // REQUIRES: Validate(rule). Returns its id. When there are too many, those
  // that have hit as often as they may are forgotten. RESOURCE_EXHAUSTED: there
  // are none of them.
  absl::StatusOr<uint64_t> Add(const FaultRule& rule);
  void Clear();
  // In the order in which they were added.
  std::vector<FaultReport> Report() const;

  // False: Decide() is not needed. Costs nothing.
  bool active() const { return active_.load(std::memory_order_acquire); }
  FaultVerdict Decide(const Operation& operation);

 private:
  mutable std::mutex mutex_;
  std::vector<FaultReport> rules_;
  uint64_t last_id_ = 0;
  std::atomic<bool> active_{false};
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_FAULT_PLAN_H_
