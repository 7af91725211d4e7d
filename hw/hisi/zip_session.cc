#include "hw/hisi/zip_session.h"

#include <algorithm>
#include <cstring>

namespace uacced::hw::hisi {
namespace {

constexpr absl::StatusCode kCorrupt = absl::StatusCode::kInvalidArgument;

uint64_t AddressOf(const uint8_t* data) {
  return reinterpret_cast<uintptr_t>(data);
}

uint32_t Flat(size_t bytes) {
  return static_cast<uint32_t>(
      std::min<size_t>(bytes, HISI_ZIP_MAX_FLAT_BYTES));
}

uint32_t StateOf(const ZipWords& words) {
  return words.ctx_dw0 & HISI_ZIP_CTX_STATE_MASK;
}

uint32_t CachedBits(const ZipWords& words) {
  return words.ctx_dw0 >> HISI_ZIP_CTX_CACHED_BITS_SHIFT &
         HISI_ZIP_CTX_CACHED_BITS_MASK;
}

}  // namespace

void ZipSession::Open(const Options& options, uint8_t* context) {
  options_ = options;
  context_ = context;
  part_ = Part::kHeader;
  header_.Reset(options.format);
  words_ = {};
  words_.checksum = FirstZipChecksumWord(options.format);
  is_first_ = true;
  owes_ = hinted_ = false;
  stored_bytes_ = 0;
}

CodecStep ZipSession::Begin(Bytes source, MutableBytes room, bool last) {
  source_ = source;
  room_ = room;
  last_ = last;
  produced_bytes_ = 0;
  return Next();
}

CodecStep ZipSession::Next() {
  Deliver();
  if (has_stored()) return Pause();  // The room is full.
  return compresses() ? NextOfCompression() : NextOfDecompression();
}

CodecStep ZipSession::NextOfCompression() {
  if (part_ == Part::kEnd) return Pause();
  if (source_.empty() && !owes_) {
    if (last_ && !options_.only_blocks) {
      StoreEnd();
      Deliver();
    }
    return Pause();
  }
  if (room_.empty()) return Pause();
  const bool has_head = is_first_ && !options_.only_blocks;
  return Work(has_head ? static_cast<uint32_t>(ZipHeaderBytes(options_.format))
                       : 0);
}

CodecStep ZipSession::NextOfDecompression() {
  if (part_ == Part::kEnd) {
    if (source_.empty()) return Pause();
    // Only gzip may go on.
    if (options_.format != Algorithm::kGzip) return CodecStep::Failed(kCorrupt);
    header_.Reset(options_.format);
    part_ = Part::kHeader;
  }
  if (part_ == Part::kHeader) {
    const ZipHeaderReader::Outcome outcome = header_.Read(source_);
    if (outcome == ZipHeaderReader::Outcome::kCorrupt) {
      return CodecStep::Failed(kCorrupt);
    }
    if (outcome == ZipHeaderReader::Outcome::kMore) return Pause();
    part_ = Part::kBody;
    words_ = {};
    is_first_ = true;
    owes_ = hinted_ = false;
  }
  if (room_.empty() || (source_.empty() && !owes_)) return Pause();
  return Work(0);
}

// The end of the piece.
CodecStep ZipSession::Pause() {
  if (!compresses() && last_ && source_.empty() && !is_done()) {
    // While output may be left, there is no telling that too little came.
    const bool may_have_output =
        room_.empty() && (part_ == Part::kBody || has_stored());
    if (!may_have_output) return CodecStep::Failed(kCorrupt);
  }
  return CodecStep::Produced(produced_bytes_);
}

// `head_bytes` of a header are to stand in front of the output.
CodecStep ZipSession::Work(uint32_t head_bytes) {
  head_bytes_ = head_bytes;
  // The device wants a room of some size; in a smaller one's stead it has ours.
  to_store_ = room_.size() <= HISI_ZIP_MIN_STREAM_ROOM + head_bytes;
  uint8_t* const output = to_store_ ? context_ + kStoreAt : room_.data();
  const size_t output_bytes = to_store_ ? kStoreBytes : room_.size();
  work_ = {};
  work_.request = ZipRequestType(options_.format);
  // Of no input, too, the address has to be one.
  work_.source = AddressOf(source_.empty() ? context_ : source_.data());
  work_.source_bytes = Flat(source_.size());
  work_.destination = AddressOf(output + head_bytes);
  work_.room_bytes = Flat(output_bytes - head_bytes);
  work_.is_first = is_first_;
  work_.finish = false;
  work_.context = AddressOf(context_ + HISI_ZIP_CTX_HW_OFFSET);
  if (!is_first_) work_.words = words_;
  if (compresses()) LimitInput();
  return CodecStep::Work();
}

// Compression keeps a spare room of an eighth, for input that does not shrink;
// with less of it the rest, and the end, wait for the next descriptor.
void ZipSession::LimitInput() {
  const uint64_t room_bytes = work_.room_bytes;
  const uint64_t wanted_bytes = (uint64_t{work_.source_bytes} * 9 + 7) / 8;
  if (room_bytes < wanted_bytes) {
    work_.source_bytes = static_cast<uint32_t>(room_bytes * 8 / 9 & ~3ull);
    return;
  }
  work_.finish =
      last_ && !options_.only_blocks && work_.source_bytes == source_.size();
}

CodecStep ZipSession::Take(const ZipAnswer& answer, const ZipWords& words) {
  const absl::StatusCode code =
      ZipStatusCode(answer.status, options_.operation);
  if (code != absl::StatusCode::kOk) return Refused(answer);
  if (answer.consumed_bytes > work_.source_bytes ||
      answer.produced_bytes > work_.room_bytes) {
    return CodecStep::Broken();
  }
  const bool stands_still =
      answer.consumed_bytes == 0 && answer.produced_bytes == 0;
  const bool is_end = !compresses() && answer.is_last_block &&
                      answer.status == HISI_ZIP_DECOMPRESS_END;
  if (stands_still && !is_end && work_.source_bytes > 0) {
    return CodecStep::Failed(absl::StatusCode::kInternal);
  }
  source_ = source_.subspan(answer.consumed_bytes);
  words_ = words;
  is_first_ = false;
  TakeOutput(answer.produced_bytes);
  hinted_ = IsHint(words);
  owes_ = !is_end && !stands_still &&
          (hinted_ || answer.produced_bytes == work_.room_bytes);
  if (is_end) part_ = Part::kEnd;
  if (compresses()) EndCompression(answer);
  return Next();
}

CodecStep ZipSession::Refused(const ZipAnswer& answer) {
  const absl::StatusCode code =
      ZipStatusCode(answer.status, options_.operation);
  // We only guessed that there was more, and may be told that this is no way
  // to ask. A sum that is wrong is told nowhere else.
  if (!compresses() && work_.source_bytes == 0 && !hinted_ &&
      answer.status != HISI_ZIP_CHECKSUM_MISMATCH) {
    owes_ = false;
    return Next();
  }
  // The room was enough for progress, and blocks can wait for more.
  if (code == absl::StatusCode::kOutOfRange && !options_.only_blocks) {
    return CodecStep::Failed(absl::StatusCode::kUnavailable);
  }
  return CodecStep::Failed(code);
}

void ZipSession::TakeOutput(uint32_t bytes) {
  if (head_bytes_ > 0) {
    WriteZipHeader(options_.format,
                   to_store_ ? context_ + kStoreAt : room_.data());
    bytes += head_bytes_;
  }
  if (to_store_) {
    stored_at_ = 0;
    stored_bytes_ = bytes;
  } else {
    room_ = room_.subspan(bytes);
    produced_bytes_ += bytes;
  }
}

void ZipSession::Deliver() {
  const auto bytes =
      static_cast<uint32_t>(std::min<size_t>(stored_bytes_, room_.size()));
  if (bytes == 0) return;
  std::memcpy(room_.data(), context_ + kStoreAt + stored_at_, bytes);
  room_ = room_.subspan(bytes);
  produced_bytes_ += bytes;
  stored_at_ += bytes;
  stored_bytes_ -= bytes;
}

// Ends the stream behind what the device made, or in its stead.
void ZipSession::StoreEnd() {
  uint8_t* const store = context_ + kStoreAt;
  size_t bytes = 0;
  if (is_first_) {
    WriteZipHeader(options_.format, store);
    bytes = ZipHeaderBytes(options_.format);
  }
  bytes += WriteZipEnd(options_.format, words_.checksum, words_.isize,
                       store + bytes);
  stored_at_ = 0;
  stored_bytes_ = static_cast<uint32_t>(bytes);
  part_ = Part::kEnd;
}

// Whether the device says that it has output which needs no more input.
bool ZipSession::IsHint(const ZipWords& words) const {
  switch (StateOf(words)) {
    case HISI_ZIP_CTX_STATE_LAST_NEEDS_ROOM:
    case HISI_ZIP_CTX_STATE_NEEDS_ROOM:
      return true;
    case HISI_ZIP_CTX_STATE_BLOCK_NOT_STARTED:
      // It keeps bits that it did not look at, perhaps the whole last block:
      // asked when nothing else comes. Only of raw deflate: a trailer makes it
      // look.
      return options_.format == Algorithm::kDeflate && last_ &&
             CachedBits(words) > 0 && source_.empty();
    default:
      return false;
  }
}

void ZipSession::EndCompression(const ZipAnswer& answer) {
  if (hinted_) return;
  owes_ = false;  // A full room says nothing when there is an end to come.
  if (work_.finish && answer.consumed_bytes == work_.source_bytes) {
    part_ = Part::kEnd;
  }
}

}  // namespace uacced::hw::hisi
