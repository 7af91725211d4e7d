// What is next for an entry of a queue.
#ifndef UACCED_HW_HISI_CODEC_STEP_H_
#define UACCED_HW_HISI_CODEC_STEP_H_

#include <cstdint>

#include "absl/status/status.h"

namespace uacced::hw::hisi {

// One word, and not a structure of three members: that one g++ 12 puts together
// in memory wherever it is returned, and loads at once what it stored in parts,
// for which the processor waits longer than all the rest of a codec takes.
class CodecStep {
 public:
  enum class Kind : uint8_t {
    kBroken,  // No device that keeps the rules answers so.
    kWork,    // A descriptor is to be done.
    kDone,    // That is all: `code` and `produced_bytes` are the request's.
  };

  constexpr CodecStep() = default;  // kBroken
  static constexpr CodecStep Broken() { return {}; }
  static constexpr CodecStep Work() { return CodecStep(Kind::kWork, 0, 0); }
  // `bytes`: fewer than 2^32.
  static constexpr CodecStep Done(absl::StatusCode code, uint64_t bytes) {
    return CodecStep(Kind::kDone, static_cast<uint8_t>(code), bytes);
  }
  static constexpr CodecStep Failed(absl::StatusCode code) {
    return Done(code, 0);
  }
  static constexpr CodecStep Produced(uint64_t bytes) {
    return Done(absl::StatusCode::kOk, bytes);
  }

  constexpr Kind kind() const { return static_cast<Kind>(word_ & 0xff); }
  // As hw::Completion.
  constexpr absl::StatusCode code() const {
    return static_cast<absl::StatusCode>(word_ >> 8 & 0xff);
  }
  // With kOk.
  constexpr uint32_t produced_bytes() const {
    return static_cast<uint32_t>(word_ >> 32);
  }

 private:
  constexpr CodecStep(Kind kind, uint8_t code, uint64_t bytes)
      : word_(static_cast<uint64_t>(kind) | uint64_t{code} << 8 | bytes << 32) {
  }

  uint64_t word_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_CODEC_STEP_H_
