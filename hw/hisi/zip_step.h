// What is next for an entry of the ZIP engine.
#ifndef UACCED_HW_HISI_ZIP_STEP_H_
#define UACCED_HW_HISI_ZIP_STEP_H_

#include <cstdint>

#include "absl/status/status.h"

namespace uacced::hw::hisi {

struct ZipStep {
  enum class Kind : uint8_t {
    kWork,    // A descriptor is to be done.
    kDone,    // That is all: `code`, `produced_bytes`.
    kBroken,  // No device that keeps the rules answers so.
  };
  Kind kind;
  absl::StatusCode code = absl::StatusCode::kOk;
  uint32_t produced_bytes = 0;  // With kOk.

  static ZipStep Work() { return {Kind::kWork}; }
  static ZipStep Broken() { return {Kind::kBroken}; }
  static ZipStep Failed(absl::StatusCode code) { return {Kind::kDone, code}; }
  static ZipStep Produced(uint64_t bytes) {
    return {Kind::kDone, absl::StatusCode::kOk, static_cast<uint32_t>(bytes)};
  }
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_STEP_H_
