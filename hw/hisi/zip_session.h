// A ZipSession is one stream on the ZIP engine: pieces of input in, output out,
// through stateful descriptors and a context buffer. Headers, small rooms and
// the end of a stream without input are its business; it is what streams
// (zip_stream.h) and fragments (zip_codec.h) are made of.
//
// A piece is Begin(), then Take() for the answer to each work() until there is
// no more. It takes and gives what hw/stream.h says.
//
// Units:   bytes.
// Threads: thread-compatible.
// Answers are not trusted: what does not fit the work is kBroken.
#ifndef UACCED_HW_HISI_ZIP_SESSION_H_
#define UACCED_HW_HISI_ZIP_SESSION_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "hw/algorithm.h"
#include "hw/hisi/abi/zip.h"
#include "hw/hisi/codec_step.h"
#include "hw/hisi/zip_header.h"
#include "hw/hisi/zip_sqe.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

class ZipSession {
 public:
  static constexpr size_t kContextBytes = HISI_ZIP_CTX_BYTES;
  static constexpr size_t kContextAlignment = 64;

  struct Options {
    Operation operation = Operation::kCompress;  // Or kDecompress.
    Algorithm format = Algorithm::kDeflate;      // Or kZlib, kGzip.
    // kCompress: blocks alone, none final, that end on a byte: no header, and
    // no end, whatever is the last piece.
    bool only_blocks = false;
  };

  // A new stream. `context` is this session's alone from now on, with the
  // alignment and size above; it needs no content.
  void Open(const Options& options, uint8_t* context);

  // The next piece.
  CodecStep Begin(Bytes source, MutableBytes room, bool last);
  // REQUIRES: the latest step is kWork.
  const ZipWork& work() const { return work_; }
  CodecStep Take(const ZipAnswer& answer, const ZipWords& words);

  // Of the piece: what was not consumed.
  size_t unread_bytes() const { return source_.size(); }
  // A descriptor of this member was done.
  bool has_begun() const { return !is_first_; }
  // Output waits for room.
  bool has_stored() const { return stored_bytes_ > 0; }
  // As Stream::Progress::done.
  bool is_done() const { return part_ == Part::kEnd && !has_stored(); }
  // Of what was compressed so far: gzip's CRC-32, zlib's Adler-32.
  uint32_t checksum() const {
    return ZipChecksum(options_.format, words_.checksum);
  }
  // Room in the context buffer that neither device nor session use.
  MutableBytes scratch() const {
    return {context_ + kScratchAt, kContextBytes - kScratchAt};
  }

 private:
  // Where a small room is stood in for, and how much of it is used.
  static constexpr size_t kStoreAt = HISI_ZIP_CTX_STORE;
  static constexpr size_t kStoreBytes = 236;
  static constexpr size_t kScratchAt = kStoreAt + 256;

  enum class Part : uint8_t { kHeader, kBody, kEnd };

  bool compresses() const { return options_.operation == Operation::kCompress; }
  CodecStep Next();
  CodecStep NextOfCompression();
  CodecStep NextOfDecompression();
  CodecStep Pause();
  CodecStep Work(uint32_t head_bytes);
  void LimitInput();
  CodecStep Refused(const ZipAnswer& answer);
  void TakeOutput(uint32_t bytes);
  void Deliver();
  void StoreEnd();
  bool IsHint(const ZipWords& words) const;
  void EndCompression(const ZipAnswer& answer);

  Options options_;
  uint8_t* context_ = nullptr;
  Part part_ = Part::kHeader;
  ZipHeaderReader header_;
  ZipWords words_;
  bool is_first_ = true;  // No descriptor of this member was done yet.
  bool owes_ = false;     // The device may have output without more input.
  bool hinted_ = false;   // It said so itself.
  // Output in the context buffer.
  uint32_t stored_at_ = 0;
  uint32_t stored_bytes_ = 0;

  // The piece: what is left of it.
  Bytes source_;
  MutableBytes room_;
  bool last_ = false;
  uint64_t produced_bytes_ = 0;

  // The descriptor.
  ZipWork work_;
  uint32_t head_bytes_ = 0;  // In front of its output.
  bool to_store_ = false;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_ZIP_SESSION_H_
