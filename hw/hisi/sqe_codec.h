// A SqeCodec turns requests into descriptors of one engine and back: one for
// each queue, because it keeps what requests in flight need beside them
// (counter blocks, scatter-gather lists, contexts of fragments).
//
// Units:   entries are numbered as tags are, 0 <= entry < depth of the queue;
//          lengths in bytes.
// Threads: thread-compatible; it belongs to its queue. Nothing here blocks or
//          allocates after construction.
// A device is not trusted: whatever stands in the memory that it writes, the
// codec answers with one of CodecStep's kinds and touches nothing else.
#ifndef UACCED_HW_HISI_SQE_CODEC_H_
#define UACCED_HW_HISI_SQE_CODEC_H_

#include <cstdint>

#include "absl/status/status.h"
#include "hw/capability.h"
#include "hw/hisi/codec_step.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

inline constexpr uint32_t kSqeDwords = 32;

// One descriptor, little-endian dwords as they stand in the ring. (Not aligned
// to 64: g++ 12 misplaces such locals under ASan, GCC PR 110027.)
struct alignas(32) Sqe {
  uint32_t dword[kSqeDwords];
};
static_assert(sizeof(Sqe) == 128);

class SqeCodec {
 public:
  SqeCodec() = default;
  SqeCodec(const SqeCodec&) = delete;
  SqeCodec& operator=(const SqeCodec&) = delete;
  virtual ~SqeCodec() = default;

  virtual const CapabilitySet& capabilities() const = 0;

  // What Encode() says when it did all of `request` without the device: a
  // success of FinishedBytes().
  static constexpr absl::StatusCode kFinished =
      absl::StatusCode::kAlreadyExists;

  // Writes all of `sqe`, where it stands in the ring, for `request`, whose
  // buffers stay until the entry is done; nothing of it is read. kOk: give it
  // to the device. kUnimplemented: this request is beyond the device after all.
  // kFinished: see there. Any other code is the request's result, found without
  // the device: no room for a header, a header that is none. REQUIRES:
  // capabilities().Covers(request); `entry` is not in flight.
  virtual absl::StatusCode Encode(const Request& request, uint32_t entry,
                                  Sqe& sqe) = 0;

  // Produced bytes of the entry whose Encode() just said kFinished.
  virtual uint32_t FinishedBytes(uint32_t /*entry*/) const { return 0; }

  // The descriptor after the one that was decoded as kWork.
  virtual void Continue(uint32_t entry, Sqe& sqe) = 0;

  // Reads the descriptor that the device gave back for `entry`, and finishes
  // what software has to finish. `sqe` is where the device left it, and may
  // write again against the rules: each word that is used is read once, before
  // it is judged.
  virtual CodecStep Decode(uint32_t entry, const volatile Sqe& sqe) = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SQE_CODEC_H_
