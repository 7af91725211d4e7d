// Hashes and HMACs of any length on SEC: hw::Streams whose pieces become
// descriptors, one after the other. The state stands in memory of the stream,
// where each descriptor finds it and leaves it.
//
// What goes to the device between the first descriptor and the last is whole
// blocks of the hash, so the stream keeps the rest of a piece for the next one.
// Data goes by flat addresses: that long hashes take lists, too, is nowhere
// said. A piece may need several descriptors: SqeCodec's kContinue.
//
// An empty message is no operation of version 2. A hash of nothing is a
// constant then; an HMAC of nothing is two hashes of something (RFC 2104),
// which the device can do.
//
// Threads: as hw::Stream says.
#ifndef UACCED_HW_HISI_SEC_STREAM_H_
#define UACCED_HW_HISI_SEC_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/algorithm.h"
#include "hw/dma_buffer.h"
#include "hw/hisi/sec_command.h"
#include "hw/hisi/sec_descriptor.h"
#include "hw/request.h"
#include "hw/stream.h"

namespace uacced::hw::hisi {

// For Device::OpenStream() of a SEC. UNIMPLEMENTED: the device has no such
// stream, or the key is longer than a block. RESOURCE_EXHAUSTED: no memory.
absl::StatusOr<std::unique_ptr<Stream>> NewSecStream(int qm_version,
                                                     const StreamSpec& spec);

// What the codec does with a stream of its device: Begin() for each request,
// then Next() and, when its descriptor has succeeded, Finish(), until that says
// false.
class SecStream final : public Stream {
 public:
  // `memory` has kMemoryBytes; the key fits in a block.
  SecStream(SecType type, Algorithm algorithm, Bytes key, DmaBuffer memory);
  ~SecStream() override;

  static constexpr size_t kMemoryBytes = 384;
  size_t max_memory_bytes() const override;

  // kOk, or the result of `piece`, which ends the stream.
  absl::StatusCode Begin(const Request& piece);

  // Of a piece that has begun. Everything but the tag.
  void Next(SecCommand& command);

  // True: another descriptor is needed for this piece. False: it is done, and
  // progress() tells how far it came.
  bool Finish();

  // The device failed: nothing more can be asked of the stream.
  void Fail() { failed_ = true; }

  // Of the latest piece, once that is done.
  uint32_t produced_bytes() const { return produced_bytes_; }

 private:
  enum class Step : uint8_t {
    kKeep,      // Too little for a descriptor: it only went into the buffer.
    kChunk,     // FIRST or MIDDLE.
    kFinal,     // END, or the one and only descriptor.
    kConstant,  // The hash of nothing.
    kInner,     // The two halves of the HMAC of nothing.
    kOuter,
  };

  uint8_t* state() const { return memory_.data(); }
  uint8_t* key() const { return memory_.data() + 64; }
  uint8_t* buffer() const { return memory_.data() + 192; }

  void TopUp();
  Bytes TakeStep();
  SecCommand PieceCommand(Bytes data) const;
  SecCommand HalfOfEmptyHmac();
  void GiveDigest(const uint8_t* digest);

  const SecType type_;
  const Algorithm algorithm_;
  const uint8_t block_bytes_;
  const uint8_t key_bytes_;
  const DmaBuffer memory_;  // State, padded key, buffer.

  uint64_t hashed_bytes_ = 0;  // Given to the device.
  uint32_t buffered_bytes_ = 0;
  bool started_ = false;  // The state is one.
  bool failed_ = false;

  // The piece that is being worked at.
  Bytes rest_;
  MutableBytes destination_;
  bool last_ = false;
  Step step_ = Step::kKeep;
  uint32_t step_bytes_ = 0;
  uint32_t produced_bytes_ = 0;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_STREAM_H_
