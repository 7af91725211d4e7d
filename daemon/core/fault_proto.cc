#include "daemon/core/fault_proto.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

// The enums list the same kinds in the same order.
constexpr int kFirstKind = v1::Fault::STATUS;
static_assert(v1::Fault::RETURN - kFirstKind ==
              static_cast<int>(FaultSpec::Kind::kReturn));

std::optional<hw::Operation> OperationByName(const std::string& name) {
  for (size_t i = 0; i < hw::kOperationCount; ++i) {
    const auto operation = static_cast<hw::Operation>(i);
    if (hw::Name(operation) == name) return operation;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<FaultSpec> FromProto(const v1::Fault& fault) {
  if (fault.kind() == v1::Fault::KIND_UNSPECIFIED ||
      !v1::Fault::Kind_IsValid(fault.kind())) {
    return absl::InvalidArgumentError("kind: must be one that there is");
  }
  FaultSpec out;
  out.kind = static_cast<FaultSpec::Kind>(fault.kind() - kFirstKind);
  if (!fault.operation().empty()) {
    out.operation = OperationByName(fault.operation());
    if (!out.operation.has_value()) {
      return absl::InvalidArgumentError(
          "operation: must be empty or one of compress, decompress, encrypt, "
          "decrypt, digest");
    }
  }
  if (fault.per_mille() > FaultSpec::kAlways) {
    return absl::InvalidArgumentError(
        absl::StrCat("per_mille: ", fault.per_mille(), " is more than 1000"));
  }
  out.skip = fault.skip();
  out.count = fault.count() == 0 ? 1 : fault.count();
  out.per_mille =
      fault.per_mille() == 0 ? FaultSpec::kAlways : fault.per_mille();
  out.parameter = fault.parameter();
  UACCED_RETURN_IF_ERROR(Validate(out));
  return out;
}

v1::Fault ToProto(const FaultSpec& fault) {
  v1::Fault out;
  out.set_kind(
      static_cast<v1::Fault::Kind>(static_cast<int>(fault.kind) + kFirstKind));
  if (fault.operation.has_value()) {
    out.set_operation(std::string(hw::Name(*fault.operation)));
  }
  out.set_skip(fault.skip);
  out.set_count(fault.count);
  out.set_per_mille(fault.per_mille);
  out.set_parameter(fault.parameter);
  return out;
}

}  // namespace uacced
