// The part of DeflateCodec that makes and reads fragments.
#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "hw/soft/deflate_codec.h"

namespace uacced::hw {
namespace {

constexpr size_t kMaxStoredBytes = 65'535;
constexpr size_t kStoredHeaderBytes = 5;
// An empty stored block behind its header: LEN and NLEN.
constexpr uint8_t kSync[] = {0x00, 0x00, 0xff, 0xff};
// The empty final block that makes fragments whole, of so many bits.
constexpr uint8_t kFinalBlock[] = {0x03, 0x00};
constexpr int kFinalBlockBits = 10;

uint32_t ChecksumOf(const Request& request) {
  const Bytes source = request.source;
  // Null would stand for the initial value.
  static constexpr uint8_t kNothing = 0;
  const uint8_t* data = source.empty() ? &kNothing : source.data();
  return request.algorithm == Algorithm::kGzip
             ? libdeflate_crc32(0, data, source.size())
             : libdeflate_adler32(1, data, source.size());
}

// Level 0.
Result Store(Bytes source, MutableBytes room) {
  const size_t blocks = (source.size() + kMaxStoredBytes - 1) / kMaxStoredBytes;
  const size_t needed_bytes = source.size() + blocks * kStoredHeaderBytes;
  if (room.size() < needed_bytes) return Result::TooSmall();
  uint8_t* out = room.data();
  while (!source.empty()) {
    const size_t bytes = std::min(source.size(), kMaxStoredBytes);
    *out++ = 0;
    *out++ = static_cast<uint8_t>(bytes);
    *out++ = static_cast<uint8_t>(bytes >> 8);
    *out++ = static_cast<uint8_t>(~bytes);
    *out++ = static_cast<uint8_t>(~bytes >> 8);
    std::memcpy(out, source.data(), bytes);
    out += bytes;
    source = source.subspan(bytes);
  }
  return Result::Produced(needed_bytes);
}

}  // namespace

Result DeflateCodec::CompressFragment(const Request& request) {
  if (request.checksum != nullptr && request.algorithm != Algorithm::kDeflate) {
    *request.checksum = ChecksumOf(request);
  }
  if (request.source.empty()) return Result::Produced(0);
  if (request.level == 0) return Store(request.source, request.destination);
  if (request.level <= kMaxIgzipLevel) return CompressFast(request);
  const Result result = CompressWell(request);
  if (!result.ok()) return result;
  return EndWithoutFinalBlock(request.destination.first(result.produced_bytes),
                              request.destination);
}

// `stream` is the first part of `room`.
Result DeflateCodec::EndWithoutFinalBlock(MutableBytes stream,
                                          MutableBytes room) {
  if (blocks_ == nullptr) {
    blocks_.reset(new (std::nothrow) DeflateBlocks);
    if (blocks_ == nullptr) return Result::Unavailable();
  }
  const auto last = blocks_->FindLast(stream);
  if (!last.has_value() || (last->end_bit + 7) / 8 != stream.size()) {
    return Result::Internal();
  }
  stream[last->header_bit / 8] &=
      static_cast<uint8_t>(~(1u << last->header_bit % 8));
  const size_t end_bits = last->end_bit % 8;
  if (end_bits == 0) return Result::Produced(stream.size());
  // Three bits of header, and as many as fill the byte, all of them zero:
  // libdeflate has left zeros in its last byte.
  size_t size = stream.size();
  const size_t header_bytes = end_bits + 3 > 8 ? 1 : 0;
  if (room.size() - size < header_bytes + sizeof(kSync)) {
    return Result::TooSmall();
  }
  if (header_bytes > 0) room[size++] = 0;
  std::memcpy(&room[size], kSync, sizeof(kSync));
  return Result::Produced(size + sizeof(kSync));
}

Result DeflateCodec::DecompressFragment(const Request& request) {
  if (inflater_ == nullptr) {
    inflater_.reset(new (std::nothrow) Inflater);
    if (inflater_ == nullptr) return Result::Unavailable();
  }
  inflater_->Reset();
  Bytes source = request.source;
  MutableBytes room = request.destination;
  // More than one round only past ISA-L's 32 bits.
  do {
    if (inflater_->Run(source, room) != Inflater::Outcome::kMore) {
      return Result::Corrupt();
    }
  } while (!source.empty() && !room.empty());
  if (!source.empty() || inflater_->HasPending()) return Result::TooSmall();
  // What was read is whole blocks up to a byte, if and only if a final block
  // behind it is read as just that.
  MutableBytes none;
  source = kFinalBlock;
  const bool whole =
      inflater_->Run(source, none) == Inflater::Outcome::kEnd &&
      source.empty() &&
      inflater_->unread_bits() ==
          static_cast<int>(sizeof(kFinalBlock)) * 8 - kFinalBlockBits;
  if (!whole) return Result::Corrupt();
  return Result::Produced(request.destination.size() - room.size());
}

}  // namespace uacced::hw
