// What one entry of a SEC queue keeps beside its descriptor, for the device to
// read and write: scatter-gather lists, counter blocks, a MAC, a block that has
// no place in the caller's buffers, a key that had to be padded.
//
// Threads: a view on memory of its owner's; thread-compatible.
#ifndef UACCED_HW_HISI_SEC_SCRATCH_H_
#define UACCED_HW_HISI_SEC_SCRATCH_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "hw/algorithm.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/sec_algorithms.h"
#include "hw/hisi/sec_command.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// Devices see the addresses of this process (SVA).
inline uint64_t DeviceAddress(const void* address) {
  return reinterpret_cast<uintptr_t>(address);
}

class SecScratch {
 public:
  // Data of at most HISI_SEC_MAX_DATA_BYTES needs two entries, and there is one
  // more part before or behind it.
  static constexpr size_t kListEntries = 4;
  static constexpr size_t kListBytes =
      HISI_SGL_HEAD_BYTES + kListEntries * HISI_SGL_ENTRY_BYTES;
  static constexpr size_t kBytes =
      2 * kListBytes + 4 * kCipherBlockBytes + kMaxSecBlockBytes;
  static_assert(kListBytes % HISI_SGL_ALIGN_BYTES == 0);
  static_assert(kBytes % HISI_SGL_ALIGN_BYTES == 0);

  // `memory` has kBytes at a 64-byte boundary.
  explicit SecScratch(uint8_t* memory) : memory_(memory) {}

  using Block = std::span<uint8_t, kCipherBlockBytes>;
  Block nonce() const { return BlockAt(0); }
  Block first_block() const { return BlockAt(1); }  // B0 of CCM
  Block mac() const { return BlockAt(2); }
  // Padding to encrypt, or the end of a plaintext.
  Block tail() const { return BlockAt(3); }
  std::span<uint8_t, kMaxSecBlockBytes> key() const {
    return std::span<uint8_t, kMaxSecBlockBytes>{
        memory_ + 2 * kListBytes + 4 * kCipherBlockBytes, kMaxSecBlockBytes};
  }

  // Where the parts of source and destination are, empty ones left out: into
  // `command`, as flat addresses when both are of one part, else as lists. When
  // there is nothing, the address is one that may be read and written.
  // REQUIRES: at most kListEntries pieces of HISI_SGL_MAX_ENTRY_BYTES each.
  void Place(std::span<const Bytes> source, std::span<const Bytes> destination,
             SecCommand& command) const;

  // Overwrites what may have been part of a key, a plaintext or a MAC.
  void Wipe() const;

 private:
  Block BlockAt(size_t index) const {
    return Block{memory_ + 2 * kListBytes + index * kCipherBlockBytes,
                 kCipherBlockBytes};
  }
  uint64_t FillList(size_t index, std::span<const Bytes> parts) const;

  uint8_t* memory_;
};

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_SCRATCH_H_
