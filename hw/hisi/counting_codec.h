// The codec of an engine that does nothing, for tests of queues.
#ifndef UACCED_HW_HISI_COUNTING_CODEC_H_
#define UACCED_HW_HISI_COUNTING_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "hw/algorithm.h"
#include "hw/capability.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// An engine whose descriptors say: dw0 tag, dw1 what to answer, dw2 set by the
// device. A request's destination size is what it wants, its source size how
// many descriptors it takes.
class CountingCodec final : public SqeCodec {
 public:
  // Sizes of the destination that mean something.
  enum Want : size_t { kPlain, kFinishedHere, kRefused, kWrongHere, kWants };
  static constexpr uint32_t kAnswered = 0xd07e;

  explicit CountingCodec(uint32_t depth) : left_(depth), turns_(depth) {
    capabilities_.Add(Operation::kCopy, Algorithm::kNone);
  }

  const CapabilitySet& capabilities() const override { return capabilities_; }
  absl::StatusCode Encode(const Request& request, uint32_t entry,
                          Sqe& sqe) override {
    switch (request.destination.size()) {
      case kFinishedHere:
        return kFinished;
      case kRefused:
        return absl::StatusCode::kUnimplemented;
      case kWrongHere:
        return absl::StatusCode::kOutOfRange;
      default:
        break;
    }
    left_[entry] = request.source.size();
    Write(entry, sqe);
    return absl::StatusCode::kOk;
  }
  uint32_t FinishedBytes(uint32_t entry) const override { return entry + 1000; }
  void Continue(uint32_t entry, Sqe& sqe) override { Write(entry, sqe); }
  CodecStep Decode(uint32_t entry, const volatile Sqe& sqe) override {
    if (sqe.dword[0] != (turns_[entry] << 16 | entry) ||
        sqe.dword[2] != kAnswered) {
      return CodecStep::Broken();
    }
    if (left_[entry] > 0) {
      --left_[entry];
      return CodecStep::Work();
    }
    return CodecStep::Done(absl::StatusCode::kOk, entry);
  }

 private:
  void Write(uint32_t entry, Sqe& sqe) {
    sqe = {};
    sqe.dword[0] = ++turns_[entry] << 16 | entry;
  }

  CapabilitySet capabilities_;
  std::vector<size_t> left_;
  std::vector<uint32_t> turns_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_COUNTING_CODEC_H_
