// Descriptors of ZIP for tests of the simulated device.
#ifndef UACCED_TESTS_VM_SIM_ZIP_H_
#define UACCED_TESTS_VM_SIM_ZIP_H_

#include <cstdint>

#include "tests/vm/sim_queue.h"

namespace uacced::vm {

// As dw9 has it.
enum class ZipFormat : uint32_t { kDeflate = 1, kZlib = 2, kGzip = 3 };

inline constexpr uint32_t kZipTag = 0x29bc094a;

// A block request of type 3 as UADK makes it, without headers.
Sqe ZipBlock(ZipFormat format, const uint8_t* source, size_t source_bytes,
             uint8_t* room, size_t room_bytes);
// The same as a packet of a stream; `context`: 64 KiB, at 16 bytes.
Sqe ZipPacket(ZipFormat format, bool first, bool last, uint8_t* context,
              const uint8_t* source, size_t source_bytes, uint8_t* room,
              size_t room_bytes);

inline uint32_t ZipStatus(const Sqe& sqe) { return sqe[3] & 0x1ff; }

// By zlib: what a whole raw stream decompresses to; and with the trailer of
// `format` behind it, which has to be right. False: it is not valid.
bool ZipExpand(ZipFormat format, const ByteVector& packed, ByteVector& plain);
// By zlib, blocks and trailer.
ByteVector ZipPack(ZipFormat format, const ByteVector& plain);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_SIM_ZIP_H_
