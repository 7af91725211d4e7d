// How a modelled device misbehaves on demand: one rule is one kind of fault,
// for the operations that it matches, so often.
//
// Threads: plain data and pure functions.
#ifndef UACCED_HW_HISI_MODEL_FAULT_RULE_H_
#define UACCED_HW_HISI_MODEL_FAULT_RULE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "hw/hisi/model/operation_class.h"

namespace uacced::hw::hisi {

enum class FaultKind : uint8_t {
  // Of one operation.
  kStatus,               // Answered with the error `code`, not executed.
  kCorrupt,              // One bit of its output is wrong, and nothing says so.
  kLoseCompletion,       // Executed, and no completion comes.
  kDuplicateCompletion,  // Two come.
  kUnknownTag,           // Its completion names a slot that is not in flight
                         // (`code` 0) or not in the ring (1).
  kWrongPhase,           // Its completion has the phase of the lap before.
  kSlow,                 // Its completion comes `delay_us` late.
  // Of its queue. The operation is lost, as is what comes after it.
  kStuck,      // Takes nothing more until it is stopped.
  kQueueStop,  // Stopped as the kernel does, stop words included.
  // Of the device: every queue is stopped so, none opens or starts.
  kDeviceReset,  // For `delay_us`; then it is back.
  kIsolate,      // For `delay_us`, 0: until kReturn or faults are cleared. No
                 // reset helps.
  kRemove,       // For `delay_us`, 0: until kReturn or faults are cleared.
  kReturn,  // The end of kIsolate and kRemove. No operation brings it: at once.
};
inline constexpr size_t kFaultKindCount = 13;

// "status", "corrupt", "lose_completion", "duplicate_completion",
// "unknown_tag", "wrong_phase", "slow", "stuck", "queue_stop", "device_reset",
// "isolate", "remove", "return".
absl::string_view Name(FaultKind kind);
std::optional<FaultKind> FaultKindByName(absl::string_view name);

struct FaultRule {
  static constexpr uint64_t kMaxDelayUs = 3'600'000'000;  // An hour.

  FaultKind kind = FaultKind::kStatus;

  // Which operations match: those of one class, one qc_type, one queue.
  std::optional<OperationClass> operation;
  std::optional<uint32_t> qc_type;
  std::optional<uint16_t> sqn;

  uint64_t skip_count = 0;    // The first of them pass.
  uint64_t count = 1;         // Then so many fail; 0: until cleared,
  uint32_t per_mille = 1000;  // each with this probability, 1..1000,
  uint64_t seed = 1;          // that is drawn from this.

  // For kStatus the engine's code. See kUnknownTag.
  uint32_t code = 0;
  uint64_t delay_us = 0;

  // Kinds of the device alone: now, once, instead of with an operation.
  bool at_once = false;
};

// INVALID_ARGUMENT, in words for whoever wrote it.
absl::Status Validate(const FaultRule& rule);

// A rule in use.
struct FaultReport {
  uint64_t id = 0;  // Counts rules up, from 1.
  FaultRule rule;
  uint64_t seen = 0;  // Operations that matched.
  uint64_t hits = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_FAULT_RULE_H_
