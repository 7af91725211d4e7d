// The codec of SEC under watch, for a fuzzer of the driver: whatever a device
// answers, what the codec makes of it must be true.
#ifndef UACCED_TESTS_FUZZ_HISI_SEC_WATCHED_CODEC_H_
#define UACCED_TESTS_FUZZ_HISI_SEC_WATCHED_CODEC_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "hw/algorithm.h"
#include "hw/capability.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/sec_codec.h"
#include "hw/hisi/sqe_codec.h"
#include "hw/request.h"
#include "hw/stream.h"

namespace uacced::hw::hisi {

inline constexpr uint8_t kCanary = 0xa5;
inline constexpr size_t kCanaryBytes = 32;
inline constexpr size_t kMaxWorks = 16;
using ByteVector = std::vector<uint8_t>;

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "hisi_sec_driver_fuzz: %s\n", what);
  std::abort();
}

// What was written to nothing but its first `bytes`.
inline bool IsIntact(const ByteVector& memory, size_t bytes) {
  return std::all_of(memory.begin() + static_cast<ptrdiff_t>(bytes),
                     memory.end(),
                     [](uint8_t byte) { return byte == kCanary; });
}

// A request, with its memory, and the latest descriptor that was made of it.
struct Work {
  bool in_flight = false;
  Request request;
  ByteVector source, key, nonce, associated_data, expected_mac;
  // With canaries behind what may be written.
  ByteVector destination, mac;
  std::unique_ptr<Stream> stream;

  const Sqe* slot = nullptr;  // Null: there was none.
  Sqe written = {};

  Family family() const { return Info(request.algorithm).family; }
};
using Works = std::array<Work, kMaxWorks>;

// The codec, and what must be true of all that it says.
class WatchedCodec final : public SqeCodec {
 public:
  WatchedCodec(int version, uint32_t depth, Works& works)
      : version_(version), codec_(NewSecCodec(version, depth)), works_(works) {}

  const CapabilitySet& capabilities() const override {
    return codec_->capabilities();
  }
  absl::StatusCode Encode(const Request& request, uint32_t entry,
                          Sqe& sqe) override {
    const absl::StatusCode code = codec_->Encode(request, entry, sqe);
    Require(code != kFinished, "did without the device what needs it");
    if (code == absl::StatusCode::kOk) Keep(entry, sqe);
    return code;
  }
  void Continue(uint32_t entry, Sqe& sqe) override {
    Require(works_[entry].request.stream != nullptr, "goes on with a whole");
    codec_->Continue(entry, sqe);
    Keep(entry, sqe);
  }
  CodecStep Decode(uint32_t entry, const volatile Sqe& sqe) override {
    Work& work = works_[entry];
    Require(work.in_flight && &sqe == work.slot, "decodes what is not there");
    const bool answered = IsAnswered(work, entry);
    const bool succeeded = Succeeded(work, entry);
    const ByteVector destination = work.destination, mac = work.mac;
    const CodecStep step = codec_->Decode(entry, sqe);
    Require(IsIntact(work.destination, work.request.destination.size()) &&
                IsIntact(work.mac, work.request.mac.size()),
            "wrote past a buffer");
    if (step.kind() == CodecStep::Kind::kWork) {
      Require(succeeded, "goes on after a failure");
      return step;
    }
    if (step.kind() == CodecStep::Kind::kDone &&
        step.code() == absl::StatusCode::kOk) {
      Require(succeeded, "a success of nothing");
      CheckProduced(work, step.produced_bytes());
      return step;
    }
    Require(work.mac == mac, "a MAC of what failed");
    Require(answered == (step.kind() == CodecStep::Kind::kDone),
            "an answer that is none, or none of what is one");
    if (step.kind() == CodecStep::Kind::kBroken) {
      Require(work.destination == destination, "wrote where the device may");
      return step;
    }
    CheckFailure(work, step.code());
    return step;
  }

 private:
  void Keep(uint32_t entry, const Sqe& sqe) {
    works_[entry].slot = &sqe;
    works_[entry].written = sqe;
  }

  // Whether the device has answered this descriptor.
  bool IsAnswered(const Work& work, uint32_t entry) const {
    const Sqe& sqe = *work.slot;
    const bool is_its = version_ == 2
                            ? (sqe.dword[10] & 0xffff) == entry
                            : sqe.dword[2] == entry && sqe.dword[3] == 0;
    const uint32_t type = version_ == 2 ? 2 : 3;
    return is_its && (sqe.dword[0] & 15) == type &&
           (sqe.dword[28] & 0xff0001) != 0;
  }

  // Whether it has said that it did what it was asked for.
  bool Succeeded(const Work& work, uint32_t entry) const {
    const uint32_t status = work.slot->dword[28];
    const uint32_t icv = status >> 1 & 7, flag = status >> 7 & 15;
    if (!IsAnswered(work, entry) || (status >> 16 & 0xff) != 0) return false;
    if (work.family() == Family::kAead) return flag == 3 && icv != 2;
    // Nothing to encrypt asks for nothing, and has no flag.
    return work.family() != Family::kCipher || work.request.source.empty() ||
           flag == 2;
  }

  static void CheckProduced(const Work& work, uint32_t bytes) {
    const Request& request = work.request;
    Require(bytes <= request.destination.size(), "produced too much");
    if (request.stream != nullptr && !request.last) {
      Require(bytes == 0, "a digest before the end");
    } else if (request.operation == Operation::kDigest) {
      Require(bytes == Info(request.algorithm).digest_bytes, "another digest");
    } else if (!request.pkcs7_padding) {
      Require(bytes == request.source.size(), "another length");
    } else {
      const bool longer = request.operation == Operation::kEncrypt;
      const size_t padding = longer ? bytes - request.source.size()
                                    : request.source.size() - bytes;
      Require(padding >= 1 && padding <= 16, "padding that is none");
    }
  }

  static void CheckFailure(const Work& work, absl::StatusCode code) {
    const Request& request = work.request;
    const bool opened = work.family() == Family::kAead &&
                        request.operation == Operation::kDecrypt;
    const bool unpadded = request.pkcs7_padding &&
                          request.operation == Operation::kDecrypt &&
                          code != absl::StatusCode::kUnavailable;
    if (!opened && !unpadded) return;
    const size_t bytes =
        std::min(request.source.size(), request.destination.size());
    const auto end = work.destination.begin() + static_cast<ptrdiff_t>(bytes);
    Require(std::all_of(work.destination.begin(), end,
                        [](uint8_t byte) { return byte == 0; }),
            "plaintext of what failed");
  }

  const int version_;
  const std::unique_ptr<SqeCodec> codec_;
  Works& works_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_TESTS_FUZZ_HISI_SEC_WATCHED_CODEC_H_
