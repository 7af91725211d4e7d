// A ZipBlock is one whole request of the ZIP engine, done by stateless
// descriptors: a stream to make of one source, or one to read, of gzip several
// behind each other. LZ4's blocks become a frame here.
//
// Units:   bytes.
// Threads: thread-compatible.
// Answers are not trusted: what does not fit the work is kBroken.
#ifndef UACCED_HW_HISI_ZIP_BLOCK_H_
#define UACCED_HW_HISI_ZIP_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "hw/algorithm.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/sgl_writer.h"
#include "hw/hisi/zip_sqe.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class ZipBlock {
 public:
  // Of source and destination each: lists are as long as we make them. Of LZ4's
  // source, which is one block.
  static constexpr size_t kMaxListEntries = 32;
  static constexpr size_t kMaxBytes =
      kMaxListEntries * HISI_SGL_MAX_ENTRY_BYTES;
  static constexpr size_t kMaxLz4Bytes = size_t{4} << 20;
  // The memory for lists that an entry needs when it is larger than a flat
  // buffer may be.
  static constexpr size_t kListsBytes =
      2 * SglWriter::ListBytes(kMaxListEntries);

  // kDone: the result was found, and written, without the device.
  // REQUIRES: `request` is kCompress or kDecompress with a format that
  // ZipRequestType() has and no larger than the above; `lists` has kListsBytes,
  // aligned for lists.
  CodecStep Begin(const Request& request, uint8_t* lists);
  // REQUIRES: the latest step is kWork.
  ZipWork work() const;
  CodecStep Take(const ZipAnswer& answer);

 private:
  CodecStep BeginCompression();
  CodecStep NextMember();
  CodecStep Work(size_t room_bytes, size_t bound_bytes);
  CodecStep WriteLists();
  CodecStep TakeCompression(const ZipAnswer& answer);
  CodecStep TakeDecompression(const ZipAnswer& answer);
  CodecStep TakeLz4(absl::StatusCode code, uint32_t produced_bytes);
  CodecStep Constant(Bytes bytes);

  bool compresses() const { return operation_ == Operation::kCompress; }
  bool has_room() const { return output_at_ < destination_.size(); }
  uint8_t* output() { return destination_.data() + output_at_; }
  uint8_t* room_list() const { return lists_ + kListsBytes / 2; }

  // As little as can be: there is one for each entry of a queue, and the fewer
  // lines they are, the more of them stay near.
  Algorithm format_ = Algorithm::kDeflate;
  Operation operation_ = Operation::kCompress;
  bool is_sgl_ = false;
  // Stands in for no room at all, which the device may not take.
  uint8_t no_room_ = 0;
  uint32_t room_bytes_ = 0;  // The device's.
  uint8_t* lists_ = nullptr;
  Bytes source_;  // kDecompress: what is left of it.
  MutableBytes destination_;
  uint32_t output_at_ = 0;  // Where in the destination the device writes.
};

inline ZipWork ZipBlock::work() const {
  const auto address_of = [](const uint8_t* data) {
    return uint64_t{reinterpret_cast<uintptr_t>(data)};
  };
  const uint8_t* const room =
      has_room() ? destination_.data() + output_at_ : &no_room_;
  return {
      .request = ZipRequestType(format_),
      .is_sgl = is_sgl_,
      .source = address_of(is_sgl_ ? lists_ : source_.data()),
      .destination = address_of(is_sgl_ ? room_list() : room),
      .source_bytes = static_cast<uint32_t>(source_.size()),
      .room_bytes = room_bytes_,
  };
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_BLOCK_H_
