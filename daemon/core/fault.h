// What a model of a device is told to do wrong, and where to tell it. The model
// itself is below: only who wires the daemon knows both.
#ifndef UACCED_DAEMON_CORE_FAULT_H_
#define UACCED_DAEMON_CORE_FAULT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "hw/algorithm.h"

namespace uacced {

// See proto/uacced/v1/fault.proto.
struct FaultSpec {
  static constexpr uint32_t kAlways = 1000;                   // As per_mille.
  static constexpr uint64_t kMaxDelayNs = 3'600'000'000'000;  // An hour.

  enum class Kind : uint8_t {
    kStatus,
    kCorrupt,
    kLoseCompletion,
    kDuplicateCompletion,
    kUnknownTag,
    kWrongPhase,
    kSlow,
    kStuck,
    kStopQueue,
    kResetDevice,
    kIsolate,
    kRemove,
    kReturn,
  };
  Kind kind = Kind::kStatus;
  std::optional<hw::Operation> operation;  // None: all.
  uint64_t skip = 0;
  uint64_t count = 1;            // At least 1.
  uint32_t per_mille = kAlways;  // 1..1000
  uint64_t parameter = 0;
};

// Whether there is a device that can fail like that. INVALID_ARGUMENT begins
// with the name of the field of v1::Fault that is wrong.
absl::Status Validate(const FaultSpec& fault);

// Threads: implementations are thread-safe.
class FaultTarget {
 public:
  struct Entry {
    FaultSpec fault;
    uint64_t hits = 0;
  };

  virtual ~FaultTarget() = default;

  // INVALID_ARGUMENT: as Validate(), or this device cannot fail like that.
  // RESOURCE_EXHAUSTED: it has too many.
  virtual absl::Status AddFault(const FaultSpec& fault) = 0;
  virtual void ClearFaults() = 0;
  virtual std::vector<Entry> ListFaults() const = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_CORE_FAULT_H_
