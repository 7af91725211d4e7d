// The two blocks of CCM (SP 800-38C, A.2.1 and A.3) that software makes for the
// hardware. A nonce of N bytes leaves 15 - N for lengths.
#ifndef UACCED_HW_HISI_SEC_CCM_H_
#define UACCED_HW_HISI_SEC_CCM_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced::hw::hisi {

// Whether the payload's length can be written. REQUIRES: a nonce of 7 to 13.
inline bool FitsCcm(const Request& request) {
  const size_t length_bytes = 15 - request.nonce.size();
  return length_bytes >= sizeof(uint32_t) ||
         request.source.size() < size_t{1} << 8 * length_bytes;
}

// `first_block` becomes B0, `counter_block` the one for the first block of the
// payload. UADK leaves all but 16 bits of the length out of B0; the hardware
// takes what stands there, so all of it must.
inline void WriteCcmBlocks(
    const Request& request, size_t mac_bytes,
    std::span<uint8_t, kCipherBlockBytes> first_block,
    std::span<uint8_t, kCipherBlockBytes> counter_block) {
  const size_t nonce_bytes = request.nonce.size();
  const auto length_code = static_cast<uint8_t>(15 - nonce_bytes - 1);
  std::fill(counter_block.begin(), counter_block.end(), 0);
  counter_block[0] = length_code;
  std::copy(request.nonce.begin(), request.nonce.end(),
            counter_block.begin() + 1);
  std::copy(counter_block.begin(), counter_block.end(), first_block.begin());
  counter_block[15] = 1;

  first_block[0] |= static_cast<uint8_t>((mac_bytes - 2) / 2 << 3);
  if (!request.associated_data.empty()) first_block[0] |= 0x40;
  uint64_t rest = request.source.size();
  for (size_t i = 15; i > nonce_bytes; --i, rest >>= 8) {
    first_block[i] = static_cast<uint8_t>(rest);
  }
}

}  // namespace uacced::hw::hisi

#endif  // UACCED_HW_HISI_SEC_CCM_H_
