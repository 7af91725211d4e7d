// A ZipCoder turns the bytes of one stream, which come in pieces, into others:
// deflate blocks and the trailer of their format. Headers are not its business.
//
// Memory:  bounded, whatever the input; some 290 KiB of compression and 40 KiB
//          of decompression.
// Threads: thread-compatible.
#ifndef UACCED_HW_HISI_MODEL_ZIP_CODER_H_
#define UACCED_HW_HISI_MODEL_ZIP_CODER_H_

#include <cstdint>
#include <memory>

#include "hw/hisi/model/zip_checksum.h"
#include "hw/hisi/model/zip_request.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class ZipCoder {
 public:
  enum class Step : uint8_t {
    kNeedsInput,  // The source is used up, and its output given, as far as...
    kNeedsRoom,   // The room is full, and there is more output.
    kEnd,         // The stream is over and all of its output given.
    // Nothing may follow.
    kBadData,
    kBadChecksum,
    kMisuse,  // Not as Run() says.
    kNoMemory,
  };

  // Of compression.
  enum class Flush : uint8_t {
    kNone,    // ...the coder likes.
    kSync,    // ...there is; it ends on a byte.
    kFinish,  // There is no more input: kEnd, not kNeedsInput.
  };

  virtual ~ZipCoder() = default;
  ZipCoder(const ZipCoder&) = delete;
  ZipCoder& operator=(const ZipCoder&) = delete;

  // Moves `source` and `room` on past what was read and written. After a source
  // used up with kFinish only kFinish may follow, to have what is left.
  virtual Step Run(Bytes& source, MutableBytes& room, Flush flush) = 0;

  // Begins another stream of the same kind, whatever came before.
  virtual void Reset() = 0;

  // Of decompression: the block at hand is the stream's last.
  virtual bool in_last_block() const { return false; }

  // Of the uncompressed data that was taken in or given out.
  const ZipChecksum& checksum() const { return checksum_; }

 protected:
  explicit ZipCoder(ZipFormat format) : checksum_(format) {}

  ZipChecksum checksum_;
};

// Null: out of memory. `format` is not kLz4.
std::unique_ptr<ZipCoder> MakeZipCompressor(ZipFormat format, int window_bits);
std::unique_ptr<ZipCoder> MakeZipDecompressor(ZipFormat format);

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_MODEL_ZIP_CODER_H_
