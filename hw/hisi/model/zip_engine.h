// The ZIP engine: deflate, zlib and gzip in both directions, whole or in
// packets, and compression to LZ4 blocks (abi/zip.h).
//
// What hardware leaves open, here:
//   dw3    errors without a public number are those of zip_status.h
//   dw15   decompression in packets whose output found no room: state 1 with
//          BFINAL in the last block, else state 2; otherwise 0. No state is
//          combined with an error, no bits are ever left for software
//   dw28   0
//   dw29   bytes of window
//   dw30   uncompressed bytes so far, in both directions
//   dw31   their checksum; 0 for raw deflate and LZ4
//   room too small for a packet of compression: 0x0e with the room full; what
//          was not consumed is to be given again, and the rest of the output
//          comes with the next packet
//   lz77   is not there: an error
//
// Of a context (dw22/23) only the first and the last 16 bytes are written, with
// what names the stream in zip_streams.h. What is read back is not trusted.
//
// Memory:  `max_streams` of some 330 KiB; 256 KiB for each Execute(), some
//          17 MiB for LZ4, and what names the pieces of two lists; idle coders.
// Threads: as Engine. Packets of one stream at the same time: the later one is
//          an error.
#ifndef UACCED_HW_HISI_MODEL_ZIP_ENGINE_H_
#define UACCED_HW_HISI_MODEL_ZIP_ENGINE_H_

#include <cstddef>
#include <cstdint>

#include "hw/hisi/model/dma_space.h"
#include "hw/hisi/model/engine.h"
#include "hw/hisi/model/zip_coder_pool.h"
#include "hw/hisi/model/zip_request.h"
#include "hw/hisi/model/zip_streams.h"

namespace uacced::hw::hisi {

struct ZipEngineOptions {
  // Streams between two packets. Of more, the one unused for longest is
  // forgotten, and its next packet fails, which hardware knows nothing of: at
  // least as many as software has contexts in use. A context that is used again
  // gives back what it had, so abandoned ones do not add up.
  size_t max_streams = 4096;
  // Of scatter-gather lists, which have no limit of their own: bounds the time
  // that one descriptor takes.
  uint64_t max_sgl_bytes = uint64_t{256} << 20;
};

class ZipEngine final : public Engine {
 public:
  explicit ZipEngine(const ZipEngineOptions& options = {});

  void Execute(const QueueKind& kind, DmaSpace& memory,
               Descriptor& descriptor) const override;
  void Fail(uint32_t status, Descriptor& descriptor) const override;
  bool Corrupt(DmaSpace& memory, const Descriptor& descriptor,
               uint64_t random) const override;

  size_t stream_count() const { return streams_.count(); }

 private:
  struct Answer;

  Answer RunStateless(DmaSpace& memory, const ZipRequest& request) const;
  Answer RunStateful(DmaSpace& memory, const ZipRequest& request) const;

  const ZipEngineOptions options_;
  mutable ZipCoderPool coders_;
  mutable ZipStreams streams_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_ENGINE_H_
