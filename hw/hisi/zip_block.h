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
#include "hw/hisi/sgl_writer.h"
#include "hw/hisi/zip_sqe.h"
#include "hw/hisi/zip_step.h"
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
  ZipStep Begin(const Request& request, uint8_t* lists);
  // REQUIRES: the latest step is kWork.
  const ZipWork& work() const { return work_; }
  ZipStep Take(const ZipAnswer& answer);

 private:
  ZipStep BeginCompression();
  ZipStep NextMember();
  ZipStep Work(Bytes source, MutableBytes room, size_t bound_bytes);
  ZipStep TakeCompression(const ZipAnswer& answer);
  ZipStep TakeDecompression(const ZipAnswer& answer);
  ZipStep TakeLz4(absl::StatusCode code, uint32_t produced_bytes);
  ZipStep Constant(Bytes bytes);

  Algorithm format_ = Algorithm::kDeflate;
  Operation operation_ = Operation::kCompress;
  MutableBytes destination_;
  uint8_t* lists_ = nullptr;
  // kDecompress: what is left of each; kCompress: all of the source.
  Bytes source_;
  MutableBytes room_;
  // Stands in for no room at all, which the device may not take.
  uint8_t no_room_ = 0;
  ZipWork work_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_BLOCK_H_
