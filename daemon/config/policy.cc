#include "daemon/config/policy.h"

#include <algorithm>
#include <variant>

#include "hw/algorithm.h"

namespace uacced {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint32_t kMaxWorkers = 256;

template <typename Array, typename Value>
void Set(Array& array, hw::Operation operation, Value value) {
  array[static_cast<size_t>(operation)] = value;
}

ExecutionMode ToMode(v1::Policy::Mode mode) {
  switch (mode) {
    case v1::Policy::HARDWARE_ONLY:
      return ExecutionMode::kHardwareOnly;
    case v1::Policy::BALANCED:
      return ExecutionMode::kBalanced;
    case v1::Policy::SOFTWARE_ONLY:
      return ExecutionMode::kSoftwareOnly;
    default:
      return ExecutionMode::kPreferHardware;
  }
}

// Below these the CPU is done before an accelerator has begun: that takes it
// some 15 microseconds.
void ReadOffload(const Section& section, PolicyConfig& policy) {
  using Fields = v1::OffloadMinBytes;
  constexpr struct {
    hw::Operation operation;
    int field;
    uint64_t default_bytes;
  } kFields[] = {
      {hw::Operation::kCopy, Fields::kCopyFieldNumber, 0},
      {hw::Operation::kCompress, Fields::kCompressFieldNumber, 1024},
      {hw::Operation::kDecompress, Fields::kDecompressFieldNumber, 4096},
      {hw::Operation::kEncrypt, Fields::kEncryptFieldNumber, 16'384},
      {hw::Operation::kDecrypt, Fields::kDecryptFieldNumber, 16'384},
      {hw::Operation::kDigest, Fields::kDigestFieldNumber, 16'384},
  };
  for (const auto& [operation, field, default_bytes] : kFields) {
    Set(policy.offload_min_bytes, operation,
        section.Number(field, {0, kGiB, default_bytes}));
  }
}

void ReadTimeouts(const Section& section, PolicyConfig& policy) {
  using Fields = v1::TimeoutsMs;
  constexpr struct {
    hw::Operation operation;
    int field;
  } kFields[] = {
      {hw::Operation::kCopy, Fields::kCopyFieldNumber},
      {hw::Operation::kCompress, Fields::kCompressFieldNumber},
      {hw::Operation::kDecompress, Fields::kDecompressFieldNumber},
      {hw::Operation::kEncrypt, Fields::kEncryptFieldNumber},
      {hw::Operation::kDecrypt, Fields::kDecryptFieldNumber},
      {hw::Operation::kDigest, Fields::kDigestFieldNumber},
  };
  for (const auto& [operation, field] : kFields) {
    Set(policy.timeouts, operation,
        absl::Milliseconds(section.Number(field, {10, 600'000, 1000})));
  }
}

VerifyPolicy ReadVerify(const v1::Verify& proto, const Section& section,
                        bool has_cpu) {
  constexpr int kOneIn = v1::Verify::kSampleOneInFieldNumber;
  VerifyPolicy verify;
  switch (proto.mode()) {
    case v1::Verify::SAMPLED:
      verify.mode = VerifyPolicy::Mode::kSampled;
      break;
    case v1::Verify::ALL:
      verify.mode = VerifyPolicy::Mode::kAll;
      break;
    default:
      break;
  }
  verify.sample_one_in =
      static_cast<uint32_t>(section.Number(kOneIn, {1, 1'000'000, 100}));
  if (section.Has(kOneIn) && verify.mode != VerifyPolicy::Mode::kSampled) {
    section.Problem(kOneIn, "is for mode SAMPLED");
  }
  if (verify.mode != VerifyPolicy::Mode::kOff && !has_cpu) {
    section.Problem(v1::Verify::kModeFieldNumber,
                    "needs a soft device, or policy.fallback_workers");
  }
  return verify;
}

}  // namespace

PolicyConfig ReadPolicy(const v1::Config& proto, const Section& file,
                        const std::vector<DeviceConfig>& devices,
                        uint32_t cpu_count) {
  using Fields = v1::Policy;
  const Section section = file.Nested(v1::Config::kPolicyFieldNumber);
  const bool has_soft = std::any_of(
      devices.begin(), devices.end(), [](const DeviceConfig& device) {
        return std::holds_alternative<SoftDeviceConfig>(device);
      });
  PolicyConfig policy;
  policy.mode = ToMode(proto.policy().mode());
  policy.fallback_workers = static_cast<uint32_t>(section.Number(
      Fields::kFallbackWorkersFieldNumber,
      {0, kMaxWorkers, std::clamp<uint64_t>(cpu_count / 4, 1, kMaxWorkers)}));
  ReadOffload(section.Nested(Fields::kOffloadMinBytesFieldNumber), policy);
  ReadTimeouts(section.Nested(Fields::kTimeoutsMsFieldNumber), policy);
  policy.verify = ReadVerify(proto.policy().verify(),
                             section.Nested(Fields::kVerifyFieldNumber),
                             has_soft || policy.fallback_workers > 0);
  policy.allow_fault_injection = proto.policy().allow_fault_injection();
  return policy;
}

}  // namespace uacced
