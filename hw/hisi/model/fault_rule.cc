#include "hw/hisi/model/fault_rule.h"

#include <iterator>

#include "absl/strings/str_cat.h"

namespace uacced::hw::hisi {
namespace {

constexpr absl::string_view kNames[] = {"status",
                                        "corrupt",
                                        "lose_completion",
                                        "duplicate_completion",
                                        "unknown_tag",
                                        "wrong_phase",
                                        "slow",
                                        "stuck",
                                        "queue_stop",
                                        "device_reset",
                                        "isolate",
                                        "remove",
                                        "return"};
static_assert(std::size(kNames) == kFaultKindCount);

}  // namespace

absl::string_view Name(FaultKind kind) {
  return kNames[static_cast<size_t>(kind)];
}

std::optional<FaultKind> FaultKindByName(absl::string_view name) {
  for (size_t i = 0; i < kFaultKindCount; ++i) {
    if (kNames[i] == name) return static_cast<FaultKind>(i);
  }
  return std::nullopt;
}

absl::Status Validate(const FaultRule& rule) {
  if (static_cast<size_t>(rule.kind) >= kFaultKindCount) {
    return absl::InvalidArgumentError("no such kind of fault");
  }
  const absl::string_view name = Name(rule.kind);
  if (rule.per_mille < 1 || rule.per_mille > 1000) {
    return absl::InvalidArgumentError(absl::StrCat(
        "fault ", name, ": per_mille must be 1..1000, not ", rule.per_mille));
  }
  if (rule.delay_us > FaultRule::kMaxDelayUs) {
    return absl::InvalidArgumentError(
        absl::StrCat("fault ", name, ": delay_us must be at most ",
                     FaultRule::kMaxDelayUs, ", not ", rule.delay_us));
  }
  if (rule.kind == FaultKind::kUnknownTag && rule.code > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("fault ", name, ": code must be 0 or 1, not ", rule.code));
  }
  if (rule.kind == FaultKind::kSlow && rule.delay_us == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("fault ", name, ": delay_us is missing"));
  }
  if (rule.at_once && rule.kind < FaultKind::kDeviceReset) {
    return absl::InvalidArgumentError(
        absl::StrCat("fault ", name, ": needs an operation, at_once has none"));
  }
  if (!rule.at_once && rule.kind == FaultKind::kReturn) {
    return absl::InvalidArgumentError(
        absl::StrCat("fault ", name,
                     ": only at_once, for a device that is "
                     "gone has no operations"));
  }
  return absl::OkStatus();
}

}  // namespace uacced::hw::hisi
