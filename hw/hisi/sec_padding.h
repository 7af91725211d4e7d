// PKCS#7 padding (RFC 5652, 6.3) of one cipher block, looked at in a time that
// does not depend on it: how long a check takes has told attackers plaintexts.
#ifndef UACCED_HW_HISI_SEC_PADDING_H_
#define UACCED_HW_HISI_SEC_PADDING_H_

#include <cstdint>
#include <span>

#include "hw/algorithm.h"

namespace uacced::hw::hisi {

// How many bytes of padding `block`, the last of a plaintext, has; 0 when what
// is there is no padding.
inline uint32_t Pkcs7PaddingBytes(
    std::span<const uint8_t, kCipherBlockBytes> block) {
  static_assert(kCipherBlockBytes == 16);
  const uint32_t padding = block[15];
  uint32_t wrong = (padding - 1) & ~uint32_t{15};  // Not 0: not 1 to 16.
  for (uint32_t i = 0; i < kCipherBlockBytes; ++i) {
    const uint32_t is_padding = 0 - ((i - padding) >> 31);
    wrong |= is_padding & (block[15 - i] ^ padding);
  }
  const uint32_t all_right = ((wrong | (0 - wrong)) >> 31) - 1;
  return padding & all_right;
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_PADDING_H_
