#include "daemon/core/fault.h"

#include "absl/strings/str_cat.h"

namespace uacced {
namespace {

using Kind = FaultSpec::Kind;

bool TakesTime(Kind kind) {
  return kind == Kind::kSlow || kind == Kind::kResetDevice ||
         kind == Kind::kIsolate || kind == Kind::kRemove ||
         kind == Kind::kReturn;
}

absl::Status CheckParameter(Kind kind, uint64_t parameter) {
  if (kind == Kind::kSlow && parameter == 0) {
    return absl::InvalidArgumentError(
        "parameter: is required for slow, in nanoseconds");
  }
  const uint64_t limit = TakesTime(kind)             ? FaultSpec::kMaxDelayNs
                         : kind == Kind::kUnknownTag ? 1
                                                     : UINT32_MAX;
  if (parameter <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("parameter: ", parameter, " is more than ", limit));
}

}  // namespace

absl::Status Validate(const FaultSpec& fault) {
  if (fault.operation == hw::Operation::kCopy) {
    return absl::InvalidArgumentError("operation: no accelerator does copy");
  }
  if (fault.kind == Kind::kReturn &&
      (fault.operation.has_value() || fault.skip != 0 ||
       fault.per_mille != FaultSpec::kAlways)) {
    return absl::InvalidArgumentError(
        "kind: return comes at once, a device that is gone has no requests to "
        "wait for: it takes no operation, skip or per_mille");
  }
  return CheckParameter(fault.kind, fault.parameter);
}

}  // namespace uacced
