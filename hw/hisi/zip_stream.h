// A ZipEngineStream is an hw::Stream on the ZIP engine: a session, and the
// context buffer that the device keeps its state in between pieces.
//
// Memory:  all of it at creation.
// Threads: as hw::Stream says.
#ifndef UACCED_HW_HISI_ZIP_STREAM_H_
#define UACCED_HW_HISI_ZIP_STREAM_H_

#include <cstddef>
#include <memory>

#include "hw/dma_buffer.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/zip_session.h"
#include "hw/request.h"
#include "hw/stream.h"

namespace uacced::hw::hisi {

class ZipEngineStream final : public Stream {
 public:
  // Null: out of memory.
  // REQUIRES: kCompress or kDecompress with kGzip, kZlib or kDeflate.
  static std::unique_ptr<ZipEngineStream> Create(Operation operation,
                                                 Algorithm format);

  size_t max_memory_bytes() const override;

  // As ZipSession's, with progress() set by a step that is not kWork. A stream
  // that failed fails again, without the device.
  CodecStep Begin(const Request& piece);
  const ZipWork& work() const { return session_.work(); }
  CodecStep Take(const ZipAnswer& answer, const ZipWords& words);

 private:
  explicit ZipEngineStream(DmaBuffer context) : context_(std::move(context)) {}

  CodecStep After(CodecStep step);

  DmaBuffer context_;
  ZipSession session_;
  size_t piece_bytes_ = 0;
  bool failed_ = false;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_STREAM_H_
