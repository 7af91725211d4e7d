#include "daemon/main/model_faults.h"

#include <algorithm>
#include <optional>

#include "absl/status/statusor.h"
#include "base/status_macros.h"

namespace uacced {
namespace {

using hw::hisi::FaultKind;
using hw::hisi::FaultRule;
using hw::hisi::OperationClass;

static_assert(FaultSpec::kMaxDelayNs == FaultRule::kMaxDelayUs * 1000);

FaultKind ToKind(FaultSpec::Kind kind) {
  switch (kind) {
    case FaultSpec::Kind::kStatus:
      return FaultKind::kStatus;
    case FaultSpec::Kind::kCorrupt:
      return FaultKind::kCorrupt;
    case FaultSpec::Kind::kLoseCompletion:
      return FaultKind::kLoseCompletion;
    case FaultSpec::Kind::kDuplicateCompletion:
      return FaultKind::kDuplicateCompletion;
    case FaultSpec::Kind::kUnknownTag:
      return FaultKind::kUnknownTag;
    case FaultSpec::Kind::kWrongPhase:
      return FaultKind::kWrongPhase;
    case FaultSpec::Kind::kSlow:
      return FaultKind::kSlow;
    case FaultSpec::Kind::kStuck:
      return FaultKind::kStuck;
    case FaultSpec::Kind::kStopQueue:
      return FaultKind::kQueueStop;
    case FaultSpec::Kind::kResetDevice:
      return FaultKind::kDeviceReset;
    case FaultSpec::Kind::kIsolate:
      return FaultKind::kIsolate;
    case FaultSpec::Kind::kRemove:
      return FaultKind::kRemove;
    case FaultSpec::Kind::kReturn:
      return FaultKind::kReturn;
  }
  return FaultKind::kStatus;
}

bool IsOfDevice(FaultKind kind) {
  return kind == FaultKind::kDeviceReset || kind == FaultKind::kIsolate ||
         kind == FaultKind::kRemove || kind == FaultKind::kReturn;
}

std::optional<OperationClass> ToClass(hw::Operation operation) {
  switch (operation) {
    case hw::Operation::kCompress:
      return OperationClass::kCompress;
    case hw::Operation::kDecompress:
      return OperationClass::kDecompress;
    case hw::Operation::kEncrypt:
      return OperationClass::kEncrypt;
    case hw::Operation::kDecrypt:
      return OperationClass::kDecrypt;
    case hw::Operation::kDigest:
      return OperationClass::kDigest;
    case hw::Operation::kCopy:
      break;
  }
  return std::nullopt;
}

// REQUIRES: Validate(fault).
FaultRule ToRule(const FaultSpec& fault, uint64_t seed) {
  FaultRule rule;
  rule.kind = ToKind(fault.kind);
  if (fault.operation.has_value()) rule.operation = ToClass(*fault.operation);
  rule.skip_count = fault.skip;
  rule.count = fault.count;
  rule.per_mille = fault.per_mille;
  rule.seed = seed;
  if (rule.kind == FaultKind::kSlow || IsOfDevice(rule.kind)) {
    // Rounded up: what is asked for is never nothing.
    rule.delay_us = (fault.parameter + 999) / 1000;
  } else {
    rule.code = static_cast<uint32_t>(fault.parameter);
  }
  // What happens to a device need not wait for a request.
  rule.at_once = IsOfDevice(rule.kind) && !rule.operation.has_value() &&
                 rule.skip_count == 0 && rule.per_mille == FaultSpec::kAlways;
  return rule;
}

}  // namespace

absl::Status ModelFaults::AddFault(const FaultSpec& fault) {
  UACCED_RETURN_IF_ERROR(Validate(fault));
  const FaultRule rule = ToRule(fault, seed_);
  // Not under the lock: it may stop queues, and wait for what they are at.
  if (rule.at_once) return model_->AddFault(rule).status();
  const std::lock_guard lock(mutex_);
  UACCED_ASSIGN_OR_RETURN(const uint64_t id, model_->AddFault(rule));
  // The model may have forgotten others for it, which are not to pile up here.
  const std::vector<hw::hisi::FaultReport> known = model_->Faults();
  std::erase_if(faults_, [&known](const auto& entry) {
    return std::none_of(
        known.begin(), known.end(),
        [&entry](const auto& report) { return report.id == entry.first; });
  });
  faults_[id] = fault;
  return absl::OkStatus();
}

void ModelFaults::ClearFaults() {
  // The model and we forget the same ones.
  const std::lock_guard lock(mutex_);
  model_->ClearFaults();
  faults_.clear();
}

std::vector<FaultTarget::Entry> ModelFaults::ListFaults() const {
  std::vector<Entry> entries;
  const std::lock_guard lock(mutex_);
  for (const hw::hisi::FaultReport& report : model_->Faults()) {
    const auto fault = faults_.find(report.id);
    if (fault == faults_.end()) continue;
    entries.push_back({.fault = fault->second, .hits = report.hits});
  }
  return entries;
}

}  // namespace uacced
