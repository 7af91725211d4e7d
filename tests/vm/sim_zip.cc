#include "tests/vm/sim_zip.h"

#include <zlib.h>

namespace uacced::vm {
namespace {

constexpr uint32_t kBlockFlags = 0x3a000000;

// The bytes that zlib puts before blocks and that software puts for a device.
const ByteVector& Header(ZipFormat format) {
  static const ByteVector kNone;
  static const ByteVector kZlib = {0x78, 0x9c};
  static const ByteVector kGzip = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
  return format == ZipFormat::kDeflate ? kNone
         : format == ZipFormat::kZlib  ? kZlib
                                       : kGzip;
}

int WindowBits(ZipFormat format) {
  return format == ZipFormat::kDeflate ? -15
         : format == ZipFormat::kZlib  ? 15
                                       : 31;
}

}  // namespace

Sqe ZipBlock(ZipFormat format, const uint8_t* source, size_t source_bytes,
             uint8_t* room, size_t room_bytes) {
  Sqe sqe = {};
  sqe[4] = static_cast<uint32_t>(source_bytes);
  sqe[7] = kBlockFlags;
  sqe[9] = static_cast<uint32_t>(format) | 0x4000;
  sqe[14] = static_cast<uint32_t>(room_bytes);
  SetAddress(sqe, 18, AddressOf(source));
  SetAddress(sqe, 20, AddressOf(room));
  sqe[26] = kZipTag;
  return sqe;
}

Sqe ZipPacket(ZipFormat format, bool first, bool last, uint8_t* context,
              const uint8_t* source, size_t source_bytes, uint8_t* room,
              size_t room_bytes) {
  Sqe sqe = ZipBlock(format, source, source_bytes, room, room_bytes);
  sqe[7] = 0x34000000 | (first ? 0x08000000 : 0) | (last ? 0x02000000 : 0);
  SetAddress(sqe, 22, AddressOf(context) + 0x40);
  return sqe;
}

bool ZipExpand(ZipFormat format, const ByteVector& packed, ByteVector& plain) {
  z_stream stream = {};
  if (inflateInit2(&stream, WindowBits(format)) != Z_OK) return false;
  ByteVector all = Header(format);
  all.insert(all.end(), packed.begin(), packed.end());
  plain.assign(16u << 20, 0);
  stream.next_in = all.data();
  stream.avail_in = static_cast<uInt>(all.size());
  stream.next_out = plain.data();
  stream.avail_out = static_cast<uInt>(plain.size());
  const int status = inflate(&stream, Z_FINISH);
  plain.resize(stream.total_out);
  const bool all_used = stream.avail_in == 0;
  inflateEnd(&stream);
  return status == Z_STREAM_END && all_used;
}

ByteVector ZipPack(ZipFormat format, const ByteVector& plain) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, WindowBits(format), 8,
               Z_DEFAULT_STRATEGY);
  ByteVector packed(deflateBound(&stream, static_cast<uLong>(plain.size())));
  stream.next_in = const_cast<uint8_t*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  packed.erase(packed.begin(),
               packed.begin() + static_cast<long>(Header(format).size()));
  return packed;
}

}  // namespace uacced::vm
