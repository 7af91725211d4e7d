// CRC-32C (Castagnoli), as in iSCSI (RFC 3720) and ext4: what protects payload
// between client and daemon.
//
// Threads: pure functions.
#ifndef UACCED_BASE_CRC32C_H_
#define UACCED_BASE_CRC32C_H_

#include <cstddef>
#include <cstdint>

namespace uacced {

// Of `bytes` bytes at `data`, appended to what `crc` is the CRC of. Nothing has
// the CRC 0, so Crc32c(a, 10) == Crc32c(a + 4, 6, Crc32c(a, 4)).
uint32_t Crc32c(const void* data, size_t bytes, uint32_t crc = 0);

}  // namespace uacced

#endif  // UACCED_BASE_CRC32C_H_
